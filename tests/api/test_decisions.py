"""Answers that are kept: asked again of what was kept, and set beside what came."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import orjson
import pytest

from api.edge.exchange import Exchange, service_of
from api.edge.recording import enveloped
from api.endpoints.plan import PlanRequest, background_answer
from carbon.queued_plans import UNWATCHED
from catalog.refreshed import ON_DEMAND
from mapping import CloudMap
from renewal.keeper import FactsKeeper
from renewal.layers import Folders
from store.ledger import decision_rows
from tests.api.recorded import HOUR, JOB, MAPPING, PLACED, PLAN, QUESTIONS, Body, Place
from tests.fakes.own_facts import shipped, write
from tests.fakes.service import NOW
from tests.unit.test_price_layers import fact, save

each_question = pytest.mark.parametrize(("path", "body"), QUESTIONS, ids=[path for path, _ in QUESTIONS])


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@each_question
def test_an_answer_is_kept_to_the_byte_if_the_question_asks_for_it(place: Place, path: str, body: Body) -> None:
    response = place.ask(path, body, tags={"team": "search"})
    answer = response.get_json()

    shown = place.show(answer["decision_id"])

    assert response.get_data() in place.client.get(f"/api/v1/decisions/{answer['decision_id']}").get_data()
    assert shown["question"] == {**body, "record": True, "tags": {"team": "search"}}
    assert (shown["kind"], shown["made_at"], shown["tags"]) == (path, "2026-02-11T10:30:07Z", {"team": "search"})
    assert (shown["signal"], shown["budget"], shown["runs"]) == ("average", None, len(shown["placed"]))
    assert shown["replay"] == {
        "equal": True, "differs": [], "reason": None, "made_by": shown["replay"]["replayed_by"],
        "replayed_by": shown["replay"]["made_by"],
    }  # fmt: skip


@each_question
def test_without_record_nothing_is_kept_and_the_answer_is_as_it_was(
    place: Place, tmp_path: Path, path: str, body: Body
) -> None:
    answer = place.client.post(f"/api/v1/{path}", json=body).get_json()

    assert "decision_id" not in answer
    assert not list(tmp_path.glob("history*"))


@each_question
def test_a_replay_is_equal_whatever_the_grid_and_the_own_figures_are_by_now(
    place: Place, path: str, body: Body
) -> None:
    decision_id = place.record(path, body)

    place.move_on(5.0, [50.0] * 72)
    other = write_zone(100.0)
    place.engine.swap(other)
    service_of(place.app).former_facts._mapping = None

    assert place.show(decision_id)["replay"]["equal"] is True
    assert place.engine.mapping is other


def write_zone(gco2e_per_kwh: float) -> CloudMap:
    """The facts with another figure of the zone of us-east-1."""
    zone = replace(MAPPING.zones["US-MIDA-PJM"], gco2e_per_kwh=gco2e_per_kwh)
    return replace(MAPPING, zones={**MAPPING.zones, "US-MIDA-PJM": zone}, version="another")


def test_a_replay_is_equal_after_prices_were_refreshed_and_the_overlay_was_swapped(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "prices", tmp_path / "overlay")
    zone = "zone,gco2e_per_kwh,basis,source,as_of\nZA,{},location,meter,2026\n"
    write(folders.overlay, zones=zone.format(123))
    save(folders.prices, ON_DEMAND, fact("c5.large", 0.111))
    keeper = FactsKeeper(folders, shipped=shipped(), utc_now=lambda: NOW)
    place = Place(tmp_path, mapping=keeper.mapping)
    object.__setattr__(service_of(place.app), "facts", keeper)
    keeper.on_change = place.engine.swap
    question = {**PLACED, "regions": ["af-south-1"], "region": "af-south-1", "instance_types": ["c5.large"]}
    decision_id = place.record("optimize", question)

    write(folders.overlay, zones=zone.format(777))
    save(folders.prices, ON_DEMAND, fact("c5.large", 0.999))
    keeper.look()
    assert keeper.look()

    shown, fresh = place.show(decision_id), place.client.post("/api/v1/optimize", json=question).get_json()
    # Two hours at the price that was in force: 2 x 0.111; now it is 2 x 0.999.
    assert (shown["placed"][0]["cost_usd"], shown["used"]["offers"][0]["on_demand_usd_per_hour"]) == (0.222, 0.111)
    assert fresh["recommendation"]["recommendations"][0]["cost"]["on_demand_usd"] == 1.998
    assert {hour["value"] for hour in shown["used"]["zones"][0]["hours"]} == {123.0}
    assert shown["replay"]["equal"] is True


def test_a_plan_that_the_solver_made_is_replayed_with_its_solution(place: Place) -> None:
    jobs = [{**PLAN["jobs"][0], "id": f"job-{number}"} for number in range(6)]
    limits = [{"region": "eu-north-1", "machines": 1}, {"region": "us-east-1", "machines": 1}]
    answer = place.ask("plan", {"jobs": jobs, "capacity": limits}).get_json()

    assert answer["solver"]["status"] != "exact"
    assert place.show(answer["decision_id"])["replay"]["equal"] is True


def test_a_plan_in_the_background_is_kept_when_it_is_done(place: Place) -> None:
    submitted = place.client.post("/api/v1/plan", json={**PLAN, "background": True, "record": True})
    ends = monotonic() + 60
    while (report := place.client.get(submitted.headers["Location"]).get_json())["plan"] is None:
        assert monotonic() < ends
        sleep(0.05)  # a thread of this process makes the plan

    answer = report["plan"]
    shown = place.show(answer["decision_id"])
    assert (shown["answer"], shown["replay"]["equal"]) == (answer, True)
    assert shown["question"] == {**PLAN, "background": True, "record": True}


def test_an_answer_as_a_table_is_kept_as_json(place: Place) -> None:
    response = place.client.post("/api/v1/optimize", json={**PLACED, "record": True}, headers={"Accept": "text/csv"})

    listed = place.client.get("/api/v1/decisions").get_json()["decisions"]
    assert (response.status_code, response.mimetype, len(listed)) == (200, "text/csv", 1)
    assert place.show(listed[0]["decision_id"])["answer"]["status"] == "success"


def test_an_answer_that_this_release_makes_otherwise_is_told_apart_by_what_differs(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision_id = place.record("schedule", JOB)
    whole = decision_rows.kept

    def changed(*arguments: Any) -> Any:
        kept = whole(*arguments)
        assert kept is not None
        return replace(kept, answer=kept.answer.replace(b'"current_intensity":400.0', b'"current_intensity":401.0'))

    monkeypatch.setattr(decision_rows, "kept", changed)

    replay = place.show(decision_id)["replay"]
    assert (replay["equal"], replay["differs"]) == (False, ["/current_intensity"])


def test_a_decision_that_cannot_be_asked_again_says_why(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    decision_id = place.record("schedule", JOB)
    whole = decision_rows.kept
    monkeypatch.setattr(decision_rows, "kept", lambda *asked: replace(whole(*asked), evidence=b"{"))  # type: ignore[type-var]

    shown = place.show(decision_id)

    assert (shown["replay"]["equal"], shown["replay"]["made_by"], shown["used"]) == (None, None, None)
    assert shown["replay"]["reason"]
    assert shown["placed"]


def test_decisions_are_listed_by_the_days_on_which_they_were_made(place: Place) -> None:
    ids = [place.record("schedule", JOB)]
    place.now += 24 * HOUR
    ids.append(place.record("plan", PLAN))

    listed = place.client.get("/api/v1/decisions?from=2026-02-11&to=2026-02-12").get_json()
    first_day = place.client.get("/api/v1/decisions?from=2026-02-11&to=2026-02-11").get_json()
    page = place.client.get("/api/v1/decisions?from=2026-02-11&limit=1&offset=1")

    assert [one["decision_id"] for one in listed["decisions"]] == ids
    assert [one["decision_id"] for one in first_day["decisions"]] == ids[:1]
    assert [one["decision_id"] for one in page.get_json()["decisions"]] == ids[1:]
    assert (page.get_json()["total"], 'rel="prev"' in page.headers["Link"]) == (2, True)


def test_a_decision_that_was_removed_is_gone(place: Place) -> None:
    decision_id = place.record("schedule", JOB)

    assert place.client.delete(f"/api/v1/decisions/{decision_id}").status_code == 204

    answer = place.client.get(f"/api/v1/decisions/{decision_id}")
    assert (answer.status_code, answer.get_json(force=True)["type"]) == (404, "/problems/unknown-decision")
    assert place.client.delete(f"/api/v1/decisions/{decision_id}").status_code == 404


def test_a_decision_of_another_tenant_is_not_known(place: Place) -> None:
    decision_id = place.record("schedule", JOB)
    decision, kept = place.store.decision("default", decision_id), place.store.kept("default", decision_id)
    assert decision is not None
    assert kept is not None
    place.store.put("other", replace(decision, id="dec_other"), kept)

    assert place.client.get("/api/v1/decisions/dec_other").status_code == 404
    assert place.client.delete("/api/v1/decisions/dec_other").status_code == 404
    assert place.client.get("/api/v1/decisions").get_json()["total"] == 1


@pytest.mark.parametrize("path", ["optimize", "schedule", "plan"])
def test_a_question_whose_answer_cannot_be_kept_fails(tmp_path: Path, path: str) -> None:
    (tmp_path / "history.sqlite3").write_text("no database")
    place = Place(tmp_path)
    body = dict(QUESTIONS)[path]

    recorded = place.client.post(f"/api/v1/{path}", json={**body, "record": True})

    assert (recorded.status_code, recorded.get_json(force=True)["type"]) == (503, "/problems/state-unavailable")
    assert int(recorded.headers["Retry-After"]) >= 1
    assert place.client.post(f"/api/v1/{path}", json=body).status_code == 200


def test_a_question_without_an_answer_keeps_nothing(place: Place) -> None:
    response = place.client.post("/api/v1/optimize", json={**PLACED, "max_carbon_intensity": 1.0, "record": True})

    assert response.status_code == 422
    assert place.client.get("/api/v1/decisions").get_json()["total"] == 0


def test_tags_without_record_are_refused(place: Place) -> None:
    response = place.client.post("/api/v1/schedule", json={**JOB, "tags": {"team": "search"}})

    (error,) = response.get_json(force=True)["errors"]
    assert (response.status_code, error["pointer"], error["code"]) == (400, "#/tags", "tags_without_record")


def test_a_job_of_a_batch_is_not_recorded(place: Place) -> None:
    jobs = [{**JOB, "record": True}, JOB]

    first, second = place.client.post("/api/v1/schedule/batch", json={"jobs": jobs}).get_json()["results"]

    (error,) = first["problem"]["errors"]
    assert (error["pointer"], error["code"], "schedule" in second) == ("#/jobs/0/record", "record_in_batch", True)
    assert place.client.get("/api/v1/decisions").get_json()["total"] == 0


def test_a_replay_can_be_left_out(place: Place) -> None:
    shown = place.show(place.record("schedule", JOB), "?replay=false")

    assert (shown["replay"], shown["used"], len(shown["placed"])) == (None, None, 2)


def test_a_plan_that_is_made_again_after_its_worker_was_killed_is_kept_once(place: Place) -> None:
    service, body = service_of(place.app), orjson.dumps({**PLAN, "record": True})
    exchange = Exchange.begin({}, service)
    question = enveloped(exchange, PlanRequest.model_validate_json(body, context=exchange.facts), body)

    first = orjson.loads(background_answer(service, question, "one", UNWATCHED))
    again = orjson.loads(background_answer(service, question, "one", UNWATCHED))

    assert first == again
    assert place.client.get("/api/v1/decisions").get_json()["total"] == 1
    assert place.show(first["decision_id"])["replay"]["equal"] is True
