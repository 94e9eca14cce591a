"""Jobs that share limits: their question to the solver, and what its answer means for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import inf

from carbon.plans import Assignment, Capacity, Choice, PlanQuery, ShadowPrice, SolverReport, Unplaced
from carbon.queued_plans import Watch
from carbon.units import GRAMS_PER_KILOGRAM, MINUTE_SECONDS
from planning.outlook.zones import Outlook
from planning.plan.choices import Choices
from planning.plan.limits.problem import HEURISTIC, Problem, Row, SecondsLeft, Solution
from planning.plan.limits.refusals import MAX_GCO2E, MAX_USD, TIME, Refusal, refusals
from planning.plan.limits.solve import solve_quickly
from planning.plan.question import Candidate, Left, alike_jobs, problem_of, use_of
from planning.plan.reasons import no_room, no_seconds, why_shared
from planning.plan.sites import Site
from planning.scheduling.risk import decisive
from planning.scheduling.waiting import expected_savings

Solve = Callable[[Problem, Watch], Solution]
EXACT = "exact"
SLACK = 1e-9  # share by which a limit may be passed: rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What became of the jobs, by id, in any order."""

    rows: Mapping[str, Assignment | Unplaced]
    solver: SolverReport
    shadow_prices: tuple[ShadowPrice, ...]


def without_solver(problem: Problem, watch: Watch) -> Solution:
    """A first plan, made in this process."""
    return solve_quickly(problem, watch.seconds_left)


def share(
    query: PlanQuery,
    candidates: Sequence[Candidate],
    outlook: Outlook,
    choices: Choices,
    solve: Callable[[Problem], Solution],
    seconds_left: SecondsLeft,
) -> Shared:
    """All jobs in one plan that keeps the limits. seconds_left: to find out why jobs have no place.

    Jobs that the caller placed come first, in order, as far as the limits hold them. The others stay where they would
    be alone if the limits hold that; only else the solver is asked.
    """
    limits = {limit.region: limit for limit in query.capacity}
    left = Left(
        usd=inf if query.max_usd is None else query.max_usd,
        gco2e=inf if query.max_gco2e is None else query.max_gco2e,
    )
    rows: dict[str, Assignment | Unplaced] = {}
    others = [one for one in candidates if one.job.id not in query.own]
    for one in candidates:
        if one.job.id in query.own:
            rows[one.job.id] = _own(query, one, limits, left, outlook)
    together = replace(left, uses=list(left.uses)) if others else left
    if all(_take(query, one, one.alone.choice, limits, together, outlook) is None for one in others):
        rows |= {one.job.id: one.alone for one in others}
        return Shared(rows=rows, solver=exact(), shadow_prices=_shadow_prices(query, None, ()))
    alike = alike_jobs(others)
    problem, regions, options = problem_of(query, alike, limits, left, outlook)
    solution = solve(problem)
    reasons = refusals(problem, solution, seconds_left)
    for index, jobs in enumerate(alike):
        copies = [row for row in solution.rows if row.job == index for _ in range(row.copies)]
        for one, row in zip_longest(jobs, sorted(copies, key=lambda row: (row.spans, row.option))):
            if row is None:
                rows[one.job.id] = _unplaced(one, reasons[index], limits)
            else:
                rows[one.job.id] = _assignment(query, one, options[row.option], row, outlook, choices)
    solver = _report(problem, solution, reasons.values())
    return Shared(rows=rows, solver=solver, shadow_prices=_shadow_prices(query, solution, regions))


def exact() -> SolverReport:
    """Of a plan without shared limits, or of one that they do not change."""
    return SolverReport(status=EXACT, gap=0.0, bound=None, unplaced_at_least=0, seconds=0.0, grid_minutes=None)


def as_far_as_known(report: SolverReport, left_out: Iterable[Unplaced]) -> SolverReport:
    """The report of a plan that leaves out these jobs: it is not exact if the time did not reach for one of them."""
    if report.status == EXACT and any(row.constraint == TIME for row in left_out):
        return replace(report, status=HEURISTIC, gap=None)
    return report


def _own(
    query: PlanQuery, one: Candidate, limits: Mapping[str, Capacity], left: Left, outlook: Outlook
) -> Assignment | Unplaced:
    broken = _take(query, one, one.alone.choice, limits, left, outlook)
    if broken is None:
        return one.alone
    return _unplaced(one, Refusal(broken, alone=False), limits)


