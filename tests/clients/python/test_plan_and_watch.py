"""`carbon plan` and `carbon watch`, against the service."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.clients.python.conftest import NOWHERE, Shell, served
from tests.fakes.service import service

QUESTION: dict[str, Any] = {
    "jobs": [
        {
            "id": "train",
            "duration_hours": 4,
            "instance_type": "m7g.large",
            "home": "aws:us-east-1",
            "regions": ["aws:eu-north-1", "aws:us-west-2"],
        }
    ]
}


class RealSleep(Shell):
    """Its clock is the fake one, but a sleep takes a moment in which the service can work."""

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        time.sleep(0.02)


@pytest.fixture
def planner(tmp_path: Path) -> Iterator[RealSleep]:
    with served(service(data_dir=tmp_path)) as url:
        yield RealSleep(url=url)


def test_plan_places_the_jobs_of_a_file(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "jobs.json"
    file.write_text(json.dumps(QUESTION))
    expected = service().test_client().post("/api/v1/plan", json=QUESTION).get_json()["assignments"][0]

    assert shell.carbon("plan", str(file), "--format", "csv") == 0

    (row,) = csv.DictReader(shell.lines)
    assert (row["job"], row["region"]) == ("train", "aws:eu-north-1")
    assert row["start"] == expected["window"]["start_time"]
    assert float(row["grams"]) == expected["co2_emissions_g"]


def test_plan_reads_standard_input_and_waits_for_a_plan_in_the_background(planner: RealSleep) -> None:
    planner.stdin = json.dumps({**QUESTION, "background": True})

    assert planner.carbon("plan", "-", "--format", "json") == 0

    assert json.loads(planner.out.getvalue())["assignments"][0]["job"] == "train"
    assert "in the background" in planner.err.getvalue()


def test_a_plan_that_takes_longer_than_max_wait_goes_on_under_its_id() -> None:
    app = Flask("planner")
    queued = {"id": "p1", "status": "running", "progress_percent": 5.0, "detail": None, "plan": None}
    app.add_url_rule("/api/v1/plans/p1", view_func=lambda: queued)
    with served(app) as url:  # type: ignore[arg-type]
        shell = Shell(url=url)
        assert shell.carbon("plan", "--id", "p1", "--max-wait", "10s") == 124

    assert shell.sleeps == [2.0] * 5
    assert "carbon plan --id p1" in shell.err.getvalue()


def test_a_plan_that_fails_ends_with_122_and_its_reason() -> None:
    app = Flask("planner")
    failed = {"id": "p1", "status": "failed", "progress_percent": 5.0, "detail": "Allow more regions.", "plan": None}
    app.add_url_rule("/api/v1/plans/p1", view_func=lambda: failed)
    with served(app) as url:  # type: ignore[arg-type]
        shell = Shell(url=url)
        assert shell.carbon("plan", "--id", "p1") == 122

    assert "Allow more regions." in shell.err.getvalue()


@pytest.mark.parametrize(("text", "words"), [("{", "is not JSON"), ("[]", "holds no JSON object")])
def test_a_file_that_is_no_question_is_an_error_of_the_command_line(text: str, words: str, shell: Shell) -> None:
    shell.stdin = text

    assert shell.carbon("plan", "-") == 2

    assert words in shell.err.getvalue()


def test_a_file_that_is_not_there_is_named(shell: Shell, tmp_path: Path) -> None:
    assert shell.carbon("plan", str(tmp_path / "none.json")) == 2

    assert "none.json cannot be read" in shell.err.getvalue()


class Grid:
    """A service whose zone DE has the next of these intensities at each question; -1: the service is away."""

    def __init__(self, *intensities: float | None) -> None:
        self.intensities = list(intensities)
        self.app = Flask("grid")
        self.app.add_url_rule("/api/v1/zones/DE", view_func=self.zone)
        self.app.add_url_rule("/api/v1/stream", view_func=lambda: ({"title": "No", "detail": "no stream"}, 404))

    def zone(self) -> Any:
        intensity = self.intensities.pop(0)
        if intensity == -1:
            return "away", 502
        facts = {"zone": "DE", "current_carbon_intensity": intensity, "low": None, "high": None}
        return {"zone_details": {**facts, "data_quality": "measured", "source": "entsoe"}}


def watch(*intensities: float | None, words: tuple[str, ...]) -> tuple[int, Shell]:
    with served(Grid(*intensities).app) as url:  # type: ignore[arg-type]
        shell = Shell(url=url)
        return shell.carbon("watch", "--zone", "DE", *words), shell


def test_watch_prints_new_values_until_one_is_low_enough() -> None:
    code, shell = watch(300.0, 300.0, None, 200.0, words=("--below", "200", "--every", "1m", "--format", "json"))

    rows = [json.loads(line) for line in shell.lines]
    assert code == 0
    assert [(row["time"], row["intensity"]) for row in rows] == [
        ("2026-02-11T10:30:07Z", 300.0),
        ("2026-02-11T10:32:07Z", None),  # unknown is told, and is not below
        ("2026-02-11T10:33:07Z", 200.0),
    ]


def test_watch_goes_on_when_the_service_is_away_for_a_while() -> None:
    code, shell = watch(100.0, -1, 500.0, words=("--above", "400", "--format", "csv"))

    assert code == 0
    assert [row["intensity"] for row in csv.DictReader(shell.lines)] == ["100.0", "500.0"]
    assert "next try in 300 s" in shell.err.getvalue()


def test_watch_ends_with_124_when_nothing_crosses_in_time() -> None:
    code, shell = watch(100.0, 100.0, words=("--above", "400", "--max-wait", "9m"))

    assert code == 124
    assert len(shell.lines) == 2  # the head and one value


def test_watch_of_a_service_that_was_never_there_ends_at_once() -> None:
    assert Shell(url=NOWHERE).carbon("watch", "--zone", "DE") == 121


def test_watch_prints_regions_of_the_real_service(shell: Shell) -> None:
    assert shell.carbon("watch", "--region", "eu-north-1", "--zone", "FR", "--above", "0", "--every", "1s") == 0

    assert shell.lines[1].split()[1] == "aws:eu-north-1"


def test_lines_that_are_written_one_by_one_are_aligned(shell: Shell) -> None:
    words = ("--region", "eu-north-1", "--zone", "FR", "--every", "1m", "--max-wait", "1s")

    assert shell.carbon("watch", *words) == 124

    head, region, zone = shell.lines
    assert head.index("QUALITY") == region.index("baseline") == zone.index("baseline")
