"""The outlooks of one catalog, cached: most questions of a minute are about the same zones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from carbon.reading import ZoneReading
from mapping import CloudMap
from planning.outlook.agreement import disagreements, with_spread
from planning.outlook.present import of_now
from planning.outlook.zone_hours import USUAL_HOURS
from planning.outlook.zones import Outlook, build_outlook, current_reading

CACHED_OUTLOOKS = 64  # of up to USUAL_HOURS; they share the rows of their zones


@dataclass(frozen=True, slots=True)
class _Readings:
    """Readings that are equal where the versions of the grid and the times are."""

    version: str
    now: datetime
    by_zone: Mapping[str, ZoneReading] = field(compare=False)


class Outlooks:
    """Builds outlooks from the facts of a catalog and the readings of one GridReader."""

    def __init__(self, mapping: CloudMap) -> None:
        self.mapping = mapping
        self._usual = lru_cache(CACHED_OUTLOOKS)(self._build)

    def of(
        self,
        zones: Sequence[str],
        readings: Mapping[str, ZoneReading],
        version: str,
        *,
        now: datetime,
        hours: int,
        max_age_minutes: float | None = None,
    ) -> Outlook:
        """The outlook of distinct zones for `hours` hours from the one that holds now.

        readings: of at least these zones. version: of the grid; with equal versions and times all readings are equal.
        max_age_minutes: live values that ended earlier are left out; None: all count.
        """
        build = self._usual if hours <= USUAL_HOURS else self._build
        return build(_Readings(version, now, readings), tuple(zones), hours, max_age_minutes)

    def _build(self, readings: _Readings, zones: tuple[str, ...], hours: int, max_age_minutes: float | None) -> Outlook:
        now = readings.now
        present = of_now(readings.by_zone, self.mapping, now)
        shares, present = disagreements(present), with_spread(present)
        if max_age_minutes is not None:
            present = {zone: current_reading(present[zone], now, max_age_minutes) for zone in zones}
        outlook = build_outlook(zones, self.mapping.profiles, present, now=now, hours=hours)
        return replace(outlook, disagreements=shares) if shares else outlook
