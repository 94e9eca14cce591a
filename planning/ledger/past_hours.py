"""The past of a zone by UTC hour without gaps: readings where they are stored, usual values elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from carbon.intensity import Quality
from catalog.profiles import ZoneProfiles
from planning.history.pieces import pieces_of
from store.history.readings import QUALITIES, Readings

Figures = npt.NDArray[np.float64]
MEASURED, ESTIMATED, USUAL, UNKNOWN = range(4)
KINDS = 4
_WORST_MEASURED = QUALITIES.index(Quality.MEASURED)
HOUR_MINUTES = 60
SPAN, MOST_SPAN = 30 * 24, 800 * 24  # hours: read at once, and kept of a zone


@dataclass(frozen=True, slots=True, kw_only=True)
class PastHours:
    """Sums from `first_hour` (UTC hours since 1970) up to the start of each hour, and up to the end of the last one.

    gram_hours: (KINDS, n + 1): of gCO2e/kWh x hours by what they rest on; that of UNKNOWN is 0. hours: as many hours.
    """

    first_hour: int
    gram_hours: Figures
    hours: Figures

    def between(self, starts: Figures, ends: Figures) -> tuple[Figures, Figures]:
        """gram_hours and hours of each kind, (KINDS, m), in m spans within these hours; in hours since 1970."""
        first, last = self._place(starts), self._place(ends)
        gram_hours, hours = (_sum_at(sums, *last) - _sum_at(sums, *first) for sums in (self.gram_hours, self.hours))
        return gram_hours, hours

    @property
    def last_hour(self) -> int:
        """The UTC hour since 1970 at which they end."""
        return self.first_hour + int(self.hours.shape[1]) - 1

    def _place(self, times: Figures) -> tuple[npt.NDArray[np.int64], Figures]:
        """The hour that holds each time, counted from the first one, and how much of it is over."""
        since = np.clip(times - self.first_hour, 0.0, self.hours.shape[1] - 1)
        hour = np.minimum(since.astype(np.int64), self.hours.shape[1] - 2)
        return hour, since - hour


def _sum_at(sums: Figures, hour: npt.NDArray[np.int64], part: Figures) -> Figures:
    before = sums[:, hour]
    return before + part * (sums[:, hour + 1] - before)


class PastHoursCache:
    """Hours of zones that are read once for many questions, whole spans of 30 days at a time; for one thread.

    read: as it is called itself. most_hours: so many are kept, 64 bytes each; those of the last zone in any case.
    """

    def __init__(self, read: ReadPast, most_hours: int = 1_000_000) -> None:
        self._read, self._most_hours = read, most_hours
        self._zones: dict[str, PastHours] = {}  # the one used last at the end

    def __call__(self, zone: str, first: int, last: int) -> PastHours:
        """As past_hours, of this span or a longer one."""
        hours = self._zones.pop(zone, None)
        if hours is None or first < hours.first_hour or last > hours.last_hour:
            if hours is not None and max(last, hours.last_hour) - min(first, hours.first_hour) <= MOST_SPAN:
                first, last = min(first, hours.first_hour), max(last, hours.last_hour)
            hours = self._read(zone, first // SPAN * SPAN, -(-last // SPAN) * SPAN)
        self._zones[zone] = hours
        while len(self._zones) > 1 and sum(one.hours.shape[1] for one in self._zones.values()) > self._most_hours:
            del self._zones[next(iter(self._zones))]
        return hours


ReadPast = Callable[[str, int, int], PastHours]  # of a zone, from an hour up to another one


def past_hours(zone: str, sources: Sequence[Readings], profiles: ZoneProfiles, first: int, last: int) -> PastHours:
    """The hours from `first` up to `last` (exclusive, UTC hours since 1970).

    Of each hour the source counts that covers most of it, the most trusted of equally complete ones; usual values fill
    the rest of the hour. sources: in the order of trust.
    """
    count = last - first
    edges = np.arange(first, last + 1, dtype=np.int64) * HOUR_MINUTES
    covered, value = np.zeros(count), np.zeros(count)
    is_measured = np.zeros(count, dtype=bool)
    for readings in sources:
        pieces = pieces_of(readings, edges)
        better = pieces.present[pieces.covered[pieces.present] / HOUR_MINUTES > covered[pieces.present]]
        at = np.searchsorted(pieces.present, better)
        covered[better] = pieces.covered[better] / HOUR_MINUTES
        value[better] = pieces.mean[at]
        is_measured[better] = pieces.quality[at] == _WORST_MEASURED
    usual = profiles.gco2e_per_kwh(profiles.rows([zone]), np.arange(first, last, dtype=np.int64))[0]
    has_usual = np.isfinite(usual)
    hours = np.zeros((KINDS, count))
    hours[MEASURED] = np.where(is_measured, covered, 0.0)
    hours[ESTIMATED] = np.where(is_measured, 0.0, covered)
    hours[USUAL] = np.where(has_usual, 1.0 - covered, 0.0)
    hours[UNKNOWN] = np.where(has_usual, 0.0, 1.0 - covered)
    grams = hours * np.array([value, value, np.where(has_usual, usual, 0.0), np.zeros(count)])
    return PastHours(first_hour=first, gram_hours=_from_zero(grams), hours=_from_zero(hours))


def _from_zero(columns: Figures) -> Figures:
    return np.concatenate([np.zeros((KINDS, 1)), np.cumsum(columns, axis=1)], axis=1)
