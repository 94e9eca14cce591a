"""What a pipeline of continuous integration emitted: where its jobs ran, and what they are compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from carbon.ci import CiJob, CiQuery, CiReport, LastWeek, PlacedJob
from carbon.ledger import SettledUsage, UsageRow
from carbon.usage_reports import MedianRegion
from catalog.profiles import hour_of
from mapping import CloudMap
from planning.ledger.report import sums_of
from planning.placing.emission import pue_of

WEEK_DAYS = 7
PIPELINE_TAG, JOB_TAG = "ci_pipeline", "ci_job"


def pipeline_prefix(query: CiQuery) -> str:
    """How the ids of all rows of a pipeline begin: with a digest, since its name may be long and have slashes."""
    digest = sha256(query.pipeline.encode()).hexdigest()[:16]
    return f"ci:{query.service}:{digest}:"


def row_id(query: CiQuery, job: CiJob) -> str:
    """The same for a job that is reported again. A run has no colon in it."""
    return f"{pipeline_prefix(query)}{query.run}:{job.id}"


def year_of(query: CiQuery) -> tuple[int, int]:
    """The hours of the UTC year in which the first job began (since 1970, the last exclusive).

    The region in the middle is that of a year: by the hours of a run it would be another one by night, and a pipeline
    could not be compared with itself.
    """
    year = min(job.start for job in query.jobs).astimezone(UTC).year
    first, last = (hour_of(datetime(one, 1, 1, tzinfo=UTC)) for one in (year, year + 1))
    return first, last


def clouds_without_region(query: CiQuery) -> list[str]:
    """The clouds of hosted runners of which neither the caller nor the service says the region."""
    runners = {job.runner for job in query.jobs if job.region is None and job.runner is not None}
    return sorted({runner.cloud for runner in runners if runner.region is None and runner.cloud is not None})


def placed(query: CiQuery, middles: Mapping[str, str]) -> tuple[PlacedJob, ...]:
    """Each job with its region: the caller's, else that of its runner, else the median one of the runner's cloud.

    middles: cloud -> that region. Raises ValueError where none of them says; the question refuses such a job.
    """
    return tuple(_placed(job, middles) for job in query.jobs)


def _placed(job: CiJob, middles: Mapping[str, str]) -> PlacedJob:
    region = job.region if job.region is not None or job.runner is None else job.runner.region
    if region is not None:
        return PlacedJob(job=job, region=region, is_assumed=False)
    middle = None if job.runner is None or job.runner.cloud is None else middles.get(job.runner.cloud)
    if middle is None:
        raise ValueError(f"nothing says where the job {job.id} ran")
    return PlacedJob(job=job, region=middle, is_assumed=True)


def usage_row(query: CiQuery, job: CiJob, region: str) -> UsageRow:
    """The job as a row of usage."""
    return UsageRow(
        id=row_id(query, job),
        start=job.start,
        end=job.end,
        region=region,
        instance_type=job.instance_type,
        machine=job.machine if job.runner is None else job.runner.machine,
        tags={**query.tags, PIPELINE_TAG: query.pipeline, JOB_TAG: job.id},
    )


def moved(rows: Sequence[SettledUsage], region: str, mapping: CloudMap) -> list[UsageRow]:
    """The same IT energy in the same hours in another region, with its PUE. Empty if one row's grams are not known."""
    there = []
    for one in rows:
        energies = [day.energy_kwh for day in one.days if day.operational_g is not None]
        if len(energies) < len(one.days):
            return []
        pue, _ = pue_of(one.row.machine, one.row.pue, mapping.regions[one.row.region])
        it_kwh = sum(energy or 0.0 for energy in energies) / pue
        there.append(replace(one.row, region=region, it_kwh=it_kwh, machine=None, instance_type=None, pue=None))
    return there


def last_week(query: CiQuery, stored: Mapping[str, float | None]) -> LastWeek | None:
    """The mean of the stored runs that had all jobs of this report, by these jobs alone: like beside like.

    stored: grams by id. This run is left out, and so is one with a job whose grams are not known. None: no such run.
    """
    jobs = {job.id for job in query.jobs}
    runs: dict[str, dict[str, float]] = {}
    for usage_id, grams in stored.items():
        run, _, job = usage_id.removeprefix(pipeline_prefix(query)).partition(":")
        if grams is not None and job in jobs and run != query.run:
            runs.setdefault(run, {})[job] = grams
    whole = [sum(of_jobs.values()) for of_jobs in runs.values() if len(of_jobs) == len(jobs)]
    return LastWeek(runs=len(whole), operational_g=sum(whole) / len(whole)) if whole else None


def report(
    query: CiQuery,
    jobs: Sequence[PlacedJob],
    rows: Sequence[SettledUsage],
    there: Sequence[SettledUsage],
    week: LastWeek | None,
) -> CiReport:
    """there: the rows in the median region, empty if that is not known."""
    elsewhere = sums_of(there)
    grams = None if elsewhere.unknown_hours else elsewhere.operational_g
    median = None if grams is None else MedianRegion(region=there[0].row.region, operational_g=grams)
    return CiReport(query=query, jobs=tuple(jobs), sums=sums_of(rows), median=median, last_week=week)
