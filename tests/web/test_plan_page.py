"""/plan: jobs in rows or as JSON; the plan that POST /api/v1/plan makes of them, at once or in the background."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from api.edge.exchange import service_of
from settings import Settings
from tests.fakes.service import NOW, offline
from tests.web.browser import with_token
from tests.web.pictures import HOSTILE
from tests.web.test_pages import Reader
from web.pages.plan_form import PlanState, body_of, field_in_words
from web.pages.words import clock, grams, usd

JOB: dict[str, Any] = {
    "id": "train",
    "duration_hours": 4,
    "instance_type": "m7g.large",
    "home": "aws:us-east-1",
    "regions": ["aws:us-west-2", "aws:eu-north-1"],
    "deadline": "2026-02-12T12:00:00Z",
}
STAYS: dict[str, Any] = {**JOB, "id": "report", "home": "aws:eu-central-1", "regions": [], "interruptible": True}
LATE: dict[str, Any] = {**JOB, "id": "late", "deadline": NOW.isoformat()}
QUESTION: dict[str, Any] = {"jobs": [JOB, STAYS, LATE]}
FULL: dict[str, Any] = {
    "jobs": [{**JOB, "id": f"job-{number}"} for number in range(4)],
    "capacity": [{"region": "aws:eu-north-1", "machines": 1}, {"region": "aws:us-west-2", "machines": 1},
                 {"region": "aws:us-east-1", "machines": 0}],
}  # fmt: skip


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return offline().test_client()


def text_of(question: object) -> str:
    return orjson.dumps(question).decode()


def page_of(client: FlaskClient, question: object) -> str:
    return unescape(client.get("/plan", query_string={"question": text_of(question)}).text)


def post(client: FlaskClient, question: object) -> Any:
    text = question if isinstance(question, str) else text_of(question)
    return client.post("/plan", data=with_token(client, {"question": text}))


def one_line(page: str) -> str:
    """The text of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_plan_of_the_page_is_that_of_the_endpoint(client: FlaskClient) -> None:
    answer = client.post("/api/v1/plan", json=QUESTION).get_json()

    text = one_line(page_of(client, QUESTION))
    assert "2 of 3 jobs have a place" in text
    assert f"{grams(answer['totals']['co2_emissions_g'])} CO2e" in text
    assert f"Saved {grams(answer['savings']['co2_emissions_g'])}" in text
    assert f"chance of saving: {100 * answer['savings']['chance_of_saving']:.0f} %" in text
    assert f"Cost {usd(answer['totals']['cost_usd'])}" in text
    for row in answer["assignments"]:
        window = row["window"]
        span = f"{clock(window['start_time'])} to {clock(window['end_time'])} UTC"
        assert f"{row['job']} {row['provider']}:{row['region']} {span}" in text
        assert f"{grams(row['co2_emissions_g'])} CO2e" in text
        assert row["why"].rstrip(".") in text
    for row in answer["unplaced"]:
        assert f"{row['job']} : {row['detail']}" in text
    for row in answer["alternatives"]:
        assert f"{row['job']} {row['provider']}:{row['region']}" in text


def test_every_placed_job_has_a_strip_with_a_frame_for_each_part(client: FlaskClient) -> None:
    answer = client.post("/api/v1/plan", json=QUESTION).get_json()

    strips = re.findall(r'<svg class="strip".*?</svg>', page_of(client, QUESTION))
    frames = [strip.count('class="run"') for strip in strips]

    assert frames == [len(row["window"].get("segments", [1])) for row in answer["assignments"]]


def test_the_command_of_the_page_asks_the_same(client: FlaskClient) -> None:
    command = re.search(r"-d '(.+?)'</pre>", page_of(client, QUESTION))

    assert command is not None
    assert orjson.loads(command[1]) == QUESTION


def test_rows_of_the_form_are_the_same_question_as_json(client: FlaskClient) -> None:
    rows = {
        "id": ["train", ""], "hours": ["4", ""], "machine": ["m7g.large", ""], "count": ["2", ""],
        "home": ["aws:us-east-1", ""], "where": ["aws:us-west-2, eu-north-1", ""],
        "deadline": ["2026-02-12T12:00", ""], "carbon_price": "100",
    }  # fmt: skip
    question = {
        "jobs": [{
            "id": "train", "duration_hours": 4, "instance_type": "m7g.large", "count": 2, "home": "aws:us-east-1",
            "deadline": "2026-02-12T12:00Z", "regions": ["aws:us-west-2", "eu-north-1"],
        }],
        "objective": {"carbon_price_usd_per_tonne": 100},
    }  # fmt: skip

    page = unescape(client.get("/plan", query_string=rows).text)

    command = re.search(r"-d '(.+?)'</pre>", page)
    assert command is not None
    assert orjson.loads(command[1]) == question
    answer = client.post("/api/v1/plan", json=question).get_json()
    assert f"{grams(answer['totals']['co2_emissions_g'])} CO2e" in page
    assert 'value="aws:us-west-2, eu-north-1"' in page


