"""What the outlook of a zone said in held-back years, beside what came: the samples behind ranges and savings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from carbon import units
from catalog.outlook_error import DURATION_HOURS, LEAD_BANDS
from tools.zone_scores import on_grid
from tools.zone_shapes import kept_weekend_factor, predicted, shape_of
from tools.zone_sources import CELLS, Floats, Series

HORIZON_HOURS = 168 + 720
STRIDE_HOURS = 11  # coprime to 24 and 168: every hour of the day and week takes part
# The leads that stand for each band.
LEADS = dict(zip(LEAD_BANDS, ((0,), (1, 3, 6), (7, 12, 18, 24), (25, 36, 48, 72), (73, 96, 132, 168)), strict=True))
SEARCHES = (24, 168)
JOBS = (1, 4, 12)
LEAST_GCO2E = 1.0  # below it a relative error says nothing


@dataclass(frozen=True, kw_only=True)
class Run:
    """One zone's outlooks of one held-back year, from many starting hours. Shapes (starts, HORIZON_HOURS).

    months: calendar month of each start, 0 to 11. live: as with a live value that is an hour old.
    """

    zone: str
    year: int
    months: NDArray[np.int64]
    truth: Floats
    baseline: Floats
    live: Floats


def runs(series: Series, *, lender: Series | None = None, flat: bool = False) -> Iterator[Run]:
    """Each later year of a series, predicted from the years before it.

    lender: whose shape is borrowed instead of its own. flat: no shape, the yearly mean alone.
    """
    for year in sorted(set(series.years.tolist()))[1:]:
        training, tested = series.where(series.years < year), series.where(series.years == year)
        level = float(training.values[training.years == year - 1].mean())
        shape, factor = np.ones(CELLS), 1.0
        if not flat:
            source = training if lender is None else lender.where(lender.years < year)
            shape = shape_of(source)
            factor = kept_weekend_factor(source) if len(set(source.years.tolist())) > 1 else 1.0
        yield _run(series.zone, year, tested, level * predicted(tested, shape, factor))


def _run(zone: str, year: int, tested: Series, outlook: Floats) -> Run:
    after = np.full(HORIZON_HOURS, np.nan)  # so that the year's last hours are starts too
    truth = np.concatenate([np.maximum(on_grid(tested.hours, tested.values), LEAST_GCO2E), after])
    profile = _filled(np.concatenate([on_grid(tested.hours, np.maximum(outlook, LEAST_GCO2E)), after]))
    starts = np.arange(1, len(truth) - HORIZON_HOURS, STRIDE_HOURS)
    starts = starts[np.isfinite(truth[starts - 1])]
    at = starts[:, None] + np.arange(HORIZON_HOURS)
    excess = truth[starts - 1] / profile[starts - 1] - 1.0
    live = profile[at] * (1.0 + excess[:, None] * np.exp2(-np.arange(HORIZON_HOURS) / units.RATIO_HALF_LIFE_HOURS))
    live[:, 0] = truth[starts - 1]
    hours = (tested.hours[0] + starts).astype("datetime64[h]")
    months = hours.astype("datetime64[M]").astype(np.int64) % 12
    return Run(zone=zone, year=year, months=months, truth=truth[at], baseline=profile[at], live=live)


def _filled(values: Floats) -> Floats:
    finite = np.flatnonzero(np.isfinite(values))
    return np.interp(np.arange(len(values)), finite, values[finite])


def window_errors(run: Run, outlook: Floats, lead: int) -> Floats:
    """log(actual / predicted) of the mean over the hours from lead on, by DURATION_HOURS; shape (starts, durations)."""
    errors = np.empty((len(outlook), len(DURATION_HOURS)))
    for index, hours in enumerate(DURATION_HOURS):
        span = slice(lead, lead + hours)
        errors[:, index] = np.log(run.truth[:, span].mean(axis=1) / outlook[:, span].mean(axis=1))
    return errors


@dataclass(frozen=True, kw_only=True)
class Waits:
    """Jobs that the outlook sends to a later start. leads: hours. Savings as log(now / later)."""

    months: NDArray[np.int64]
    leads: NDArray[np.int64]
    predicted: Floats
    actual: Floats


def waits(run: Run, outlook: Floats, *, jobs: Sequence[int] = JOBS) -> Waits:
    """What waiting as the outlook advises brought, for jobs of these hours and SEARCHES."""
    parts: list[tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]] = []
    for job in jobs:
        for search in SEARCHES:
            outlook_means = sliding_window_view(outlook[:, : search + job], job, axis=1).mean(axis=2)
            true_means = sliding_window_view(run.truth[:, : search + job], job, axis=1).mean(axis=2)
            best = np.argmin(outlook_means.round(6), axis=1)
            rows = np.flatnonzero((best > 0) & np.isfinite(true_means).all(axis=1))
            where = best[rows]
            parts.append(
                (
                    run.months[rows],
                    where.astype(np.int64),
                    np.log(outlook_means[rows, 0] / outlook_means[rows, where]),
                    np.log(true_means[rows, 0] / true_means[rows, where]),
                )
            )
    months, leads, log_predicted, log_actual = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Waits(months=months, leads=leads, predicted=log_predicted, actual=log_actual)
