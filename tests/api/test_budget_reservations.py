"""Answers that reserve in a budget."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.api.recorded import JOB, PLACED, PLAN, QUESTIONS, Body, Place

each_question = pytest.mark.parametrize(("path", "body"), QUESTIONS, ids=[path for path, _ in QUESTIONS])


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def put(place: Place, **fields: Any) -> None:
    budget = {"period": "month", "limit_kg": 1.0, "on_exceed": "refuse", **fields}
    assert place.client.put("/api/v1/budgets/search", json=budget).status_code in (200, 201)


def current(place: Place) -> Any:
    return place.client.get("/api/v1/budgets/search").get_json()["budget"]["current"]


def ask(place: Place, path: str, body: Body, **more: Any) -> Any:
    return place.client.post(f"/api/v1/{path}", json={**body, "record": True, "budget": "search", **more})


@each_question
def test_an_answer_reserves_what_it_promises_and_says_what_is_left(place: Place, path: str, body: Body) -> None:
    put(place)

    answer = ask(place, path, body).get_json()

    promised = place.show(answer["decision_id"])["placed"]
    grams = sum(one["co2_emissions_g"] for one in promised)
    left = answer["budget"]
    assert (left["name"], left["exceeded"]) == ("search", False)
    (period,) = left["periods"]
    assert period["reserved_kg"] == pytest.approx(grams / 1000, rel=1e-3) != 0
    assert period["left_kg"] == pytest.approx(1.0 - period["reserved_kg"], abs=1e-9)
    assert current(place) == period


def test_a_job_of_4_kwh_at_100_g_reserves_600_g(place: Place) -> None:
    # 1 kWh and 3 kWh, both at the 100 g/kWh of the hours from 12:00 on, times the PUE of 1.5.
    put(place)

    ask(place, "schedule", JOB)

    assert (current(place)["reserved_kg"], current(place)["left_kg"]) == (0.6, 0.4)


def test_the_second_job_does_not_fit_and_nothing_is_kept_of_it(place: Place) -> None:
    put(place)
    ask(place, "schedule", JOB)

    refused = ask(place, "schedule", JOB)

    problem = refused.get_json(force=True)
    assert (refused.status_code, problem["type"], problem["budget"]) == (422, "/problems/budget-exceeded", "search")
    (lacking,) = problem["lacking"]
    assert (lacking["limit"], lacking["needed"], lacking["left"]) == ("kg", 0.6, 0.4)
    assert problem["nearest_placement"] is None  # the best window is the one of least grams
    assert place.client.get("/api/v1/decisions").get_json()["total"] == 1


def test_a_refusal_names_the_nearest_placement_that_fits(place: Place) -> None:
    # Nine tenths of what the first row takes are left: the greenest machine takes less.
    question = {**PLACED, "priority": "performance"}
    put(place, limit_kg=100.0)
    first = ask(place, "optimize", question).get_json()["budget"]["periods"][0]["reserved_kg"]
    put(place, limit_kg=first * 1.9)

    refused = ask(place, "optimize", question)

    problem = refused.get_json(force=True)
    assert refused.status_code == 422
    (nearest,) = problem["nearest_placement"]
    assert 0 < nearest["co2_emissions_g"] / 1000 <= 0.9 * first
    fitting = {**PLACED, "region": nearest["region"], "instance_types": [nearest["instance_type"]]}
    fitting |= {"regions": [nearest["region"]]}
    del fitting["region"]
    assert ask(place, "optimize", fitting).status_code == 200


def test_a_budget_that_warns_lets_it_through_and_says_so(place: Place) -> None:
    put(place, limit_kg=0.5, on_exceed="warn")

    left = ask(place, "schedule", JOB).get_json()["budget"]

    assert (left["exceeded"], left["periods"][0]["left_kg"]) == (True, -0.1)


def test_usage_with_the_id_of_the_decision_takes_the_place_of_the_reservation(place: Place) -> None:
    put(place)
    decision_id = ask(place, "schedule", JOB, tags={"team": "a"}).get_json()["decision_id"]
    place.now = place.now.replace(hour=15)
    row = {"id": "one", "start": "2026-02-11T12:00:00Z", "hours": 2, "region": "aws:us-east-1", "kwh": 1, "pue": 1}

    written = place.client.post("/api/v1/usage", json={"rows": [{**row, "decision_id": decision_id}]}).get_json()

    after = current(place)
    assert (after["reserved_kg"], after["open_reservations"]) == (0.0, 1)
    assert after["spent_kg"] == pytest.approx(written["total"]["co2_emissions_g"] / 1000)


def test_a_decision_that_is_removed_reserves_nothing_any_more(place: Place) -> None:
    put(place)
    decision_id = ask(place, "schedule", JOB).get_json()["decision_id"]

    assert place.client.delete(f"/api/v1/decisions/{decision_id}").status_code == 204

    assert (current(place)["reserved_kg"], current(place)["open_reservations"]) == (0.0, 0)


def test_a_replay_reserves_nothing_and_is_equal(place: Place) -> None:
    put(place)
    decision_id = ask(place, "schedule", JOB).get_json()["decision_id"]

    shown = place.show(decision_id)

    assert (shown["replay"]["equal"], shown["budget"]) == (True, "search")
    assert current(place)["open_reservations"] == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [({"budget": "serch"}, "unknown_budget"), ({"record": False}, "budget_without_record")],
)
def test_a_budget_that_cannot_reserve_is_a_wrong_field(place: Place, more: Body, code: str) -> None:
    put(place)

    answer = ask(place, "plan", PLAN, **more)

    assert answer.status_code == 400
    (error,) = answer.get_json()["errors"]
    assert (error["pointer"], error["code"]) == ("#/budget", code)
    assert error.get("nearest", ["search"]) == ["search"]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another process writes in the database of the history, and does not come to an end."""
    connection = sqlite3.connect(folder / "history.sqlite3", isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
    finally:
        connection.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction that waits for others for a moment only."""
    monkeypatch.setattr("store.history.database.BUSY_SECONDS", 0.05)


@each_question
@pytest.mark.usefixtures("impatient")
def test_a_placement_that_waits_too_long_for_others_is_told_when_to_come_back(
    place: Place, tmp_path: Path, path: str, body: Body
) -> None:
    put(place)

    with locked(tmp_path):
        answer = ask(place, path, body)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.get_json(force=True)["type"] == "/problems/state-unavailable"


@pytest.mark.usefixtures("impatient")
def test_a_budget_that_cannot_be_stored_is_told_when_to_come_back(place: Place, tmp_path: Path) -> None:
    put(place)

    with locked(tmp_path):
        answer = place.client.put("/api/v1/budgets/search", json={"period": "month", "limit_kg": 2.0})

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