@pytest.mark.parametrize(
    ("where", "places"),
    [
        ("aws, gcp", {"providers": ["aws", "gcp"]}),
        ("all", {"providers": ["all"]}),
        ("EU, Norway", {"countries": ["EU", "Norway"]}),
        ("aws, SE", {"providers": ["aws"], "countries": ["SE"]}),
        ("aws:eu-north-1,,us-west-2", {"regions": ["aws:eu-north-1", "us-west-2"]}),
        ("", {}),
    ],
)  # fmt: skip
def test_places_are_clouds_countries_or_else_regions(where: str, places: dict[str, list[str]]) -> None:
    mapping = service_of(offline()).engine.mapping

    assert body_of(PlanState(id=["a"], where=[where]), mapping) == {"jobs": [{"id": "a", **places}]}


def test_the_example_is_a_plan_in_which_every_job_has_a_place(client: FlaskClient) -> None:
    example = re.search(r'<a href="(/plan\?id=[^"]+)"', client.get("/plan").text)

    assert example is not None
    assert "3 of 3 jobs have a place" in client.get(unescape(example[1])).text


def test_wrong_fields_are_sentences_beside_the_form_which_keeps_what_was_typed(client: FlaskClient) -> None:
    page = client.get("/plan?id=train&hours=long&machine=m7g.large&home=aws:us-esat-1")

    text = one_line(unescape(page.text))
    assert page.status_code == 400
    assert "Job 1 (train), hours must be a valid number" in text
    assert "Job 1 (train), home region 'us-esat-1' is not known" in text
    assert "did you mean aws:us-" in text
    assert page.text.count('aria-invalid="true"') == 2
    assert 'value="long"' in page.text


def test_the_field_of_a_pointer_is_named_in_words() -> None:
    jobs = [{"id": "a"}, {"id": "b"}]

    assert field_in_words("#/jobs/1/regions/0", jobs) == "job 2 (b), may run in"
    assert field_in_words("#/jobs/5", jobs) == "job 6"
    assert field_in_words("#/max_co2_kg", jobs) == "most CO2e"
    assert field_in_words("#", jobs) == "the JSON"


def test_what_is_no_json_is_said_and_stays_in_the_field(client: FlaskClient) -> None:
    page = post(client, '{"jobs": [')

    text = unescape(page.text)
    assert page.status_code == 400
    assert "The JSON</strong> is not valid JSON" in text
    assert '{"jobs": [</textarea>' in text


def test_a_short_question_leads_to_an_address_that_holds_it(client: FlaskClient) -> None:
    answer = post(client, orjson.dumps(QUESTION, option=orjson.OPT_INDENT_2).decode())

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/plan?question=")
    assert "2 of 3 jobs have a place" in client.get(answer.headers["Location"]).text


def test_jobs_that_share_limits_show_what_more_room_would_save_and_how_sure_the_plan_is(client: FlaskClient) -> None:
    answer = client.post("/api/v1/plan", json=FULL).get_json()

    text = one_line(page_of(client, FULL))
    assert f"How it was found {answer['solver']['status']}" in text
    assert "What more room would save" in text
    assert text.count("One more machine of capacity in") == len(answer["shadow_prices"])
    assert answer["unplaced"] == [] or "no place" in text


def test_a_busy_worker_is_a_sentence_with_a_way_to_try_again(client: FlaskClient) -> None:
    places = service_of(offline()).costly_places
    taken = 0
    while places.acquire(blocking=False):
        taken += 1

    page = client.get("/plan", query_string={"question": text_of(QUESTION)})
    for _ in range(taken):
        places.release()

    assert page.status_code == 503
    assert "maximum number of costly requests" in page.text
    assert "Try again" in page.text


def test_a_question_that_is_too_large_is_a_page_that_says_so(client: FlaskClient) -> None:
    page = post(client, "x" * (Settings().max_body_bytes + 1))

    assert page.status_code == 413
    assert page.mimetype == "text/html"
    assert len(Reader(page.text).elements) > 5


@pytest.mark.parametrize("text", HOSTILE)
def test_what_stands_in_a_question_is_never_markup(client: FlaskClient, text: str) -> None:
    questions = ({"jobs": [{**JOB, "id": text}]}, {"jobs": [{**JOB, "home": text}]}, {text: text})
    queries = [{"question": text_of(question)} for question in questions]
    queries += [{"question": text}, {"plan": text}, {"id": text, "hours": text, "where": text, "max_co2_kg": text}]

    for query in queries:
        page = client.get("/plan", query_string=query)
        elements = Reader(page.text).elements
        assert page.status_code in (200, 400, 404)
        assert [tag for tag, _ in elements if tag in ("script", "img")] == ["script", "img"]
        addresses = [str(attributes["href"]) for _, attributes in elements if "href" in attributes]
        assert not [address for address in addresses if not address.startswith(("/", "#"))]
