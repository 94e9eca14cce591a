"""`carbon ci report`: what a job of GitHub or GitLab emitted, and when that fails the build."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest

from carbon_client.cli.ci_job import job_of
from tests.clients.python.conftest import NOWHERE, Shell, served
from tests.fakes.service import NOW, service

BEGAN = NOW - timedelta(minutes=9)
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_WORKFLOW": "Test",
    "GITHUB_RUN_ID": "9876543210",
    "GITHUB_RUN_ATTEMPT": "1",
    "GITHUB_JOB": "unit",
    "RUNNER_ENVIRONMENT": "github-hosted",
    "RUNNER_OS": "Linux",
    "RUNNER_ARCH": "X64",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_PATH": "acme/shop",
    "CI_PIPELINE_ID": "77",
    "CI_JOB_NAME": "unit 1/2",
    "CI_JOB_STARTED_AT": BEGAN.isoformat(),
    "CI_RUNNER_DESCRIPTION": "1-blue.saas-linux-small-amd64.runners-manager.gitlab.com/default",
}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a service with a ledger answers."""
    with served(service(data_dir=tmp_path_factory.mktemp("ledger"))) as url:
        yield url


@pytest.fixture
def event(tmp_path: Path) -> Path:
    """What GitHub's runner wrote as the job began."""
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"repository": {"private": True}}))
    os.utime(path, (BEGAN.timestamp(), BEGAN.timestamp()))
    return path


def shell_of(url: str, **environ: str) -> Shell:
    return Shell(url=url, now=NOW.astimezone(UTC), environ=environ)


def answer_of(shell: Shell, *words: str) -> Any:
    assert shell.carbon("ci", "report", "--format", "json", *words) == 0, shell.err.getvalue()
    return json.loads(shell.out.getvalue())


def test_the_variables_of_github_say_which_job_ran_on_what_since_when(ledger: str, event: Path) -> None:
    answer = answer_of(shell_of(ledger, **GITHUB, GITHUB_EVENT_PATH=str(event)), "--tag", "team=search")

    (row,), (job,) = answer["usage"], answer["jobs"]
    assert row["tags"] == {"team": "search", "ci_pipeline": "acme/shop/Test", "ci_job": "unit"}
    assert row["hours"] == 0.15  # 9 minutes
    assert row["id"].endswith(":9876543210:unit")
    assert (job["vcpus"], job["region_assumed"]) == (2, True)  # of a private repository


def test_the_variables_of_gitlab_say_it_too(ledger: str) -> None:
    answer = answer_of(shell_of(ledger, **GITLAB), "--no-store")

    (row,), (job,) = answer["usage"], answer["jobs"]
    assert (row["hours"], row["region"], row["tags"]["ci_job"]) == (0.15, "gcp:us-east1", "unit 1-2")
    assert (job["vcpus"], job["region_assumed"], answer["written"]) == (2, False, None)


def test_a_second_attempt_is_a_run_of_its_own_and_a_runner_of_ones_own_has_no_label() -> None:
    job = job_of({**GITHUB, "GITHUB_RUN_ATTEMPT": "2", "RUNNER_ENVIRONMENT": "self-hosted"})

    assert (job.run, job.runner, job.start, job.plan) == ("9876543210.2", None, None, None)


def test_options_say_what_no_variable_does(ledger: str) -> None:
    words = ["--pipeline", "nightly", "--run", "1", "--job", "train", "--for", "2h"]
    answer = answer_of(shell_of(ledger), *words, "--instance-type", "m7g.large", "--region", "us-east-1")

    (row,) = answer["usage"]
    assert (row["hours"], row["instance_type"], row["region"]) == (2.0, "m7g.large", "aws:us-east-1")


