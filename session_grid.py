"""The grid as one session reads it: the hours of zones now and to come, their past, and what each source says."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from carbon import units
from carbon.history import ZoneYear
from carbon.intensity import CarbonIntensity, Signal
from carbon.reading import Observation, ZoneReading
from carbon.results import GridShares, ZoneSources
from carbon.workload import CalculateQuery
from catalog.profiles import hour_of
from grid.source import GridSnapshot
from mapping import CloudMap
from planning.history.mean import past_mean, usual_mean
from planning.history.skill import scores_of_zone
from planning.history.year import YEAR, zone_year
from planning.outlook.agreement import parted
from planning.outlook.forecast_choice import NO_FORECASTS, RecentForecast, RecentForecasts
from planning.outlook.level import past_at_corrected_level
from planning.outlook.outlooks import Outlooks
from planning.outlook.present import sources_of, usual_values, values_of_now
from planning.outlook.recent_hours import recent_forecast, recent_span
from planning.outlook.stored_skill import NO_SKILLS, ForecastSkills
from planning.outlook.zones import Outlook
from store.history.readings import PastPin, Readings
from store.history.scores import ScoreStore

DAYS_SCORED = 40  # of issue; readings of the past may have come, or have been corrected, since the last time
OWN_FACTOR = "own-factor"  # why no live value is used: the operator's own factor replaces it


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionGrid:
    """Live values, usual hours and stored readings of zones at one time; used by one thread at a time.

    outlooks: of the facts, shared by all sessions. recent: our own forecasts of the signal. skills: how good stored
    forecasts of it were.
    """

    now: datetime
    outlooks: Outlooks
    live: GridSnapshot
    history: PastPin
    recent: RecentForecasts = NO_FORECASTS
    skills: ForecastSkills = NO_SKILLS

    @property
    def mapping(self) -> CloudMap:
        """The facts whose levels, profiles and factors are used."""
        return self.outlooks.mapping

    @property
    def signal(self) -> Signal:
        """What the live values and the outlooks count."""
        return self.outlooks.signal

    def of_signal(self, signal: Signal) -> SessionGrid:
        """The grid at the same moment by another signal."""
        if signal is self.signal:
            return self
        return replace(
            self,
            outlooks=self.outlooks.of_signal(signal),
            live=self.live.of_signal(signal),
            recent=NO_FORECASTS,
            skills=NO_SKILLS,
        )

    def without_waiting(self) -> SessionGrid:
        """The grid from what is in memory: values that are due are fetched in the background."""
        return replace(self, live=self.live.without_waiting())

    @property
    def _own_zones(self) -> Collection[str]:
        """Zones whose figures are the operator's own: averages."""
        return self.mapping.own_zones if self.signal is Signal.AVERAGE_LIFECYCLE else ()

    def percentile(self, zone: str) -> float | None:
        """Where a marginal intensity stands among those of its zone, if a source tells: 0 is the cleanest, 100 the
        dirtiest.
        """
        if self.signal is not Signal.MARGINAL:
            return None
        percentile = self.live.percentile(zone, now=self.now)
        return None if percentile is None else percentile.percentile

    @property
    def version(self) -> str:
        """A name of all values that were read: equal versions have equal values at one time."""
        return f"{self.version_of_now}{self.history.version}"

    @property
    def version_of_now(self) -> str:
        """The same without the readings of the past."""
        return f"{self.live.version}{self.recent.version}{self.skills.version}"

    def outlook(self, zones: Sequence[str], *, hours: int, max_age_minutes: float | None = None) -> Outlook:
        """The hours of distinct zones, from the present hour on. max_age_minutes: of live values; None: all count."""
        own = self._own_zones
        readings = self.live.read([zone for zone in zones if zone not in own], now=self.now, forecast=True)
        if replaced := [zone for zone in zones if zone in own]:
            readings = {**readings, **dict.fromkeys(replaced, ZoneReading(reason=OWN_FACTOR))}
        outlook = self.outlooks.of(
            zones,
            readings,
            self.live.version,
            now=self.now,
            hours=hours,
            max_age_minutes=max_age_minutes,
            recent=self.recent,
            skills=self.skills,
        )
        if shares := outlook.disagreements:
            self.live.note_disagreement(*parted(shares))
        return outlook

    def past(self, zone: str, signal: Signal, start: datetime, end: datetime) -> list[Readings]:
        """The stored readings in [start, end) of each source, in the order of trust. Raises StateUnavailable."""
        readings = self.history.readings(signal, zone, start, end)
        factor = self.mapping.level_factors.get(zone) if signal is Signal.AVERAGE_LIFECYCLE else None
        return past_at_corrected_level(readings, factor)

    def year(self, zone: str) -> ZoneYear:
        """A current zone by month and hour of the day; of one with a factor of the operator's own, that factor.

        Raises StateUnavailable.
        """
        is_own = zone in self._own_zones
        past = [] if is_own else self.past(zone, self.signal, self.now - YEAR, self.now)
        return zone_year(zone, self.outlooks.profiles, past, self.now)

    def recent_forecasts(self) -> Iterator[tuple[str, RecentForecast | None]]:
        """Our own forecast of each zone of which readings are stored, or None; one after the other, for a thread in the
        background. Raises StateUnavailable.
        """
        for zone in self.history.zones(self.signal):
            if zone in self.mapping.zones and zone not in self._own_zones:
                past = self.past(zone, self.signal, *recent_span(self.now))
                yield zone, recent_forecast(zone, past, self.mapping.profiles, self.mapping.forecasts, now=self.now)

    def score_forecasts(self, scores: ScoreStore) -> Iterator[None]:
        """Score the stored forecasts of each zone against the readings of the hours that are over, and store the sums;
        one zone after the other, for a thread in the background. Raises StateUnavailable.
        """
        for signal in (Signal.AVERAGE_LIFECYCLE, Signal.MARGINAL):
            for zone in self.history.zones(signal):
                start = self.now - timedelta(days=DAYS_SCORED)
                if issued := scores.issued(signal, zone, start, self.now):
                    past = self.history.readings(signal, zone, start, self.now)
                    factor = self.mapping.level_factors.get(zone) if signal is Signal.AVERAGE_LIFECYCLE else None
                    corrected = past_at_corrected_level(past, factor)
                    scores.keep(list(scores_of_zone(signal, zone, issued, past, corrected, hour_of(self.now))))
                yield

    def mean_of_run(self, query: CalculateQuery, outlook: Outlook) -> CarbonIntensity:
        """The mean intensity while the query's machine runs. Raises HistoryIncomplete, StateUnavailable."""
        zone = self.mapping.regions[query.region].zone
        start, seconds = query.start_at or self.now, query.duration_hours * units.HOUR_SECONDS
        if start >= outlook.first_hour_at:
            return outlook.mean(zone, outlook.seconds_to(start), seconds)
        end = start + timedelta(seconds=seconds)
        if zone in self._own_zones:
            return usual_mean(zone, self.mapping.profiles, start, end)
        past = self.past(zone, self.signal, start, min(end, outlook.first_hour_at))
        return past_mean(zone, past, outlook, start, end)

    def shares(self, zone: str) -> GridShares | None:
        """The live shares of renewable and fossil-free generation, if a source has them and the zone's are not own."""
        if zone in self._own_zones:
            return None
        return GridShares.live(self.live.shares(zone, now=self.now))

    def sources(self, zone: str, outlook: Outlook) -> ZoneSources:
        """What each source that covers the zone says. outlook: the hours that the answer is made of."""
        by_source = self.live.by_source(zone, now=self.now)
        readings = {source: self.outlooks.of_now({zone: one}, self.now)[zone] for source, one in by_source.items()}
        return sources_of(zone, readings, outlook)

    def present_values(self) -> Mapping[str, Observation]:
        """The live value of every zone that has one in memory and no factor of the operator's own; makes no call."""
        zones = [zone for zone in self.mapping.zones if zone not in self.mapping.own_zones]
        return values_of_now(self.live.peek(zones, now=self.now), self.mapping, self.now)

    def baselines(self) -> Mapping[str, float]:
        """The usual gCO2e/kWh at this hour of every zone with a figure; asks no source."""
        return usual_values(self.mapping, self.now)
