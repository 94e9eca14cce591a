"""From hourly series to shapes: month x UTC hour means, weekend factors and when a factor is worth keeping."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from catalog.profiles import weekend_multipliers
from catalog.seasons import MONTH_DAYS, Seasons
from tools.zone_sources import CELLS, Floats, Series

YEAR_WEIGHTS = (0.6, 0.3, 0.1)  # newest first
CELL_DAYS = np.repeat(MONTH_DAYS, 24)
# Share by which a weekend factor must lower the held-back error. Halves of one year's months share
# their weather and leave few weekends, so there it must show far more.
MIN_WEEKEND_GAIN = 0.005
MIN_WEEKEND_GAIN_ONE_YEAR = 0.05
# A series that repeats itself is a pattern somebody filled in, not an observation: the spread within
# its month-hour cells is under this share of its whole spread. Measured series start at 0.24.
PATTERN_SPREAD = 0.1
# Median direct over lifecycle intensity of 127 zones with both.
MAX_DIRECT_SHARE = 0.8


def normalised(cells: Floats) -> Floats:
    """Cells (288,) divided by the mean of what the service makes of them over the hours of a non-leap year."""
    return np.asarray(cells * CELL_DAYS.sum() / (cells * CELL_DAYS).sum(), np.float64)


def cell_means(series: Series, values: Floats) -> Floats:
    """Mean by month and UTC hour, shape (288,). Raises ValueError where a cell has no hour."""
    counts = np.bincount(series.cells, minlength=CELLS)
    if (counts == 0).any():
        raise ValueError(f"{series.zone}: the series lacks {int((counts == 0).sum())} month-hours")
    return np.asarray(np.bincount(series.cells, values, CELLS) / counts, np.float64)


def _by_year(series: Series) -> Iterator[tuple[float, Series]]:
    """The years, newest first, with weights that add to 1."""
    years = sorted(set(series.years.tolist()), reverse=True)
    weights = YEAR_WEIGHTS[: len(years)]
    for weight, year in zip(weights, years, strict=True):
        yield weight / sum(weights), series.where(series.years == year)


def shape_of(series: Series) -> Floats:
    """Month x UTC-hour shape (288,), mean 1 over a year."""
    parts = [weight * normalised(cell_means(year, year.values)) for weight, year in _by_year(series)]
    return normalised(np.sum(parts, axis=0))


def weekend_factor_of(series: Series) -> float:
    """Mean weekend over mean weekday intensity, each hour relative to its month-hour mean."""
    factor = 0.0
    for weight, year in _by_year(series):
        relative = year.values / cell_means(year, year.values)[year.cells]
        factor += weight * relative[year.weekend].mean() / relative[~year.weekend].mean()
    return float(factor)


def predicted(series: Series, shape: Floats, weekend_factor: float) -> Floats:
    """The shape at the hours of a series, on the lines between the middles of months, with the weekend factor.

    Mean about 1.
    """
    weekday, weekend = weekend_multipliers(weekend_factor)
    seasons, hours = Seasons.of(series.hours), series.hours % 24
    earlier, later = (shape[months * 24 + hours] for months in (seasons.earlier, seasons.later))
    value = earlier + (later - earlier) * seasons.weight
    return np.asarray(value * np.where(series.weekend, weekend, weekday), np.float64)


def folds(series: Series) -> Iterator[tuple[Series, Series]]:
    """Two (training, held-back) pairs.

    Three years: each later year from those before it. Two: each from the other.
    One: each half of the months' days from the other half.
    """
    years = sorted(set(series.years.tolist()))
    if len(years) >= 3:
        for year in years[1:]:
            yield series.where(series.years < year), series.where(series.years == year)
        return
    first = series.years == years[0] if len(years) == 2 else series.days <= np.median(series.days)
    yield series.where(first), series.where(~first)
    yield series.where(~first), series.where(first)


def kept_weekend_factor(series: Series) -> float:
    """The weekend factor, or 1.0 where it does not pay.

    It pays when it lowers the mean absolute error in each held-back fold, and by MIN_WEEKEND_GAIN on average
    (MIN_WEEKEND_GAIN_ONE_YEAR for a series of one year).
    """
    least = MIN_WEEKEND_GAIN if len(set(series.years.tolist())) > 1 else MIN_WEEKEND_GAIN_ONE_YEAR
    gains = []
    for training, held_back in folds(series):
        shape = shape_of(training)
        level = held_back.values.mean()
        plain = np.abs(level * predicted(held_back, shape, 1.0) - held_back.values).mean()
        factor = weekend_factor_of(training)
        weighted = np.abs(level * predicted(held_back, shape, factor) - held_back.values).mean()
        gains.append(1.0 - weighted / plain if plain > 0 else 0.0)
    if min(gains) <= 0.0 or float(np.mean(gains)) < least:
        return 1.0
    return weekend_factor_of(series)


def is_constant(series: Series) -> bool:
    """True where the series has one value only."""
    return float(np.ptp(series.values)) == 0.0


def is_pattern(series: Series) -> bool:
    """True where the series repeats a fixed month x hour pattern instead of following a grid."""
    cells = series.years * CELLS + series.cells
    _, index = np.unique(cells, return_inverse=True)
    means = np.bincount(index, series.values) / np.bincount(index)
    within = float(np.sqrt(np.mean((series.values - means[index]) ** 2)))
    return within < PATTERN_SPREAD * float(series.values.std())


def lifecycle_shape(direct: Floats, lifecycle_mean: float) -> Floats:
    """Lifecycle shape (288,) from direct intensities by cell and the zone's annual lifecycle mean.

    What lifecycle adds to direct (plants, fuel supply) hardly changes with the hour, so a direct shape
    swings too far and reaches 0 in a hydro zone. The part that is not direct is taken as constant.
    """
    mean = float((direct * CELL_DAYS).sum() / CELL_DAYS.sum())
    share = min(mean / lifecycle_mean, MAX_DIRECT_SHARE)
    return np.asarray(1.0 - share + share * normalised(direct), np.float64)
