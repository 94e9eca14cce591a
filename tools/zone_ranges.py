"""The tables grid_ranges.csv and waiting_savings.csv, and how well the ranges hold, from held-back years."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from catalog.outlook_error import CELL_SEPARATOR, DURATION_HOURS, SAVING_BANDS, WAIT_BANDS, cluster_of
from tools.zone_errors import LEADS, Run, Waits, runs, waits, window_errors
from tools.zone_shapes import is_constant, is_pattern
from tools.zone_sources import Floats, Series, Sources
from tools.zone_spreads import Spread, log_range
from tools.zone_tables import BORROWED, ESTIMATED_SHARE, fossil_free_shares

SHAPES = ("own", "borrowed", "flat")
LEAST_WAITS = 100
WAIT_COLUMNS = ("leads", "predicted", "actual")
_PLACE, _SOURCE = ("key", "outlook", "lead_from_hours"), ("source", "as_of")
RANGE_COLUMNS = (*_PLACE, *(f"factors_{hours}h" for hours in DURATION_HOURS), *_SOURCE)
SAVING_COLUMNS = (*_PLACE, *(f"saving_from_{band:g}" for band in SAVING_BANDS), *_SOURCE)
ORIGIN = {"source": "em-hourly-backtest", "as_of": "2025"}


@dataclass(frozen=True, kw_only=True)
class Errors:
    """log(actual / predicted) of one zone-year by DURATION_HOURS, shape (samples, durations), and the month of each."""

    months: NDArray[np.int64]
    logs: NDArray[np.float32]

    @cached_property
    def spread(self) -> Spread:
        """That of all months."""
        return Spread.of(self.logs)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One zone and held-back year. errors: by outlook and first lead. waits: by outlook."""

    zone: str
    cluster: str
    shape: str
    year: int
    errors: Mapping[tuple[str, int], Errors]
    waits: Mapping[str, Waits]


def samples(sources: Sources) -> list[Sample]:
    """All zones with two or more years of measured history, predicted by own, borrowed and no shape."""
    return [_sample(run, cluster, shape) for run, cluster, shape in held_back_runs(sources)]


def held_back_runs(sources: Sources) -> Iterator[tuple[Run, str, str]]:
    """Outlooks of every later year of every zone with two or more measured years, with its cluster and the shape."""
    facts = sources.series_facts()
    shares = fossil_free_shares(sources)
    histories: dict[str, Series] = {}
    for zone in sorted(set(facts) & set(shares)):
        if zone in BORROWED or float(facts[zone]["estimated_share"] or 0) >= ESTIMATED_SHARE:
            continue
        series = sources.series(zone)
        if len(set(series.years.tolist())) > 1 and not is_constant(series) and not is_pattern(series):
            histories[zone] = series
    clusters = {zone: cluster_of(shares[zone]) for zone in histories}
    for zone, series in histories.items():
        lender = histories[_lender(zone, histories, clusters, facts)]
        for run in runs(series):
            yield run, clusters[zone], "own"
        for run in runs(series, lender=lender):
            yield run, clusters[zone], "borrowed"
        for run in runs(series, flat=True):
            yield run, clusters[zone], "flat"


def _lender(
    zone: str, histories: Mapping[str, Series], clusters: Mapping[str, str], facts: Mapping[str, Mapping[str, str]]
) -> str:
    """The zone of another country whose clock and cluster are nearest: what a shape from elsewhere is like."""

    def clock(name: str) -> float:
        offset = datetime(2023, 1, 1, tzinfo=UTC).astimezone(ZoneInfo(facts[name]["timezone"])).utcoffset()
        return 0.0 if offset is None else offset.total_seconds()

    first_year = {name: int(series.years.min()) for name, series in histories.items()}
    others = [
        name for name in histories if name.split("-")[0] != zone.split("-")[0] and first_year[name] <= first_year[zone]
    ]
    return min(others, key=lambda name: (clusters[name] != clusters[zone], abs(clock(name) - clock(zone)), name))


