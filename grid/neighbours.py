"""What sources know of the zones that a zone imports from: their level in an hour, and figures from beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

import numpy as np

from carbon.intensity import Signal
from carbon.reading import Observation
from carbon.units import HOUR
from catalog.model import Zone
from catalog.profiles import ZoneProfiles, hour_of
from grid.records import BESIDE, INTENSITY, Beside, record_key
from store.shared.state import SharedState


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The lifecycle intensity of a zone in one hour. is_live: a source's value; otherwise it is the zone's profile."""

    gco2e_per_kwh: float
    is_live: bool


class Neighbours:
    """The levels of zones, and what one source tells another about a zone. Threads and workers share it."""

    def __init__(
        self,
        zones: Mapping[str, Zone],
        profiles: ZoneProfiles | None = None,
        *,
        shared: SharedState | None = None,
        sources: Sequence[str] = (),
    ) -> None:
        """zones: by key, with their yearly figures. profiles: None: the yearly figures serve.

        shared: the records of all sources; None: nothing is live. sources: whose values count, most trusted first.
        """
        self.zones = zones
        self._profiles = profiles
        self._shared = shared
        self._sources = tuple(sources)

    def levels(self, zones: Collection[str], at: datetime) -> dict[str, Level]:
        """The level of each zone in the hour of `at`; zones that nothing is known of are left out."""
        values = {} if self._shared is None else self._shared.snapshot().of(INTENSITY)
        levels: dict[str, Level] = {}
        for zone in zones:
            live = self._live(values, zone, at)
            figure = self._usual(zone, at) if live is None else live
            if figure is not None:
                levels[zone] = Level(gco2e_per_kwh=figure, is_live=live is not None)
        return levels

    def note(self, source: str, zone: str, figures: Mapping[str, float], at: datetime) -> None:
        """Tell the other sources of a zone what this one says beside its intensity, for the interval from `at`."""
        if self._shared is not None:
            self._shared.put(BESIDE, f"{source}/{zone}", Beside(at=at.timestamp(), figures=figures))

    def noted(self, source: str, zone: str, at: datetime) -> Mapping[str, float] | None:
        """What another source noted of the zone for an interval that began within an hour of `at`; else None."""
        if self._shared is None:
            return None
        beside: Beside | None = self._shared.snapshot().of(BESIDE).get(f"{source}/{zone}")
        is_of_hour = beside is not None and abs(beside.at - at.timestamp()) <= HOUR.total_seconds()
        return beside.figures if beside is not None and is_of_hour else None

    def _live(self, values: Mapping[str, object], zone: str, at: datetime) -> float | None:
        """The most trusted value of the zone itself whose interval is within an hour of `at`."""
        for source in self._sources:
            record = values.get(record_key(source, Signal.AVERAGE_LIFECYCLE, zone))
            value = getattr(record, "value", None)
            if not isinstance(value, Observation) or not value.derivation.exact:
                continue
            if value.starts_at - HOUR <= at < value.ends_at + HOUR:
                is_published = value.derivation.method is None  # at the publisher's level, which may be corrected
                return value.gco2e_per_kwh * (self.zones[zone].level_factor if is_published else 1.0)
        return None

    def _usual(self, zone: str, at: datetime) -> float | None:
        if zone not in self.zones:
            return None
        if self._profiles is None:
            return self.zones[zone].gco2e_per_kwh
        hours = np.array([hour_of(at)], dtype=np.int64)
        usual = float(self._profiles.gco2e_per_kwh(self._profiles.rows([zone]), hours)[0, 0])
        return usual if isfinite(usual) else None
