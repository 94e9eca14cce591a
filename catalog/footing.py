"""What brings figures of different sources to one footing: direct to lifecycle, production to consumption."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from carbon.lifecycle import LifecycleFit
from carbon.ranges import Factors
from catalog.tables import DATA, Row, read_table

OWN, PARENT = "own", "parent"


@dataclass(frozen=True, slots=True)
class Footing:
    """Fits by zone. A zone without a fit has no lifecycle value from a direct one."""

    lifecycle_fits: Mapping[str, LifecycleFit]


def load_footing(data: Path = DATA) -> Footing:
    """Reads lifecycle_fit.csv. Raises CatalogError, naming file and row."""
    zones = {row.required("zone") for row in read_table(data, "zones.csv", "zone")}
    fits = {}
    for row in read_table(data, "lifecycle_fit.csv", "zone"):
        if row.required("zone") not in zones:
            raise row.error(f"zone {row.text('zone')!r} is not in zones.csv")
        if (row.required("basis") == OWN) != (row.required("fit_zone") == row.text("zone")):
            raise row.error("basis must be own exactly where the fit is the zone's own")
        fits[row.text("zone")] = _fit(row)
    return Footing(fits)


def _fit(row: Row) -> LifecycleFit:
    intercept, slope = row.number("intercept_gco2e_per_kwh"), row.number("slope")
    if intercept < 0 or slope <= 0:
        raise row.error("the intercept must be 0 or more and the slope above 0")
    return LifecycleFit(intercept_gco2e_per_kwh=intercept, slope=slope, error=factors(row))


def factors(row: Row) -> Factors:
    """The row's low_factor and high_factor. Raises CatalogError if 1 does not lie within."""
    low, high = row.number("low_factor"), row.number("high_factor")
    if not 0 < low <= 1 <= high:
        raise row.error(f"the range {low:g} to {high:g} does not contain 1")
    return Factors(low=low, high=high)
