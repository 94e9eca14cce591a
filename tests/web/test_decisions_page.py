"""/decisions and /decisions/{id}: the figures of GET /api/v1/decisions for people."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.api.recorded import JOB, PLAN, QUESTIONS, Body, Place
from tests.api.test_savings import DAY, Desk
from tests.web.pictures import HOSTILE
from tests.web.test_pages import Reader
from tests.web.test_plan_page import one_line
from web.pages.decisions import in_words
from web.pages.words import grams, kwh, moment, usd

each_question = pytest.mark.parametrize(("path", "body"), QUESTIONS, ids=[path for path, _ in QUESTIONS])


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def page(of: Place | Desk, path: str) -> str:
    answer = of.client.get(path)
    assert answer.status_code == 200, answer.text
    return unescape(one_line(answer.text))


def rows_of(of: Desk, query: str = "") -> list[str]:
    raw = unescape(of.client.get(f"/decisions?from={DAY}&to={DAY}{query}").text)
    return [one_line(row) for row in re.findall(r"<tr>.*?</tr>", raw.partition("<tbody>")[2], re.DOTALL)]


@each_question
@pytest.mark.parametrize("hours", [0, 60])
def test_the_page_shows_every_run_as_the_json_does(place: Place, path: str, body: Body, hours: int) -> None:
    decision_id = place.record(path, body, tags={"team": "search"})
    place.move_on(hours, [200.0] * 72)
    shown = place.show(decision_id)

    text = page(place, f"/decisions/{decision_id}")

    assert in_words(path, body) in text
    assert "Yes, to the byte" in text
    assert shown["replay"]["equal"] is True
    for run in (*shown["placed"], *shown["instead"]):
        came = "not yet" if run["came"] is None else grams(run["came"]["co2_emissions_g"])
        where = f"{run['region']} {run['count']:.10g} × {run['instance_type'] or 'a described machine'}"
        when = f"{moment(run['start'])} to {moment(run['end'])}"
        energy, promised = kwh(run["power_consumption_kwh"]), grams(run["co2_emissions_g"])
        assert re.search(re.escape(f"{run['run']} ") + ".*" + re.escape(f"{when} {energy} {promised} {came}"), text)
        assert usd(run["cost_usd"]) in text
        assert where.partition(" ")[0] in text
    assert ("The hours are not over" in text) == (hours == 0)


def test_what_was_saved_is_that_of_the_savings(desk: Desk) -> None:
    desk.record("gain", at=4, instead=16)
    desk.ran("gain", at=5)
    desk.record("loss", at=10, instead=8)
    saved = desk.savings().get_json()["total"]

    gain, loss = (page(desk, f"/decisions/{name}?replay=false") for name in ("gain", "loss"))

    # 16 - 5 = 11 of 17 - 4 = 13 g that were promised; 8 - 10 = -2 of 9 - 10 = -1 g.
    assert f"what ran emitted {grams(11.0)} less than the comparison for as much energy; {grams(13.0)} less" in gain
    assert f"If it was followed, it emitted {grams(2.0)} more than the comparison; {grams(1.0)} more was" in loss
    assert (saved["followed"]["realised_g"], saved["not_reported"]["realised_g"]) == (11.0, -2.0)
    assert f"Placed 1 run {grams(4.0)} {grams(4.0)}" in gain
    assert f"Compared with 1 run {grams(17.0)} {grams(16.0)}" in gain


def test_the_list_has_the_latest_first_each_with_what_became_of_it(desk: Desk) -> None:
    desk.record("a", at=4, instead=16, tags={"team": "search"})
    desk.ran("a", at=5)
    desk.record("b", at=4, instead=16)
    desk.ran("b", at=4, region="aws:us-east-1")
    desk.record("c", at=2, instead=9)
    desk.record("d", at=20, instead=40)
    heads = desk.client.get(f"/api/v1/decisions?from={DAY}&to={DAY}").get_json()["decisions"]

    rows = rows_of(desk)

    states = ["hours not over", "no usage names it", "not followed", "followed"]
    assert [state in row for state, row in zip(states, rows, strict=True)] == [True] * 4
    for head, row in zip(reversed(heads), rows, strict=True):
        both = head["co2_emissions_g"], head["instead_co2_emissions_g"]
        assert f"{grams(both[0])} {grams(both[1])} {grams(both[1] - both[0])}" in row
    assert rows[3].endswith(f"team = search followed {grams(4.0)} {grams(17.0)} {grams(13.0)} {grams(11.0)}")
    assert rows[1].endswith(f"{grams(7.0)} if it was followed")
    assert [rows[0].endswith("not yet"), rows[2].endswith("none")] == [True, True]


def test_the_list_goes_on_to_earlier_ones_and_its_json_has_the_same_rows(desk: Desk) -> None:
    for name in "abcde":
        desk.record(name, at=4, instead=16, tags={"name": name})

    raw = [unescape(desk.client.get(f"/decisions?from={DAY}&to={DAY}&limit=2&offset={n}").text) for n in (0, 2, 4)]

    assert [re.findall(r"name = (\w)", text) for text in raw] == [["e", "d"], ["c", "b"], ["a"]]
    for text, ids in zip(raw[:2], ["ed", "cb"], strict=True):
        (address,) = re.findall(r'href="([^"]+)">JSON<', text)
        assert [one["decision_id"] for one in desk.client.get(address).get_json()["decisions"]] == list(reversed(ids))
    assert ["Earlier ones" in text for text in raw] == [True, True, False]
    assert ["Later ones" in text for text in raw] == [False, True, True]


def test_an_answer_that_is_made_otherwise_says_what_differs(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    decision_id = place.record("schedule", JOB)
    monkeypatch.setattr("api.edge.replay._answer", lambda *_: b'{"status":"other"}')

    text = page(place, f"/decisions/{decision_id}")

    assert "decides otherwise" in text
    assert place.show(decision_id)["replay"]["differs"][0] in text


def test_a_decision_that_cannot_be_asked_again_says_why(desk: Desk) -> None:
    desk.record("gain", at=4, instead=16)
    reason = desk.client.get("/api/v1/decisions/gain").get_json()["decision"]["replay"]["reason"]

    assert f"It cannot be told: {reason[:1].upper()}{reason[1:]}" in page(desk, "/decisions/gain")


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_caller_sent_is_never_markup(place: Place, text: str) -> None:
    value = re.sub(r"[^\x20-\x7e]", "", text)
    decision_id = place.record("schedule", JOB, tags={"team": value})

    for path in ("/decisions", f"/decisions/{decision_id}"):
        elements = [tag for tag, _ in Reader(place.client.get(path).text).elements if tag in ("script", "img")]
        assert elements == ["script", "img"]


def test_the_first_command_records_a_decision(desk: Desk) -> None:
    raw = unescape(desk.client.get("/decisions").text)

    (body,) = re.findall(r"-d '(\{.*?\})'</pre>", raw)
    answer: Any = desk.client.post("/api/v1/schedule", json=json.loads(body)).get_json()
    assert f'href="/decisions/{answer["decision_id"]}"' in desk.client.get("/decisions").text


@pytest.mark.parametrize("path", ["/decisions?from=yesterday", "/decisions?limit=0", "/decisions/none"])
def test_what_is_wrong_is_a_page(desk: Desk, path: str) -> None:
    answer = desk.client.get(path, headers={"Accept": "text/html"})

    assert answer.status_code in (400, 404)
    assert answer.mimetype == "text/html"


def test_pages_of_the_ledger_name_each_other(desk: Desk) -> None:
    desk.record("gain", at=4, instead=16)
    paths = ["/usage", "/savings", "/decisions", "/usage/comparison"]

    for path in (*paths, "/decisions/gain"):
        (row,) = re.findall(r'<nav class="part".*?</nav>', desk.client.get(path).text, re.DOTALL)
        current = re.findall(r'href="([^"]+)" aria-current="(\w+)"', row)
        assert re.findall(r'href="([^"]+)"', row) == paths
        assert current == ([("/decisions", "true")] if path.endswith("gain") else [(path, "page")])
    assert 'class="part"' not in desk.client.get("/about").text


def test_a_question_is_a_sentence() -> None:
    assert in_words("plan", PLAN) == "Where and when should this job run?"
    assert in_words("schedule", {"duration_hours": 1, "region": "us-east-1"}) == (
        "When should a job of 1 hour run in us-east-1?"
    )
    assert in_words("optimize", {"workload": "general", "duration_hours": 2.5}) == (
        "Where and on what should a job of 2.5 hours (general) run?"
    )
