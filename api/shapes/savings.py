"""The answer about what decisions saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from api.shapes.numbers import rounded
from api.shapes.parts import Listed, Success
from api.shapes.reading import Reading, Shown
from api.shapes.shape import Shape
from api.shapes.usage import SumOf, exact
from carbon.intensity import Signal, SignalName
from carbon.savings import SavedSums, SavingsReport, SavingsRow, SavingsSums

NetOf = Annotated[float, Shown(exact)]
Share = Annotated[float, Field(ge=0, le=1), Shown(rounded)]
Ratio = Annotated[float, Shown(rounded)]
Count = Annotated[int, Field(ge=0)]
of_saved = Reading(SavedSums)
of_sums = Reading(SavingsSums)
of_row = Reading(SavingsRow)
of_row.part(of_sums, lambda row: row.sums)
of_report = Reading(Listed[SavingsReport])


def _if_priced(name: str) -> Callable[[SavedSums], float | None]:
    """A sum of USD, which is unknown where every decision in it is without a price."""

    def read(sums: SavedSums) -> float | None:
        value: float = getattr(sums, name)
        return None if sums.decisions and sums.no_price == sums.decisions else value

    return read


class Saved(Shape):
    """Grams of the grid and USD that the comparisons of answers would have taken more."""

    decisions: Count = of_saved("Decisions in these sums.")
    losses: Count = of_saved("Of these: that emitted more than what they were compared with.")
    promised_g: NetOf = of_saved("gCO2e by the figures of the answers.")
    realised_g: NetOf = of_saved("gCO2e by what came: saved_g less lost_g.")
    saved_g: SumOf = of_saved("gCO2e of the decisions that saved.")
    lost_g: SumOf = of_saved("gCO2e of the decisions that lost, as a positive number.")
    realised_share: Ratio | None = of_saved("realised_g over promised_g; null if nothing was promised.")
    baseline_share: Share | None = of_saved(
        "How much of the compared grams rests on what is usual in a zone, since no reading is stored, 0 to 1.",
        lambda sums: sums.usual_share,
    )
    promised_usd: NetOf | None = of_saved(
        "USD by the answers; null, as the next three, if no decision has a price.", _if_priced("promised_usd")
    )
    realised_usd: NetOf | None = of_saved(
        "USD as billed, else at the list price of today's catalog: saved_usd less lost_usd.",
        _if_priced("realised_usd"),
    )
    saved_usd: SumOf | None = of_saved("USD of the decisions that cost less.", _if_priced("saved_usd"))
    lost_usd: SumOf | None = of_saved(
        "USD of the decisions that cost more, as a positive number.", _if_priced("lost_usd")
    )
    realised_usd_share: Ratio | None = of_saved("realised_usd over promised_usd; null if nothing was promised.")
    no_price_decisions: Count = of_saved("Decisions that are in no sum of USD.", lambda sums: sums.no_price)


class SavingsFigures(Shape):
    """Decisions by what became of them."""

    decisions: Count = of_sums("All decisions made on these days, by the signal of the question.")
    pending: Count = of_sums("Whose hours are not over: in no sum.")
    no_comparison: Count = of_sums("Whose answers compare with nothing: in no sum.")
    unknown: Count = of_sums("Of which grams that were promised or came are not known: in no sum.")
    not_followed: Count = of_sums("Named by usage that ran in another region or on another machine: in no sum.")
    followed: Saved = of_sums.rendered(
        "Named by usage: its grams and cost, beside the comparison for as much energy.",
        lambda sums: Saved.of(sums.followed),
    )
    not_reported: Saved = of_sums.rendered(
        "Named by no usage: what was saved if they were followed.", lambda sums: Saved.of(sums.not_reported)
    )


class SavingsRowAnswer(SavingsFigures):
    """One group in one step."""

    starts_on: str = of_row("First UTC day.", lambda row: row.starts_on.isoformat(), examples=["2026-02-01"])
    ends_on: str = of_row("Last UTC day, included.", lambda row: row.ends_on.isoformat(), examples=["2026-02-28"])
    group: list[str | None] = of_row(
        "The value of each name in `by`, in its order; null: the decisions have none, several: more than one.",
        lambda row: list(row.group),
    )


class SavingsAnswer(Success):
    """What decisions saved that were made in a span of UTC days."""

    starts_on: str = of_report("First UTC day.", lambda listed: listed.result.query.first.isoformat())
    ends_on: str = of_report("Last UTC day, included.", lambda listed: listed.result.query.last.isoformat())
    by: list[str] = of_report("What decisions are grouped by.", lambda listed: list(listed.result.query.by))
    signal: SignalName = of_report(
        "What the grams count.",
        lambda listed: SignalName.MARGINAL if listed.result.signal is Signal.MARGINAL else SignalName.AVERAGE,
    )
    total: SavingsFigures = of_report.rendered(
        "Sums over all groups and steps.", lambda listed: SavingsFigures.of(listed.result.total)
    )
    savings: list[SavingsRowAnswer] = of_report.rendered(
        "By step, the most promised first.", lambda listed: listed.rows
    )
