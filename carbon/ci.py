"""A pipeline of continuous integration: its jobs, and what they emitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from carbon.usage_reports import MedianRegion, UsageSums
from carbon.workload import OwnMachine


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """The machine that a label stands for. plan: "public" or "private" repositories, None: any.

    cloud, region: where it runs; None: the service promises none. confidence: "documented" or "indicative".
    """

    service: str
    label: str
    plan: str | None
    machine: OwnMachine
    cloud: str | None
    region: str | None
    confidence: str
    source: str
    as_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CiJob:
    """A job that ran in [start, end) on a runner, an instance type or a described machine: exactly one of them.

    region: provider:region; None: that of the runner.
    """

    id: str
    start: datetime
    end: datetime
    region: str | None = None
    runner: Runner | None = None
    instance_type: str | None = None
    machine: OwnMachine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CiQuery:
    """The jobs of one run of a pipeline. service: "github", "gitlab" or "own"."""

    service: str
    pipeline: str
    run: str
    jobs: tuple[CiJob, ...]
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedJob:
    """A job with its region. is_assumed: no one says where it ran, so the median region of the cloud stands for it."""

    job: CiJob
    region: str
    is_assumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWeek:
    """The runs of the pipeline within 7 days before that had the same jobs. operational_g: their mean."""

    runs: int
    operational_g: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CiReport:
    """What the jobs emitted. median: the same IT energy in the region in the middle of the clouds that were used."""

    query: CiQuery
    jobs: tuple[PlacedJob, ...]
    sums: UsageSums
    median: MedianRegion | None
    last_week: LastWeek | None
