"""The answers about usage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field

from api.openapi.enumerations import CostBasis, UsageChangeReason
from api.shapes.numbers import rounded
from api.shapes.parts import Listed, Success
from api.shapes.reading import Json, Reading, Shown
from api.shapes.shape import Shape
from api.shapes.types import GramsPerKwh, Timestamp
from carbon.ledger import UsageRow
from carbon.usage_reports import MedianRegion, ReportRow, UsageReport, UsageSums
from planning.ledger.report import sums_of
from store.ledger.usage import LedgerRow, UsageChange, Written


def exact(value: float) -> float:
    """Milligrams, watt-seconds, hundredths of a cent and the like: sums of rows are then equal to those of a report."""
    return round(value, 6)


SumOf = Annotated[float, Field(ge=0), Shown(exact)]
of_change = Reading(UsageChange)
of_written = Reading(Written)
of_sums = Reading(UsageSums)
of_median = Reading(MedianRegion)


@dataclass(frozen=True, slots=True)
class Used:
    """A stored row and its sums."""

    stored: LedgerRow
    sums: UsageSums


of_row = Reading(LedgerRow)
of_used = Reading(Used)
of_used.part(of_row, lambda used: used.stored)
of_used.part(of_sums, lambda used: used.sums)
of_list = Reading(Listed[int])
of_report_row = Reading(ReportRow)
of_report_row.part(of_sums, lambda row: row.sums)
of_report = Reading(Listed[UsageReport])


class Figures(Shape):
    """What was used and emitted, as far as it is known; the hours of what is not known are named."""

    hours: SumOf = of_sums("Hours that rows cover, not multiplied with the number of machines.")
    power_consumption_kwh: SumOf | None = of_sums("Energy of the facility, PUE applied.", lambda sums: sums.energy_kwh)
    co2_emissions_g: SumOf | None = of_sums("gCO2e of the grid in these hours.", lambda sums: sums.operational_g)
    measured_g: SumOf | None = of_sums("Of these: with an intensity that was measured in that hour.")
    estimated_g: SumOf | None = of_sums("Of these: with an intensity that its source estimated.")
    baseline_g: SumOf | None = of_sums(
        "Of these: with what is usual in the zone, since no reading is stored.", lambda sums: sums.usual_g
    )
    embodied_emissions_g: SumOf | None = of_sums(
        "The hardware's share of its making (SCI); null if unknown.", lambda sums: sums.embodied_g
    )
    total_emissions_g: SumOf | None = of_sums("Grid and hardware.", lambda sums: sums.total_g)
    carbon_intensity: GramsPerKwh | None = of_sums("Mean over the energy.", lambda sums: sums.gco2e_per_kwh)
    cost_usd: SumOf | None = of_sums("As billed, else at the list price of today's catalog.")
    unknown_hours: SumOf = of_sums("Hours of which energy or intensity is not known: not in the grams.")
    no_embodied_hours: SumOf = of_sums("Hours without a figure of the hardware.")
    no_price_hours: SumOf = of_sums("Hours without a price.")


class UsageChangeRow(Shape):
    """Figures that a row had before."""

    changed_at: Timestamp = of_change("Until when.")
    reason: UsageChangeReason = of_change("Why they changed.")
    power_consumption_kwh: SumOf | None = of_change("Energy then.", lambda change: change.energy_kwh)
    co2_emissions_g: SumOf | None = of_change("gCO2e of the grid then.", lambda change: change.operational_g)
    baseline_g: SumOf | None = of_change("Of these: with usual intensities.", lambda change: change.usual_g)


class UsageRowAnswer(Figures):
    """A row and what it emitted."""

    id: str = of_used("Your name of the row.", lambda used: used.stored.settled.row.id, examples=["build-4711"])
    start: Timestamp = of_row("When it began.", lambda one: _second(one.settled.row.start))
    end: Timestamp = of_row("When it ended.", lambda one: _second(one.settled.row.end))
    region: str = of_row("provider:region.", lambda one: one.settled.row.region, examples=["aws:us-east-1"])
    zone: str = of_row("Grid zone.", lambda one: one.settled.zone, examples=["US-MIDA-PJM"])
    instance_type: str | None = of_row("Null for a described machine.", lambda one: one.settled.row.instance_type)
    count: float = of_row("Mean number of machines.", lambda one: one.settled.row.count)
    tags: dict[str, str] = of_row("Your tags.", lambda one: dict(one.settled.row.tags))
    decision_id: str | None = of_row("Of the decision.", lambda one: one.settled.row.decision_id)
    submitted_at: Timestamp | None = of_row(
        "When it could have begun; null if that is not known.", lambda one: _submitted(one.settled.row)
    )
    at_submission_g: SumOf | None = of_used(
        "gCO2e of the grid of the same energy, had it run without waiting from submitted_at on; null if not known.",
        lambda used: None if used.sums.without_submission_rows else used.sums.at_submission_g,
    )
    origin: str = of_row("api, or the format that it was imported from.", examples=["api"])
    unknown: str | None = of_row("Why figures are null; null if all are known.", lambda one: one.settled.unknown)
    cost_basis: CostBasis | None = of_row("What the cost is; null without one.", lambda one: _cost_basis(one))
    price_as_of: str | None = of_row("Date of a list price.", lambda one: one.settled.price_as_of)
    changes: list[UsageChangeRow] = of_row.rendered(
        "Former figures, the latest first; empty in lists.", lambda one: [UsageChangeRow.of(x) for x in one.changes]
    )


def _second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _submitted(row: UsageRow) -> datetime | None:
    return None if row.submitted_at is None else _second(row.submitted_at)


def _cost_basis(one: LedgerRow) -> str | None:
    if one.settled.billed:
        return "billed"
    return None if one.settled.price_as_of is None else "list_price"


def used_row(stored: LedgerRow) -> Json:
    """The JSON of a row."""
    return UsageRowAnswer.of(Used(stored, sums_of([stored.settled])))


class WrittenRows(Shape):
    """What became of the rows that were sent."""

    added: int = of_written("New rows.", ge=0)
    replaced: int = of_written("Rows whose id was there with another content; their former figures stay.", ge=0)
    unchanged: int = of_written("Rows that were there already.", ge=0)


class UsageWrittenAnswer(Success):
    """What was stored, and what the rows of this request emitted."""

    written: WrittenRows = Field(description="How many rows.")
    total: Figures = Field(description="Sums over the rows of this request.")
    usage: list[UsageRowAnswer] = Field(description="The rows in your order, as they were settled now.")


class UsageListAnswer(Success):
    """Rows that ran in the span."""

    total: int = of_list("Number of rows, before limit and offset.", lambda listed: listed.result, ge=0)
    usage: list[UsageRowAnswer] = of_list.rendered("By first day and id.", lambda listed: listed.rows)


class UsageAnswer(Success):
    """One row."""

    usage: UsageRowAnswer = Field(description="The row, with its former figures.")


Range = Annotated[float | None, Field(ge=0), Shown(rounded)]


class RangedFigures(Figures):
    """Figures with their range."""

    co2_emissions_low_g: Range = of_sums(
        "10th centile of co2_emissions_g: what rows share (grid zone, machine type) does not average out.",
        lambda sums: _side(sums, "low"),
    )
    co2_emissions_high_g: Range = of_sums("90th centile.", lambda sums: _side(sums, "high"))
    at_submission_g: SumOf | None = of_sums(
        "gCO2e of the grid had all of it run at once when submitted; what has no such figure counts as it ran."
    )
    without_submission_g: SumOf = of_sums("Of these: grams of rows that only count as they ran.")


def _side(sums: UsageSums, side: Literal["low", "high"]) -> float | None:
    grams = sums.operational_g
    return None if grams is None or sums.range is None else grams * float(getattr(sums.range, side))


class ReportRowAnswer(RangedFigures):
    """One group in one step."""

    starts_on: str = of_report_row("First UTC day.", lambda row: row.starts_on.isoformat(), examples=["2026-02-01"])
    ends_on: str = of_report_row(
        "Last UTC day, included.", lambda row: row.ends_on.isoformat(), examples=["2026-02-28"]
    )
    group: list[str | None] = of_report_row(
        "The value of each name in `by`, in its order; null: the rows have none.", lambda row: list(row.group)
    )
    rows: int = of_report_row("Rows in it; one that runs over midnight counts on each day.", lambda row: row.sums.rows)


class MedianAnswer(Shape):
    """What the same machines would have emitted elsewhere."""

    region: str = of_median("The region in the middle of all of the clouds that were used, by usual intensity and PUE.")
    co2_emissions_g: SumOf = of_median("gCO2e there, by the hours of its zone.", lambda median: median.operational_g)


class SubmissionAnswer(Shape):
    """What the same energy would have emitted in the same regions without waiting."""

    co2_emissions_g: SumOf | None = of_sums(
        "gCO2e of the grid, each row from its submitted_at on.", lambda sums: sums.at_submission_g
    )
    rows_without_submission: int = of_sums(
        "Rows that count as they ran, since it is not known when they were submitted or what the grid was like then.",
        lambda sums: sums.without_submission_rows,
        ge=0,
    )
    without_submission_g: SumOf = of_sums("Their grams, as they ran.")
    without_submission_share: Annotated[float, Field(ge=0, le=1), Shown(rounded)] | None = of_sums(
        "Their share of all grams, 0 to 1; null without grams."
    )


class UsageReportAnswer(Success):
    """What was used and emitted in a span of UTC days."""

    starts_on: str = of_report("First UTC day.", lambda listed: listed.result.query.first.isoformat())
    ends_on: str = of_report("Last UTC day, included.", lambda listed: listed.result.query.last.isoformat())
    by: list[str] = of_report("What rows are grouped by.", lambda listed: list(listed.result.query.by))
    by_without_rows: list[str] = of_report(
        "Of these: names that no row in the span has, which may be misspelt.",
        lambda listed: list(listed.result.by_without_rows),
    )
    total: RangedFigures = of_report.rendered(
        "Sums over all groups and steps.", lambda listed: RangedFigures.of(listed.result.total)
    )
    in_median_region: MedianAnswer | None = of_report.rendered(
        "All of it in the median region; null if that is not known.",
        lambda listed: None if listed.result.median is None else MedianAnswer.of(listed.result.median),
    )
    at_submission: SubmissionAnswer = of_report.rendered(
        "All of it at once when submitted.", lambda listed: SubmissionAnswer.of(listed.result.total)
    )
    sci_g_per_unit: Range = of_report(
        "SCI: total_emissions_g for each functional unit; null without functional_units.",
        lambda listed: listed.result.sci_g,
    )
    report: list[ReportRowAnswer] = of_report.rendered("By step, the most grams first.", lambda listed: listed.rows)
