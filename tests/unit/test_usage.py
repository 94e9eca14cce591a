"""What rows of usage emitted: expected grams are worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ledger_questions
from carbon.intensity import Quality
from carbon.ledger import SettledUsage, UsageRow
from carbon.power import PowerCurve
from catalog.profiles import hour_of
from engine import Engine
from mapping import CloudMap
from planning.ledger.settle import may_improve
from tests.fakes.grid import FakeReader
from tests.fakes.past import FakePast, readings

MIDNIGHT = datetime(2026, 2, 10, tzinfo=UTC)
NOW = datetime(2026, 2, 12, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
MAPPING = CloudMap.load()


def row(start: datetime, hours: float, **fields: Any) -> UsageRow:
    place = {"region": "aws:ca-central-1", **fields}
    return UsageRow(id="one", start=start, end=start + hours * HOUR, **place)


def settle(one: UsageRow, *sources: Any) -> SettledUsage:
    past = FakePast({"CA-QC": list(sources)})
    (settled,) = ledger_questions.settle(Engine(MAPPING, FakeReader(), past).at(NOW), [one])
    return settled


def test_measured_energy_is_multiplied_with_each_hour_that_it_ran_in() -> None:
    # 3 kWh of IT over 90 minutes is 2 kW; x PUE 1.5 = 3 kW: 0.5 h x 20 + 1 h x 40 = 50 g/kWh h, x 3 kW = 150 g.
    stored = readings(MIDNIGHT, [20.0, 40.0])

    settled = settle(row(MIDNIGHT + HOUR / 2, 1.5, it_kwh=3.0, pue=1.5), stored)

    (day,) = settled.days
    assert [day.hours, day.energy_kwh] == pytest.approx([1.5, 4.5])
    assert [day.measured_g, day.estimated_g, day.usual_g] == pytest.approx([150.0, 0.0, 0.0])
    assert (day.embodied_g, day.cost_usd, settled.unknown) == (None, None, None)


def test_usual_values_fill_what_no_reading_covers_and_are_told_apart() -> None:
    (hour,) = MAPPING.profiles.gco2e_per_kwh(MAPPING.profiles.rows(["CA-QC"]), _hours(MIDNIGHT + HOUR))[0].tolist()
    half_an_hour = readings(MIDNIGHT + HOUR, [100.0], minutes=30, quality=Quality.ESTIMATED)

    settled = settle(row(MIDNIGHT, 2, it_kwh=2.0, pue=1.0), readings(MIDNIGHT, [20.0]), half_an_hour)

    (day,) = settled.days
    assert [day.measured_g, day.estimated_g, day.usual_g] == pytest.approx([20.0, 50.0, hour / 2])


def _hours(moment: datetime) -> Any:
    return np.array([hour_of(moment)], dtype=np.int64)


def test_a_row_over_midnight_has_the_figures_of_both_utc_days() -> None:
    stored = readings(MIDNIGHT + 23 * HOUR, [10.0, 30.0])

    settled = settle(row(MIDNIGHT + 23 * HOUR, 2, it_kwh=2.0, pue=1.0, cost_usd=4.0), stored)

    first, second = settled.days
    assert second.day == first.day + 1
    assert [first.measured_g, second.measured_g] == pytest.approx([10.0, 30.0])
    assert (first.cost_usd, second.cost_usd, settled.billed) == (2.0, 2.0, True)


def test_a_row_is_beside_what_its_energy_would_have_emitted_from_its_submission_on() -> None:
    # 1 kW from 22:00 to 01:00: 30 + 40 g on the first day, 50 g on the second. Submitted 90 minutes before 22:00, it
    # would have run from 20:30 to 23:30: 10/2 + 20 + 30/2 = 40 g for the two hours of the first day, 30/2 + 40/2 = 35 g
    # for the hour of the second, which stays on the day on which it ran.
    stored = readings(MIDNIGHT + 20 * HOUR, [10.0, 20.0, 30.0, 40.0, 50.0])
    one = row(MIDNIGHT + 22 * HOUR, 3, it_kwh=3.0, pue=1.0, submitted_at=MIDNIGHT + 20.5 * HOUR)

    settled = settle(one, stored)

    assert [day.at_submission_g for day in settled.days] == pytest.approx([40.0, 35.0])
    assert [day.operational_g for day in settled.days] == pytest.approx([70.0, 50.0])


def test_what_was_submitted_when_it_ran_would_have_emitted_the_same_and_without_submission_it_is_not_known() -> None:
    stored, start = readings(MIDNIGHT, [10.0, 20.0]), MIDNIGHT + HOUR / 2

    ((at_once,), (unknown,)) = (
        settle(row(start, 1, it_kwh=1.0, pue=1.0, submitted_at=submission), stored).days for submission in (start, None)
    )

    assert (at_once.at_submission_g, at_once.operational_g) == pytest.approx((15.0, 15.0))
    assert unknown.at_submission_g is None


def test_without_grams_nothing_is_said_of_the_submission() -> None:
    (day,) = settle(row(MIDNIGHT + HOUR, 1, cost_usd=3.0, submitted_at=MIDNIGHT)).days

    assert day.at_submission_g is None


def test_a_machine_has_the_watts_grams_of_hardware_and_price_of_the_catalog() -> None:
    machine = MAPPING.instance_type("aws", "m6g.large")
    price = MAPPING.price("aws:ca-central-1", "m6g.large")
    assert machine.power is not None
    assert machine.embodied_kgco2e is not None
    assert price is not None
    assert price.on_demand_usd_per_hour is not None
    stored = readings(MIDNIGHT, [20.0] * 24)
    watts = machine.power.draw(0.5, 0.0, PowerCurve.CONCAVE).it_w

    settled = settle(row(MIDNIGHT, 10, instance_type="m6g.large", count=2.5, pue=1.0), stored)

    (day,) = settled.days
    assert day.energy_kwh == pytest.approx(watts * 2.5 * 10 / 1000)
    assert day.operational_g == pytest.approx(20.0 * watts * 2.5 * 10 / 1000)
    assert day.embodied_g == pytest.approx(machine.embodied_kgco2e * 1000 * 2.5 * 10 / 35_040)
    assert day.cost_usd == pytest.approx(price.on_demand_usd_per_hour * 2.5 * 10)
    assert settled.price_as_of == price.on_demand_as_of


def test_a_row_without_machine_and_energy_has_no_grams_but_its_cost() -> None:
    settled = settle(row(MIDNIGHT, 1, cost_usd=3.0))

    (day,) = settled.days
    assert (day.energy_kwh, day.operational_g, day.embodied_g, day.cost_usd) == (None, None, None, 3.0)
    assert settled.unknown == "neither a machine nor measured energy is given"


@given(
    start_minutes=st.integers(0, 60 * 40),
    seconds=st.integers(1, 3600 * 60),
    values=st.lists(st.one_of(st.none(), st.floats(0, 1000)), min_size=1, max_size=100),
)
def test_the_parts_of_a_row_sum_to_the_whole_however_it_is_cut(
    start_minutes: int, seconds: int, values: list[float | None]
) -> None:
    start = MIDNIGHT - 3 * 24 * HOUR + timedelta(minutes=start_minutes)
    whole = UsageRow(id="w", start=start, end=start + timedelta(seconds=seconds), region="aws:ca-central-1", it_kwh=8.0)
    middle = start + timedelta(seconds=seconds / 2)
    halves = [
        UsageRow(id="a", start=start, end=middle, region=whole.region, it_kwh=4.0),
        UsageRow(id="b", start=middle, end=whole.end, region=whole.region, it_kwh=4.0),
    ]
    session = Engine(MAPPING, FakeReader(), FakePast({"CA-QC": [readings(MIDNIGHT - 3 * 24 * HOUR, values)]})).at(NOW)

    one, *others = ledger_questions.settle(session, [whole, *halves])

    grams = [sum(day.operational_g or 0.0 for day in settled.days) for settled in (one, *others)]
    assert grams[0] == pytest.approx(grams[1] + grams[2], rel=1e-6)
    assert sum(day.energy_kwh or 0.0 for day in one.days) == pytest.approx(
        8.0 * MAPPING.regions["aws:ca-central-1"].pue
    )


def test_better_readings_may_come_for_forty_days_and_corrections_for_three() -> None:
    usual, measured = (
        settle(row(MIDNIGHT, 1, it_kwh=1.0)),
        settle(row(MIDNIGHT, 1, it_kwh=1.0), readings(MIDNIGHT, [5.0])),
    )
    day = usual.days[-1].day

    assert [may_improve(usual, day + later) for later in (0, 40, 41)] == [True, True, False]
    assert [may_improve(measured, day + later) for later in (0, 3, 4)] == [True, True, False]
