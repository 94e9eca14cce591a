"""The table lifecycle_fit.csv: from direct to lifecycle intensity by zone, with the error in held-back hours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from catalog.footing import OWN, PARENT
from tools.zone_centiles import widened_log_range
from tools.zone_scores import markdown
from tools.zone_shapes import folds
from tools.zone_sources import Floats, Series, Sources
from tools.zone_tables import BORROWED, SERIES_DATES

FIT_COLUMNS = (
    *("zone", "fit_zone", "basis", "intercept_gco2e_per_kwh", "slope", "low_factor", "high_factor"),
    *("mean_error_percent", "hours", "source", "as_of"),
)
PARENTS_ERROR = 2.0  # the error of a parent's fit in a sub-zone, in logarithms over the parent's own
LEAST_GCO2E = 1.0  # below it a relative error says nothing

INTRO = f"""\
## From direct to lifecycle

lifecycle = intercept + slope x direct, by zone, least squares of the relative error over all hours of the series; the
intercept is at least 0. The error is that of hours that the fit did not see: each later year from the years before it,
or with one year each half of the months' days from the other half. Ranges are made like those of
[the outlooks](backtest.md): 10th and 90th centile of log(actual / fitted), mean errors with both signs, widened by 1.1.

A zone has a fit if its series has both columns and lifecycle is on average above direct; SE-SE3 borrows, because its
series may not be passed on. A sub-zone without one takes the fit of its country, with {PARENTS_ERROR:g} times its
error in logarithms. On top come 10 % on both sides, because sources use other direct factors than the series."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """One zone's line, and log(actual / fitted) of the hours held back from it by fold."""

    intercept: float
    slope: float
    errors: Sequence[Floats]
    hours: int
    as_of: str

    @property
    def log_range(self) -> tuple[float, float]:
        """10th and 90th centile, widened."""
        low, high = widened_log_range([part[:, None].astype(np.float32) for part in self.errors])
        return float(low[0]), float(high[0])

    @property
    def mean_error(self) -> float:
        """Mean of |log(actual / fitted)|."""
        return float(np.mean([np.abs(part).mean() for part in self.errors]))


def line(direct: Floats, lifecycle: Floats) -> tuple[float, float]:
    """Intercept (0 or more) and slope with the least squares of the relative error."""
    weight = 1.0 / np.maximum(lifecycle, LEAST_GCO2E)
    columns = np.stack([np.ones_like(direct), direct], axis=1) * weight[:, None]
    intercept, slope = np.linalg.lstsq(columns, lifecycle * weight)[0]
    if intercept >= 0:
        return float(intercept), float(slope)
    relative = direct * weight
    return 0.0, float((relative * lifecycle * weight).sum() / (relative**2).sum())


def lifecycle_fits(sources: Sources) -> dict[str, Fit]:
    """Zone -> its fit."""
    fits = {}
    for zone, facts in sorted(sources.series_facts().items()):
        if facts["has_direct"] != "1" or zone in BORROWED:
            continue
        series = sources.series(zone)
        if series.direct is not None and series.values.mean() > series.direct.mean():
            fits[zone] = _fit(series, SERIES_DATES[facts["vintage"]])
    return fits


def _fit(series: Series, as_of: str) -> Fit:
    intercept, slope = line(_direct(series), series.values)
    errors = [_errors(training, held_back) for training, held_back in folds(series)]
    return Fit(intercept=intercept, slope=slope, errors=errors, hours=len(series.hours), as_of=as_of)


def _errors(training: Series, held_back: Series) -> Floats:
    intercept, slope = line(_direct(training), training.values)
    fitted = np.maximum(intercept + slope * _direct(held_back), _direct(held_back))
    actual = np.maximum(held_back.values, LEAST_GCO2E)
    return np.asarray(np.log(actual / np.maximum(fitted, LEAST_GCO2E)), np.float64)


def _direct(series: Series) -> Floats:
    if series.direct is None:
        raise ValueError(f"{series.zone} has no direct intensity")
    return series.direct


def fit_rows(fits: Mapping[str, Fit], zones: Sequence[str]) -> Iterator[dict[str, object]]:
    """The rows of lifecycle_fit.csv. zones: all that the service has."""
    for zone in sorted(zones):
        parent = zone.split("-")[0]
        if zone in fits:
            yield _row(zone, zone, fits[zone], 1.0)
        elif parent in fits:
            yield _row(zone, parent, fits[parent], PARENTS_ERROR)


def _row(zone: str, fit_zone: str, fit: Fit, times: float) -> dict[str, object]:
    low, high = np.exp(np.array(fit.log_range) * times)
    return {
        "zone": zone,
        "fit_zone": fit_zone,
        "basis": OWN if zone == fit_zone else PARENT,
        "intercept_gco2e_per_kwh": f"{fit.intercept:.2f}",
        "slope": f"{fit.slope:.4f}",
        "low_factor": f"{low:.3f}",
        "high_factor": f"{high:.3f}",
        "mean_error_percent": f"{100 * times * fit.mean_error:.1f}",
        "hours": fit.hours,
        "source": "em-hourly-fit",
        "as_of": fit.as_of,
    }


def lifecycle_section(fits: Mapping[str, Fit], rows: Sequence[Mapping[str, object]]) -> str:
    """Markdown: how far fits err, and the fits of zones whose free sources publish direct figures."""
    errors = np.array([fit.mean_error for fit in fits.values()])
    flat = [zone for zone, fit in fits.items() if fit.mean_error > 0.15]
    quantiles = ", ".join(f"{q:.0f}th {100 * np.quantile(errors, q / 100):.1f} %" for q in (25, 50, 75, 90))
    borrowed = sum(row["basis"] == PARENT for row in rows)
    text = f"""{len(fits)} zones have a fit, {borrowed} sub-zones take their country's. Mean error in held-back hours,
centiles over the zones: {quantiles}. Above 15 %: {", ".join(flat)}. Zones of free sources with direct figures:"""
    zones = ("GB", "DK", "DK-DK1", "DK-DK2", "FI")
    columns = FIT_COLUMNS[:-3]
    table = markdown(columns, [[str(row[column]) for column in columns] for row in rows if row["zone"] in zones])
    return f"{INTRO}\n\n{text}\n\n{table}"
