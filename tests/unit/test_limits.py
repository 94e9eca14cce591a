"""A figure that is exactly at a limit meets it, and counts that are easily forgotten."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from carbon.errors import NoFeasiblePlacement
from carbon.listings import LocationsQuery
from carbon.placements import Placement
from carbon.reading import ZoneReading
from carbon.workload import CalculateQuery, OptimizeQuery, Priority, WorkloadType
from engine import Engine
from planning.placing.hints.hint import Choice, Period, hint
from session import Session
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, forecast, known, observation

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
OREGON, TYPE = "aws:us-west-2", "m6g.large"
Limits = dict[str, float]


def session(readings: dict[str, ZoneReading] | None = None) -> Session:
    return Engine(cloud_map(), FakeReader(readings, others=known(NOW, [400.0] * 72))).at(NOW)


def optimized(*regions: str, readings: dict[str, ZoneReading] | None = None, limits: Limits | None = None) -> Placement:
    query = OptimizeQuery(
        workload=WorkloadType.GENERAL,
        priority=Priority.CARBON,
        regions=regions or (OREGON,),
        instance_types=(TYPE,),
        duration_hours=2.0,
        flexible=False,
        **(limits or {}),  # type: ignore[arg-type]
    )
    return session(readings).optimize(query)


def price() -> float:
    price = cloud_map().price(OREGON, TYPE)
    assert price is not None
    assert price.on_demand_usd_per_hour is not None
    return price.on_demand_usd_per_hour


@pytest.mark.parametrize(
    ("limit", "exact"),
    [("max_carbon_intensity", 400.0), ("max_usd_per_hour", price()), ("max_cost_usd", price() * 2)],
)
def test_an_offer_exactly_at_a_limit_qualifies_and_one_just_above_does_not(limit: str, exact: float) -> None:
    assert [row.emission.region for row in optimized(limits={limit: exact}).rows] == [OREGON]
    with pytest.raises(NoFeasiblePlacement):
        optimized(limits={limit: exact * 0.9999})


def test_a_region_exactly_at_the_highest_price_is_listed() -> None:
    def listed(most: float) -> set[str]:
        query = LocationsQuery(providers=frozenset({"aws"}), instance_type=TYPE, max_usd_per_hour=most)
        return {row.region for row in session().locations(query).rows}

    assert OREGON in listed(price())
    assert OREGON not in listed(price() * 0.9999)


@pytest.mark.parametrize(("max_age_minutes", "figure"), [(30.0, 20.0), (29.9, 25.0)])
def test_a_live_value_exactly_as_old_as_allowed_is_current(max_age_minutes: float, figure: float) -> None:
    # The hour from 9:00 to 10:00 ended 30 minutes ago; the forecast says 25 for now.
    live = ZoneReading(latest=observation(NOW, 20.0, hours_ago=1), forecast=forecast(NOW, [25.0] * 9))
    query = LocationsQuery(countries=frozenset({"SE"}), max_age_minutes=max_age_minutes)

    row = session({"SE-SE3": live}).locations(query).rows[0]

    assert row.stay.intensity.gco2e_per_kwh == figure


@pytest.mark.parametrize(
    ("intensities", "baseline"),
    [
        ({"SE-SE3": 100.0, "FR": 200.0, "GB": 300.0, "DE": 400.0}, "aws:eu-west-3"),
        ({"SE-SE3": 400.0, "FR": 300.0, "GB": 200.0, "DE": 100.0}, "aws:eu-west-2"),
    ],
)
def test_the_median_of_an_even_number_of_regions_is_the_greener_of_the_middle_two(
    intensities: dict[str, float], baseline: str
) -> None:
    readings = {zone: known(NOW, [figure] * 72) for zone, figure in intensities.items()}

    placement = optimized("aws:eu-north-1", "aws:eu-west-3", "aws:eu-west-2", "aws:eu-central-1", readings=readings)

    assert placement.savings.baseline_region == baseline


def test_three_machines_take_three_times_the_hardware_of_one() -> None:
    one, three = (
        session().calculate(
            CalculateQuery(region=OREGON, instance_type=TYPE, duration_hours=24, include_embodied=True, count=count)
        )
        for count in (1, 3)
    )

    assert one.embodied_gco2e is not None
    assert one.embodied_gco2e > 0
    assert three.embodied_gco2e == pytest.approx(3 * one.embodied_gco2e)
    assert three.total_gco2e == pytest.approx(3 * one.total_gco2e)


def test_a_hint_saves_at_least_a_gram() -> None:
    before, job = Choice(label="a", gco2e=10.0, usd=None), Period(name="job", factor=1.0)

    at_the_limit = hint("time", "b instead of a", before, Choice(label="b", gco2e=9.0, usd=None), job)
    below = hint("time", "b instead of a", before, Choice(label="b", gco2e=9.001, usd=None), job)

    assert at_the_limit is not None
    assert at_the_limit.saving_share == pytest.approx(0.1)
    assert below is None


@pytest.mark.parametrize(("evening", "kinds"), [(18.2, set()), (17.8, {"time"})])
def test_waiting_is_advised_from_one_per_cent_of_all_that_the_job_emits(evening: float, kinds: set[str]) -> None:
    # 1,000 machines: 4,840 g of hardware, and 545 g of grid at 20 g/kWh. At 18.2 waiting saves 49 g, 0.91 % of
    # 5,385 g; at 17.8 it saves 60 g, 1.11 %.
    query = OptimizeQuery(
        workload=WorkloadType.GENERAL,
        priority=Priority.CARBON,
        regions=("aws:eu-north-1",),
        instance_types=(TYPE,),
        duration_hours=4.0,
        flexible=True,
        include_embodied=True,
        count=1000,
    )

    placement = session({"SE-SE3": known(NOW, [20.0] * 12 + [evening] * 60)}).optimize(query)

    assert placement.rows[0].emission.embodied_gco2e == pytest.approx(4840, abs=1)
    assert placement.rows[0].start_now_gco2e == pytest.approx(545, abs=1)
    assert {hint.kind for hint in placement.advice} & {"time"} == kinds
