"""/api/v1/ci/report: what a pipeline emitted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from engine import Engine
from mapping import CloudMap
from settings import Settings
from tests.fakes.grid import FakeReader
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW

MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
TODAY, SIX_DAYS_AGO, NINE_DAYS_AGO = ((MIDNIGHT - timedelta(days=days)).date().isoformat() for days in (0, 6, 9))
MAPPING = CloudMap.load()
JOB = {"id": "build", "start": f"{TODAY}T08:00:00Z", "seconds": 1800}
OWN = {**JOB, "region": "aws:ca-central-1", "instance_type": "m7g.large"}
HOSTED = {**JOB, "id": "test", "runner": "ubuntu-latest", "plan": "private"}


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    past = FakePast({"CA-QC": [readings(MIDNIGHT - timedelta(days=20), [20.0] * 24 * 21)]})
    settings = Settings(data_dir=tmp_path, live="off", rate_limit="off")
    return create_app(settings, Engine(MAPPING, FakeReader(), past), clock=lambda: NOW).test_client()


def ask(client: FlaskClient, *jobs: dict[str, Any], run: str = "7", **fields: Any) -> Any:
    body = {"provider": "github", "pipeline": "acme/shop/Test", "run_id": run, "jobs": list(jobs), **fields}
    return client.post("/api/v1/ci/report", json=body)


def test_the_jobs_are_rows_of_usage_with_the_tags_of_the_pipeline(client: FlaskClient) -> None:
    answer = ask(client, OWN, tags={"team": "search"}).get_json()

    (row,) = answer["usage"]
    stored = client.get(f"/api/v1/usage/{row['id']}").get_json()["usage"]
    assert (stored["hours"], stored["origin"]) == (0.5, "ci")
    assert stored["tags"] == {"team": "search", "ci_pipeline": "acme/shop/Test", "ci_job": "build"}
    assert answer["total"]["co2_emissions_g"] == pytest.approx(20 * stored["power_consumption_kwh"], abs=1e-5)


def test_a_report_sent_again_changes_nothing_and_one_that_is_not_to_be_stored_stores_nothing(
    client: FlaskClient,
) -> None:
    tried = ask(client, OWN, store=False).get_json()
    first, again = ask(client, OWN).get_json(), ask(client, OWN).get_json()

    assert (tried["written"], first["written"]["added"], again["written"]["unchanged"]) == (None, 1, 1)
    assert (first["total"], first["last_week"]) == (tried["total"], None)
    assert client.get(f"/api/v1/usage?from={TODAY}").get_json()["total"] == 1


def test_the_last_week_is_that_of_the_same_jobs_of_this_pipeline(client: FlaskClient) -> None:
    ask(client, {**OWN, "start": f"{SIX_DAYS_AGO}T08:00:00Z", "seconds": 3600}, run="5")
    ask(client, {**OWN, "start": f"{NINE_DAYS_AGO}T08:00:00Z", "seconds": 36000}, run="4")
    ask(client, {**OWN, "seconds": 900}, run="6", pipeline="acme/shop/Deploy")

    answer = ask(client, OWN).get_json()

    assert answer["last_week"]["runs"] == 1  # twice as long, at the same intensity
    assert answer["last_week"]["co2_emissions_g"] == pytest.approx(2 * answer["total"]["co2_emissions_g"], abs=1e-5)
    assert answer["against_last_week_percent"] == -50.0
    assert answer["markdown"].splitlines()[-3].startswith("| its last week, mean of 1 | ")
    assert answer["markdown"].splitlines()[-3].endswith(" | 50 % less |")


def test_a_hosted_runner_stands_in_an_assumed_region_and_the_answer_says_so(client: FlaskClient) -> None:
    answer = ask(client, HOSTED).get_json()

    (job,) = answer["jobs"]
    assert (job["region"].partition(":")[0], job["region_assumed"], job["vcpus"]) == ("azure", True, 2)
    assert (job["runner_confidence"], job["runner_as_of"]) == ("indicative", "2026")
    assert str(answer["against_median_percent"]) == "0.0"
    assert "assumed is the median region of their cloud" in answer["markdown"]


def test_the_answer_holds_a_job_summary_and_a_badge(client: FlaskClient) -> None:
    answer = ask(client, OWN).get_json()

    badge = answer["badge"]
    assert answer["markdown"].startswith("### Carbon of acme/shop/Test\n")
    assert badge["schemaVersion"] == 1
    assert badge["label"] == "CI carbon"
    assert badge["message"].startswith("≈ ")
    assert badge["message"].endswith(" g CO2e")


def test_grams_that_are_not_known_are_never_zero(client: FlaskClient) -> None:
    answer = ask(client, {**JOB, "region": "aws:us-east-1", "instance_type": "c6gn.metal"}).get_json()

    assert (answer["total"]["co2_emissions_g"], answer["in_median_region"]) == (None, None)
    assert (answer["badge"]["message"], answer["badge"]["color"]) == ("no data", "9aa5b1")


def test_the_name_of_a_pipeline_is_no_markup(client: FlaskClient) -> None:
    answer = ask(client, OWN, pipeline="<img>|[x](y)").get_json()

    assert answer["markdown"].splitlines()[0] == "### Carbon of &lt;img>\\|\\[x\\](y)"


@pytest.mark.parametrize(
    ("job", "pointer", "code"),
    [
        ({**JOB}, "#/jobs/0/runner", "missing"),
        ({**OWN, "runner": "ubuntu-latest"}, "#/jobs/0/runner", "one_machine"),
        ({**JOB, "runner": "ubuntu-lates"}, "#/jobs/0/runner", "unknown_runner"),
        ({**JOB, "runner": "macos-latest"}, "#/jobs/0/runner", "region_missing"),
        ({**JOB, "instance_type": "m7g.large"}, "#/jobs/0/runner", "region_missing"),
        ({**OWN, "seconds": None}, "#/jobs/0/seconds", "missing"),
        ({**OWN, "seconds": 86400}, "#/jobs/0/seconds", "in_the_future"),
        ({**OWN, "id": "a/b"}, "#/jobs/0/id", "string_pattern_mismatch"),
    ],
)
def test_a_wrong_job_is_refused_with_its_field(
    client: FlaskClient, job: dict[str, Any], pointer: str, code: str
) -> None:
    answer = ask(client, job)

    assert answer.status_code == 400
    assert [(error["pointer"], error["code"]) for error in answer.get_json(force=True)["errors"]] == [(pointer, code)]


def test_jobs_with_the_same_id_and_tags_of_the_report_are_refused(client: FlaskClient) -> None:
    answer = ask(client, OWN, OWN, tags={"ci_job": "mine"}, run_id="a:b").get_json(force=True)

    assert {error["pointer"] for error in answer["errors"]} == {"#/jobs", "#/tags", "#/run_id"}
