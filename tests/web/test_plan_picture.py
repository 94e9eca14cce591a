"""A plan as a file: the assignments of the JSON plan, over the hours of the JSON forecast."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import orjson
import pytest
from flask.testing import FlaskClient

from api.edge.exchange import service_of
from carbon.bands import band_of
from carbon.roles import TENANT
from tests.fakes.access import access, record
from tests.fakes.patience import eventually
from tests.fakes.service import NOW, offline, service
from tests.web.pictures import HOSTILE, NAMESPACE, pixels, svg, text_of, titles
from tests.web.test_forecast_picture import hour
from tests.web.test_plan_page import JOB, LATE, QUESTION
from web import shipped
from web.drawing.paint import Theme
from web.drawing.plan import draw_plan
from web.geometry.plan_picture import LEFT, RIGHT, JobBar, plan_picture
from web.pages.words import grams

PATH = "/charts/plan.svg"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return offline().test_client()


def address(question: object, path: str = PATH, **more: str) -> str:
    return f"{path}?{urlencode({'question': orjson.dumps(question).decode(), **more})}"


def test_a_run_stands_where_its_time_says() -> None:
    # Four hours are shown; a run from the second to the third takes the quarter after the first.
    start = NOW.replace(minute=0, second=0, microsecond=0)
    runs = [(start + timedelta(hours=1), start + timedelta(hours=2))]
    job = JobBar(label="a", place="aws:x", figure="1 g", change="", hours=[hour(0, 20), hour(1, 500)], runs=runs)

    picture = plan_picture("t", "s", [job], (start, start + timedelta(hours=4)))

    bar = picture.bars[0]
    assert [(cell.left, cell.right, cell.band) for cell in bar.strip.cells] == [
        (0, 250, band_of(20)),
        (250, 500, band_of(500)),
    ]
    assert [(picture.across(left), picture.across(right)) for left, right in bar.strip.runs] == [
        (LEFT + (RIGHT - LEFT) / 4, LEFT + (RIGHT - LEFT) / 2)
    ]


def test_the_file_says_of_each_job_what_the_json_plan_says(client: FlaskClient) -> None:
    answer = client.post("/api/v1/plan", json=QUESTION).get_json()

    root = svg(client, address(QUESTION))

    text = text_of(root)
    share = answer["savings"]["percentage"]
    assert text[0] == f"Plan: 2 of 3 jobs have a place, {share:.0f} % less CO2e"
    assert f"{grams(answer['totals']['co2_emissions_g'])} CO2e" in text[1]
    assert "11 Feb 2026, 10:30 UTC" in text[1]
    for row, title in zip(answer["assignments"], titles(root)[1:], strict=True):
        first = (row["window"].get("segments") or [row["window"]])[0]
        assert title.startswith(f"{row['job']} in {row['provider']}:{row['region']}: ")
        assert f"{first['start_time'][11:16]} to " in title
        assert title.endswith(f" UTC, {grams(row['co2_emissions_g'])} CO2e")
    description = next(root.iter(f"{NAMESPACE}desc")).text or ""
    assert "train in aws:" in description
    assert "Source: " in description


def test_a_plan_in_which_no_job_has_a_place_says_so(client: FlaskClient) -> None:
    text = text_of(svg(client, address({"jobs": [LATE]})))

    assert text[0] == "Plan: 0 of 1 jobs have a place"
    assert "No job has a place." in text


def test_more_jobs_than_fit_are_counted(client: FlaskClient) -> None:
    start = NOW.replace(minute=0, second=0, microsecond=0)
    job = JobBar(label="a", place="aws:x", figure="1 g", change="", hours=[hour(0, 20)], runs=[(start, NOW)])

    picture = plan_picture("t", "s", [job], (start, start + timedelta(hours=4)), more=7)

    assert "and 7 more jobs" in draw_plan(picture, Theme.DARK, shipped.font())


def test_a_plan_of_the_background_is_drawn_once_it_is_done(tmp_path: Path) -> None:
    own = service(data_dir=tmp_path).test_client()
    plan = own.post("/api/v1/plan", json={**QUESTION, "background": True}).get_json()

    assert eventually(lambda: own.get(plan["url"]).get_json()["status"] == "done")
    picture = own.get(f"{PATH}?plan={plan['id']}")

    assert picture.status_code == 200
    assert "2 of 3 jobs have a place" in picture.text
    assert picture.headers["Cache-Control"] == "public, max-age=300"
    again = own.get(f"{PATH}?plan={plan['id']}", headers={"If-None-Match": picture.headers["ETag"]})
    assert again.status_code == 304


def test_a_plan_that_waits_has_no_picture_yet(tmp_path: Path) -> None:
    own = service(data_dir=tmp_path).test_client()
    plan = service_of(own.application).plans.desk.submit(b"{}", "", TENANT, "r")

    answer = own.get(f"{PATH}?plan={plan.id}")

    assert answer.status_code == 404
    assert "its picture is there once it is done" in answer.get_json(force=True)["detail"]


def test_only_keys_of_the_tenant_that_submitted_a_plan_see_its_picture(tmp_path: Path) -> None:
    rules = access(*(record(name, name=name, tenant=name) for name in ("first", "second")))
    own = service(data_dir=tmp_path, rules=rules).test_client()
    plan = own.post("/api/v1/plan", json={**QUESTION, "background": True}, headers={"X-API-Key": "first"}).get_json()
    assert eventually(lambda: own.get(plan["url"], headers={"X-API-Key": "first"}).get_json()["status"] == "done")

    answers = [
        own.get(f"{PATH}?plan={plan['id']}", headers={"X-API-Key": key}).status_code
        for key in ("first", "second", "first")
    ]

    assert answers == [200, 404, 200]


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("", "plan", "send either question or plan"),
        ("question={}&plan=x", "plan", "send either question or plan"),
        ("question={}", "question", "jobs is required"),
        ("question=[", "question", "is not valid JSON"),
        ('question={"jobs":[{"id":"a","duration_hours":-1}]}', "question", "duration_hours must be greater than 0"),
        ("question={}&widht=9", "widht", "is not a known field"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(client: FlaskClient, query: str, parameter: str, detail: str) -> None:
    answer = client.get(f"{PATH}?{query}")

    errors = answer.get_json(force=True)["errors"]
    assert answer.status_code == 400
    assert parameter in [error["parameter"] for error in errors]
    assert detail in " ".join(error["detail"] for error in errors)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_of_a_job_is_text(client: FlaskClient, text: str) -> None:
    answer = client.get(address({"jobs": [{**JOB, "id": text}]}))

    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "<img" not in answer.text


def test_a_png_has_its_letters_in_both_themes(client: FlaskClient) -> None:
    for theme in ("light", "dark"):
        width, _, rows = pixels(client.get(address(QUESTION, "/charts/plan.png", theme=theme)).data, 56)

        assert width == 1200
        assert (
            1500
            < sum(
                (row[4 * x] > 200 if theme == "dark" else row[4 * x] < 80)
                for row in rows[24:56]
                for x in range(24, 700)
            )
            < 8000
        )
