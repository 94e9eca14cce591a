"""What jobs cost, and the place that is best with a price of carbon, asked of the engine.

Two data centres of PUE 1.25: dc1 at 100 g/kWh and 1.25 USD an hour, dc2 at 300 g/kWh and 1.20 USD. At half load rack1
draws 220 W, with PUE 0.275 kWh an hour: in 4 h 1.1 kWh, which are 110 g and 5.00 USD in dc1, 330 g and 4.80 USD in dc2.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from carbon.errors import NoFeasiblePlacement
from carbon.jobs import ScheduleQuery
from carbon.schedules import Schedule
from carbon.workload import CalculateQuery, Interruption, Load
from engine import Engine
from session import Session
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, known
from tests.fakes.own_facts import INSTANCES, PRICES, REGIONS, ZONES, overlaid

NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
RACK = CalculateQuery(region="", instance_type="rack1", duration_hours=4, load=Load(utilization=0.5))
JOB = ScheduleQuery(regions=("own:dc1", "own:dc2"), duration_hours=4, run=RACK)


@cache
def session() -> Session:
    facts = overlaid(
        zones=ZONES + "OWN-DC2,DE,300,location,meter,2026\n",
        regions=REGIONS + "dc2,Berlin,DE,52.5,13.4,BER,OWN-DC2,1.25,meter,2026\n",
        instances=INSTANCES,
        prices=PRICES + "dc2,rack1,1.20,accounting,2026-01\n",
    )
    return Engine(facts, FakeReader()).at(NOW)


def schedule(**more: object) -> Schedule:
    return session().schedule(replace(JOB, **more))  # type: ignore[arg-type]


def ranked(plan: Schedule) -> list[tuple[str, float | None]]:
    assert plan.places is not None
    rows = (plan, *plan.places.options)
    return [(row.region, None if row.cost is None else round(row.cost.total_usd, 6)) for row in rows]


def test_the_price_of_carbon_decides_between_the_cheap_and_the_green_place() -> None:
    # The green place costs 0.20 USD more and saves 220 g: worth it from 909.09 USD a tonne on.
    # At 900: 5.00 + 0.099 and 4.80 + 0.297. At 1000: 5.00 + 0.11 and 4.80 + 0.33.
    assert ranked(schedule(carbon_usd_per_tonne=900.0)) == [("own:dc2", 5.097), ("own:dc1", 5.099)]
    assert ranked(schedule(carbon_usd_per_tonne=1000.0)) == [("own:dc1", 5.11), ("own:dc2", 5.13)]


def test_carbon_at_no_price_leaves_the_cost_and_without_a_price_of_carbon_grams_rank() -> None:
    assert ranked(schedule(carbon_usd_per_tonne=0.0)) == [("own:dc2", 4.8), ("own:dc1", 5.0)]
    assert ranked(schedule()) == [("own:dc1", None), ("own:dc2", None)]
    assert ranked(schedule(max_usd_per_hour=2.0)) == [("own:dc1", 5.0), ("own:dc2", 4.8)]


def test_all_machines_are_paid_for() -> None:
    cost = schedule(carbon_usd_per_tonne=1000.0, run=replace(RACK, count=3)).cost

    assert cost is not None
    assert (cost.is_spot, cost.usd_per_hour, cost.usd) == (False, 1.25, 15.0)
    assert cost.carbon_usd == pytest.approx(0.33)


def test_a_place_above_the_limit_is_left_out_with_its_reason() -> None:
    places = schedule(max_usd_per_hour=1.2).places

    assert places is not None
    assert [(one.region, one.reason) for one in places.excluded] == [
        ("own:dc1", "the price is above max_price_per_hour")
    ]


def test_a_limit_below_all_prices_is_refused_with_the_lowest() -> None:
    with pytest.raises(NoFeasiblePlacement, match=r"the lowest price of these regions is 1\.2 USD"):
        schedule(max_usd_per_hour=1.0)
    with pytest.raises(NoFeasiblePlacement, match=r"the lowest price of these regions is 1\.25 USD"):
        schedule(region="own:dc1", regions=(), run=replace(RACK, region="own:dc1"), max_usd_per_hour=1.0)
    with pytest.raises(NoFeasiblePlacement, match="no spot price of the last 365 days is known there"):
        schedule(spot=True)


@pytest.mark.parametrize(("carbon_usd_per_tonne", "starts"), [(None, [12, 14]), (100.0, [14]), (1e6, [12, 14])])
def test_a_restart_is_taken_only_if_it_is_worth_its_price(
    carbon_usd_per_tonne: float | None, starts: list[int]
) -> None:
    # 100 from 12:00, 50 from 15:00, else 300. Two segments with a restart of half an hour: 100 + 150 + 50 = 300 g per
    # kW; in one piece 350. m7g.large: 0.0816 USD and about 0.006 kWh an hour. At 100 USD a tonne 50 g per kW x 0.006
    # are 0.00003 USD, less than half an hour at 0.0816; at 1,000,000 they are 0.3 USD.
    reader = FakeReader({"US-NW-PACW": known(NOW, [300.0, 300, 100, 300, 300, 50] + [300.0] * 66)})
    run = CalculateQuery(region="aws:us-west-2", instance_type="m7g.large", duration_hours=2)
    job = ScheduleQuery(region="aws:us-west-2", duration_hours=2, interruption=Interruption(restart=1800), run=run)

    plan = Engine(cloud_map(), reader).at(NOW).schedule(replace(job, carbon_usd_per_tonne=carbon_usd_per_tonne))

    assert [segment.starts_at.hour for segment in plan.best.segments] == starts
