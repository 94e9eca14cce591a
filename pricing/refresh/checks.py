"""Whether a new table may replace the present one. Pure: values in, a refusal or a summary out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from catalog.dates import earliest_day
from catalog.refreshed import INTERRUPTION, SPOT
from pricing.refresh.figure import PLACEMENT_SCORES, RDS_PRICES, SERVICE_RATES, CloudFacts, Figure
from pricing.refresh.refusal import RefreshRefused
from pricing.refresh.replies import HIGHEST_USD_PER_HOUR

FEWEST_ROWS_SHARE = 0.7  # of the present table's rows
JUMP = 5  # times the present price
# A spot price of long ago says little about the market of today, so that no jump is seen in it.
COMPARABLE_SPOT_DAYS = 30
MOST_AMBIGUOUS_SHARE = 0.01
FINEST_USD = Decimal("0.0000005")  # less rounds to no price at all

NOT_PRICES = {INTERRUPTION: range(5), PLACEMENT_SCORES: range(1, 11)}  # and what they may be

Key = tuple[str, str]  # region, name


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTable:
    """The figures of one kind that fit the catalog. left_out: how many others, by the reason."""

    kind: str
    figures: Sequence[Figure]
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A comparison of two tables. changed: pairs of both whose figure differs, beyond a millionth of a dollar."""

    rows_before: int
    rows_after: int
    changed: int


def gather(figures: Iterable[Figure], cloud: CloudFacts) -> dict[str, NewTable]:
    """By kind, what the catalog has names for, each pair once. Raises RefreshRefused.

    A pair with two different figures is left out: nothing says which one is right.
    """
    rows: dict[str, dict[Key, Figure]] = {}
    left_out: dict[str, Counter[str]] = {}
    doubtful: dict[str, set[Key]] = {}
    for figure in figures:
        _refuse_impossible(figure)
        by_key, counts = rows.setdefault(figure.kind, {}), left_out.setdefault(figure.kind, Counter())
        name = _name(figure, cloud)
        if figure.region not in cloud.regions:
            counts["of an unknown region"] += 1
        elif name is None:
            counts["of an unknown type"] += 1
        else:
            fitting = Figure(figure.kind, figure.region, name, figure.value, figure.day)
            first = by_key.setdefault((figure.region, name), fitting)
            if first.value != figure.value:
                doubtful.setdefault(figure.kind, set()).add((figure.region, name))
    for kind, keys in doubtful.items():
        if len(keys) > MOST_AMBIGUOUS_SHARE * len(rows[kind]):
            raise RefreshRefused("ambiguous", f"{len(keys)} of {len(rows[kind])} pairs have two prices")
        left_out[kind]["with two prices"] = len(keys)
        for key in keys:
            del rows[kind][key]
    return {
        kind: NewTable(kind=kind, figures=list(by_key.values()), left_out=left_out[kind])
        for kind, by_key in rows.items()
    }


def summary(new: NewTable, present: Sequence[Figure]) -> Summary:
    """How the table differs from the present one."""
    before = {(figure.region, figure.name): figure.value for figure in present}
    changed = sum(
        abs(figure.value - before[figure.region, figure.name]) > FINEST_USD
        for figure in new.figures
        if (figure.region, figure.name) in before
    )
    return Summary(rows_before=len(before), rows_after=len(new.figures), changed=changed)


def refuse_implausible(new: NewTable, present: Sequence[Figure], today: date) -> None:
    """Raises RefreshRefused where the table has far fewer rows, or a price far above the present one."""
    if not new.figures:
        raise RefreshRefused("empty", "no figure fits the catalog")
    if len(new.figures) < FEWEST_ROWS_SHARE * len(present):
        raise RefreshRefused("fewer-rows", f"{len(new.figures)} rows instead of {len(present)}")
    if new.kind in NOT_PRICES:
        return
    before = {(figure.region, figure.name): figure for figure in present if _is_comparable(figure, today)}
    for figure in new.figures:
        old = before.get((figure.region, figure.name))
        if old is not None and figure.value >= JUMP * old.value:
            detail = f"{figure.name} in {figure.region}: {figure.value:f} USD an hour, before {old.value:f}"
            raise RefreshRefused("price-jump", detail)


def _is_comparable(figure: Figure, today: date) -> bool:
    if figure.value <= 0:
        return False
    age_days = (today - date(1970, 1, 1)).days - earliest_day(figure.day)
    return figure.kind != SPOT or age_days <= COMPARABLE_SPOT_DAYS


def _refuse_impossible(figure: Figure) -> None:
    if (allowed := NOT_PRICES.get(figure.kind)) is not None:
        if figure.value not in allowed:
            raise RefreshRefused("unit", f"{figure.kind} {figure.value} of {figure.name}")
    elif not FINEST_USD < figure.value <= HIGHEST_USD_PER_HOUR and figure.kind != SERVICE_RATES:
        raise RefreshRefused("unit", f"{figure.name} at {figure.value} USD an hour")


def _name(figure: Figure, cloud: CloudFacts) -> str | None:
    """The catalog's spelling; None where it has no such name."""
    if figure.kind == SERVICE_RATES:
        return figure.name
    if figure.kind == PLACEMENT_SCORES:
        return figure.name if all(name in cloud.types for name in figure.name.split()) else None
    machine = cloud.types.get(
        figure.name.removeprefix("db.").lower() if figure.kind == RDS_PRICES else figure.name.lower()
    )
    if machine is None:
        return None
    return f"db.{machine.instance_type}" if figure.kind == RDS_PRICES else machine.instance_type
