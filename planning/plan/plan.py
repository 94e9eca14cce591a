"""Where and when jobs run: each exactly and by itself, over all its places and times, as far as shared limits hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from carbon.errors import DoesNotFit
from carbon.jobs import Risk
from carbon.plans import Assignment, Choice, OwnAssignment, Plan, PlanJob, PlanQuery, ShadowPrice, Unplaced
from carbon.queued_plans import UNWATCHED, LaterPart, Watch
from catalog.model import InstanceType, Region
from mapping import CloudMap
from planning.outlook.zones import Outlook
from planning.plan.choices import Choices
from planning.plan.own import broken_demand
from planning.plan.question import Candidate
from planning.plan.reasons import no_figure, no_seconds, no_time, unplaced, why
from planning.plan.savings import savings, totals
from planning.plan.shared import Solve, as_far_as_known, exact, share
from planning.plan.sites import CONSTRAINTS, NO_INTENSITY, JobSites, Places, Site, Sites
from planning.scheduling.span import RunSpan, job_span

HOME, MEDIAN = "home", "median region"
SHARE_ALONE = 0.2  # of the work, after which each job has its place as if it shared nothing


def spans_of(query: PlanQuery, now: datetime) -> dict[str, RunSpan | Unplaced]:
    """When each job may run, by its id; why it cannot, where its deadline is too early."""
    spans: dict[str, RunSpan | Unplaced] = {}
    for job in query.jobs:
        try:
            spans[job.id] = job_span(job.times, now)
        except DoesNotFit as error:
            spans[job.id] = no_time(job, error, now)
    return spans


def hours_of(spans: Mapping[str, RunSpan | Unplaced], now: datetime) -> int:
    """How many hours from now on the outlook has to cover."""
    return max((span.hours_from(now) for span in spans.values() if isinstance(span, RunSpan)), default=1)


def sites_of(query: PlanQuery, mapping: CloudMap) -> dict[str, JobSites]:
    """The places of each job by its id, as far as the catalog tells."""
    places = Places(mapping)
    return {job.id: places.of(job, query.own.get(job.id)) for job in query.jobs}


def facts_of(
    query: PlanQuery, places: Mapping[str, JobSites], mapping: CloudMap
) -> tuple[Collection[Region], Collection[InstanceType]]:
    """The regions in which a job may run or has its data, and the machines on which one may run there."""
    shared = list(dict.fromkeys(places.values()))
    regions = {region.key: region for one in shared for region in one.regions}
    regions |= {job.data.source: mapping.regions[job.data.source] for job in query.jobs if job.data}
    machines = {(m.provider, m.instance_type): m for one in shared for m in one.machines.values()}
    return regions.values(), machines.values()


def plan(
    query: PlanQuery,
    spans: Mapping[str, RunSpan | Unplaced],
    places: Mapping[str, JobSites],
    mapping: CloudMap,
    outlook: Outlook,
    today_day: int,
    solve: Solve,
    watch: Watch = UNWATCHED,
) -> Plan:
    """Where and when each job runs. The outlook holds the zones of all places, up to the end of the last span.

    solve: places jobs for which shared limits have no room where each is best. watch: hears of each job, and of the
    solver's progress; may raise WorkStopped.
    """
    sites = Sites(query, mapping, outlook, today_day)
    choices = Choices(query, outlook, sites)
    planner = _Planner(query, outlook, sites, choices)
    share_alone = SHARE_ALONE if query.shares_limits else 1.0
    rows = planner.rows(spans, places, watch, share_alone)
    solver, shadow_prices = exact(), tuple[ShadowPrice, ...]()
    if query.shares_limits:
        candidates = [
            Candidate(job=job, span=span, sites=planner.sites(job, span, places[job.id]), alone=row)
            for job, row in zip(query.jobs, rows, strict=True)
            if isinstance(row, Assignment) and isinstance(span := spans[job.id], RunSpan)
        ]
        shared = share(
            query,
            candidates,
            outlook,
            choices,
            lambda problem: solve(problem, LaterPart(watch, share_alone)),
            watch.seconds_left,
        )
        rows = [shared.rows.get(job.id, row) for job, row in zip(query.jobs, rows, strict=True)]
        solver, shadow_prices = shared.solver, shared.shadow_prices
    assignments = tuple(row for row in rows if isinstance(row, Assignment))
    left_out = tuple(row for row in rows if isinstance(row, Unplaced))
    planned, baseline = totals(row.choice for row in assignments), totals(row.baseline for row in assignments)
    return Plan(
        assignments=assignments,
        unplaced=left_out,
        totals=planned,
        baseline=baseline,
        savings=savings(assignments, planned, baseline),
        solver=as_far_as_known(solver, left_out),
        shadow_prices=shadow_prices,
    )


class _Planner:
    """Places one job after the other."""

    def __init__(self, query: PlanQuery, outlook: Outlook, sites: Sites, choices: Choices) -> None:
        self._query, self._outlook, self._sites, self._choices = query, outlook, sites, choices

    def sites(self, job: PlanJob, span: RunSpan, places: JobSites) -> list[Site]:
        """The places that take part."""
        return self._sites.rated(job, places, self._outlook.seconds_to(span.earliest))[0]

    def rows(
        self, spans: Mapping[str, RunSpan | Unplaced], places: Mapping[str, JobSites], watch: Watch, share: float
    ) -> list[Assignment | Unplaced]:
        """Each job in its best place and time, or why it has none. share: of the work of the plan."""
        rows: list[Assignment | Unplaced] = []
        for count, job in enumerate(self._query.jobs, start=1):
            span = spans[job.id]
            if isinstance(span, Unplaced):
                rows.append(span)
            elif watch.seconds_left() > 0:
                rows.append(self.assignment(job, span, places[job.id]))
            else:
                rows.append(no_seconds(job.id))
            watch.report(share * count / len(self._query.jobs))
        return rows

    def assignment(self, job: PlanJob, span: RunSpan, places: JobSites) -> Assignment | Unplaced:
        """The job in its best place and time, or in those of the caller."""
        sites, excluded = self._sites.rated(job, places, self._outlook.seconds_to(span.earliest))
        if not sites:
            return unplaced(job.id, excluded, self._sites.lowest_usd(job, places))
        own = self._query.own.get(job.id)
        try:
            baseline = self._baseline(job, span, sites)
        except DoesNotFit as error:
            return no_time(job, error, self._outlook.now)
        best = self._choices.best(job, span, sites, 2)
        if not best or baseline is None:
            return no_figure(job.id, self._query.risk if baseline else Risk.EXPECTED)
        choice = best[0] if own is None else self._own(job, span, own, sites)
        if isinstance(choice, Unplaced):
            return choice
        others = best[1:] if own is None else best
        is_home = baseline.region == job.home
        return Assignment(
            job=job.id,
            choice=choice,
            why=why(self._query, choice, baseline, is_own=own is not None),
            baseline=baseline,
            baseline_basis=HOME if is_home else MEDIAN,
            alternative=others[0] if others else None,
        )

    def _baseline(self, job: PlanJob, span: RunSpan, sites: Sequence[Site]) -> Choice | None:
        """The job at its earliest at home, else in the median region by its grams at its earliest."""
        home = [site for site in sites[:1] if site.region.key == job.home]  # it comes first, if it can run the job
        choices = [
            self._choices.of(job, site, window)
            for site in home or sites
            if (window := self._choices.at_once(job, span, site)).mean.gco2e_per_kwh is not None
        ]
        choices.sort(key=lambda choice: (choice.gco2e, choice.region))
        return choices[len(choices) // 2] if choices else None

    def _own(self, job: PlanJob, span: RunSpan, own: OwnAssignment, sites: Sequence[Site]) -> Choice | Unplaced:
        """The caller's own place and times, if the job fits there."""
        site = next((site for site in sites if site.region.key == own.region), None)
        if site is None:
            detail = f"{own.region} cannot run the job, or a figure of it is not known"
            return Unplaced(job=job.id, constraint="assignments", detail=detail, removed={})
        if (broken := broken_demand(job, span, own)) is not None:
            return Unplaced(job=job.id, constraint=broken[0], detail=broken[1], removed={})
        window = self._choices.window(site, own.pieces, segments=job.times.interruption is not None)
        if window.mean.gco2e_per_kwh is None:
            return Unplaced(job=job.id, constraint=CONSTRAINTS[NO_INTENSITY], detail=NO_INTENSITY, removed={})
        return self._choices.of(job, site, window)
