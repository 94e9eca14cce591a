"""Where services are sold and what they cost: sized ones by their rates, database classes by their price list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from catalog.discounts import ESTIMATE, NO_DISCOUNTS, Discounts
from catalog.model import InstanceType
from catalog.refreshed import ON_DEMAND
from catalog.tables import Row, Table

Indexes = tuple[int, ...]  # of regions, in the catalog's order
RegionIndex = Mapping[tuple[str, str], int]  # (provider, region) -> index


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What a vCPU and a GB cost in USD an hour; None where the service does not charge for it apart."""

    usd_per_vcpu_hour: float | None
    usd_per_gb_hour: float | None
    source: str
    as_of: str

    def usd_per_hour(self, vcpus: float, memory_gb: float) -> float:
        """Of a size, to a billionth of a dollar."""
        usd = vcpus * (self.usd_per_vcpu_hour or 0.0) + memory_gb * (self.usd_per_gb_hour or 0.0)
        return round(usd, 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePrice:
    """The on-demand price of a service's size. source: a key of price_sources.csv."""

    usd_per_hour: float
    source: str
    as_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOffers:
    """What is known of services by region.

    places: (provider, service) -> its regions. rates: (provider, service, arch, region), arch "" where it is the same
    for all. class_prices: (provider, name) -> region -> price, estimates included. class_places: (provider, name) ->
    the regions whose published list has it. listed: the regions with such a list. estimates: the keys
    of sources that estimate. discounts: on all of these prices.
    """

    places: Mapping[tuple[str, str], Indexes]
    rates: Mapping[tuple[str, str, str, str], Rate]
    class_prices: Mapping[tuple[str, str], Mapping[str, ServicePrice]]
    class_places: Mapping[tuple[str, str], Indexes]
    listed: frozenset[int]
    estimates: frozenset[str]
    discounts: Discounts = NO_DISCOUNTS

    def regions(self, service: InstanceType) -> Indexes | None:
        """The regions that sell it; None where no source says so."""
        classes = self.class_places.get((service.provider, service.instance_type))
        return self.places.get((service.provider, service.family)) if classes is None else classes

    def is_sold(self, service: InstanceType, region_index: int) -> bool | None:
        """Whether the region sells it; None where no source says so."""
        regions = self.regions(service)
        if regions is None:
            return None
        of_class = (service.provider, service.instance_type) in self.class_places
        return None if of_class and region_index not in self.listed else region_index in regions

    @property
    def dates(self) -> frozenset[str]:
        """Every date of a price, as its source gives it."""
        classes = (price.as_of for by_region in self.class_prices.values() for price in by_region.values())
        return frozenset(classes) | {rate.as_of for rate in self.rates.values()}

    def price(self, service: InstanceType, region: str) -> ServicePrice | None:
        """What it costs in a region of its provider, less a discount; None where no price is known."""
        price = self._list_price(service, region)
        if price is None:
            return None
        share = self.discounts.share(ON_DEMAND, service.provider, region, service.instance_type)
        if share >= 1:
            return price
        source = self.discounts.source + (ESTIMATE if price.source in self.estimates else "")
        return replace(price, usd_per_hour=round(price.usd_per_hour * share, 9), source=source)

    def _list_price(self, service: InstanceType, region: str) -> ServicePrice | None:
        classes = self.class_prices.get((service.provider, service.instance_type))
        if classes is not None:
            return classes.get(region)
        rate = next((rate for rate in self._rates(service, region) if rate is not None), None)
        if rate is None or service.vcpus is None or service.memory_gb is None:
            return None
        usd_per_hour = rate.usd_per_hour(service.vcpus, service.memory_gb)
        return ServicePrice(usd_per_hour=usd_per_hour, source=rate.source, as_of=rate.as_of)

    def _rates(self, service: InstanceType, region: str) -> Iterator[Rate | None]:
        for arch in (service.arch or "", ""):
            yield self.rates.get((service.provider, service.family, arch, region))


def load_service_offers(
    aws_regions: Table, rates: Table, classes: Table, sources: Table, region_index: RegionIndex
) -> ServiceOffers:
    """The rows of aws/service_regions.csv, service_rates.csv and aws/rds_prices.csv.

    A service without a list of regions of its own is sold where its rates are known. sources: price_sources.csv.
    """
    estimates = {row.required("key"): row.text("is_estimate") == "yes" for row in sources}
    by_region: dict[tuple[str, str, str, str], Rate] = {}
    priced: dict[tuple[str, str], set[int]] = {}
    for row in rates:
        _refuse_unknown_source(row, estimates)
        provider, service = row.required("provider"), row.required("service")
        rate = Rate(
            usd_per_vcpu_hour=row.optional_number("usd_per_vcpu_hour"),
            usd_per_gb_hour=row.optional_number("usd_per_gb_hour"),
            source=row.required("source"),
            as_of=row.required("as_of"),
        )
        for region, index in _regions(row, provider, region_index):
            by_region[provider, service, row.text("arch"), region] = rate
            priced.setdefault((provider, service), set()).add(index)
    listed = {
        ("aws", row.required("service")): tuple(index for _, index in _regions(row, "aws", region_index))
        for row in aws_regions
    }
    prices: dict[tuple[str, str], dict[str, ServicePrice]] = {}
    places: dict[tuple[str, str], set[int]] = {}
    for row in classes:
        _refuse_unknown_source(row, estimates)
        key, source = ("aws", row.required("instance_type")), row.required("source")
        price = ServicePrice(usd_per_hour=row.number("usd_per_hour"), source=source, as_of=row.required("as_of"))
        for region, index in _regions(row, "aws", region_index):
            prices.setdefault(key, {})[region] = price
            if not estimates[source]:
                places.setdefault(key, set()).add(index)
    return ServiceOffers(
        places={key: tuple(sorted(indexes)) for key, indexes in priced.items()} | listed,
        rates=by_region,
        class_prices=prices,
        class_places={key: tuple(sorted(indexes)) for key, indexes in places.items()},
        listed=frozenset().union(*places.values()),
        estimates=frozenset(key for key, is_estimate in estimates.items() if is_estimate),
    )


def _refuse_unknown_source(row: Row, sources: Mapping[str, bool]) -> None:
    if row.required("source") not in sources:
        raise row.error(f"source {row.text('source')!r} is not in price_sources.csv")


def _regions(row: Row, provider: str, region_index: RegionIndex) -> list[tuple[str, int]]:
    """The row's regions, each with its index. Raises CatalogError for one that the catalog does not have."""
    try:
        return [(region, region_index[provider, region]) for region in row.required("regions").split()]
    except KeyError as error:
        raise row.error(f"region {error.args[0][1]!r} is not in {provider}/regions.csv") from None
