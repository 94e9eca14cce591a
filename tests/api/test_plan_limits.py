"""POST /api/v1/plan with limits that jobs share. The clock stands at 2026-02-11T10:30, and no live value exists."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.edge.exchange import Exchange, service_of
from app import create_app
from carbon.queued_plans import Watch
from engine import Engine
from planning.plan.limits.problem import Problem, Solution
from planning.plan.limits.solve import solve
from settings import Settings
from tests.fakes.access import access
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader
from tests.fakes.service import NOW

# Stockholm's grid is by far the cleanest of these, then Oregon's, then Virginia's.
CLEAN, MIDDLE, HOME = "aws:eu-north-1", "aws:us-west-2", "aws:us-east-1"
JOB: dict[str, Any] = {"duration_hours": 4, "instance_type": "m7g.large", "home": HOME, "regions": [CLEAN, MIDDLE]}
SECONDS = 20.0


def solved(problem: Problem, watch: Watch) -> Solution:
    ends_at = time.monotonic() + SECONDS
    return solve(problem, seconds=SECONDS, seconds_left=lambda: ends_at - time.monotonic(), progress=lambda _: None)


@cache
def client() -> FlaskClient:
    engine = Engine(cloud_map(), FakeReader(), solve=solved)
    return create_app(Settings(), engine, rules=access(), clock=lambda: NOW).test_client()


def plan(*jobs: dict[str, Any], status: int = 200, **fields: Any) -> Any:
    rows = [{**JOB, "id": str(number), **job} for number, job in enumerate(jobs)]
    response = client().post("/api/v1/plan", json={"jobs": rows, **fields})
    assert response.status_code == status, response.get_data(as_text=True)
    return response.get_json()


def place(row: dict[str, Any]) -> str:
    return f"{row['provider']}:{row['region']}"


def machines(region: str, count: int) -> dict[str, Any]:
    return {"region": region, "machines": count}


def pieces(row: dict[str, Any]) -> list[tuple[datetime, datetime]]:
    parts = row["window"].get("segments") or [row["window"]]
    return [(datetime.fromisoformat(part["start_time"]), datetime.fromisoformat(part["end_time"])) for part in parts]


def most_at_once(answer: dict[str, Any], region: str, size: Callable[[dict[str, Any]], float]) -> float:
    """The most that runs in a region at any moment."""
    rows = [
        (start, end, size(row)) for row in answer["assignments"] if place(row) == region for start, end in pieces(row)
    ]
    return max(sum(use for start, end, use in rows if start <= moment < end) for moment, _, _ in rows)


def count(row: dict[str, Any]) -> float:
    return float(row["count"])


def test_no_more_machines_run_at_once_than_a_region_has() -> None:
    jobs = [{"count": 2}, {"count": 1}, {"count": 1, "interruptible": True}, {"count": 3}]

    answer = plan(*jobs, capacity=[machines(CLEAN, 3)])

    assert answer["unplaced"] == []
    assert most_at_once(answer, CLEAN, count) <= 3
    assert {place(row) for row in answer["assignments"]} == {CLEAN}
    solver, grams = answer["solver"], answer["totals"]["co2_emissions_g"]
    assert solver["bound"] == pytest.approx((1 - solver["gap"]) * grams, rel=1e-3)
    assert (solver["status"], solver["gap"] < 0.05, solver["grid_minutes"]) == ("feasible", True, 60)


def test_limits_that_have_room_for_all_change_nothing() -> None:
    jobs: list[dict[str, Any]] = [{}, {"interruptible": True}]
    free = plan(*jobs)

    limited = plan(*jobs, capacity=[machines(CLEAN, 2)], max_cost_usd=1000, max_co2_kg=1000)

    assert limited["assignments"] == free["assignments"]
    assert limited["solver"] == free["solver"] | {"status": "exact", "gap": 0.0, "bound": None}
    assert [price["saving"] for price in limited["shadow_prices"]] == [0.0, 0.0, 0.0]
    assert free["shadow_prices"] == []


def test_a_job_that_gives_way_says_where_it_would_run_without_the_limits() -> None:
    now = {"deadline": "2026-02-11T14:30:00Z"}

    answer = plan(now, now, capacity=[machines(CLEAN, 1)])

    first, second = sorted(answer["assignments"], key=place)
    assert (place(first), place(second)) == (CLEAN, MIDDLE)
    assert second["why"].endswith(f"without the shared limits it would run in {CLEAN} from 2026-02-11 10:30 UTC on.")
    (other,) = [row for row in answer["alternatives"] if row["job"] == second["job"]]
    assert (place(other), other["more_co2_emissions_g"] < 0) == (CLEAN, True)
    # One more machine in Stockholm would save what the job emits more in Oregon.
    (price,) = answer["shadow_prices"]
    assert price["saving"] == pytest.approx(second["co2_emissions_g"] - first["co2_emissions_g"], rel=1e-3)
    assert (price["limit"], price["region"], price["unit"]) == ("capacity", CLEAN, "machine")


def test_jobs_that_are_alike_take_the_places_in_the_order_of_their_times() -> None:
    # Two at a time fit into Stockholm, and one after another twice; the fifth job is another one.
    alike, other = {"deadline": "2026-02-11T19:00:00Z"}, {"deadline": "2026-02-11T19:00:00Z", "count": 2}
    rows = [{**JOB, "regions": [], "home": CLEAN, **job} for job in (alike, alike, other, alike, alike, alike)]

    answer = plan(*rows, capacity=[machines(CLEAN, 2)])

    starts = {row["job"]: row["window"]["start_time"] for row in answer["assignments"]}
    assert most_at_once(answer, CLEAN, count) <= 2
    # Four of the five jobs that are alike have room if the large one has none.
    assert [row["job"] for row in answer["unplaced"]] == ["2", "5"]
    assert [starts[job] for job in ("0", "1", "3", "4")] == sorted(starts.values())
    assert answer["solver"]["unplaced_at_least"] <= 2


def test_power_counts_before_pue() -> None:
    now = {"deadline": "2026-02-11T14:30:00Z"}
    (alone,) = plan({**now, "pue": 1.5})["assignments"]
    kw = alone["power_consumption_kwh"] / 4 / 1.5

    enough, too_little = (plan(now, now, capacity=[{"region": CLEAN, "kw": factor * kw}]) for factor in (2.01, 1.99))

    assert sorted(place(row) for row in enough["assignments"]) == [CLEAN, CLEAN]
    assert sorted(place(row) for row in too_little["assignments"]) == [CLEAN, MIDDLE]
    assert too_little["shadow_prices"][0]["unit"] == "kW"


def test_a_budget_is_kept_and_spent_where_it_saves_most() -> None:
    jobs = [{"count": 1}, {"count": 1}, {"count": 1}]
    green, cheap = plan(*jobs), plan(*jobs, objective={"carbon_price_usd_per_tonne": 0.001})
    least, most = cheap["totals"]["cost_usd"], green["totals"]["cost_usd"]
    budget = least + (most - least) * 0.7  # enough to move two of the three

    answer = plan(*jobs, max_cost_usd=budget)

    assert answer["totals"]["cost_usd"] <= budget * (1 + 1e-3)
    assert [place(row) == CLEAN for row in answer["assignments"]].count(True) == 2
    assert answer["shadow_prices"][0]["saving"] > 0


def test_a_cap_on_emissions_is_kept_at_the_least_cost() -> None:
    price = {"carbon_price_usd_per_tonne": 0.001}
    jobs: list[dict[str, Any]] = [{}, {}, {}]
    grams = plan(*jobs, objective=price)["totals"]["co2_emissions_g"]

    answer = plan(*jobs, objective=price, max_co2_kg=grams * 0.5 / 1000)

    assert answer["totals"]["co2_emissions_g"] <= grams * 0.5 * (1 + 1e-3)
    assert answer["unplaced"] == []
    assert answer["shadow_prices"][0]["unit"] == "kg"


@pytest.mark.parametrize(
    ("limits", "constraint"),
    [
        ({"capacity": [machines(CLEAN, 0), machines(MIDDLE, 1), machines(HOME, 0)]}, "capacity"),
        ({"max_cost_usd": 0.4}, "max_cost_usd"),
        ({"max_co2_kg": 0.0008}, "max_co2_kg"),
    ],
)
def test_a_job_without_room_names_the_limit_and_what_to_change(limits: dict[str, Any], constraint: str) -> None:
    now = {"deadline": "2026-02-11T14:30:00Z"}

    answer = plan(now, now, **limits)

    (row,) = answer["unplaced"]
    assert row["constraint"] == constraint
    assert "beside the other jobs; raise" in row["detail"]
    assert len(answer["assignments"]) == 1


def test_a_job_that_fits_no_region_says_so() -> None:
    capacity = [machines(key, 4) for key in (CLEAN, MIDDLE, HOME)]

    answer = plan({"count": 5}, {}, capacity=capacity)

    assert "even if it were the only job" in answer["unplaced"][0]["detail"]
    assert answer["solver"]["unplaced_at_least"] == 1


def test_assignments_of_the_caller_take_their_room_first() -> None:
    now = {"deadline": "2026-02-11T14:30:00Z"}
    own = {
        "job": "1",
        "region": CLEAN,
        "segments": [{"start_time": "2026-02-11T10:30:00Z", "end_time": "2026-02-11T14:30:00Z"}],
    }

    beside = plan(now, now, capacity=[machines(CLEAN, 1)], assignments=[own])
    twice = plan(now, now, capacity=[machines(CLEAN, 1)], assignments=[own, {**own, "job": "0"}])

    assert [place(row) for row in beside["assignments"]] == [MIDDLE, CLEAN]
    assert [(row["job"], row["constraint"]) for row in twice["unplaced"]] == [("1", "capacity")]


def test_of_a_cautious_plan_the_higher_figures_decide_within_the_limits() -> None:
    answer = plan({}, {}, risk="cautious", capacity=[machines(CLEAN, 1)])

    assert most_at_once(answer, CLEAN, count) == 1
    assert answer["unplaced"] == []


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"capacity": [machines(CLEAN, 1), machines(CLEAN, 2)]}, "#/capacity", "not_unique"),
        ({"capacity": [machines(CLEAN, -1)]}, "#/capacity/0/machines", "greater_than_equal"),
        ({"capacity": [{"region": CLEAN}]}, "#/capacity/0", "one_limit"),
        ({"capacity": [{"region": CLEAN, "kw": 1, "machines": 1}]}, "#/capacity/0", "one_limit"),
        ({"capacity": [machines("aws:sa-east-1", 1)]}, "#/capacity", "not_used"),
        ({"capacity": [machines("aws:atlantis", 1)]}, "#/capacity/0/region", "unknown_region"),
        ({"max_cost_usd": -1}, "#/max_cost_usd", "greater_than_equal"),
        ({"max_co2_kg": "much"}, "#/max_co2_kg", "float_type"),
    ],
)
def test_a_wrong_limit_says_what_to_change(fields: dict[str, Any], pointer: str, code: str) -> None:
    problem = plan({}, status=400, **fields)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]


def test_a_budget_needs_machines_that_have_a_price() -> None:
    machine = {"arch": "x86_64", "vcpus": 4, "memory_gb": 8}

    problem = plan({"instance_type": None, "machine": machine}, status=400, max_cost_usd=5)

    (error,) = problem["errors"]
    assert (error["pointer"], error["code"]) == ("#/max_cost_usd", "instance_type_missing")
    assert "send its instance_type, or leave max_cost_usd out" in error["detail"]


def test_a_region_of_the_providers_of_a_job_may_have_a_limit() -> None:
    job = {"regions": [], "providers": ["aws"], "home": None, "countries": ["SE"]}

    answer = plan(job, job, capacity=[machines(CLEAN, 1)])

    assert most_at_once(answer, CLEAN, count) == 1


def test_the_time_of_a_plan_counts_from_the_arrival_of_its_question() -> None:
    service = service_of(client().application)
    early, late = (Exchange.begin({}, service) for _ in range(2))
    late.started_seconds -= service.settings.plan_seconds + 1

    assert 0 < early.watch.seconds_left() <= service.settings.plan_seconds
    assert late.watch.seconds_left() == 0
    assert early.watch.is_awaited
