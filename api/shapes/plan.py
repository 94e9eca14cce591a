"""The answer of plan."""

from __future__ import annotations

from collections.abc import Mapping

from api.shapes.emissions import DescribedMachine
from api.shapes.job_window import JobWindow
from api.shapes.parts import Place, RecordedAnswer, of_region
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import Grams, Kwh, Rounded, SignedPercentage, Usd
from carbon.plans import (
    Alternative,
    Assignment,
    BaselineRow,
    Choice,
    Plan,
    PlanSavings,
    PlanTotals,
    ShadowPrice,
    SolverReport,
    Unplaced,
)
from carbon.plans import Transfer as Move

_of_transfer = Reading(Move)
_of_choice = Reading(Choice)
_of_choice.part(of_region, lambda choice, at: at.mapping.regions[choice.region])
_of_row = Reading(Assignment)
_of_row.part(_of_choice, lambda row: row.choice)
_of_row.part(of_region, lambda row, at: at.mapping.regions[row.choice.region])
_of_baseline_row = Reading(BaselineRow)
_of_alternative = Reading(Alternative)
for _reading in (_of_baseline_row, _of_alternative):
    _reading.part(_of_choice, lambda row: row.choice)
    _reading.part(of_region, lambda row, at: at.mapping.regions[row.choice.region])
_of_unplaced = Reading(Unplaced)
_of_totals = Reading(PlanTotals)
_of_savings = Reading(PlanSavings)
_of_solver = Reading(SolverReport)
_of_shadow_price = Reading(ShadowPrice)
_of = Reading(Plan)
_of.part(_of_totals, lambda plan: plan.baseline)


class Transfer(Shape):
    """Data that move once to where the job runs."""

    data_gb: float = _of_transfer("GB.", lambda t: t.gb)
    data_in: str = _of_transfer("Region from which they move.", lambda t: t.source, examples=["aws:us-east-1"])
    usd_per_gb: float | None = _of_transfer(
        "Price of a GB: that of the request, or the first paid tier of the region's list; null if unknown."
    )
    cost_usd: Usd | None = _of_transfer("USD; null if unknown.", lambda t: t.usd)
    energy_kwh: Kwh = _of_transfer(
        "The network's energy, as a share of what it uses anyway: the transfer adds less.", lambda t: t.kwh
    )
    co2_emissions_g: Grams = _of_transfer(
        "gCO2e of that energy at the mean intensity of both ends in the first hour in which the job may run.",
        lambda t: t.gco2e,
    )
    low_co2_emissions_g: Grams = _of_transfer(
        "By the lowest published energy of a GB, 0.001 kWh, or that of the request.", lambda t: t.low_gco2e
    )
    high_co2_emissions_g: Grams = _of_transfer(
        "By the highest, 0.06 kWh, or that of the request.", lambda t: t.high_gco2e
    )


class PlanChoice(Place):
    """A job in one place and time, and what it takes."""

    instance_type: str | None = _of_choice(
        "The provider's name of the type; null for a machine of the request.",
        lambda c: c.emission.instance_type or None,
        examples=["m7g.large"],
    )
    machine: DescribedMachine = _of_choice.optional(
        "The machine of the request; absent for an instance type.", lambda c: c.emission.machine
    )
    count: int = _of_choice("Number of machines.", lambda c: c.emission.count, ge=1)
    window: JobWindow = _of_choice("When it runs; co2_emissions_g is that of the machines alone.", lambda c: c.window)
    power_consumption_kwh: Kwh = _of_choice(
        "kWh of all machines for the job, with PUE.", lambda c: c.emission.energy_kwh
    )
    co2_emissions_g: Grams = _of_choice("gCO2e of machines and transfer.", lambda c: c.gco2e)
    low_co2_emissions_g: Grams = _of_choice(
        "The 10th centile: grid, power model and transfer together.", lambda c: c.low_gco2e
    )
    high_co2_emissions_g: Grams = _of_choice("The 90th centile.", lambda c: c.high_gco2e)
    cost_usd: Usd | None = _of_choice(
        "USD of machines and transfer, at the spot price for a job with spot; null if unknown.", lambda c: c.usd
    )
    transfer: Transfer | None = _of_choice("The move of its data; null if none moves.")


class PlanAssignment(PlanChoice):
    """Where and when a job runs."""

    job: str = _of_row("The id of the job.", examples=["train"])
    why: str = _of_row("Why this place and time, in one sentence.")


class PlanBaselineRow(PlanChoice):
    """A job as it would run without a plan."""

    job: str = _of_baseline_row("The id of the job.", examples=["train"])
    basis: str = _of_baseline_row("home, or median region: that of the allowed ones, without a home.")


