"""Decisions that are kept: what was promised, what came, and whether the answer is the same today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import Field

from api.openapi.enumerations import DecisionKindName
from api.shapes.forecast import AheadRow
from api.shapes.parts import SIGNAL, Listed, Success
from api.shapes.reading import Json, Reading
from api.shapes.shape import Shape
from api.shapes.types import GramsPerKwh, Timestamp, Usd
from api.shapes.usage import SumOf
from carbon.decisions import Decision, Promise
from carbon.intensity import Signal, SignalName
from carbon.results import HourStep
from carbon.usage_reports import UsageSums
from catalog.prices import Price
from decision_questions import Outcome
from planning.ledger.report import sums_of


@dataclass(frozen=True, slots=True)
class PromisedRun:
    """A promise, and what came of it if its hours are over."""

    promise: Promise
    outcome: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """How the answer that is kept compares with one made of the same by this release.

    equal: None where it cannot be told, for the reason. differs: JSON pointers. made_by, replayed_by: releases.
    """

    equal: bool | None
    differs: Sequence[str] = ()
    reason: str | None = None
    made_by: str | None
    replayed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedZone:
    """The hours of a zone as the answer used them."""

    zone: str
    hours: Sequence[HourStep]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedOffer:
    """A machine in a region, and its price as the answer used it. offered: None where no source lists it."""

    region: str
    instance_type: str
    offered: bool | None
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What the answer rests on, of the runs that it placed."""

    data_version: str
    zones: Sequence[UsedZone]
    offers: Sequence[UsedOffer]


of_run = Reading(PromisedRun)
of_outcome = Reading(Outcome)
of_replay = Reading(Replay)
of_zone = Reading(UsedZone)
of_offer = Reading(UsedOffer)
of_used = Reading(Used)
of_decision = Reading(Decision)
of_list = Reading(Listed)


class CameFigures(Shape):
    """What the hours of a run really brought, for the energy that was promised."""

    co2_emissions_g: SumOf | None = of_outcome("gCO2e; null if unknown.", lambda one: _sums(one).operational_g)
    measured_g: SumOf | None = of_outcome(
        "Of these: by readings that were measured.", lambda one: _sums(one).measured_g
    )
    estimated_g: SumOf | None = of_outcome(
        "Of these: by readings that were estimated.", lambda one: _sums(one).estimated_g
    )
    baseline_g: SumOf | None = of_outcome(
        "Of these: with what is usual in the zone, since no reading is stored.", lambda one: _sums(one).usual_g
    )
    carbon_intensity: GramsPerKwh | None = of_outcome(
        "Mean over the energy, in gCO2e/kWh.", lambda one: _sums(one).gco2e_per_kwh
    )
    may_change: bool = of_outcome("Whether better readings may still come.")
    unknown: str | None = of_outcome("Why figures are null; null if none is.", lambda one: one.settled.unknown)


def _sums(outcome: Outcome) -> UsageSums:
    """None in all grams if those of a part of the run are not known."""
    sums, days = sums_of([outcome.settled]), outcome.settled.days
    if any(day.operational_g is None for day in days):
        return replace(sums, measured_g=None, estimated_g=None, usual_g=None)
    return sums


class DecisionRun(Shape):
    """Machines that run without a pause, as the answer placed them."""

    run: str = of_run(
        "The id of the job in a plan, else run; further pieces of it have /2, /3 and so on.",
        lambda one: one.promise.row.id,
        examples=["run"],
    )
    region: str = of_run("provider:region.", lambda one: one.promise.row.region, examples=["aws:eu-north-1"])
    instance_type: str | None = of_run(
        "Null for a described machine, or where none was named.", lambda one: one.promise.row.instance_type
    )
    count: float = of_run(
        "Number of machines; of a comparison by work not necessarily whole.", lambda one: one.promise.row.count
    )
    start: Timestamp = of_run("When it begins.", lambda one: one.promise.row.start)
    end: Timestamp = of_run("When it ends.", lambda one: one.promise.row.end)
    power_consumption_kwh: SumOf | None = of_run(
        "kWh of all machines, with PUE; null if no machine was named.", lambda one: _energy_kwh(one.promise)
    )
    co2_emissions_g: SumOf | None = of_run("gCO2e of the grid as promised.", lambda one: one.promise.co2_emissions_g)
    embodied_emissions_g: SumOf | None = of_run(
        "The hardware's share; null unless asked for and known.", lambda one: one.promise.embodied_emissions_g
    )
    cost_usd: SumOf | None = of_run("USD as promised; null if unknown.", lambda one: one.promise.cost_usd)
    came: CameFigures | None = of_run("What came; null until its hours are over.", lambda one: one.outcome)


def _energy_kwh(promise: Promise) -> float | None:
    row = promise.row
    return None if row.it_kwh is None else row.it_kwh * (1.0 if row.pue is None else row.pue)


