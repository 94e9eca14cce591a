"""The machine a region's prices are for, against a search through every offer, one by one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from carbon.workload import Requirements
from catalog.columns import effective_vcpus
from catalog.model import InstanceType
from planning.placing.cheapest import NONE, cheapest_offers
from tests.fakes.clouds import cloud_map

TODAY_ISO = "2026-08-20"
TODAY = int(datetime(2026, 8, 20, tzinfo=UTC).timestamp()) // 86_400
OFFERS, PRICES = cloud_map().offers, cloud_map().prices


def machine(kind: InstanceType, shape: Requirements) -> bool:
    """Whether the type has the shape; what is not known is not had."""
    accelerators = kind.accelerator_count if kind.accelerator else 0.0
    model = kind.accelerator.accelerator.casefold() if kind.accelerator else ""
    return (
        (shape.vcpus is None or (effective_vcpus(kind) or 0.0) >= shape.vcpus)
        and (shape.memory_gb is None or (kind.memory_gb or 0.0) >= shape.memory_gb)
        and (bool(shape.gpus) == bool(accelerators) if shape.gpu_model is None else True)
        and (not shape.gpus or (kind.accelerator is not None and kind.accelerator.kind == "gpu"))
        and accelerators >= (shape.gpus or 0)
        and not (kind.burstable or kind.shared_core or (kind.retired_on or "9") <= TODAY_ISO)
        and kind.category not in ("serverless", "container")
        and (shape.gpu_model is None or shape.gpu_model.casefold() in model)
        and (shape.arch is None or kind.arch == shape.arch)
    )


def default_machine(kind: InstanceType) -> bool:
    """2 vCPU, 8 GB, neither burstable nor shared-core nor accelerated."""
    plain = not (kind.burstable or kind.shared_core or kind.accelerator)
    return plain and machine(kind, Requirements(vcpus=2, memory_gb=8))


def chosen(
    instance_type: str | None = None, shape: Requirements | None = None, *, by_spot: bool = False, today: int = TODAY
) -> dict[str, tuple[str, float | None]]:
    """Region -> the machine and the price it was chosen by."""
    offers = cheapest_offers(PRICES, instance_type, shape, by_spot=by_spot, today_day=today)
    found: dict[str, tuple[str, float | None]] = {}
    for region, offer in zip(OFFERS.regions, offers.tolist(), strict=True):
        if offer != NONE:
            price = PRICES.price_of_offer(offer)
            usd = None if price is None else price.usable_spot(today) if by_spot else price.on_demand_usd_per_hour
            found[region.key] = (OFFERS.columns.types[OFFERS.type[offer]].instance_type, usd)
    return found


def lowest_prices(fits: object, *, by_spot: bool = False) -> dict[str, float | None]:
    """Region -> the lowest price of its fitting offers, None where none of them has one."""
    assert callable(fits)
    fitting = {index for index, kind in enumerate(OFFERS.columns.types) if fits(kind)}
    price_of_pair: dict[str, float | None] = {}
    for offer, (region, kind) in enumerate(zip(OFFERS.region.tolist(), OFFERS.type.tolist(), strict=True)):
        if kind not in fitting:
            continue
        price = PRICES.price_of_offer(offer)
        usd = None if price is None else price.usable_spot(TODAY) if by_spot else price.on_demand_usd_per_hour
        if by_spot and usd is None:
            continue
        key = OFFERS.regions[region].key
        prices = [value for value in (price_of_pair.get(key), usd) if value is not None]
        price_of_pair[key] = min(prices) if prices else None
    return price_of_pair


def prices_of(machines: dict[str, tuple[str, float | None]]) -> dict[str, float | None]:
    return {region: usd for region, (_, usd) in machines.items()}


def test_without_a_question_it_is_the_cheapest_plain_machine_of_2_vcpus_and_8_gb() -> None:
    assert prices_of(chosen()) == lowest_prices(default_machine)


@pytest.mark.parametrize(
    "shape",
    [
        Requirements(vcpus=4, memory_gb=16),
        Requirements(vcpus=4, memory_gb=16, arch="arm64"),
        Requirements(gpus=1),
        Requirements(gpus=8, gpu_model="h100"),
        Requirements(vcpus=1, gpus=0),
    ],
)
def test_with_a_shape_it_is_the_cheapest_type_that_has_it(shape: Requirements) -> None:
    assert prices_of(chosen(shape=shape)) == lowest_prices(lambda kind: machine(kind, shape))


def test_by_spot_it_is_the_cheapest_by_spot_price_and_regions_without_one_have_none() -> None:
    machines = chosen(by_spot=True)

    assert prices_of(machines) == lowest_prices(default_machine, by_spot=True)
    assert "hetzner:fsn1" in chosen()
    assert "hetzner:fsn1" not in machines


def test_a_named_type_is_taken_wherever_it_is_on_offer() -> None:
    machines = chosen("m7g.large")

    assert {name for name, _ in machines.values()} == {"m7g.large"}
    assert {region.partition(":")[0] for region in machines} == {"aws"}


def test_a_type_without_a_price_is_taken_only_where_no_fitting_one_has_one() -> None:
    priced = prices_of(chosen(shape=Requirements(vcpus=1)))
    lowest = lowest_prices(lambda kind: machine(kind, Requirements(vcpus=1)))

    assert [region for region, usd in priced.items() if usd is None and lowest[region] is not None] == []


def test_no_machine_is_chosen_by_a_spot_price_older_than_365_days() -> None:
    newest = int(PRICES.spot_day.max())

    assert chosen(by_spot=True, today=newest + 365)
    assert chosen(by_spot=True, today=newest + 366) == {}
