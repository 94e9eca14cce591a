"""Which new price tables replace the present ones, and which are refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from catalog.refreshed import INTERRUPTION, ON_DEMAND, SPOT
from pricing.refresh.checks import NewTable, gather, refuse_implausible, summary
from pricing.refresh.figure import Figure
from pricing.refresh.refusal import RefreshRefused
from tests.fakes.price_lists import facts

TODAY = date(2026, 11, 28)
TYPES = sorted(facts("aws").types)[:100]


def table(*prices: str, kind: str = ON_DEMAND, day: str = "2026-11-27") -> list[Figure]:
    """One figure for each price, of different types."""
    return [Figure(kind, "eu-north-1", TYPES[i], Decimal(price), day) for i, price in enumerate(prices)]


def reason(new: list[Figure], present: list[Figure]) -> str | None:
    try:
        refuse_implausible(NewTable(kind=present[0].kind, figures=new), present, TODAY)
    except RefreshRefused as refusal:
        return refusal.reason
    return None


@pytest.mark.parametrize(("rows", "expected"), [(70, None), (69, "fewer-rows"), (0, "empty"), (100, None)])
def test_a_table_with_more_than_thirty_percent_fewer_rows_is_refused(rows: int, expected: str | None) -> None:
    assert reason(table(*["0.1"] * rows), table(*["0.1"] * 100)) == expected


@pytest.mark.parametrize(("price", "expected"), [("0.499999", None), ("0.5", "price-jump"), ("0.01", None)])
def test_one_price_of_five_times_the_present_one_refuses_the_table(price: str, expected: str | None) -> None:
    assert reason(table("0.1", price), table("0.1", "0.1")) == expected


@pytest.mark.parametrize(("day", "expected"), [("2026-10-29", "price-jump"), ("2026-10-28", None)])
def test_a_spot_price_is_compared_only_with_one_of_the_last_thirty_days(day: str, expected: str | None) -> None:
    assert reason(table("0.5", kind=SPOT), table("0.1", kind=SPOT, day=day)) == expected


def test_a_band_may_change_by_any_number_of_steps() -> None:
    assert reason(table("4", kind=INTERRUPTION), table("0", kind=INTERRUPTION)) is None


@pytest.mark.parametrize(
    "figure",
    [
        Figure(ON_DEMAND, "eu-north-1", "m6g.large", Decimal(2001), "2026-11-27"),  # cents, or a month
        Figure(ON_DEMAND, "eu-north-1", "m6g.large", Decimal("0.0000001"), "2026-11-27"),
        Figure(ON_DEMAND, "eu-north-1", "m6g.large", Decimal(0), "2026-11-27"),
        Figure(INTERRUPTION, "eu-north-1", "m6g.large", Decimal(5), "2026-11-27"),
    ],
)
def test_a_figure_in_another_unit_refuses_the_list(figure: Figure) -> None:
    with pytest.raises(RefreshRefused) as refusal:
        gather([figure], facts("aws"))

    assert refusal.value.reason == "unit"


def test_figures_without_a_place_or_type_in_the_catalog_are_left_out_and_counted() -> None:
    rows = [
        *table("0.1"),
        Figure(ON_DEMAND, "eu-north-9", TYPES[0], Decimal("0.1"), "2026-11-27"),
        Figure(ON_DEMAND, "eu-north-1", "q9.large", Decimal("0.1"), "2026-11-27"),
        Figure(ON_DEMAND, "eu-north-1", "q9.xlarge", Decimal("0.2"), "2026-11-27"),
    ]

    new = gather(rows, facts("aws"))[ON_DEMAND]

    assert (list(new.figures), dict(new.left_out)) == (
        table("0.1"),
        {"of an unknown region": 1, "of an unknown type": 2},
    )


def test_names_are_stored_as_the_catalog_spells_them() -> None:
    new = gather([Figure(SPOT, "westeurope", "standard_d4S_v5", Decimal("0.1"), "2026-11-27")], facts("azure"))[SPOT]

    assert [figure.name for figure in new.figures] == ["Standard_D4s_v5"]


def test_a_pair_with_two_prices_is_left_out_and_many_of_them_refuse_the_list() -> None:
    hundred = table(*["0.1"] * 100)

    one = gather([*hundred, *table("0.2")], facts("aws"))[ON_DEMAND]
    with pytest.raises(RefreshRefused) as refusal:
        gather([*hundred, *table("0.2", "0.2")], facts("aws"))

    assert (len(one.figures), dict(one.left_out)) == (99, {"with two prices": 1})
    assert refusal.value.reason == "ambiguous"


def test_a_pair_that_is_listed_twice_at_one_price_counts_once() -> None:
    assert len(gather([*table("0.1"), *table("0.1")], facts("aws"))[ON_DEMAND].figures) == 1


def test_a_summary_counts_rows_and_the_prices_that_changed() -> None:
    new = NewTable(kind=ON_DEMAND, figures=table("0.1", "0.3", "0.7"))

    changes = summary(new, table("0.1", "0.2"))

    assert (changes.rows_before, changes.rows_after, changes.changed) == (2, 3, 1)
