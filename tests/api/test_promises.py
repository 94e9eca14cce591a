"""What recorded answers promise, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.recorded import HOUR, JOB, MAPPING, PLACED, PLAN, TEN, Body, Place
from tests.fakes.grid import known
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def near(figure: float) -> Any:
    """A figure as answers write it, with four digits."""
    return pytest.approx(figure, rel=1e-3)


def of(row: Any) -> str:
    """The region of a row."""
    return f"{row['provider']}:{row['region']}"


def test_phases_promise_the_energy_of_each_and_what_came_is_that_energy_in_the_real_hours(tmp_path: Path) -> None:
    # The job fits into the three hours of 100 g/kWh and starts at 12:00. Really these had 110, 130 and 90.
    past = FakePast({"US-MIDA-PJM": [readings(TEN - 24 * HOUR, [400.0] * 26 + [110.0, 130.0, 90.0] + [300.0] * 30)]})
    place = Place(tmp_path, past)
    decision_id = place.record("schedule", JOB)
    before = place.show(decision_id)

    place.now += 24 * HOUR
    after = place.show(decision_id)

    starts = [one["start"] for one in before["placed"]]
    assert starts == ["2026-02-11T12:00:00Z", "2026-02-11T13:00:00Z"]
    assert [one["came"] for one in before["placed"]] == [None, None]
    # 1 kW and 3 kW for an hour, times 1.5, at 100 g/kWh; at once 10:30 to 11:30 is 400, 11:30 to 12:30 (400 + 100) / 2.
    assert [one["power_consumption_kwh"] for one in before["placed"]] == [1.5, 4.5]
    assert (before["co2_emissions_g"], before["instead_co2_emissions_g"]) == (600.0, 1.5 * 400 + 4.5 * 250)
    # 1.5 x 110 and 4.5 x 130.
    assert [one["came"]["co2_emissions_g"] for one in after["placed"]] == [165.0, 585.0]
    assert [one["came"]["carbon_intensity"] for one in after["placed"]] == [110.0, 130.0]
    # At once: 1.5 x 400, and 4.5 x (400 + 110) / 2.
    assert [one["came"]["co2_emissions_g"] for one in after["instead"]] == [600.0, 1147.5]
    assert [(one["came"]["measured_g"], one["came"]["baseline_g"]) for one in after["placed"]] == [
        (165.0, 0),
        (585.0, 0),
    ]
    assert after["placed"][0]["came"]["may_change"] is True
    assert after["replay"]["equal"] is True


def test_optimize_promises_its_first_row_and_compares_with_the_callers_region_at_once(place: Place) -> None:
    answer = place.ask("optimize", {**PLACED, "include_embodied": True}).get_json()
    first = answer["recommendation"]["recommendations"][0]
    home = next(row for row in answer["recommendation"]["recommendations"] if row["is_requested_region"])

    shown = place.show(answer["decision_id"])

    (placed,), (instead,) = shown["placed"], shown["instead"]
    assert (placed["region"], placed["instance_type"]) == (of(first), first["instance_type"])
    assert placed["co2_emissions_g"] == near(first["estimated_co2_emissions_g"])
    assert placed["cost_usd"] == near(first["cost"]["on_demand_usd"])
    assert placed["embodied_emissions_g"] == near(first["embodied_gco2e"])
    assert placed["power_consumption_kwh"] == near(first["power_consumption_kwh"])
    assert (instead["region"], instead["start"]) == ("aws:us-east-1", "2026-02-11T10:30:00Z")
    # By work the other machine counts as often as it does the work of row 1, which is once for the same type.
    assert home["instance_type"] == first["instance_type"]
    assert (instead["count"], instead["co2_emissions_g"]) == (1.0, near(home["start_now"]["co2_emissions_g"]))


def test_plan_promises_each_job_by_its_id_and_compares_with_its_baseline(place: Place) -> None:
    answer = place.ask("plan", PLAN).get_json()

    shown = place.show(answer["decision_id"])

    (row,), (before,) = answer["assignments"], answer["baseline"]["assignments"]
    (placed,), (instead,) = shown["placed"], shown["instead"]
    for run, of_plan in ((placed, row), (instead, before)):
        assert (run["run"], run["region"], run["co2_emissions_g"], run["cost_usd"]) == (
            "train",
            of(of_plan),
            near(of_plan["co2_emissions_g"]),
            near(of_plan["cost_usd"]),
        )


def test_segments_are_promised_one_by_one(place: Place) -> None:
    # Four hours in two pieces at most: 12:00 to 15:00 at 100, and an hour at 300 after it, which is one piece to 16:00.
    body = {
        "region": "us-east-1",
        "instance_type": "m7g.large",
        "duration_hours": 4,
        "deadline": "2026-02-11T20:00:00Z",
    }
    answer = place.ask("schedule", {**body, "interruptible": {"max_segments": 2}}).get_json()

    shown = place.show(answer["decision_id"])

    segments = answer["optimal_window"]["segments"]
    assert [(one["start"], one["end"]) for one in shown["placed"]] == [
        (one["start_time"], one["end_time"]) for one in segments
    ]
    assert shown["co2_emissions_g"] == near(answer["optimal_window"]["co2_emissions_g"])


def test_a_job_without_a_machine_promises_when_it_runs_and_nothing_else(place: Place) -> None:
    decision_id = place.record("schedule", {"region": "us-east-1", "duration_hours": 2})

    place.now += 24 * HOUR

    (run,) = place.show(decision_id)["placed"]
    assert (run["power_consumption_kwh"], run["co2_emissions_g"], run["cost_usd"]) == (None, None, None)
    assert (run["came"]["co2_emissions_g"], run["came"]["unknown"]) == (
        None,
        "neither a machine nor measured energy is given",
    )


def test_each_run_of_a_job_that_comes_back_is_promised(place: Place) -> None:
    repeat = {"cron": "0 11 * * *", "flex_hours": 4, "until": "2026-02-13T10:00:00Z"}  # on the 11th and the 12th
    response = place.ask("schedule", {**JOB, "repeat": repeat})

    shown = place.show(response.get_json()["decision_id"])

    assert [one["run"] for one in shown["placed"]] == ["run-1", "run-1/2", "run-2", "run-2/2"]


@pytest.fixture(scope="module")
def anywhere(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("promises"), FakePast({}))


SAFE_HOURS = st.lists(st.integers(10, 10_000).map(lambda tenths: tenths / 10), min_size=72, max_size=72)
QUARTERS = st.integers(1, 32).map(lambda count: count / 4)
MACHINE = {"region": "us-east-1", "instance_type": "m7g.large"}


def questions(hours: float, pieces: int, watts: int) -> list[tuple[str, Body]]:
    """A question of each kind about a job of so many hours."""
    deadline = "2026-02-12T20:00:00Z"
    phases = [{"hours": hours, "power_w": watts}, {"hours": 0.5, "power_w": 100}]
    pauses = {"max_segments": pieces, "restart_minutes": 15}
    job = {"id": "one", "instance_type": "m7g.large", "duration_hours": hours, "deadline": deadline}
    return [
        ("optimize", {**PLACED, "duration_hours": hours, "deadline": deadline, "count": 3}),
        ("optimize", {"workload": "training", "priority": "balanced", "providers": ["gcp"], "duration_hours": hours}),
        ("schedule", {**MACHINE, "duration_hours": hours, "deadline": deadline, "interruptible": pauses}),
        ("schedule", {"regions": ["us-east-1", "eu-north-1"], "instance_type": "m7g.large", "duration_hours": hours}),
        ("schedule", {"region": "us-east-1", "phases": phases, "deadline": deadline}),
        (
            "plan",
            {"jobs": [{**job, "home": "us-east-1"}, {**job, "id": "two", "regions": ["gcp:us-west1"], "count": 2}]},
        ),
    ]


@settings(max_examples=15)
@given(values=SAFE_HOURS, hours=QUARTERS, pieces=st.integers(1, 3), watts=st.integers(1, 5000))
def test_if_the_hours_come_as_they_were_forecast_what_came_is_what_was_promised(
    anywhere: Place, values: list[float], hours: float, pieces: int, watts: int
) -> None:
    for number, (path, body) in enumerate(questions(hours, pieces, watts)):
        anywhere.now = NOW
        anywhere.reader._others = known(NOW, values)
        anywhere.reader.known = f"{number} {values} {hours}"
        anywhere.past._sources = {zone: [readings(TEN, values)] for zone in MAPPING.zones}
        decision_id = anywhere.record(path, body)
        anywhere.now += 72 * HOUR

        shown = anywhere.show(decision_id)

        assert shown["replay"]["equal"], body
        for side in ("placed", "instead"):
            promised = sum(one["co2_emissions_g"] for one in shown[side])
            assert sum(one["came"]["co2_emissions_g"] for one in shown[side]) == pytest.approx(
                promised, rel=1e-6, abs=1e-5
            )
            assert {one["came"]["baseline_g"] for one in shown[side]} == {0.0}
