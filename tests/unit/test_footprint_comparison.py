"""The ledger beside what AWS itself says, by hand and by property."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.accounts import Account, ProviderFootprint
from carbon.footprint_comparisons import ComparedMonth, ComparisonQuery, FootprintComparison
from carbon.ledger import UsageDay
from planning.ledger.comparison import comparison
from planning.ledger.report import day_number
from store.ledger.usage import UsageTotal

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
QUERY = ComparisonQuery(first=JANUARY, last=FEBRUARY)


def total(grams: float | None, account: str = "1", day: date = JANUARY, **fields: Any) -> UsageTotal:
    """Usage of a day; 3 g of it are of the hardware."""
    figures = UsageDay(
        day=day_number(day),
        hours=24.0,
        energy_kwh=1.0,
        measured_g=grams,
        estimated_g=None if grams is None else 0.0,
        usual_g=None if grams is None else 0.0,
        embodied_g=3.0,
        cost_usd=None,
    )
    region = fields.pop("region", "aws:eu-north-1")
    tags = {"account": account, **fields}
    return UsageTotal(
        day=figures.day,
        region=region,
        zone="SE",
        machine="aws:m7g.large",
        is_metered=False,
        tags=tags,
        rows=1,
        figures=figures,
        unknown_hours=0.0,
        no_price_hours=0.0,
        no_embodied_hours=0.0,
        without_submission_rows=1,
        without_submission_g=grams or 0.0,
    )


def figure(grams: float | None, account: str = "1", month: date = JANUARY, **fields: Any) -> ProviderFootprint:
    """Of EC2 in eu-north-1, of which AWS's purchases leave a tenth."""
    values = {"region": "eu-north-1", "service": "AmazonEC2", "model_version": "v3.0.0", **fields}
    market = None if grams is None else grams / 10
    return ProviderFootprint(month=month, account=account, location_based_g=grams, market_based_g=market, **values)


def compared(totals: list[UsageTotal], footprints: list[ProviderFootprint]) -> FootprintComparison:
    return comparison(QUERY, "aws", totals, footprints, {"1": Account(id="1", name="batch", status="ACTIVE")})


def january(totals: list[UsageTotal], footprints: list[ProviderFootprint]) -> ComparedMonth:
    return compared(totals, footprints).months[0]


def test_an_account_and_region_has_both_figures_and_their_difference() -> None:
    answer = compared([total(97.0), total(200.0, day=date(2026, 1, 31))], [figure(400.0)])

    (row,) = answer.rows
    assert (row.month, row.account, row.account_name, row.region) == (JANUARY, "1", "batch", "aws:eu-north-1")
    assert row.ours is not None
    assert row.ours.total_g == 303.0  # 97 + 200, and 3 of the hardware on each day
    assert row.theirs is not None
    assert (row.theirs.location_based_g, row.theirs.market_based_g) == (400.0, 40.0)
    assert row.difference_g == -97.0
    assert row.ratio == pytest.approx(0.7575)  # 303 / 400


def test_a_month_that_aws_has_not_published_has_unknown_figures_not_zero() -> None:
    answer = compared([total(97.0, day=FEBRUARY)], [figure(400.0)])

    month = answer.months[1]
    assert (month.is_published, month.whole.theirs, month.whole.difference_g) == (False, None, None)
    assert set(vars_of(month)) == {None}
    assert month.whole.ours is not None


def vars_of(month: ComparedMonth) -> list[float | None]:
    names = ("theirs_without_usage_g", "ours_without_figure_g", "other_services_g", "remaining_g", "purchases_g")
    return [getattr(month.parts, name) for name in names]


def test_the_parts_of_a_difference_that_can_be_counted_are_apart_from_the_rest() -> None:
    ours = [total(97.0, service="AmazonEC2"), total(47.0, account="2", service="AmazonEC2")]
    theirs = [
        figure(150.0),
        figure(30.0, service="AmazonS3"),  # in an account and region of both, of another service
        figure(20.0, account="3"),  # an account without usage in the ledger
    ]

    month = january(ours, theirs)

    # Ours: 100 and 50. AWS's: 200. Of the difference of -50: 20 and 30 are AWS's alone, 50 ours alone, -50 is left.
    assert month.whole.difference_g == -50.0
    # By market a tenth: 20 - 200.
    assert vars_of(month) == [20.0, 50.0, 30.0, -50.0, -180.0]


def test_services_are_not_told_apart_where_bills_name_them_otherwise() -> None:
    by_other_names = january([total(97.0, service="Amazon Elastic Compute Cloud")], [figure(150.0)])
    not_named = january([total(97.0), total(7.0, service="AmazonEC2")], [figure(150.0)])

    assert (by_other_names.parts.other_services_g, not_named.parts.other_services_g) == (None, None)
    assert by_other_names.parts.remaining_g == -50.0


def test_a_figure_that_aws_does_not_say_makes_its_sums_unknown() -> None:
    month = january([total(97.0)], [figure(150.0), figure(None, service="AmazonS3", model_version="v1.0.0")])

    assert month.whole.theirs is not None
    assert (month.whole.theirs.location_based_g, month.whole.difference_g) == (None, None)
    assert month.whole.theirs.model_versions == ("v1.0.0", "v3.0.0")
    assert month.is_published


def test_usage_of_unknown_emissions_and_of_other_clouds_is_not_compared() -> None:
    month = january([total(None), total(500.0, region="gcp:europe-north1")], [figure(150.0)])

    assert month.whole.ours is not None
    assert (month.whole.ours.total_g, month.whole.difference_g, month.parts.remaining_g) == (None, None, None)


places = st.tuples(st.sampled_from("123"), st.sampled_from(["eu-north-1", "us-east-1"]))
services = st.sampled_from(["AmazonEC2", "AmazonS3", "AmazonRDS"])
amounts = st.floats(0, 1e6)


@given(
    st.lists(st.tuples(places, services, amounts), min_size=1, max_size=8),
    st.lists(st.tuples(places, services, amounts), min_size=1, max_size=8),
)
def test_the_parts_add_up_to_the_difference_and_rows_to_the_month(
    used: list[tuple[tuple[str, str], str, float]], said: list[tuple[tuple[str, str], str, float]]
) -> None:
    ours = [total(g, account=a, region=f"aws:{r}", service=s) for (a, r), s, g in used]
    theirs = [figure(g, account=a, region=r, service=s) for (a, r), s, g in said]

    answer = compared(ours, theirs)

    month = answer.months[0]
    parts = month.parts
    assert month.whole.difference_g == pytest.approx(
        (parts.remaining_g or 0.0)
        - (parts.theirs_without_usage_g or 0.0)
        - (parts.other_services_g or 0.0)
        + (parts.ours_without_figure_g or 0.0),
        abs=1e-6,
    )
    assert sum(row.ours.total_g or 0.0 for row in answer.rows if row.ours) == pytest.approx(
        sum(g for *_, g in used) + 3 * len(used)
    )
    assert sum(row.theirs.location_based_g or 0.0 for row in answer.rows if row.theirs) == pytest.approx(
        sum(g for *_, g in said), abs=1e-6
    )