def test_the_summary_of_the_job_gets_the_markdown_and_stdout_without_one(ledger: str, tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    with_file, without = shell_of(ledger, **GITLAB, GITHUB_STEP_SUMMARY=str(summary)), shell_of(ledger, **GITLAB)

    assert (with_file.carbon("ci", "report"), without.carbon("ci", "report")) == (0, 0)

    assert summary.read_text().startswith("### Carbon of acme/shop\n")
    assert len(with_file.lines) == 1
    assert without.out.getvalue() == summary.read_text()


def test_more_grams_than_the_budget_end_with_code_3(ledger: str) -> None:
    shell = shell_of(ledger, **GITLAB)

    assert shell.carbon("ci", "report", "--budget", "0.001") == 3
    assert "over budget" in shell.err.getvalue()
    assert shell_of(ledger, **GITLAB).carbon("ci", "report", "--budget", "5000") == 0


def test_grams_that_are_not_known_are_within_a_budget_unless_strict(ledger: str) -> None:
    words = ["ci", "report", "--instance-type", "c6gn.metal", "--region", "us-east-1", "--budget", "1"]

    assert shell_of(ledger, **GITLAB).carbon(*words) == 0
    assert shell_of(ledger, **GITLAB).carbon(*words, "--strict") == 3


def test_a_service_that_is_away_fails_the_build_only_if_strict() -> None:
    shell = shell_of(NOWHERE, **GITLAB)

    assert shell.carbon("ci", "report", "--budget", "1") == 0
    assert shell.err.getvalue().startswith("carbon: no report: ")
    assert shell_of(NOWHERE, **GITLAB).carbon("ci", "report", "--strict") == 121


def test_a_refusal_is_a_mistake_of_the_caller_and_always_fails(ledger: str) -> None:
    shell = shell_of(ledger, **GITLAB)

    assert shell.carbon("ci", "report", "--runner", "saas-linux-smal-amd64") == 122
    assert "#/jobs/0/runner" in shell.err.getvalue()


@pytest.mark.parametrize(
    ("environ", "words", "reason"),
    [
        ({}, [], "give --pipeline, --run, --job"),
        (GITHUB, [], "give --start or --for"),
        ({**GITHUB, "RUNNER_ENVIRONMENT": "self-hosted"}, ["--for", "5m"], "give --runner, or --instance-type"),
        (GITLAB, ["--tag", "team"], "is not NAME=VALUE"),
        (GITLAB, ["--start", (NOW + timedelta(hours=1)).isoformat()], "is in the future"),
    ],
)
def test_what_nothing_says_is_asked_for(environ: dict[str, str], words: list[str], reason: str) -> None:
    shell = shell_of(NOWHERE, **environ)

    assert shell.carbon("ci", "report", *words) == 2
    assert reason in shell.err.getvalue()


@pytest.fixture(scope="module")
def budgets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a service answers with a budget of one milligram, a large one, and one of another team."""
    app = service(data_dir=tmp_path_factory.mktemp("budgets"))
    small: dict[str, Any] = {"period": "month", "tags": {"team": "search"}}
    for name, limits in (
        ("small", small | {"limit_kg": 0.000001}),
        ("large", small | {"limit_kg": 120}),
        ("ads", small | {"tags": {"team": "ads"}, "limit_usd": 5}),
    ):
        assert app.test_client().put(f"/api/v1/budgets/{name}", json=limits).status_code == 201
    with served(app) as url:
        yield url


SEARCH = ("ci", "report", "--tag", "team=search")


def test_a_budget_of_the_service_that_the_job_passes_ends_with_code_3(budgets: str) -> None:
    shell = shell_of(budgets, **GITLAB)

    assert shell.carbon(*SEARCH, "--budget", "small") == 3
    assert "carbon: over budget: small, until 2026-03-01T00:00:00Z: " in shell.err.getvalue()
    assert " of 1e-06 kg CO2e spent and reserved, " in shell.err.getvalue()
    assert " too many" in shell.err.getvalue()


def test_what_is_left_of_a_budget_stands_in_the_report(budgets: str, tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    with_file, without = shell_of(budgets, **GITLAB, GITHUB_STEP_SUMMARY=str(summary)), shell_of(budgets, **GITLAB)

    assert with_file.carbon(*SEARCH, "--budget", "large") == 0
    assert without.carbon(*SEARCH, "--budget", "large") == 0

    assert (with_file.err.getvalue(), without.err.getvalue()) == ("", "")
    assert summary.read_text() == without.out.getvalue()
    last = summary.read_text().splitlines()[-1]
    assert last.startswith("Budget large, until 2026-03-01T00:00:00Z: ")
    assert last.endswith(" of 120 kg CO2e spent and reserved, 120 left.")
    answer = answer_of(shell_of(budgets, **GITLAB), "--tag", "team=search", "--budget", "large")
    assert answer["status"] == "success"


def test_a_budget_that_does_not_count_the_job_is_said_to(budgets: str) -> None:
    shell = shell_of(budgets, **GITLAB)

    assert shell.carbon(*SEARCH, "--budget", "ads") == 0
    assert "does not count in the budget ads, which is of team=ads: give --tag" in shell.err.getvalue()


def test_a_budget_that_does_not_exist_is_a_refusal_after_the_report(budgets: str) -> None:
    shell = shell_of(budgets, **GITLAB)

    assert shell.carbon(*SEARCH, "--budget", "saerch") == 122
    assert "there is no budget of the name 'saerch'" in shell.err.getvalue()
    assert shell.out.getvalue().startswith("### Carbon of acme/shop\n")


@pytest.mark.parametrize("text", ["-1", "inf", "nan", " "])
def test_a_budget_is_grams_or_a_name(text: str) -> None:
    shell = shell_of(NOWHERE, **GITLAB)

    with pytest.raises(SystemExit, match="2"):
        shell.carbon("ci", "report", f"--budget={text}")
