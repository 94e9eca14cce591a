"""Budgets: when periods begin and end, what placements take of them, and what becomes of the pace so far."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.budgets import Budget, BudgetPeriod, BudgetState, Limited, OnExceed, Reserved, Span, Spent
from carbon.decisions import Promise
from carbon.ledger import UsageRow
from planning.ledger.budgets import (
    claims_of,
    lacks,
    passed,
    projected,
    refuse,
    span_before,
    span_of,
    spans_of,
    used_percent,
)

NOON = datetime(2026, 2, 11, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BUDGET = Budget(name="search", period=BudgetPeriod.MONTH, limit_kg=1.0, limit_usd=10.0, on_exceed=OnExceed.REFUSE)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("period", "zone", "moment", "starts", "ends"),
    [
        (BudgetPeriod.DAY, "UTC", NOON, utc(2026, 2, 11), utc(2026, 2, 12)),
        (BudgetPeriod.WEEK, "UTC", utc(2026, 2, 15, 23, 59), utc(2026, 2, 9), utc(2026, 2, 16)),  # a Sunday
        (BudgetPeriod.MONTH, "UTC", utc(2026, 2, 1), utc(2026, 2, 1), utc(2026, 3, 1)),
        (BudgetPeriod.MONTH, "UTC", utc(2026, 12, 31), utc(2026, 12, 1), utc(2027, 1, 1)),
        (BudgetPeriod.QUARTER, "UTC", NOON, utc(2026, 1, 1), utc(2026, 4, 1)),
        (BudgetPeriod.QUARTER, "UTC", utc(2026, 12, 5), utc(2026, 10, 1), utc(2027, 1, 1)),
        (BudgetPeriod.YEAR, "Asia/Tokyo", NOON, utc(2025, 12, 31, 15), utc(2026, 12, 31, 15)),
        # Summer time begins on 29 March and ends on 25 October 2026 in Berlin: a day of 23 and one of 25 hours.
        (BudgetPeriod.DAY, "Europe/Berlin", utc(2026, 3, 29, 12), utc(2026, 3, 28, 23), utc(2026, 3, 29, 22)),
        (BudgetPeriod.DAY, "Europe/Berlin", utc(2026, 10, 25, 12), utc(2026, 10, 24, 22), utc(2026, 10, 25, 23)),
        (BudgetPeriod.MONTH, "Europe/Berlin", utc(2026, 3, 1), utc(2026, 2, 28, 23), utc(2026, 3, 31, 22)),
        (BudgetPeriod.MONTH, "Europe/Berlin", utc(2026, 10, 31, 22, 30), utc(2026, 9, 30, 22), utc(2026, 10, 31, 23)),
        # Clocks of Chile skip midnight: 6 September 2026 begins at 01:00, which is 04:00 UTC, and has 23 hours.
        (BudgetPeriod.DAY, "America/Santiago", utc(2026, 9, 6, 12), utc(2026, 9, 6, 4), utc(2026, 9, 7, 3)),
        (BudgetPeriod.DAY, "Asia/Kolkata", NOON, utc(2026, 2, 10, 18, 30), utc(2026, 2, 11, 18, 30)),
    ],
)
def test_a_period_lasts_from_midnight_to_midnight_in_its_time_zone(
    period: BudgetPeriod, zone: str, moment: datetime, starts: datetime, ends: datetime
) -> None:
    assert span_of(replace(BUDGET, period=period, time_zone=zone), moment) == Span(starts, ends)


@given(
    moment=st.integers(1_420_000_000, 2_050_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
    period=st.sampled_from(BudgetPeriod),
    zone=st.sampled_from(
        ["UTC", "Europe/Berlin", "America/Santiago", "Asia/Kolkata", "Pacific/Auckland", "Africa/Cairo"]
    ),
)
def test_periods_hold_every_moment_once(moment: datetime, period: BudgetPeriod, zone: str) -> None:
    budget = replace(BUDGET, period=period, time_zone=zone)

    span = span_of(budget, moment)

    assert span.starts_at <= moment < span.ends_at
    assert span_of(budget, span.ends_at).starts_at == span.ends_at
    assert span_before(budget, span).ends_at == span.starts_at
    local = span.starts_at.astimezone(ZoneInfo(zone)).date()
    assert local.weekday() == 0 if period is BudgetPeriod.WEEK else True
    assert (
        local.day == 1
        if period in (BudgetPeriod.MONTH, BudgetPeriod.QUARTER, BudgetPeriod.YEAR)
        else isinstance(local, date)
    )


def promise(grams: float | None, *, start: datetime = NOON, hours: float = 2.0, count: float = 1.0) -> Promise:
    row = UsageRow(id="p", start=start, end=start + hours * HOUR, region="aws:eu-north-1", count=count)
    return Promise(row=row, co2_emissions_g=grams, embodied_emissions_g=10.0, cost_usd=1.0)


def state(span: Span, grams: float = 0.0, reserved_g: float = 0.0, usd: float = 0.0) -> BudgetState:
    return BudgetState(
        budget=BUDGET,
        span=span,
        spent=Spent(operational_g=grams, cost_usd=usd, embodied_g=100.0),
        reserved=Reserved(operational_ug=round(reserved_g * 1e6), embodied_ug=50_000_000),
    )


FEBRUARY = span_of(BUDGET, NOON)


def test_a_claim_is_what_is_promised_rounded_up() -> None:
    (claim,) = claims_of([promise(0.1 + 0.2, hours=3.0, count=4.0), promise(0.0000001)][:1])

    # 0.1 + 0.2 is 0.30000000000000004 in binary: that is no reason to round up.
    assert (claim.operational_ug, claim.embodied_ug, claim.cost_microusd) == (300_000, 10_000_000, 1_000_000)
    assert claim.machine_hours == 12.0
    assert claims_of([promise(0.0000001)])[0].operational_ug == 1


def test_claims_over_a_boundary_lack_what_is_needed_in_each_period() -> None:
    # 1 of 4 hours lies in February, of 1600 g: 400 g there and 1200 g in March.
    claims = claims_of([promise(1600.0, start=FEBRUARY.ends_at - HOUR, hours=4.0)])
    spans = spans_of(BUDGET, claims)

    missing = lacks(BUDGET, {span: state(span) for span in spans}, claims)

    (lack,) = missing
    assert (lack.state.span.starts_at, lack.limited, lack.needed, lack.left) == (
        FEBRUARY.ends_at,
        Limited.KG,
        1_200_000_000,
        1_000_000_000,
    )
    error = refuse(BUDGET, {}, missing)
    assert str(error) == (
        "the placement takes 1.2 kg, and 1 kg of the period from 2026-03-01 are left; "
        "budget search refuses what does not fit"
    )
    facts = error.facts["lacking"]
    assert isinstance(facts, list)
    assert [(one["limit"], one["needed"], one["left"]) for one in facts] == [("kg", 1.2, 1.0)]


def test_both_limits_must_hold() -> None:
    claims = claims_of([promise(100.0)] * 3)  # 300 g and 3 USD

    assert lacks(BUDGET, {FEBRUARY: state(FEBRUARY, 700.0, usd=7.0)}, claims) == []
    missing = lacks(BUDGET, {FEBRUARY: state(FEBRUARY, 600.0, 200.0, usd=7.1)}, claims)
    assert [(one.limited, one.left) for one in missing] == [(Limited.KG, 200_000_000), (Limited.USD, 2_900_000)]


def test_a_budget_with_hardware_counts_it_on_both_sides() -> None:
    with_hardware = replace(BUDGET, includes_embodied=True)
    claims = claims_of([promise(100.0)])  # 110 g with hardware
    present = replace(state(FEBRUARY, 600.0, 140.0), budget=with_hardware)  # 600 + 100 + 140 + 50: 110 are left

    assert lacks(with_hardware, {FEBRUARY: present}, claims) == []
    (lack,) = lacks(with_hardware, {FEBRUARY: present}, claims_of([promise(100.000001)]))
    assert (lack.needed, lack.left) == (110_000_001, 110_000_000)


def test_what_is_not_known_fits_nowhere() -> None:
    (lack,) = lacks(BUDGET, {FEBRUARY: state(FEBRUARY)}, claims_of([promise(None), promise(1.0)]))

    assert (lack.limited, lack.needed) == (Limited.KG, None)
    assert "it is not known how many kg the placement takes" in str(refuse(BUDGET, {}, [lack]))


def test_the_pace_so_far_goes_on() -> None:
    # 7 of 28 days are over, in which 250 g were spent: 1 kg in all.
    week = FEBRUARY.starts_at + timedelta(days=7)
    present = state(FEBRUARY, 250.0, usd=3.0)

    assert projected(present, Limited.KG, week) == pytest.approx(1.0)
    assert projected(present, Limited.USD, week) == pytest.approx(12.0)
    assert projected(present, Limited.KG, FEBRUARY.ends_at + HOUR) == pytest.approx(0.25)
    assert projected(present, Limited.KG, FEBRUARY.starts_at + HOUR / 2) is None


def test_thresholds_are_passed_by_what_is_spent_and_reserved() -> None:
    assert passed(state(FEBRUARY, 499.0), Limited.KG) == []
    assert passed(state(FEBRUARY, 499.0, 1.0), Limited.KG) == [50.0]
    assert passed(state(FEBRUARY, 400.0, 600.0), Limited.KG) == [50.0, 80.0, 100.0]
    assert used_percent(replace(state(FEBRUARY), budget=replace(BUDGET, limit_kg=None)), Limited.KG) is None
    nothing = replace(BUDGET, limit_kg=0.0)
    assert passed(replace(state(FEBRUARY, 0.1), budget=nothing), Limited.KG) == [50.0, 80.0, 100.0]
    assert passed(replace(state(FEBRUARY), budget=nothing), Limited.KG) == []
