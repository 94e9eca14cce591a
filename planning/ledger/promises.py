"""What answers promise of the hours to come, and what they compare that with: as rows that can be settled later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from carbon.decisions import Promise
from carbon.jobs import ScheduleQuery
from carbon.ledger import UsageRow
from carbon.placements import Placement
from carbon.plans import Choice, Plan, PlanQuery
from carbon.results import Emission
from carbon.schedules import Schedule, Window
from carbon.workload import OptimizeQuery
from planning.scheduling.power import Power

RUN = "run"  # name of what runs where the question gives none
Both = tuple[tuple[Promise, ...], tuple[Promise, ...]]  # what is placed, and what that is compared with


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What all rows of a decision have in common."""

    decision_id: str
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A span without a pause. energy: its share of the energy of all pieces. gco2e: None: unknown."""

    start: datetime
    end: datetime
    energy: float
    gco2e: float | None


def of_placement(query: OptimizeQuery, placement: Placement, naming: Naming) -> Both:
    """Of the first row; the other side is the baseline of the savings, started at once."""
    first, before, spot = placement.rows[0], placement.baseline, query.spot is True
    pieces = [_whole(first.emission, first.window.starts_at, first.emission.operational_gco2e)]
    placed = tuple(_promises(naming, RUN, _run(first.emission, spot), pieces))
    if before is None:
        return placed, ()
    run = _run(before.emission, spot, machines=before.factor)
    return placed, tuple(_promises(naming, RUN, run, [_whole(before.emission, before.starts_at, before.gco2e)]))


def of_schedule(query: ScheduleQuery, schedule: Schedule, power: Mapping[str, Power | None], naming: Naming) -> Both:
    """Of the best window of each run; the other side is the same job started at once in the same place.

    power: how that of the machines changes over the job, by region; None: not at all.
    """
    runs = [one.schedule for one in schedule.occurrences] or [schedule]
    names = [RUN] if len(runs) == 1 else [f"{RUN}-{number}" for number in range(1, len(runs) + 1)]
    placed, instead = list[Promise](), list[Promise]()
    for name, run in zip(names, runs, strict=True):
        if run is not None:
            changes = power.get(run.region)
            placed += _of_window(query, run, run.best, changes, name, naming)
            instead += _of_window(query, run, run.at_once, changes, name, naming)
    return tuple(placed), tuple(instead)


def of_plan(query: PlanQuery, plan: Plan, naming: Naming) -> Both:
    """Of every job that is placed, without moved data; the other side is each job in the plan's baseline."""
    spot = {job.id: job.spot for job in query.jobs}
    placed, instead = list[Promise](), list[Promise]()
    for row in plan.assignments:
        placed += _of_choice(row.choice, spot[row.job], row.job, naming)
        instead += _of_choice(row.baseline, spot[row.job], row.job, naming)
    return tuple(placed), tuple(instead)


def _of_choice(choice: Choice, spot: bool, name: str, naming: Naming) -> Iterator[Promise]:
    emission = choice.emission
    pieces = _pieces(choice.window, emission.operational_gco2e, emission.energy_kwh, None)
    return _promises(naming, name, _run(emission, spot), pieces)


def _of_window(
    query: ScheduleQuery, plan: Schedule, window: Window, power: Power | None, name: str, naming: Naming
) -> Iterator[Promise]:
    if plan.machines is None:
        return _without_machines(plan.region, window, name, naming)
    run = _run(plan.machines, query.spot, time=window.duration_hours / plan.best.duration_hours)
    pieces = _pieces(window, window.operational_gco2e, run.it_kwh * plan.machines.pue, power)
    return _promises(naming, name, run, pieces)


def _without_machines(region: str, window: Window, name: str, naming: Naming) -> Iterator[Promise]:
    """Rows of a job of which nothing is known but when it runs: the answer is per kWh."""
    for number, (start, end) in enumerate(_spans(window)):
        row = UsageRow(
            id=_id(name, number),
            start=start,
            end=end,
            region=region,
            tags=naming.tags,
            decision_id=naming.decision_id,
        )
        yield Promise(row=row, co2_emissions_g=None, embodied_emissions_g=None, cost_usd=None)


def _spans(window: Window) -> list[tuple[datetime, datetime]]:
    return [(part.starts_at, part.ends_at) for part in window.segments] or [(window.starts_at, window.ends_at)]


def _pieces(window: Window, gco2e: float | None, energy_kwh: float, power: Power | None) -> list[Piece]:
    """Segments, by their own intensity; phases of other power, by their energy; else the whole window."""
    if window.segments:
        return [
            Piece(
                start=part.starts_at,
                end=part.ends_at,
                energy=part.duration_hours / window.duration_hours,
                gco2e=None
                if part.gco2e_per_kwh is None
                else part.gco2e_per_kwh * energy_kwh * part.duration_hours / window.duration_hours,
            )
            for part in window.segments
        ]
    if power is None:
        return [Piece(start=window.starts_at, end=window.ends_at, energy=1.0, gco2e=gco2e)]
    return [
        Piece(
            start=window.starts_at + timedelta(seconds=start),
            end=window.starts_at + timedelta(seconds=end),
            energy=(share := level * (end - start) / power.seconds),
            gco2e=None if gco2e is None else gco2e * share,
        )
        for start, end, level in power.parts(0.0)
    ]


def _whole(emission: Emission, start: datetime, gco2e: float) -> Piece:
    return Piece(start=start, end=start + timedelta(hours=emission.duration_hours), energy=1.0, gco2e=gco2e)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """All machines of a run for its whole time. embodied_g, usd: None: unknown, or not asked for."""

    emission: Emission
    count: float
    it_kwh: float
    embodied_g: float | None
    usd: float | None
    spot: bool


def _run(emission: Emission, spot: bool, *, machines: float = 1.0, time: float = 1.0) -> _Run:
    """Of an emission: so many times its machines, for so many times its hours."""
    factor = machines * time
    usd = emission.cost.spot_usd if spot else emission.cost.on_demand_usd
    return _Run(
        emission=emission,
        count=emission.count * machines,
        it_kwh=emission.energy_kwh / emission.pue * factor,
        embodied_g=None if emission.embodied_gco2e is None else emission.embodied_gco2e * factor,
        usd=None if usd is None else usd * factor,
        spot=spot,
    )


def _promises(naming: Naming, name: str, run: _Run, pieces: Sequence[Piece]) -> Iterator[Promise]:
    """A row for each piece, with the energy of the answer, so that settling it differs in the intensity alone."""
    seconds = sum((piece.end - piece.start).total_seconds() for piece in pieces)
    for number, piece in enumerate(pieces):
        share = (piece.end - piece.start).total_seconds() / seconds
        row = UsageRow(
            id=_id(name, number),
            start=piece.start,
            end=piece.end,
            region=run.emission.region,
            instance_type=run.emission.instance_type or None,
            machine=None if run.emission.machine is None else run.emission.machine.own,
            count=run.count,
            it_kwh=run.it_kwh * piece.energy,
            pue=run.emission.pue,
            spot=run.spot,
            tags=naming.tags,
            decision_id=naming.decision_id,
        )
        yield Promise(
            row=row,
            co2_emissions_g=piece.gco2e,
            embodied_emissions_g=None if run.embodied_g is None else run.embodied_g * share,
            cost_usd=None if run.usd is None else run.usd * share,
        )


def _id(name: str, number: int) -> str:
    """The name of the run; of its later pieces with their number."""
    return name if number == 0 else f"{name}/{number + 1}"