class DecisionReplay(Shape):
    """The question asked again of what was kept: at the time, of the grid and of the facts of the answer."""

    equal: bool | None = of_replay("Whether the answer is equal to the byte; null if it could not be asked again.")
    differs: list[str] = of_replay("JSON pointers of what differs, the first 20.", lambda one: list(one.differs))
    reason: str | None = of_replay("Why the question has no answer today, or could not be asked; else null.")
    made_by: str | None = of_replay("Release that made the answer; null if it cannot be read.")
    replayed_by: str = of_replay("Release that asked again.")


class DecisionZone(Shape):
    """The hours of a zone as the answer used them."""

    zone: str = of_zone("Grid zone.", examples=["SE-SE3"])
    hours: list[AheadRow] = of_zone("UTC hours, from the first to the last in which something that was placed runs.")


class DecisionOffer(Shape):
    """What an offer cost when the answer was made."""

    region: str = of_offer("provider:region.")
    instance_type: str = of_offer("The provider's name of the type.")
    offered: bool | None = of_offer("Whether the region sells it; null where no source lists it.")
    on_demand_usd_per_hour: Usd | None = of_offer(
        "USD an hour; null if unknown.", lambda one: one.price.on_demand_usd_per_hour
    )
    price_as_of: str | None = of_offer("Its date, as its source gives it.", lambda one: one.price.on_demand_as_of)
    price_source: str | None = of_offer(
        "Its source.", lambda one: None if one.price.on_demand_source is None else one.price.on_demand_source.what
    )
    spot_usd_per_hour: Usd | None = of_offer("USD an hour; null if unknown.", lambda one: one.price.spot_usd_per_hour)
    spot_price_as_of: str | None = of_offer("Its date.", lambda one: one.price.spot_as_of)
    spot_price_source: str | None = of_offer(
        "Its source.", lambda one: None if one.price.spot_source is None else one.price.spot_source.what
    )


class DecisionUsed(Shape):
    """What the answer rests on, of the runs that it placed; a replay reads all of it."""

    data_version: str = of_used("Version of all data.")
    zones: list[DecisionZone] = of_used("Their zones; none where your own forecast was used.")
    offers: list[DecisionOffer] = of_used("Their machines and prices.")


class DecisionHead(Shape):
    """A decision without its runs."""

    decision_id: str = of_decision("Its id.", lambda one: one.id, examples=["dec_5f0c"])
    kind: DecisionKindName = of_decision("Which question was answered.", lambda one: one.kind.value)
    made_at: Timestamp = of_decision("When.")
    ends_at: Timestamp | None = of_decision(
        "When the last of its runs is over; null without any.", lambda one: one.ends_at if one.placed else None
    )
    signal: SignalName = of_decision(
        SIGNAL, lambda one: (SignalName.MARGINAL if one.signal is Signal.MARGINAL else SignalName.AVERAGE).value
    )
    tags: Mapping[str, str] = of_decision("Your tags.", lambda one: dict(one.tags))
    budget: str | None = of_decision("The budget it counts against; null without one.")
    co2_emissions_g: SumOf | None = of_decision(
        "gCO2e promised, of all runs; null if one is unknown.", lambda one: _total(one.placed)
    )
    instead_co2_emissions_g: SumOf | None = of_decision(
        "gCO2e of what that is compared with; null if unknown, or if nothing is.",
        lambda one: _total(one.instead) if one.instead else None,
    )
    runs: int = of_decision("Number of runs that were placed.", lambda one: len(one.placed), ge=0)


def _total(promises: Sequence[Promise]) -> float | None:
    grams = [one.co2_emissions_g for one in promises]
    known = [one for one in grams if one is not None]
    return sum(known) if len(known) == len(grams) else None


class DecisionFacts(DecisionHead):
    """A decision with all that is kept of it."""

    question: dict[str, Any] = Field(description="The body as it was sent.")
    answer: dict[str, Any] = Field(description="The answer as it was sent, to the byte.")
    placed: list[DecisionRun] = Field(description="What the answer placed.")
    instead: list[DecisionRun] = Field(
        description="What the answer compares that with, for the same work: of optimize the baseline of its savings, "
        "started at once; of schedule start_now; of plan its baseline. Empty where it compares with nothing."
    )
    replay: DecisionReplay | None = Field(description="The question asked again; null with replay=false.")
    used: DecisionUsed | None = Field(
        description="What the answer rests on; null with replay=false, or if it cannot be read."
    )


class DecisionAnswer(Success):
    """One decision."""

    decision: DecisionFacts = Field(description="The decision.")


class DecisionListAnswer(Success):
    """Decisions that were made in the span."""

    total: int = of_list("Number of decisions, before limit and offset.", lambda listed: listed.result, ge=0)
    decisions: list[DecisionHead] = of_list.rendered("By time, the earliest first.", lambda listed: listed.rows)


def runs(promises: Sequence[Promise], outcomes: Mapping[int, Outcome], first: int) -> list[Json]:
    """The JSON of promises. outcomes: by place, of which `first` is that of the first promise."""
    return [
        DecisionRun.of(PromisedRun(promise, outcomes.get(first + number))) for number, promise in enumerate(promises)
    ]