def _sample(run: Run, cluster: str, shape: str) -> Sample:
    errors = {}
    for outlook, values in (("baseline", run.baseline), ("live", run.live)):
        for first, leads in {0: (0,)}.items() if outlook == "baseline" else LEADS.items():
            logs = np.concatenate([window_errors(run, values, lead) for lead in leads]).astype(np.float32)
            errors[outlook, first] = Errors(months=np.tile(run.months, len(leads)), logs=logs)
    by_outlook = {"baseline": waits(run, run.baseline), "live": waits(run, run.live)}
    return Sample(zone=run.zone, cluster=cluster, shape=shape, year=run.year, errors=errors, waits=by_outlook)


def is_like(sample: Sample, other: Sample) -> bool:
    """Whether both are of one cluster and predicted by the same kind of shape."""
    return (sample.cluster, sample.shape) == (other.cluster, other.shape)


def grouped(zone_years: Sequence[Sample]) -> Iterable[tuple[str, list[Sample]]]:
    """Each zone by itself, then clusters by shape, then all zones by shape."""
    for zone in sorted({sample.zone for sample in zone_years}):
        yield zone, [sample for sample in zone_years if sample.zone == zone and sample.shape == "own"]
    for shape in SHAPES:
        own = [sample for sample in zone_years if sample.shape == shape]
        for cluster in sorted({sample.cluster for sample in own}):
            yield f"{shape}:{cluster}", [sample for sample in own if sample.cluster == cluster]
        yield f"{shape}:all", own


def range_rows(zone_years: Sequence[Sample]) -> list[dict[str, object]]:
    """The rows of grid_ranges.csv: factors low and high by zone or cluster, outlook, lead and duration."""
    rows: list[dict[str, object]] = []
    for key, group in grouped(zone_years):
        alike = group if ":" in key else [sample for sample in zone_years if is_like(sample, group[0])]
        for outlook, first in group[0].errors:
            own, others = ([sample.errors[outlook, first].spread for sample in part] for part in (group, alike))
            low, high = np.exp(log_range(own, others))
            cells = {
                f"factors_{hours}h": f"{low[index]:.3f}{CELL_SEPARATOR}{high[index]:.3f}"
                for index, hours in enumerate(DURATION_HOURS)
            }
            rows.append({"key": key, "outlook": outlook, "lead_from_hours": first, **cells, **ORIGIN})
    return rows


def saving_rows(zone_years: Sequence[Sample]) -> list[dict[str, object]]:
    """The rows of waiting_savings.csv: what waiting brought, less what was predicted, and how often it saved.

    A cell: 10th, 50th, 90th centile of 100 x (actual - predicted) log(now / later), and the share of jobs that saved.
    """
    edges = -np.log1p(-np.array([*SAVING_BANDS, 99.9999]) / 100)
    rows: list[dict[str, object]] = []
    for key, group in grouped(zone_years):
        for outlook in ("baseline", "live"):
            parts = [sample.waits[outlook] for sample in group]
            leads, predicted, actual = (
                np.concatenate([getattr(part, name) for part in parts]) for name in WAIT_COLUMNS
            )
            for first, last in zip(WAIT_BANDS, (*WAIT_BANDS[1:], 10_000), strict=True):
                cells: dict[str, object] = {}
                for low, high, name in zip(edges[:-1], edges[1:], SAVING_BANDS, strict=True):
                    mask = (leads >= first) & (leads < last) & (predicted >= low) & (predicted < high)
                    if int(mask.sum()) >= LEAST_WAITS:
                        cells[f"saving_from_{name:g}"] = _cell(predicted[mask], actual[mask])
                if cells:
                    rows.append({"key": key, "outlook": outlook, "lead_from_hours": first, **cells, **ORIGIN})
    return rows


def _cell(predicted: Floats, actual: Floats) -> str:
    low, median, high = np.quantile(100 * (actual - predicted), (0.1, 0.5, 0.9))
    chance = float(np.mean(actual > 0))
    return CELL_SEPARATOR.join([f"{low:.1f}", f"{median:.1f}", f"{high:.1f}", f"{chance:.2f}"])
