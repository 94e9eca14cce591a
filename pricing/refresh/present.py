"""The prices that a refresh replaces: the refreshed ones, else those shipped with this project."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from catalog.load import Catalog, load_catalog
from catalog.packed import MICRO_USD, PackedPrices, load_packed
from catalog.refreshed import INTERRUPTION, KINDS, ON_DEMAND
from pricing.refresh.figure import PLACEMENT_SCORES, RDS_PRICES, CloudFacts, Figure
from pricing.refresh.tables import stored_figures


class PresentPrices:
    """What is in force before a refresh, and the names of the catalog."""

    def __init__(self, folder: Path, catalog: Catalog | None = None) -> None:
        """folder: of the refreshed tables. catalog: read if None. Raises CatalogError where it cannot be read."""
        self._folder = folder
        self._catalog = catalog or load_catalog()
        self._packed = load_packed()

    def cloud(self, provider: str) -> CloudFacts:
        """The catalog's names of one provider."""
        return cloud_facts(self._catalog, provider)

    def figures(self, provider: str, kind: str, names: Container[str] | None = None) -> list[Figure]:
        """The figures in force, estimates left out; in no particular order.

        names: of shipped figures only those of these types; None for all.
        """
        refreshed = stored_figures(self._folder, provider, kind)
        if refreshed is not None:
            return refreshed
        shipped = _machines(self._packed, provider, kind) if kind in KINDS else _services(self._catalog, provider, kind)
        return [figure for figure in shipped if names is None or figure.name in names]


def cloud_facts(catalog: Catalog, provider: str) -> CloudFacts:
    """One provider's regions by id and types by every spelling in lower case."""
    types: Mapping[str, int] = catalog.type_index.get(provider, {})
    return CloudFacts(
        provider=provider,
        regions={region.region: region for region in catalog.regions if region.provider == provider},
        types={name: catalog.types[index] for name, index in types.items()},
    )


def _machines(packed: PackedPrices, provider: str, kind: str) -> Iterator[Figure]:
    is_band = kind == INTERRUPTION
    values = packed.columns["interruption_band" if is_band else f"{kind}_micro_usd"].tolist()
    dates = [] if is_band else packed.columns[f"{kind}_date"].tolist()
    sources = packed.columns["on_demand_source"].tolist() if kind == ON_DEMAND else []
    pairs = zip(packed.columns["region"].tolist(), packed.columns["type"].tolist(), strict=True)
    for position, (region, name) in enumerate(pairs):
        owner, region_id = packed.regions[region]
        value = values[position]
        if owner != provider or value < (0 if is_band else 1):
            continue
        if sources and packed.sources[sources[position]].is_estimate:
            continue
        day = packed.interruption_as_of if is_band else packed.dates[dates[position]][0]
        usd_or_band = Decimal(value) if is_band else Decimal(value) / MICRO_USD
        yield Figure(kind, region_id, packed.types[name][1], usd_or_band, day)


def _services(catalog: Catalog, provider: str, kind: str) -> Iterator[Figure]:
    services = catalog.service_offers
    if kind == PLACEMENT_SCORES:  # none are shipped
        return
    if kind == RDS_PRICES:
        for (owner, name), prices in services.class_prices.items():
            for region, price in prices.items() if owner == provider else ():
                if "-x-" not in price.source:  # a region's estimate
                    yield Figure(kind, region, name, Decimal(str(price.usd_per_hour)), price.as_of)
        return
    for (owner, service, arch, region), rate in services.rates.items():
        if owner == provider:
            for unit, usd in (("vcpu", rate.usd_per_vcpu_hour), ("gb", rate.usd_per_gb_hour)):
                if usd is not None:
                    yield Figure(kind, region, f"{service}/{arch}/{unit}", Decimal(str(usd)), rate.as_of)
