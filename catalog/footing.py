"""What brings figures of different sources to one footing: direct to lifecycle, production to consumption."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from carbon.lifecycle import LifecycleFit
from carbon.ranges import Factors
from catalog.model import Zone
from catalog.outlook_error import ANY_CLUSTER, CLUSTERS, cluster_of
from catalog.tables import DATA, CatalogError, Row, read_table

OWN, PARENT = "own", "parent"
CLUSTER_KEY = "cluster:"


@dataclass(frozen=True, slots=True)
class Footing:
    """lifecycle_fits: by zone; a zone without one has no lifecycle value from a direct one.

    flow_errors: by zone, or by cluster as in "cluster:mixed".
    """

    lifecycle_fits: Mapping[str, LifecycleFit]
    flow_errors: Mapping[str, Factors]

    def flow_error(self, zone: Zone) -> Factors:
        """10th and 90th centile of the intensity of the zone's consumption over that of its production."""
        cluster = f"{CLUSTER_KEY}{cluster_of(zone.fossil_free_share)}"
        return self.flow_errors.get(zone.zone, self.flow_errors[cluster])


@cache
def load_footing(data: Path = DATA) -> Footing:
    """Reads lifecycle_fit.csv and flow_error.csv. Raises CatalogError, naming file and row."""
    zones = {row.required("zone") for row in read_table(data, "zones.csv", "zone")}
    fits = {}
    for row in read_table(data, "lifecycle_fit.csv", "zone"):
        if row.required("zone") not in zones:
            raise row.error(f"zone {row.text('zone')!r} is not in zones.csv")
        if (row.required("basis") == OWN) != (row.required("fit_zone") == row.text("zone")):
            raise row.error("basis must be own if the fit is the zone's own, and only then")
        fits[row.text("zone")] = _fit(row)
    flow_errors = {row.required("key"): factors(row) for row in read_table(data, "flow_error.csv", "key")}
    missing = [cluster for cluster in (*CLUSTERS, ANY_CLUSTER) if f"{CLUSTER_KEY}{cluster}" not in flow_errors]
    if missing:
        raise CatalogError(f"flow_error.csv has no row for the cluster {missing[0]}")
    return Footing(fits, flow_errors)


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
