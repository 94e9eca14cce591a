"""Where and when jobs run: the searches alone in this process, and how other requests fare while plans are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from statistics import median

import numpy as np

from bench.cases import CASES, Case, plan
from bench.measure import end_load, measure, start_load
from bench.report import at_most, table
from bench.server import gunicorn
from bench.windows import cpu_seconds
from carbon.intensity import CarbonIntensity
from carbon.jobs import OwnSeries, ScheduleQuery
from carbon.plans import PlanJob, PlanQuery
from carbon.results import Emission
from carbon.schedules import Schedule
from carbon.units import HOUR
from carbon.workload import CalculateQuery, Interruption, OwnMachine
from catalog.model import Region
from engine import Engine
from grid.chain import ChainReader
from mapping import CloudMap
from planning.outlook.own_series import own_outlook
from planning.placing.job_places import job_places
from planning.placing.job_rank import rank_places
from planning.scheduling.span import job_span
from session import Session

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
DAY = 24
REGIONS, HOURS, WORK_HOURS = 120, 168, 24
PLACES = 500  # more than there are: all are ranked
JOBS, HOMES = 1000, 12
LIMITED = Interruption(max_segments=8)
HEALTH = replace(next(case for case in CASES if case.path == "/health"), connections=4)
PLAN = Case(name="POST plan, 1,000 jobs", path="/api/v1/plan", body=plan(JOBS), connections=2)
PLANS, HEALTHS = 8, 200  # in one measurement
HEALTH_TARGET_MS = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search that is repeated in this process, and the most CPU time it should take."""

    name: str
    work: Callable[[], object]
    target_ms: float | None = None


def section(rounds: int, share: float) -> str:
    """Measure; the tables in markdown. share: of the requests of a case."""
    return f"{_searches(rounds)}\n\n{_health(share)}"


def searches(mapping: CloudMap) -> list[Search]:
    """The searches that are measured. Series are the same in every run."""
    names = [region.key for region in mapping.catalog.regions if region.status == "available"][:REGIONS]
    whole = ScheduleQuery(alternatives=0, duration_hours=WORK_HOURS, deadline=NOW + HOURS * HOUR)
    paused = replace(whole, interruption=LIMITED)
    ranked = partial(ranking, mapping)
    session = Engine(mapping, ChainReader()).at(NOW)
    return [
        Search(name=f"{REGIONS} regions, {HOURS} h, one window", work=ranked(whole, names), target_ms=2),
        Search(name=f"1 region, {HOURS} h, 8 segments", work=ranked(paused, names[:1]), target_ms=2),
        Search(
            name=f"1 region, {4 * HOURS} quarters of an hour, 8 segments",
            work=ranked(paused, names[:1], step_seconds=900),
            target_ms=15,
        ),
        Search(name=f"{REGIONS} regions, {HOURS} h, 8 segments, the best", work=ranked(paused, names), target_ms=5),
        Search(
            name=f"{REGIONS} regions, {HOURS} h, 8 segments, all ranked",
            work=ranked(replace(paused, alternatives=PLACES), names),
            target_ms=150,
        ),
        Search(
            name=f"plan of {JOBS:,} jobs of {7 * DAY} different times, {REGIONS} regions",
            work=partial(planned, session, jobs(names, 7 * DAY)),
            target_ms=500,
        ),
        Search(
            name=f"plan of {JOBS:,} jobs of as many different times, {REGIONS} regions",
            work=partial(planned, session, jobs(names, JOBS)),
        ),
    ]


def ranking(
    mapping: CloudMap, query: ScheduleQuery, names: list[str], step_seconds: int = 3600
) -> Callable[[], Schedule]:
    """The search over a series of each region, which is read already: the place and time of least intensity."""
    query = replace(query, regions=tuple(names), alternatives=min(query.alternatives, len(names) - 1))
    steps = (HOURS + 1) * 3600 // step_seconds
    noise = np.random.default_rng(1)
    wave = 300 + 100 * np.sin(np.arange(steps) * step_seconds / 3600 / DAY * 2 * np.pi)
    series = {
        name: OwnSeries(
            starts_at=NOW,
            step_seconds=step_seconds,
            gco2e_per_kwh=tuple((wave * noise.uniform(0.3, 2) + noise.uniform(-60, 60, steps)).tolist()),
        )
        for name in names
    }
    outlook = own_outlook(series, now=NOW, hours=HOURS + 1)
    places = job_places(query, mapping, 0)

    def no_machines(region: Region, hours: float, used: CarbonIntensity) -> Emission:
        raise AssertionError("the query has no machines")

    def search() -> Schedule:
        return rank_places(query, places, outlook, job_span(query, NOW), no_machines)

    return search


def jobs(names: list[str], times: int) -> tuple[PlanJob, ...]:
    """Jobs of 1 to 24 h, of so many different times, on machines that may stand anywhere."""
    machine = OwnMachine(vcpus=32, memory_gb=128, arch="x86_64")
    rows = []
    for number in range(JOBS):
        duration, deadline = 1 + number % DAY, NOW + (HOURS - number % times / 7) * HOUR
        run = CalculateQuery(region="", machine=machine, duration_hours=duration)
        query = ScheduleQuery(regions=tuple(names), duration_hours=duration, deadline=deadline, run=run)
        rows.append(PlanJob(id=str(number), times=query, run=run, home=names[number % HOMES]))
    return tuple(rows)


def planned(session: Session, some: tuple[PlanJob, ...]) -> None:
    """Raises RuntimeError unless all jobs have a place."""
    if session.plan(PlanQuery(jobs=some)).unplaced:
        raise RuntimeError("a job has no place")


def _searches(rounds: int) -> str:
    rows = []
    for search in searches(CloudMap.load()):
        search.work()
        milliseconds = 1000 * median(cpu_seconds(search.work) for _ in range(rounds))
        target = "" if search.target_ms is None else at_most(milliseconds, search.target_ms)
        rows.append([search.name, f"{milliseconds:.2f}", target])
    return table(["search, data read already", "CPU ms", "target"], rows)


def _health(share: float) -> str:
    """Health checks of a server of one worker, alone and while plans are made."""
    count = round(share * HEALTHS)
    with gunicorn("app:app", HEALTH, {"LIVE": "off"}) as server:
        measure(server, PLAN, 2)
        alone, beside = measure(server, HEALTH, count).p99_ms, []
        load = start_load(server, PLAN, PLANS)
        while load.poll() is None:
            beside.append(measure(server, HEALTH, count).p99_ms)
        end_load(load, server, PLAN)
    worst = max(beside)
    rows = [[HEALTH.name, f"{alone:.1f}", f"{worst:.1f}", at_most(worst, HEALTH_TARGET_MS)]]
    return table(["endpoint", "p99 ms alone", f"p99 ms beside {PLAN.name}", "target"], rows)
