"""`carbon when` and `carbon calc`, against the service."""

from __future__ import annotations

import csv
import json
from datetime import timedelta

from tests.clients.python.conftest import Shell
from tests.fakes.service import NOW, service

# NOW is 10:30:07, and the service answers for 10:30. A job of 4 h that starts within 24 h ends by 14:30:07 tomorrow.
QUESTION = {"region": "us-west-2", "duration_hours": 4, "deadline": "2026-02-12T14:30:07Z"}


def test_when_prints_the_best_window_before_the_same_job_at_once(shell: Shell) -> None:
    answer = service().test_client().post("/api/v1/schedule", json=QUESTION).get_json()

    assert shell.carbon("when", "--for", "4h", "--within", "24h", "--region", "us-west-2", "--format", "csv") == 0

    best, now, *later = csv.DictReader(shell.lines)
    assert (best["choice"], now["choice"], {row["choice"] for row in later}) == ("best", "now", {"later"})
    assert best["region"] == "aws:us-west-2"
    assert best["start"] == answer["optimal_window"]["start_time"] == "2026-02-12T00:00:00Z"
    assert float(best["intensity"]) == answer["optimal_window"]["avg_carbon_intensity"]
    assert float(now["intensity"]) == answer["start_now"]["avg_carbon_intensity"]
    assert "grams" not in best


def test_when_says_how_long_to_wait_and_what_such_waits_saved(shell: Shell) -> None:
    shell.carbon("when", "--for", "4h", "--region", "us-west-2")

    *_, wait, savings = shell.lines
    assert wait.startswith("Wait 13 h 30 min: the forecast saves ")  # from 10:30:07 to midnight
    assert savings.startswith("Such waits saved ")


def test_a_job_that_must_end_by_a_moment_starts_its_length_before(shell: Shell) -> None:
    shell.carbon("when", "--for", "4h", "--by", "2026-02-11T18:00+01:00", "--region", "us-west-2", "--format", "json")

    assert json.loads(shell.out.getvalue())["latest_start_time"] == "2026-02-11T13:00:00Z"


def test_a_moment_that_is_too_soon_is_an_error_of_the_command_line(shell: Shell) -> None:
    assert shell.carbon("when", "--for", "4h", "--by", "2026-02-11T12:00Z", "--region", "us-west-2") == 2

    assert "cannot end by" in shell.err.getvalue()


def test_of_several_regions_the_best_comes_first_and_those_left_out_have_their_reason(shell: Shell) -> None:
    regions = [word for region in ("us-west-2", "eu-north-1", "gcp:europe-north1") for word in ("--region", region)]

    assert shell.carbon("when", "--for", "4h", *regions, "--instance-type", "m7g.large") == 0

    assert shell.lines[1].split()[:2] == ["best", "aws:eu-north-1"]
    assert [line.split()[1] for line in shell.lines if line.startswith("elsewhere")] == ["aws:us-west-2"]
    assert shell.lines[-1].startswith("Not compared: gcp:europe-north1: ")


def test_a_place_is_named_in_one_way(shell: Shell) -> None:
    assert shell.carbon("when", "--for", "4h") == 2
    assert shell.carbon("when", "--for", "4h", "--region", "us-west-2", "--country", "SE") == 2

    first, second = shell.err.getvalue().splitlines()
    assert "say where" in first
    assert "in place of --region" in second


def test_calc_prints_what_the_service_calculates(shell: Shell) -> None:
    body = {"region": "us-east-1", "instance_type": "m7g.large", "duration_hours": 24, "include_embodied": True}
    expected = service().test_client().post("/api/v1/calculate", json=body).get_json()["calculation"]
    words = ("--region", "us-east-1", "--instance-type", "m7g.large", "--for", "1d", "--embodied")

    assert shell.carbon("calc", *words, "--format", "csv") == 0

    (row,) = csv.DictReader(shell.lines)
    assert float(row["grams"]) == expected["co2_emissions_g"]
    assert float(row["kwh"]) == expected["power_consumption_kwh"]
    assert float(row["embodied_grams"]) == expected["embodied_gco2e"]
    assert float(row["usd"]) == expected["cost"]["on_demand_usd"]


def test_calc_of_a_past_run_asks_for_its_start(shell: Shell) -> None:
    start = (NOW - timedelta(days=1)).isoformat()
    words = ("--region", "us-east-1", "--instance-type", "m7g.large", "--start", start)

    assert shell.carbon("calc", *words) == 122  # the service has no stored readings here

    assert "stored" in shell.err.getvalue()
