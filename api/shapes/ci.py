"""The answers about pipelines of continuous integration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.openapi.enumerations import RunnerConfidence
from api.shapes.parts import Success
from api.shapes.reading import Reading, Shown
from api.shapes.report_tables import plain
from api.shapes.shape import CamelShape, Shape
from api.shapes.usage import Figures, MedianAnswer, SumOf, UsageRowAnswer, WrittenRows
from carbon.bands import UNKNOWN_FILL, band_of
from carbon.ci import CiReport, LastWeek, PlacedJob
from carbon.usage_reports import MedianRegion

of_report = Reading(CiReport)
of_week = Reading(LastWeek)
of_job = Reading(PlacedJob)
# Adding 0 makes a small negative number, which rounds to -0, one without a sign.
Percent = Annotated[float | None, Shown(lambda value: round(value, 1) + 0.0)]


class CiJobAnswer(Shape):
    """Where a job ran, and what its machine rests on."""

    id: str = of_job("Name of the job.", lambda one: one.job.id)
    region: str = of_job("provider:region.")
    region_assumed: bool = of_job(
        "Whether nothing says where it ran: the median region of the cloud stands for it.", lambda one: one.is_assumed
    )
    vcpus: float | None = of_job(
        "Of a hosted runner; null for other machines.", lambda one: one.job.runner and one.job.runner.machine.vcpus
    )
    runner_confidence: RunnerConfidence | None = of_job(
        "How sure that is; null for other machines.", lambda one: one.job.runner and one.job.runner.confidence
    )
    runner_source: str | None = of_job("Who says it.", lambda one: one.job.runner and one.job.runner.source)
    runner_as_of: str | None = of_job("Date of the source.", lambda one: one.job.runner and one.job.runner.as_of)


class LastWeekAnswer(Shape):
    """This pipeline before."""

    runs: int = of_week("Stored runs that began on the 7 UTC days before and had the same jobs.", ge=1)
    co2_emissions_g: SumOf = of_week("Mean gCO2e of the grid of these jobs.", lambda week: week.operational_g)


class CiBadge(CamelShape):
    """A badge in the form that services which draw badges read."""

    schema_version: Literal[1] = of_report("Version of this form.", lambda _: 1)
    label: str = of_report("Left half.", lambda _: "CI carbon")
    message: str = of_report("Right half; no data if nothing is known.", lambda one: _message(one))
    color: str = of_report("Colour of the mean intensity's band, without #.", lambda one: _fill(one).removeprefix("#"))


class CiReportAnswer(Success):
    """What the jobs of a pipeline emitted."""

    total: Figures = of_report.rendered("Sums over the jobs.", lambda one: Figures.of(one.sums))
    in_median_region: MedianAnswer | None = of_report.rendered(
        "The same IT energy in the same hours in the median region; null if a figure is not known.",
        lambda one: None if one.median is None else MedianAnswer.of(one.median),
    )
    against_median_percent: Percent = of_report(
        "How much more than there; below 0: less.", lambda one: against(one, one.median)
    )
    last_week: LastWeekAnswer | None = of_report.rendered(
        "The same jobs in the last week; null where no run with all of them is stored.",
        lambda one: None if one.last_week is None else LastWeekAnswer.of(one.last_week),
    )
    against_last_week_percent: Percent = of_report(
        "How much more than its mean; below 0: less.", lambda one: against(one, one.last_week)
    )
    jobs: list[CiJobAnswer] = of_report.rendered(
        "In your order.", lambda one: [CiJobAnswer.of(job) for job in one.jobs]
    )
    markdown: str = of_report("The report for a job summary.", lambda one: markdown_report(one))
    badge: CiBadge = of_report.rendered("The report as a badge.", lambda one: CiBadge.of(one))
    written: WrittenRows | None = Field(description="What became of the rows of usage; null if not stored.")
    usage: list[UsageRowAnswer] = Field(description="The jobs as rows of usage, in your order.")


def against(report: CiReport, other: MedianRegion | LastWeek | None) -> float | None:
    """Percent by which the report's grams are more than others; None where one is not known or those are 0."""
    grams = report.sums.operational_g
    if grams is None or report.sums.unknown_hours or other is None or not other.operational_g:
        return None
    return 100 * (grams / other.operational_g - 1)


def _grams(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.3g} g" if value < 1000 else f"{value / 1000:,.3g} kg"


def _message(report: CiReport) -> str:
    grams = report.sums.operational_g
    if grams is None:
        return "no data"
    more = "at least " if report.sums.unknown_hours else "≈ "
    return f"{more}{_grams(grams)} CO2e"


def _fill(report: CiReport) -> str:
    band = band_of(report.sums.gco2e_per_kwh)
    return UNKNOWN_FILL if band is None else band.fill


def _compared(percent: float | None) -> str:
    if percent is None:
        return ""
    return f"{abs(percent):.0f} % {'more' if percent > 0 else 'less'}" if round(percent) else "the same"


def markdown_report(report: CiReport) -> str:
    """A heading, a table and remarks, in GitHub's Markdown."""
    sums, median, week = report.sums, report.median, report.last_week
    count = "1 job" if len(report.jobs) == 1 else f"{len(report.jobs)} jobs"
    lines = [
        f"### Carbon of {plain(report.query.pipeline)}",
        "",
        "| | gCO2e of the grid | this run is |",
        "| --- | ---: | --- |",
        f"| this run, {count} | {_grams(sums.operational_g)} | |",
    ]
    if median is not None:
        compared = _compared(against(report, median))
        lines.append(f"| in the median region, {median.region} | {_grams(median.operational_g)} | {compared} |")
    if week is not None:
        lines.append(
            f"| its last week, mean of {week.runs} | {_grams(week.operational_g)} | "
            f"{_compared(against(report, week))} |"
        )
    return "\n".join([*lines, "", *_remarks(report)]) + "\n"


def _remarks(report: CiReport) -> list[str]:
    """What the figures rest on, a sentence each."""
    sums = report.sums
    energy = "unknown" if sums.energy_kwh is None else f"{sums.energy_kwh:.3g} kWh"
    remarks = [f"Energy {energy}, modelled from the machines; {sums.hours:.2f} hours of jobs."]
    if assumed := sorted({one.region for one in report.jobs if one.is_assumed}):
        remarks.append(
            f"Where hosted runners stand is not promised: assumed is the median region of their cloud "
            f"({', '.join(assumed)})."
        )
    if sums.unknown_hours:
        remarks.append(f"{sums.unknown_hours:.2f} hours are in no figure, since power or intensity is not known.")
    if report.last_week is None:
        remarks.append("No run with the same jobs is stored of the last week.")
    return remarks
