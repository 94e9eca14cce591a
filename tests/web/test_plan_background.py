"""/plan in the background: a plan that waits, is made, is done, has failed or was cancelled."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.edge.exchange import service_of
from carbon.queued_plans import PlanState as State
from carbon.roles import TENANT
from pid import process_name
from tests.fakes.patience import eventually
from tests.fakes.service import offline, service
from tests.web.browser import with_token
from tests.web.test_plan_page import JOB, QUESTION, post, text_of
from web.pages.words import grams

LONG = {"jobs": [{**JOB, "id": f"job-{number}"} for number in range(40)]}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return offline().test_client()


@pytest.fixture
def own(tmp_path: Path) -> FlaskClient:
    """A service with a queue of its own."""
    return service(data_dir=tmp_path).test_client()


@pytest.fixture
def busy(own: FlaskClient) -> FlaskClient:
    """A machine that makes another plan: those that are submitted now wait."""
    desk = service_of(own.application).plans.desk
    desk.submit(b"{}", "key/other", TENANT, "r")
    assert desk.claim(process_name(), "a run of another worker") is not None
    return own


def test_a_question_for_the_background_waits_for_a_button(client: FlaskClient) -> None:
    page = client.get("/plan", query_string={"question": text_of({**QUESTION, "background": True})})

    assert "This plan is made in the background" in page.text
    assert "Start the plan" in page.text


@pytest.mark.parametrize("question", [{**QUESTION, "background": True}, LONG])
def test_a_plan_of_the_background_has_an_address_of_its_own_and_ends_in_the_plan(
    own: FlaskClient, question: dict[str, Any]
) -> None:
    answer = post(own, question)
    address = answer.headers["Location"]

    assert answer.status_code == 303
    assert re.fullmatch(r"/plan\?plan=[0-9a-f]{32}", address)
    assert eventually(lambda: "The plan is ready" in own.get(address).text)
    page, row = own.get(address), own.get(f"/api/v1/plans/{address.rpartition('=')[2]}").get_json()
    assert f"{len(row['plan']['assignments'])} of {len(question['jobs'])} jobs have a place" in page.text
    assert grams(row["plan"]["totals"]["co2_emissions_g"]) in page.text
    assert f'/charts/plan.svg?plan={row["id"]}"' in page.text
    assert "Retry-After" not in page.headers


def test_a_plan_that_waits_looks_again_without_a_script_and_can_be_cancelled(busy: FlaskClient) -> None:
    address = post(busy, {**QUESTION, "background": True}).headers["Location"]
    plan_id = address.rpartition("=")[2]

    page = busy.get(address)
    assert "The plan waits for its turn" in page.text
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page.text
    assert f'data-plan="/api/v1/plans/{plan_id}"' in page.text
    assert f'<a class="button" href="{address}">Look again</a>' in page.text
    assert page.headers["Retry-After"] == "2"

    cancelled = busy.post("/plan/cancel", data=with_token(busy, {"plan": plan_id}))
    assert (cancelled.status_code, cancelled.headers["Location"]) == (303, address)
    page = busy.get(address)
    assert "The plan was cancelled" in page.text
    assert "refresh" not in page.text
    assert "data-plan" not in page.text


def test_a_plan_that_is_made_says_how_far_it_is(own: FlaskClient) -> None:
    desk = service_of(own.application).plans.desk
    plan = desk.submit(text_of(QUESTION).encode(), "", TENANT, "r")
    assert desk.claim(process_name(), "run") is not None
    assert desk.renew("run", 0.42)

    page = own.get(f"/plan?plan={plan.id}")
    assert "The plan is being made" in page.text
    assert 'value="42"' in page.text
    assert "42 % done." in page.text


def test_a_plan_that_failed_says_why(own: FlaskClient) -> None:
    desk = service_of(own.application).plans.desk
    plan = desk.submit(text_of(QUESTION).encode(), "", TENANT, "r")
    assert desk.claim(process_name(), "run") is not None
    desk.failed("run", "the plan took longer than 120 s: send fewer jobs")

    page = own.get(f"/plan?plan={plan.id}")
    assert desk.plan(plan.id, TENANT).state is State.FAILED
    assert "The plan has failed" in page.text
    assert "The plan took longer than 120 s: send fewer jobs." in page.text


@pytest.mark.parametrize("path", ["/plan?plan=none", "/plan?plan=" + "0" * 32])
def test_an_unknown_plan_is_a_404_that_keeps_the_form(client: FlaskClient, path: str) -> None:
    page = client.get(path)

    assert page.status_code == 404
    assert "There is no plan of this id" in page.text
    assert "Plan these jobs" in page.text


def test_nothing_of_the_queue_changes_when_a_link_is_followed(own: FlaskClient) -> None:
    own.get("/plan", query_string={"question": text_of({**QUESTION, "background": True})})

    assert service_of(own.application).plans.desk.counts() == {}
    assert own.get("/plan/cancel").status_code == 405
