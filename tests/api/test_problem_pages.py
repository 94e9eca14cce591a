"""The type of every problem leads to a page that explains it."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from flask import abort
from flask.testing import FlaskClient

from api.edge.problem_types import TYPES
from tests.api.conftest import Ask
from tests.fakes.access import access, record
from tests.fakes.service import service

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ROOT = Path(__file__).resolve().parents[2]
every_type = pytest.mark.parametrize("name", sorted(TYPES))


@every_type
def test_a_program_gets_the_meaning_what_to_do_and_a_problem_of_this_type(get: Ask, name: str) -> None:
    answer = get(f"/problems/{name}")

    kind = TYPES[name]
    assert (answer["type"], answer["status"], answer["title"]) == (f"/problems/{name}", kind.status, kind.title)
    assert answer["meaning"].endswith(".")
    assert answer["action"].endswith(".")
    assert {field: answer["example"][field] for field in ("type", "status", "title")} == {
        "type": f"/problems/{name}",
        "status": kind.status,
        "title": kind.title,
    }


@every_type
def test_a_browser_gets_a_page_for_people(client: FlaskClient, name: str) -> None:
    response = client.get(f"/problems/{name}", headers={"Accept": BROWSER})

    page = response.get_data(as_text=True)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f"<h1>{TYPES[name].title}</h1>" in page
    assert "What it means" in page
    assert "What to do" in page
    assert "`" not in page
    assert f"&#34;type&#34;: &#34;/problems/{name}&#34;" in page


def test_the_page_may_run_and_load_nothing_but_its_own_style(client: FlaskClient) -> None:
    response = client.get("/problems/rate-limited", headers={"Accept": BROWSER})

    (style,) = re.findall(r"<style>(.*)</style>", response.get_data(as_text=True))
    hashed = b64encode(sha256(style.encode()).digest()).decode()
    assert response.headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'sha256-{hashed}'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("accept", [BROWSER, "application/json"])
def test_it_may_be_kept_for_an_hour_in_each_form(client: FlaskClient, accept: str) -> None:
    headers = client.get("/problems/rate-limited", headers={"Accept": accept}).headers

    assert headers["Cache-Control"] == "public, max-age=3600"
    assert "Accept" in headers["Vary"].split(", ")
    assert sorted({*headers.keys()}) == sorted(headers.keys())


@pytest.mark.parametrize("accept", [BROWSER, "*/*"])
@pytest.mark.parametrize("name", ["nothing", "Rate-Limited", "about:blank", "%22%3E%3Cscript%3E"])
def test_a_type_that_does_not_exist_is_a_404_problem(client: FlaskClient, name: str, accept: str) -> None:
    response = client.get(f"/problems/{name}", headers={"Accept": accept})

    assert (response.status_code, response.mimetype) == (404, "application/problem+json")


def test_reading_it_needs_no_key_and_is_not_counted() -> None:
    client = service(rules=access(record("cao_" + "k" * 43))).test_client()

    response = client.get("/problems/key-required")

    assert response.status_code == 200
    assert "RateLimit" not in response.headers


def test_every_type_that_nginx_answers_has_a_page() -> None:
    configuration = (ROOT / "deploy" / "nginx" / "nginx.conf").read_text(encoding="utf-8")

    named = set(re.findall(r'"type":"/problems/([^"]+)"', configuration))

    assert named
    assert named <= TYPES.keys()


def test_a_status_that_is_no_type_of_ours_is_left_to_http() -> None:
    app = service()
    app.add_url_rule("/teapot", view_func=lambda: abort(418))

    problem = app.test_client().get("/teapot").get_json(force=True)

    assert (problem["type"], problem["status"], problem["title"]) == ("about:blank", 418, "I'm a teapot")


def test_a_range_beyond_the_end_of_a_file_is_a_problem_with_a_page(client: FlaskClient) -> None:
    response = client.get("/docs/start.js", headers={"Range": "bytes=0-1"})
    beyond = client.get("/docs/swagger-ui.css", headers={"Range": "bytes=99999999-"})

    assert response.status_code == 200
    assert (beyond.status_code, beyond.get_json(force=True)["type"]) == (416, "/problems/range-not-satisfiable")
    assert beyond.headers["Content-Range"].startswith("bytes */")
