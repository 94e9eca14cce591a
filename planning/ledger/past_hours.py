"""The past of a zone by UTC hour without gaps: readings where they are stored, usual values elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
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
        edges = self.first_hour + np.arange(self.hours.shape[1], dtype=np.float64)
        return self._spans(self.gram_hours, edges, starts, ends), self._spans(self.hours, edges, starts, ends)

    @staticmethod
    def _spans(sums: Figures, edges: Figures, starts: Figures, ends: Figures) -> Figures:
        return np.array([np.interp(ends, edges, row) - np.interp(starts, edges, row) for row in sums])


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