def _take(
    query: PlanQuery,
    one: Candidate,
    choice: Choice,
    limits: Mapping[str, Capacity],
    left: Left,
    outlook: Outlook,
) -> str | None:
    """Take from what is left what a choice needs; the limit that does not hold it, of which nothing is then taken."""
    moved = 0.0 if choice.transfer is None else choice.transfer.gco2e
    gco2e, usd = (
        choice.emission.energy_kwh * (decisive(choice.window.mean, query.risk) or 0.0) + moved,
        choice.usd or 0.0,
    )
    if usd > left.usd * (1 + SLACK):
        return MAX_USD
    if gco2e > left.gco2e * (1 + SLACK):
        return MAX_GCO2E
    limit = limits.get(choice.region)
    if limit is not None:
        site = next(site for site in one.sites if site.region.key == choice.region)
        use, window = use_of(one, site, limit), choice.window
        pieces = [(part.starts_at, part.ends_at) for part in window.segments] or [(window.starts_at, window.ends_at)]
        spans = [(outlook.seconds_to(start), outlook.seconds_to(end)) for start, end in pieces]
        taken = [row for row in left.uses if row[0] == choice.region]
        if any(_peak(taken, start, end) + use > limit.amount * (1 + SLACK) for start, end in spans):
            return "capacity"
        left.uses += [(choice.region, start, end, use) for start, end in spans]
    left.usd, left.gco2e = left.usd - usd, left.gco2e - gco2e
    return None


def _peak(uses: Sequence[tuple[str, float, float, float]], start: float, end: float) -> float:
    """The most that is in use at a moment of [start, end)."""
    moments = [start, *(low for _, low, _, _ in uses if start < low < end)]
    return max(sum(use for _, low, high, use in uses if low <= moment < high) for moment in moments)


def _assignment(
    query: PlanQuery, one: Candidate, site: Site, row: Row, outlook: Outlook, choices: Choices
) -> Assignment:
    pieces = [(outlook.at(start), outlook.at(end)) for start, end in row.spans]
    window = choices.window(site, pieces, segments=one.job.times.interruption is not None)
    choice = choices.of(one.job, site, window)
    baseline, alone = one.alone.baseline, one.alone
    before = baseline.window.mean.gco2e_per_kwh
    if len(row.spans) == 1 and before and window.mean.gco2e_per_kwh is not None:
        expected = expected_savings(
            outlook,
            outlook.zones[site.region.zone],
            earliest=outlook.seconds_to(one.span.earliest),
            start=row.spans[0][0],
            ratio=window.mean.gco2e_per_kwh / before,
        )
        choice = replace(choice, expected=expected if baseline.region == choice.region else None)
    same_place = choice.region == alone.choice.region
    return replace(
        alone,
        choice=choice,
        why=why_shared(query, choice, baseline, alone.choice),
        alternative=alone.alternative if same_place else alone.choice,
    )


def _unplaced(one: Candidate, refusal: Refusal, limits: Mapping[str, Capacity]) -> Unplaced:
    if refusal.limit == TIME:
        return no_seconds(one.job.id)
    places = sum(1 for site in one.sites if site.region.key in limits)
    return no_room(one.job.id, refusal.limit, alone=refusal.alone, removed=places)


def _report(problem: Problem, solution: Solution, reasons: Iterable[Refusal]) -> SolverReport:
    is_late = not solution.rows and any(reason.limit == TIME for reason in reasons)
    cost, bound = solution.cost - float((problem.penalty * solution.unplaced).sum()), solution.placed_bound
    return SolverReport(
        status=solution.status,
        gap=None if is_late else (cost - bound) / cost if cost > 0 else 0.0,
        bound=bound,
        unplaced_at_least=solution.least_unplaced,
        seconds=solution.seconds,
        grid_minutes=problem.step_seconds / MINUTE_SECONDS,
    )


def _shadow_prices(query: PlanQuery, solution: Solution | None, regions: Sequence[str]) -> tuple[ShadowPrice, ...]:
    """What one more unit of each limit would save by the linear program; 0 where the limits change nothing."""
    of_region = {} if solution is None else dict(zip(regions, solution.per_unit.tolist(), strict=True))
    prices = [
        ShadowPrice(
            limit="capacity",
            region=limit.region,
            unit="machine" if limit.kw is None else "kW",
            saving=of_region.get(limit.region, 0.0),
        )
        for limit in query.capacity
    ]
    if query.max_usd is not None:
        saving = 0.0 if solution is None else solution.per_usd
        prices.append(ShadowPrice(limit=MAX_USD, region=None, unit="USD", saving=saving))
    if query.max_gco2e is not None:
        saving = 0.0 if solution is None else solution.per_gram * GRAMS_PER_KILOGRAM
        prices.append(ShadowPrice(limit=MAX_GCO2E, region=None, unit="kg", saving=saving))
    return tuple(prices)
