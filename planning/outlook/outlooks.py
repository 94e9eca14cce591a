"""The outlooks of one catalog, cached: most questions of a minute are about the same zones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache

from carbon.intensity import Signal
from carbon.reading import ZoneReading
from catalog.profiles import ZoneProfiles
from mapping import CloudMap
from planning.outlook.agreement import disagreements, with_spread
from planning.outlook.forecast_choice import NO_FORECASTS, RecentForecast, RecentForecasts
from planning.outlook.present import of_now
from planning.outlook.stored_skill import NO_SKILLS, ForecastSkills
from planning.outlook.zone_hours import USUAL_HOURS
from planning.outlook.zones import Outlook, build_outlook, current_reading

CACHED_OUTLOOKS = 64  # of up to USUAL_HOURS; they share the rows of their zones


@dataclass(frozen=True, slots=True)
class _Readings:
    """Readings, our own forecasts and the skill of forecasts, equal where the versions and the times are."""

    version: str
    now: datetime
    by_zone: Mapping[str, ZoneReading] = field(compare=False)
    recent: Mapping[str, RecentForecast] = field(compare=False)
    skills: ForecastSkills = field(compare=False)


class Outlooks:
    """Builds outlooks from the facts of a catalog and the readings of one GridReader."""

    def __init__(self, mapping: CloudMap, signal: Signal = Signal.AVERAGE_LIFECYCLE) -> None:
        self.mapping = mapping
        self.signal = signal
        self._usual = lru_cache(CACHED_OUTLOOKS)(self._build)

    def of_signal(self, signal: Signal) -> Outlooks:
        """The outlooks of another signal over the same facts."""
        return self if signal is self.signal else self._marginal

    @cached_property
    def _marginal(self) -> Outlooks:
        return Outlooks(self.mapping, Signal.MARGINAL)

    @cached_property
    def profiles(self) -> ZoneProfiles:
        """The usual hours of zones. Profiles count averages, so that no marginal hour is known beside the live ones."""
        profiles = self.mapping.profiles
        return profiles if self.signal is Signal.AVERAGE_LIFECYCLE else profiles.without_figures()

    def of_now(self, readings: Mapping[str, ZoneReading], now: datetime) -> Mapping[str, ZoneReading]:
        """The readings as they hold now. Levels are corrected and nowcasts made of averages alone."""
        return of_now(readings, self.mapping, now) if self.signal is Signal.AVERAGE_LIFECYCLE else readings

    def of(
        self,
        zones: Sequence[str],
        readings: Mapping[str, ZoneReading],
        version: str,
        *,
        now: datetime,
        hours: int,
        max_age_minutes: float | None = None,
        recent: RecentForecasts = NO_FORECASTS,
        skills: ForecastSkills = NO_SKILLS,
    ) -> Outlook:
        """The outlook of distinct zones for `hours` hours from the one that holds now.

        readings: of at least these zones. version: of the grid; with equal versions and times all readings are equal.
        max_age_minutes: live values that ended earlier are left out; None: all count. recent: our own forecasts, of
        this signal. skills: how good stored forecasts of it were.
        """
        build = self._usual if hours <= USUAL_HOURS else self._build
        version = version + recent.version + skills.version
        facts = _Readings(version, now, readings, recent.by_zone, skills)
        return build(facts, tuple(zones), hours, max_age_minutes)

    def _build(self, readings: _Readings, zones: tuple[str, ...], hours: int, max_age_minutes: float | None) -> Outlook:
        now = readings.now
        present = self.of_now(readings.by_zone, now)
        shares, present = disagreements(present), with_spread(present)
        if max_age_minutes is not None:
            present = {zone: current_reading(present[zone], now, max_age_minutes) for zone in zones}
        outlook = build_outlook(zones, self.profiles, present, now=now, hours=hours, recent=readings.recent)
        return replace(outlook, disagreements=shares, signal=self.signal, skills=readings.skills)
