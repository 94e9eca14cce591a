"""Hourly histories of many zones on one grid of hours, and the samples that the forecast is trained and tested on."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forecasting.hours import HOURS_AHEAD, HOURS_BACK, LEAST_GCO2E, FloatArray
from tools.zone_shapes import is_constant, is_pattern, kept_weekend_factor, predicted, shape_of
from tools.zone_sources import Series
from tools.zone_tables import BORROWED, ESTIMATED_SHARE

TRAINING_YEARS, TESTED_YEAR = (2021, 2022), 2023
HISTORY_HOURS = (336, 168, 24)
ORIGIN = {"source": "em-hourly-backtest", "as_of": "2025"}
LEAST_KNOWN_SHARE = 0.9  # of the hours before and after an origin


@dataclass(frozen=True)
class Samples:
    """Origins of one zone. history: (n, HOURS_BACK). usual: (n, HOURS_BACK + HOURS_AHEAD). truth: (n, HOURS_AHEAD).

    origins: first hour to come, UTC hours since the epoch.
    """

    zone: str
    history: FloatArray
    usual: FloatArray
    truth: FloatArray
    origins: NDArray[np.int64]

    def where(self, mask: NDArray[np.bool_]) -> Samples:
        """The origins the mask picks."""
        return Samples(self.zone, self.history[mask], self.usual[mask], self.truth[mask], self.origins[mask])


def measured_series(folder: Path, years: Sequence[int]) -> dict[str, Series]:
    """Zone -> its series, of zones with all these years; not those that are constant, estimated or not to be used."""
    result = {}
    for path in sorted(folder.glob("*.csv.gz")):
        series, estimated_share = _read(path)
        has_years = set(years) <= set(series.years.tolist())
        if series.zone in BORROWED or not has_years or estimated_share >= ESTIMATED_SHARE:
            continue
        if not is_constant(series) and not is_pattern(series):
            result[series.zone] = series
    return result


def _read(path: Path) -> tuple[Series, float]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    hours = np.array([row["datetime_utc"][:13] for row in rows], "datetime64[h]").astype(np.int64)
    values = np.array([row["lifecycle_gco2eq_kwh"] for row in rows], np.float64)
    estimated = sum(row.get("estimated") == "1" for row in rows) / len(rows)
    return Series(zone=path.name.removesuffix(".csv.gz"), hours=hours, values=values, direct=None), estimated


def usual_of(series: Series, years: Sequence[int], hours: NDArray[np.int64]) -> FloatArray:
    """The profile of these years at any hours, at the level of the last of them, as the catalog would have it."""
    training = series.where(np.isin(series.years, years))
    level = float(training.values[training.years == max(years)].mean())
    target = Series(zone=series.zone, hours=hours, values=np.zeros(len(hours)), direct=None)
    factor = kept_weekend_factor(training)
    return np.maximum(level * predicted(target, shape_of(training), factor), LEAST_GCO2E)


def samples(series: Series, year: int, profile_years: Sequence[int], *, first: int, stride: int) -> Samples:
    """Origins every `stride` hours whose hours to come lie within the year; the hours before may be of the year before.

    first: hours from the start of the year to the first origin.
    """
    start, end = (
        int(np.datetime64(f"{number}-01-01T00", "h").astype(np.int64)) - HOURS_BACK for number in (year, year + 1)
    )
    hours = np.arange(start, end + HOURS_BACK)
    inside = (series.hours >= hours[0]) & (series.hours <= hours[-1])
    values = np.full(len(hours), np.nan)
    values[series.hours[inside] - start] = np.maximum(series.values[inside], LEAST_GCO2E)
    usual = usual_of(series, profile_years, hours)
    at = np.arange(HOURS_BACK + first, len(hours) - HOURS_AHEAD + 1, stride)
    both = at[:, None] + np.arange(-HOURS_BACK, HOURS_AHEAD)
    whole = np.isfinite(values[both])
    sound = (whole[:, :HOURS_BACK].mean(axis=1) >= LEAST_KNOWN_SHARE) & (
        whole[:, HOURS_BACK:].mean(axis=1) >= LEAST_KNOWN_SHARE
    )
    at, both = at[sound], both[sound]
    return Samples(series.zone, values[both[:, :HOURS_BACK]], usual[both], values[both[:, HOURS_BACK:]], hours[at])


def training_samples(histories: dict[str, Series], years: Sequence[int], stride: int) -> Iterator[Samples]:
    """Those of every zone and year, each year with the profile of the others."""
    for series in histories.values():
        for index, year in enumerate(years):
            others = [other for other in years if other != year]
            yield samples(series, year, others, first=5 + 7 * index + (HOURS_BACK if index == 0 else 0), stride=stride)
