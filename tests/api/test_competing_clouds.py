"""Which clouds compete in optimize, and why the others cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from carbon.workload import OptimizeQuery, Priority, WorkloadType
from catalog.load import Catalog
from catalog.participation import NO_TYPES
from engine import Engine
from mapping import CloudMap
from tests.api.conftest import Ask
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)


def placement(post: Ask, **body: object) -> Any:
    return post("optimize", {"workload": "general", "priority": "carbon", "providers": "all", **body})["recommendation"]


def left_out(found: Any) -> dict[str, str | None]:
    return {entry["provider"]: entry["constraint"] for entry in found["metadata"]["not_competing"]}


def test_a_general_machine_is_found_on_every_cloud_that_has_prices(post: Ask) -> None:
    body = placement(post, limit=500)

    assert {row["provider"] for row in body["recommendations"]} == set(cloud_map().providers)
    assert left_out(body) == {}


def test_each_cloud_either_competes_or_is_named_with_the_reason(post: Ask) -> None:
    body = placement(post, workload="training")

    competing = set(body["metadata"]["providers"])
    assert competing | left_out(body).keys() == set(cloud_map().providers)
    assert not competing & left_out(body).keys()
    assert left_out(body)["hetzner"] == "workload"
    (hetzner,) = [entry for entry in body["metadata"]["not_competing"] if entry["provider"] == "hetzner"]
    offers = cloud_map().offers
    count = sum(offers.regions[region].provider == "hetzner" for region in offers.region.tolist())
    assert hetzner["reason"] == f"none of its {count} offers meets every constraint; workload removed the last {count}"


@pytest.mark.parametrize(
    ("body", "constraint"),
    [({"spot": True}, "no_spot_price"), ({"partition": "gov"}, "partition"), ({"countries": ["SG"]}, "countries")],
)
def test_the_constraint_that_leaves_a_cloud_without_an_offer_is_named(
    post: Ask, body: dict[str, object], constraint: str
) -> None:
    answer = placement(post, **{"providers": ["aws", "scaleway"], **body})

    assert left_out(answer) == {"scaleway": constraint}


def test_a_cloud_that_was_not_asked_for_is_not_named(post: Ask) -> None:
    assert left_out(placement(post, workload="training", providers=["aws"])) == {}


def not_competing(mapping: CloudMap, **more: Any) -> dict[str, str]:
    query = {"workload": WorkloadType.GENERAL, "providers": ("aws", "hetzner"), "priority": Priority.CARBON} | more
    placement = Engine(mapping, FakeReader()).at(NOW).optimize(OptimizeQuery(**query))
    return {entry.provider: entry.reason for entry in placement.not_competing}


def test_a_cloud_whose_types_are_not_listed_is_named_with_that_reason() -> None:
    catalog = cloud_map().catalog
    types = tuple(kind for kind in catalog.types if kind.provider != "hetzner")
    without = Catalog(**{f: getattr(catalog, f) for f in catalog.__slots__} | {"types": types})

    reasons = not_competing(replace(cloud_map(), catalog=without), workload=WorkloadType.TRAINING)

    assert reasons == {"hetzner": NO_TYPES}


def test_by_cost_a_cloud_without_any_price_is_named_and_by_carbon_it_competes() -> None:
    shipped = cloud_map()
    of_hetzner = np.array([region.provider == "hetzner" for region in shipped.offers.regions])[shipped.offers.region]
    usd = np.where(of_hetzner, np.nan, shipped.prices.on_demand_usd_per_hour)
    unpriced = replace(shipped, prices=replace(shipped.prices, on_demand_usd_per_hour=usd))

    by_cost, by_carbon = (not_competing(unpriced, priority=priority) for priority in (Priority.COST, Priority.CARBON))

    assert by_cost == {"hetzner": "none of its qualifying offers has a known price, so that they rank last"}
    assert by_carbon == {}
