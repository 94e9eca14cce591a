"""What a pipeline emitted: where its jobs ran, and what they are compared with, worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import ledger_questions
from carbon.ci import CiJob, CiQuery, LastWeek, Runner
from carbon.workload import OwnMachine
from engine import Engine
from mapping import CloudMap
from planning.ledger import ci
from tests.fakes.grid import FakeReader
from tests.fakes.past import FakePast, readings

NOON = datetime(2026, 2, 10, 12, tzinfo=UTC)
NOW = NOON + timedelta(days=1)
MAPPING = CloudMap.load()
RUNNERS = MAPPING.catalog.ci_runners
TYPE: dict[str, Any] = {"region": "aws:ca-central-1", "instance_type": "m7g.large"}


def runner(label: str, plan: str | None = None) -> Runner:
    row = RUNNERS.runner(label, plan)
    assert row is not None
    return row


def job(name: str = "build", minutes: float = 30, **fields: Any) -> CiJob:
    return CiJob(id=name, start=NOON, end=NOON + timedelta(minutes=minutes), **fields)


def query(*jobs: CiJob, run: str = "7") -> CiQuery:
    return CiQuery(service="github", pipeline="acme/shop/Test", run=run, jobs=jobs or (job(**TYPE),))


def ask(one: CiQuery, grams_per_kwh: float | None = 20.0, **stored: float | None) -> Any:
    sources = {} if grams_per_kwh is None else {"CA-QC": [readings(NOON, [grams_per_kwh])]}
    session = Engine(MAPPING, FakeReader(), FakePast(sources)).at(NOW)
    return ledger_questions.ci_report(session, one, stored)


def test_a_hosted_runner_is_the_machine_of_its_label_and_plan() -> None:
    public, private, unsaid = (runner("ubuntu-latest", plan) for plan in ("public", "private", None))

    assert [one.machine.vcpus for one in (public, private, unsaid)] == [4, 2, 4]  # unsaid: the larger, documented one
    assert (public.cloud, public.region, public.confidence) == ("azure", None, "documented")
    assert (runner("SAAS-linux-small-amd64").region, runner("macos-latest").cloud) == ("gcp:us-east1", None)
    assert RUNNERS.runner("ubuntu-1804", None) is None
    assert "ubuntu-latest" in RUNNERS.nearest("ubuntu-lates")


def test_a_job_is_settled_by_the_hours_in_which_it_ran_and_beside_it_the_median_region() -> None:
    report, (row,) = ask(query())

    (day,) = row.days
    assert report.sums.operational_g == pytest.approx(day.energy_kwh * 20.0)
    here, there = MAPPING.regions["aws:ca-central-1"], MAPPING.regions[report.median.region]
    usual = ask(query(job(region=there.key, machine=OwnMachine(vcpus=2, memory_gb=8, arch="arm64"))), None)[0].sums
    # IT energy of m7g.large x the PUE there x the intensity there.
    expected = day.energy_kwh / here.pue * there.pue * usual.gco2e_per_kwh
    assert there.provider == "aws"
    assert report.median.operational_g == pytest.approx(expected)


def test_a_hosted_runner_without_region_stands_in_the_median_region_of_its_cloud_and_says_so() -> None:
    report, (row,) = ask(query(job(runner=runner("ubuntu-latest", "private"))))

    (placed,) = report.jobs
    assert (placed.region.partition(":")[0], placed.is_assumed) == ("azure", True)
    assert report.median.region == placed.region
    assert report.median.operational_g == pytest.approx(report.sums.operational_g)
    assert row.row.machine == OwnMachine(vcpus=2, memory_gb=8, arch="x86_64")


def test_the_assumed_region_is_the_same_at_every_hour_of_a_year() -> None:
    hours = [NOON + timedelta(hours=number) for number in range(0, 48, 3)]
    jobs = [CiJob(id="a", start=at, end=at + timedelta(hours=1), runner=runner("ubuntu-latest")) for at in hours]

    assert len({ask(query(one))[0].jobs[0].region for one in jobs}) == 1


def test_the_region_of_the_caller_counts_before_that_of_the_runner() -> None:
    jobs = job("one", runner=runner("saas-linux-small-amd64"), region="gcp:europe-west1"), job("two", **TYPE)
    report, _ = ask(query(*jobs, job("three", runner=runner("saas-linux-small-amd64"))))

    assert [(one.region, one.is_assumed) for one in report.jobs] == [
        ("gcp:europe-west1", False),
        ("aws:ca-central-1", False),
        ("gcp:us-east1", False),
    ]


def test_the_last_week_is_the_mean_of_other_runs_by_the_same_jobs() -> None:
    this = query(job("build", **TYPE), job("test", **TYPE), run="9")
    prefix = ci.pipeline_prefix(this)
    runs: dict[str, float | None] = {"7:build": 10.0, "7:test": 4.0, "8:build": 20.0, "8:test": 6.0, "8:deploy": 99.0}
    alone: dict[str, float | None] = {"5:build": 70.0, "6:build": 70.0, "6:test": None, "9:build": 1.0, "9:test": 1.0}

    week = ci.last_week(this, {prefix + name: grams for name, grams in {**runs, **alone}.items()})

    assert week == LastWeek(runs=2, operational_g=20.0)  # (10 + 4 + 20 + 6) / 2; deploy is not in this report
    assert ci.last_week(this, {}) is None


def test_the_id_of_a_job_is_the_same_when_it_is_reported_again_and_of_one_pipeline_alone() -> None:
    one, other = query(), CiQuery(service="github", pipeline="acme/shop/Deploy", run="7", jobs=())

    assert ci.row_id(one, one.jobs[0]) == ci.row_id(query(), job(minutes=45, **TYPE))
    assert ci.pipeline_prefix(one) != ci.pipeline_prefix(other)
    assert ci.row_id(one, one.jobs[0]).endswith(":7:build")


def test_figures_that_are_not_known_have_no_median_beside_them() -> None:
    report, _ = ask(query(job(region="aws:us-east-1", instance_type="c6gn.metal"), job("test", **TYPE)))

    assert (report.median, report.sums.unknown_hours) == (None, 0.5)
    assert report.sums.operational_g is not None
