"""One hint: what a change saves, in grams, dollars and percent."""

from __future__ import annotations

from dataclasses import dataclass

from carbon import units
from carbon.placements import Advice
from planning.placing.comparison import share_of_worse
from planning.placing.job import Job

LEAST_SAVING_GCO2E = 1.0
# Costs closer than this are called the same.
LEAST_SAVING_USD = 0.005
MONTH_HOURS = 730.0  # a twelfth of 8,760


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One side of a comparison. usd: None where the price is not known."""

    label: str
    gco2e: float
    usd: float | None

    def times(self, factor: float) -> Choice:
        """The choice for another amount."""
        return Choice(label=self.label, gco2e=self.gco2e * factor, usd=None if self.usd is None else self.usd * factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What a hint's figures are for. factor: times the row's figures."""

    name: str
    factor: float


def is_endless(job: Job) -> bool:
    """Whether the work has no end and cannot wait; work that can wait and has no duration is a job of an hour."""
    return job.query.duration_hours is None and not job.span.flexible


def period_of(job: Job) -> Period:
    """The job; a month for a service without an end that cannot wait, whose rows show one hour of its day."""
    if is_endless(job):
        return Period(name="month", factor=MONTH_HOURS / job.span.duration_hours)
    return Period(name="job", factor=1.0)


def hint(kind: str, sentence: str, before: Choice, after: Choice, period: Period) -> Advice | None:
    """The hint, None where it saves less than a gram. before, after: as the rows have them, for their duration."""
    first, second = before.times(period.factor), after.times(period.factor)
    if first.gco2e - second.gco2e < LEAST_SAVING_GCO2E:
        return None
    share = share_of_worse(first.gco2e, second.gco2e)
    saving = f"{_mass(first.gco2e - second.gco2e)} CO2e ({share:.1%}) less{_money(first, second)}"
    return _advice(kind, f"{sentence}: {saving} per {period.name}", first, second, share, period)


def cheaper(kind: str, sentence: str, before: Choice, after: Choice, period: Period) -> Advice | None:
    """A hint about cost alone; None where it is not lower, or a price is not known."""
    first, second = before.times(period.factor), after.times(period.factor)
    if first.usd is None or second.usd is None or first.usd - second.usd < LEAST_SAVING_USD:
        return None
    saving = f"{first.usd - second.usd:,.2f} USD ({share_of_worse(first.usd, second.usd):.1%}) less"
    return _advice(kind, f"{sentence}: {saving} per {period.name}", first, second, 0.0, period)


def _advice(kind: str, text: str, before: Choice, after: Choice, share: float, period: Period) -> Advice:
    return Advice(
        kind=kind,
        text=text,
        saving_share=share,
        from_label=before.label,
        to_label=after.label,
        from_gco2e=before.gco2e,
        to_gco2e=after.gco2e,
        from_usd=before.usd,
        to_usd=after.usd,
        per=period.name,
    )


def _mass(gco2e: float) -> str:
    if gco2e < units.GRAMS_PER_KILOGRAM:
        return f"{gco2e:.3g} g"
    return f"{gco2e / units.GRAMS_PER_KILOGRAM:,.3g} kg"


def _money(before: Choice, after: Choice) -> str:
    if before.usd is None or after.usd is None:
        return ", at an unknown difference in cost,"
    difference = before.usd - after.usd
    if abs(difference) < LEAST_SAVING_USD:
        return ", at the same cost,"
    return f" and {abs(difference):,.2f} USD {'less' if difference > 0 else 'more'}"
