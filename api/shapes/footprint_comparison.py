"""The answer that sets the provider's own figures beside ours."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.shapes.parts import Listed, Success
from api.shapes.reading import Reading, Shown
from api.shapes.shape import Shape
from api.shapes.usage import SumOf, exact
from carbon.footprint_comparisons import Compared, ComparedMonth, FootprintComparison, MonthParts, ProviderSums
from carbon.usage_reports import UsageSums

Difference = Annotated[float, Shown(exact)]
Ratio = Annotated[float, Field(ge=0), Shown(lambda value: round(value, 4))]
of_ours = Reading(UsageSums)
of_theirs = Reading(ProviderSums)
of_compared = Reading(Compared)
of_compared.part(of_ours, lambda one: one.ours, may_lack=True)
of_compared.part(of_theirs, lambda one: one.theirs, may_lack=True)
of_parts = Reading(MonthParts)
of_month = Reading(ComparedMonth)
of_month.part(of_parts, lambda one: one.parts)
of_month.part(of_compared, lambda one: one.whole)
of_month.part(of_ours, lambda one: one.whole.ours, may_lack=True)
of_month.part(of_theirs, lambda one: one.whole.theirs, may_lack=True)
of_comparison = Reading(Listed[FootprintComparison])

# How the figures are made: topic, ours, AWS's. Of AWS's methods what AWS has documented of model version 3.0.0.
METHODS = (
    (
        "what is counted",
        (
            "Machines that the ledger has usage of. Storage, traffic and other usage that is not mapped to a "
            "machine is not in it; each import says which share of the cost that is."
        ),
        "All services that the account used.",
    ),
    (
        "grid",
        "Location-based: each hour's intensity of the grid that feeds the region, the fuel chain included (lifecycle).",
        (
            "By location: energy by month times factors of the grid. By market: the same after AWS's own purchases of "
            "renewable electricity, which may leave almost nothing."
        ),
    ),
    (
        "energy",
        "The power that machines of this type draw at their utilization, times the PUE of the region.",
        (
            "The energy of whole data centres, mostly by invoices, shared out among all customers by what they used. "
            "Capacity that nobody uses, cooling and networks are in it."
        ),
    ),
    (
        "hardware and other scopes",
        "The machines' share of the making of their hardware (SCI), for the hours in which they ran.",
        (
            "From model version 3.0.0 on the making of hardware and buildings and the upstream of fuels and "
            "electricity (scope 3), and natural gas and refrigerants on site (scope 1). "
            "Earlier versions lack these."
        ),
    ),
    (
        "time",
        "Known as soon as the hours are over, and improved while better readings come.",
        "Months late. A new model version changes months that were published before.",
    ),
)


class ComparedFigures(Shape):
    """Our figures beside AWS's; null: not known, without usage in the ledger, or not yet published by AWS."""

    power_consumption_kwh: SumOf | None = of_ours("Ours: energy, PUE applied.", lambda sums: sums.energy_kwh)
    co2_emissions_g: SumOf | None = of_ours("Ours: gCO2e of the grid.", lambda sums: sums.operational_g)
    embodied_emissions_g: SumOf | None = of_ours("Ours: the hardware's share of its making.", lambda s: s.embodied_g)
    total_emissions_g: SumOf | None = of_ours("Ours: grid and hardware.", lambda sums: sums.total_g)
    unknown_hours: SumOf | None = of_ours("Ours: hours without energy or intensity, not in the grams.")
    aws_location_based_g: SumOf | None = of_theirs("AWS: gCO2e by location.", lambda sums: sums.location_based_g)
    aws_market_based_g: SumOf | None = of_theirs("AWS: gCO2e by market.", lambda sums: sums.market_based_g)
    aws_scope_1_g: SumOf | None = of_theirs("Of aws_location_based_g: fuels on site.", lambda sums: sums.scope_1_g)
    aws_scope_2_g: SumOf | None = of_theirs("Of aws_location_based_g: electricity.", lambda sums: sums.scope_2_g)
    aws_scope_3_g: SumOf | None = of_theirs(
        "Of aws_location_based_g: hardware, buildings, upstream of energy.", lambda sums: sums.scope_3_g
    )
    aws_model_version: str | None = of_theirs(
        "Version of AWS's model; several are separated by commas.",
        lambda sums: ", ".join(sums.model_versions) or None,
        examples=["v3.0.0"],
    )
    difference_g: Difference | None = of_compared("total_emissions_g less aws_location_based_g.")
    ratio: Ratio | None = of_compared("total_emissions_g over aws_location_based_g.")


class ComparedRow(ComparedFigures):
    """An account and region in a month."""

    month: str = of_compared("Month in UTC.", lambda one: f"{one.month:%Y-%m}", examples=["2026-01"])
    account: str | None = of_compared("Id of the account; null: the rows have no tag account.")
    account_name: str | None = of_compared("Its name; null if AWS Organizations was not asked.")
    region: str | None = of_compared("provider:region; null: AWS names none.", examples=["aws:eu-north-1"])


class ComparedMonthAnswer(ComparedFigures):
    """A month, and the parts of the difference that can be counted: difference_g is remaining_g, less
    aws_without_usage_g and aws_other_services_g, plus ours_without_aws_g.
    """

    month: str = of_month("Month in UTC.", lambda one: f"{one.whole.month:%Y-%m}", examples=["2026-01"])
    is_published: bool = of_month("Whether AWS's figures of this month are stored here.")
    aws_without_usage_g: SumOf | None = of_parts(
        "AWS's, of accounts and regions without usage in the ledger.", lambda parts: parts.theirs_without_usage_g
    )
    ours_without_aws_g: SumOf | None = of_parts(
        "Ours, of accounts and regions that AWS has no figure of.", lambda parts: parts.ours_without_figure_g
    )
    aws_other_services_g: SumOf | None = of_parts(
        "AWS's, where both have figures, of services that no row of the ledger is of; null (and within remaining_g) "
        "where the tag service does not say it.",
        lambda parts: parts.other_services_g,
    )
    remaining_g: Difference | None = of_parts("What is left: the methods differ, see methods. Not split further.")
    market_less_location_g: Difference | None = of_parts(
        "AWS's by market less by location: the effect of its purchases.", lambda parts: parts.purchases_g
    )


class MethodRow(Shape):
    """How a part of the figures is made."""

    topic: str = Field(description="Which part.", examples=["grid"])
    ours: str = Field(description="In the ledger.")
    aws: str = Field(description="In AWS's own figures.")


class ComparisonAnswer(Success):
    """The ledger beside AWS's own figures. They are made in different ways, so they are not expected to be equal."""

    from_month: str = of_comparison("First month.", lambda listed: f"{listed.result.query.first:%Y-%m}")
    to_month: str = of_comparison("Last month, included.", lambda listed: f"{listed.result.query.last:%Y-%m}")
    months: list[ComparedMonthAnswer] = of_comparison.rendered(
        "Each month, in order.", lambda listed: [ComparedMonthAnswer.of(one) for one in listed.result.months]
    )
    comparison: list[ComparedRow] = of_comparison.rendered(
        "By month, the most grams first.", lambda listed: listed.rows
    )
    methods: list[MethodRow] = of_comparison.rendered("Why both differ, in words.", lambda _listed: methods())


def methods() -> list[dict[str, object]]:
    """The rows of `methods`."""
    return [{"topic": topic, "ours": ours, "aws": aws} for topic, ours, aws in METHODS]
