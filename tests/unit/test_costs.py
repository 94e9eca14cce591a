"""One machine's bill, and that every answer gives the same bill and the same price for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbon.errors import NoFeasiblePlacement
from carbon.workload import CalculateQuery, OptimizeQuery, Priority, WorkloadType
from catalog.packed import PriceSource
from catalog.prices import Price
from engine import Engine
from planning.placing.costs import NO_PRICE, cost_of
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
USD = st.floats(1e-6, 500)
HOURS = st.floats(0.01, 8760)
COUNT = st.integers(1, 10_000)


def source(what: str) -> PriceSource:
    known = cloud_map().prices.sources[0]
    return replace(known, what=what)


PRICE = Price(
    on_demand_usd_per_hour=0.25,
    on_demand_as_of="2026-08",
    on_demand_day=20_666,
    on_demand_source=source("a list"),
    is_estimate=True,
    spot_usd_per_hour=0.1,
    spot_as_of="2024",
    spot_day=19_723,
    spot_source=source("a feed"),
    interruption_band=None,
    spot_score=None,
    spot_score_as_of=None,
)
NO_SPOT = replace(PRICE, spot_usd_per_hour=None, spot_as_of=None, spot_day=None, spot_source=None)
SPOT_ALONE = replace(
    PRICE,
    on_demand_usd_per_hour=None,
    on_demand_as_of=None,
    on_demand_day=None,
    on_demand_source=None,
    is_estimate=False,
)


def test_a_bill_is_price_times_hours_times_machines_with_each_figures_own_date_and_source() -> None:
    # 0.25 x 8 h x 3 = 6; 0.1 x 8 x 3 = 2.4.
    bill = cost_of(PRICE, 8, 3)

    assert (bill.on_demand_usd_per_hour, bill.spot_usd_per_hour) == (0.25, 0.1)
    assert bill.on_demand_usd == pytest.approx(6.0)
    assert bill.spot_usd == pytest.approx(2.4)
    assert (bill.price_as_of, bill.spot_price_as_of) == ("2026-08", "2024")
    assert (bill.price_source, bill.spot_price_source) == ("a list", "a feed")
    assert bill.is_estimate


def test_what_is_not_known_is_none_and_never_zero() -> None:
    no_spot, spot_alone = cost_of(NO_SPOT, 8, 3), cost_of(SPOT_ALONE, 8, 3)

    assert (no_spot.spot_usd_per_hour, no_spot.spot_usd, no_spot.spot_price_as_of) == (None, None, None)
    assert no_spot.spot_price_source is None
    assert no_spot.on_demand_usd == pytest.approx(6.0)
    assert (spot_alone.on_demand_usd_per_hour, spot_alone.on_demand_usd, spot_alone.price_as_of) == (None, None, None)
    assert spot_alone.price_source is None
    assert spot_alone.spot_usd == pytest.approx(2.4)
    assert cost_of(None, 8, 3) == NO_PRICE


@given(usd=USD, hours=HOURS, count=COUNT)
def test_twice_the_hours_or_the_machines_cost_twice_as_much(usd: float, hours: float, count: int) -> None:
    price = replace(PRICE, on_demand_usd_per_hour=usd)

    once = cost_of(price, hours, count).on_demand_usd

    assert once is not None
    assert cost_of(price, 2 * hours, count).on_demand_usd == pytest.approx(2 * once)
    assert cost_of(price, hours, 2 * count).on_demand_usd == pytest.approx(2 * once)


def ask(**more: object) -> OptimizeQuery:
    fields = {"workload": WorkloadType.GENERAL, "priority": Priority.COST, "duration_hours": 12.0, "limit": 60}
    return OptimizeQuery(**fields | more)  # type: ignore[arg-type]


ENGINE = Engine(cloud_map(), FakeReader())


@pytest.mark.parametrize("priority", Priority)
@pytest.mark.parametrize("workload", WorkloadType)
def test_calculate_compare_and_optimize_give_one_offer_one_cost(workload: WorkloadType, priority: Priority) -> None:
    rows = ENGINE.at(NOW).optimize(ask(workload=workload, priority=priority)).rows

    queries = [
        CalculateQuery(region=row.emission.region, instance_type=row.emission.instance_type, duration_hours=12.0)
        for row in rows
    ]
    cost_of_pair = {(row.region, row.instance_type): row.cost for row in ENGINE.at(NOW).compare(queries).rows}
    assert len(cost_of_pair) == len(rows)
    for row, query in zip(rows, queries, strict=True):
        offer = (row.emission.region, row.emission.instance_type)
        price = cloud_map().price(*offer)
        assert row.emission.cost == cost_of_pair[offer] == ENGINE.at(NOW).calculate(query).cost
        assert row.emission.cost == cost_of(price, 12.0, 1)


@st.composite
def bounded(draw: st.DrawFn) -> OptimizeQuery:
    return ask(
        workload=draw(st.sampled_from(WorkloadType)),
        priority=draw(st.sampled_from(Priority)),
        providers=draw(st.sampled_from([("aws",), ("azure", "gcp"), ()])),
        spot=draw(st.sampled_from([None, True, False])),
        max_usd_per_hour=draw(st.one_of(st.none(), st.floats(0.005, 30))),
        max_cost_usd=draw(st.one_of(st.none(), st.floats(0.05, 400))),
        carbon_usd_per_tonne=draw(st.sampled_from([0.0, 80.0, 5000.0])),
        limit=500,
        per_region=3,
    )


@given(query=bounded(), days=st.sampled_from([0, -500, -830]))
@settings(max_examples=60)
def test_whatever_is_asked_every_row_and_point_keeps_the_bounds_and_the_counts_add_up(
    query: OptimizeQuery, days: int
) -> None:
    now = NOW + timedelta(days=days)
    try:
        placement = ENGINE.at(now).optimize(query)
    except NoFeasiblePlacement:
        return

    assert placement.candidates == placement.qualifying + sum(placement.removed.values())
    bound = query.max_usd_per_hour is not None or query.max_cost_usd is not None
    assert placement.offers_without_price == 0 or not (query.spot or bound)
    for row in placement.rows:
        price = cloud_map().price(row.emission.region, row.emission.instance_type)
        usd = _paid(price, query, now)
        assert usd is not None or not (query.spot or bound)
        if usd is not None:
            assert query.max_usd_per_hour is None or usd <= query.max_usd_per_hour
            assert query.max_cost_usd is None or usd * 12.0 <= query.max_cost_usd
    for point in placement.pareto.points:
        assert query.spot in (None, point.spot)
        price = cloud_map().price(point.region, point.instance_type)
        assert price is not None
        assert _paid(price, replace(query, spot=point.spot), now) is not None


def _paid(price: Price | None, query: OptimizeQuery, now: datetime) -> float | None:
    if price is None:
        return None
    today = (now - datetime(1970, 1, 1, tzinfo=UTC)).days
    return price.usable_spot(today) if query.spot else price.on_demand_usd_per_hour


@pytest.mark.parametrize("usd_per_tonne", [0.0, 100.0, 20_000.0])
def test_priority_cost_is_in_the_order_of_price_and_priced_carbon_per_unit_of_work(usd_per_tonne: float) -> None:
    rows = ENGINE.at(NOW).optimize(ask(providers=(), carbon_usd_per_tonne=usd_per_tonne, limit=500)).rows

    full = [
        row.usd_per_unit_work + (row.gco2e_per_unit_work or 0.0) * usd_per_tonne / 1e6
        for row in rows
        if row.usd_per_unit_work is not None
    ]
    assert len(full) > 50
    assert np.diff(full).min() > -1e-9 * max(full)
    assert [row.score for row in rows[: len(full)]] == pytest.approx([full[0] / one for one in full])
