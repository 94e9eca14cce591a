"""The intensities of zones under the names of other exporters, so that dashboards made for those still work.

A series is there while its value is known, with the value of the API. An exporter that says 0 instead is not copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from carbon.errors import UnknownName
from carbon.intensity import Quality
from catalog.memo import table_cache
from catalog.model import Region
from mapping import CloudMap

GRID_INTENSITY, SDK = "grid-intensity-go", "carbon-aware-sdk"
BOTH = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneFigure:
    """The intensity of a zone now. source: a live source, or of a baseline "baseline"."""

    gco2e_per_kwh: float
    quality: Quality
    source: str


def compatible_gauges(
    names: str, figures: Mapping[str, ZoneFigure], marginal: Mapping[str, ZoneFigure], mapping: CloudMap
) -> Iterator[Metric]:
    """The gauges that METRICS_NAMES asks for. figures, marginal: by zone, of those whose intensity is known."""
    if names in (GRID_INTENSITY, BOTH):
        yield _of_grid_intensity("average", figures, mapping)
        yield _of_grid_intensity("marginal", marginal, mapping)
    if names in (SDK, BOTH):
        yield _of_sdk(figures, mapping)


def _of_grid_intensity(signal: str, figures: Mapping[str, ZoneFigure], mapping: CloudMap) -> Metric:
    """As grid-intensity-go: a series for each zone and region id. Regions of two clouds of one id share a series.

    Samples have no time of their own: Prometheus shows one from the start of the hour for five minutes alone.
    """
    gauge = GaugeMetricFamily(
        f"grid_intensity_carbon_{signal}",
        f"{signal.capitalize()} carbon intensity of the grid at a location.",
        labels=("is_estimated", "location", "provider", "region", "units"),
    )
    places = dict.fromkeys((region.zone, region.region) for region in _open_regions(mapping))
    for zone, region in places:
        figure = figures.get(zone)
        if figure is not None:
            is_estimated = "false" if figure.quality is Quality.MEASURED else "true"
            gauge.add_metric((is_estimated, zone, figure.source, region, "gCO2e per kWh"), figure.gco2e_per_kwh)
    return gauge


def _of_sdk(figures: Mapping[str, ZoneFigure], mapping: CloudMap) -> Metric:
    """As the exporter of the Carbon Aware SDK: a series for each region."""
    gauge = GaugeMetricFamily("carbon_aware_intensity", "Carbon intensity of a location.", labels=("location",))
    for location, zone in _locations(mapping):
        if zone in figures:
            gauge.add_metric((location,), figures[zone].gco2e_per_kwh)
    return gauge


def _open_regions(mapping: CloudMap) -> list[Region]:
    return [region for region in mapping.regions.values() if region.status == "available"]


@table_cache(None)
def _locations(mapping: CloudMap) -> tuple[tuple[str, str], ...]:
    """Every open region by the shortest name that the API takes for it, its id or provider:region, with its zone."""
    locations = []
    for region in _open_regions(mapping):
        try:
            is_by_id = mapping.region_and_kind(region.region)[0] is region
        except UnknownName:  # several clouds have a region of this id
            is_by_id = False
        locations.append((region.region if is_by_id else region.key, region.zone))
    return tuple(locations)