class PlanAlternative(PlanChoice):
    """The next best place of a job; of a job with an assignment of the request, the best place."""

    job: str = _of_alternative("The id of the job.", examples=["train"])
    more_co2_emissions_g: Rounded = _of_alternative(
        "gCO2e more than the assignment; negative if less.", lambda a: a.more_gco2e
    )
    more_cost_usd: Rounded | None = _of_alternative(
        "USD more; negative if less; null if unknown.", lambda a: a.more_usd
    )


class UnplacedJob(Shape):
    """A job that cannot run."""

    job: str = _of_unplaced("The id of the job.", examples=["train"])
    constraint: str = _of_unplaced(
        "The field of the request, or the fact, that excludes most of its places.", examples=["latency_from"]
    )
    detail: str = _of_unplaced("The same as a sentence.")
    removed: Mapping[str, int] = _of_unplaced("How many of its regions each reason excludes.")


class PlanSums(Shape):
    """Sums over the jobs that are placed."""

    co2_emissions_g: Grams = _of_totals("gCO2e of machines and transfers.", lambda t: t.gco2e)
    cost_usd: Usd | None = _of_totals("USD; null if that of a job is unknown.", lambda t: t.usd)


class PlanSaved(Shape):
    """Baseline minus plan."""

    co2_emissions_g: Rounded = _of_savings("gCO2e; negative if the plan emits more.", lambda s: s.gco2e)
    percentage: SignedPercentage = _of_savings("The same in per cent of the baseline.", lambda s: s.share)
    cost_usd: Rounded | None = _of_savings("USD; negative if the plan costs more; null if unknown.", lambda s: s.usd)
    chance_of_saving: Rounded | None = _of_savings(
        "Chance from 0 to 1 that the plan emits less than the baseline, from the ranges of the grid's figures: those "
        "of different moves count as independent; null if a range is unknown.",
        lambda s: s.chance,
        ge=0,
        le=1,
    )


class PlanBaseline(PlanSums):
    """Every job at its earliest at home, else in the median of its regions."""

    assignments: list[PlanBaselineRow] = _of("The jobs.", lambda p: p.baseline_rows)


class PlanSolver(Shape):
    """How good the plan is."""

    status: str = _of_solver(
        "exact: each job is where it is best by itself, and shared limits, if there are any, change nothing. Else the "
        "jobs are placed together: optimal: no plan is better by more than 0.01 per cent; feasible: the best plan that "
        "was found; heuristic: the solver was busy or did not answer, or the time was over, so that the plan is a "
        "first one.",
    )
    gap: Rounded | None = _of_solver(
        "Share of the plan's objective by which a better plan may at most be lower, 0 to 1; 0 if the plan is exact; "
        "null if it is not known, because the time was over too early.",
        ge=0,
        le=1,
    )
    bound: Rounded | None = _of_solver(
        "No plan that leaves out as many jobs has a lower objective: gCO2e, or USD with objective. null if the plan is "
        "exact."
    )
    unplaced_at_least: int = _of_solver("So many of the jobs have no place beside the others in any plan.", ge=0)
    seconds: Rounded = _of_solver("Seconds that the jobs took to place together, the wait for other plans included.")
    grid_minutes: float | None = _of_solver(
        "Steps of time in which shared limits are kept and times are searched; null if the plan is exact."
    )


class PlanShadowPrice(Shape):
    """What one more unit of a shared limit would save."""

    limit: str = _of_shadow_price("The field of the request.", examples=["capacity"])
    region: str | None = _of_shadow_price("Of a capacity; null for others.", examples=["aws:eu-north-1"])
    unit: str = _of_shadow_price("machine or kW at all times, USD, or kg of CO2e.", examples=["machine"])
    saving: Rounded = _of_shadow_price("gCO2e, or USD with objective; 0 where the limit is not reached.", ge=0)


class PlanAnswer(RecordedAnswer):
    """Where and when each job runs, what that saves, and what comes next."""

    assignments: list[PlanAssignment] = _of("The jobs that are placed, in the order of the request.")
    unplaced: list[UnplacedJob] = _of("The jobs that cannot run, and why.")
    totals: PlanSums = _of("Of the assignments.")
    baseline: PlanBaseline = _of(read=lambda p: p)
    savings: PlanSaved = _of("Of the assignments against the baseline.")
    alternatives: list[PlanAlternative] = _of(
        "The next best place of each job that has another one, as if it shared no limits; of a job that gave way to "
        "others the place where it would be best."
    )
    solver: PlanSolver = _of("How the plan was found.")
    shadow_prices: list[PlanShadowPrice] = _of(
        "What one more unit of each shared limit would save, by the linear program that gives solver.bound: whole jobs "
        "may save less, and more units save less each. The value of a later deadline is not among them: it has no "
        "price in that program."
    )
