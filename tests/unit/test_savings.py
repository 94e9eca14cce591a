"""What decisions saved: expected grams are worked out by hand.

Stockholm emits 20 g/kWh, Frankfurt 100 at first and 300 from the second hour on; PUE is 1 everywhere, 1 kW runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

import ledger_questions
from carbon.decisions import Decision, DecisionKind, Promise
from carbon.intensity import Quality, Signal
from carbon.ledger import SettledUsage, UsageRow
from carbon.savings import Outcome, OutcomeState, Saving, SavingsReport
from carbon.usage_reports import ReportQuery, ReportStep
from engine import Engine
from planning.ledger.savings import SavingsTally
from session import Session
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader
from tests.fakes.past import FakePast, readings

HOUR = timedelta(hours=1)
MIDNIGHT = datetime(2026, 2, 10, tzinfo=UTC)
NOW = MIDNIGHT + 24 * HOUR
EMPTY: Mapping[str, Any] = {}
GREEN, DIRTY = "aws:eu-north-1", "aws:eu-central-1"


def session(now: datetime = NOW, zones: Mapping[str, Any] = EMPTY) -> Session:
    past = {
        "SE-SE3": [readings(MIDNIGHT, [20.0] * 24)],
        "DE": [readings(MIDNIGHT, [100.0] + [300.0] * 23)],
    }
    return Engine(cloud_map(), FakeReader(), FakePast(past | dict(zones))).at(now)


def used(region: str, hours: float = 2, *, start: datetime = MIDNIGHT, kw: float = 1.0, **fields: Any) -> UsageRow:
    end = start + hours * HOUR
    values = {"it_kwh": kw * hours, "pue": 1.0, "cost_usd": hours, **fields}
    return UsageRow(id="one", start=start, end=end, region=region, **values)


def promise(row: UsageRow, grams: float | None, usd: float | None = 1.0) -> Promise:
    return Promise(row=row, co2_emissions_g=grams, embodied_emissions_g=None, cost_usd=usd)


def decision(placed: Sequence[Promise], instead: Sequence[Promise], **fields: Any) -> Decision:
    values = {"kind": DecisionKind.SCHEDULE, "made_at": MIDNIGHT, "signal": Signal.AVERAGE_LIFECYCLE, **fields}
    return Decision(id="d1", placed=placed, instead=instead, **values)


def one(decision: Decision, *ran: UsageRow, at: Session | None = None) -> Outcome:
    now = at or session()
    settled: list[SettledUsage] = ledger_questions.settle(now, ran) if ran else []
    (outcome,) = ledger_questions.outcomes(now, [(decision, settled)])
    return outcome


def saving(outcome: Outcome) -> Saving:
    assert outcome.saving is not None
    return outcome.saving


MOVED = decision([promise(used(GREEN), 50.0, 2.0)], [promise(used(DIRTY), 500.0, 1.5)])


def test_without_usage_the_saving_is_that_of_the_hours_that_came() -> None:
    outcome = one(MOVED)

    # There: 1 kWh x 100 + 1 kWh x 300; here: 2 kWh x 20.
    assert outcome.state is OutcomeState.NOT_REPORTED
    assert saving(outcome).promised_g == 450.0
    assert saving(outcome).realised_g == pytest.approx(360.0)
    assert saving(outcome).promised_usd == -0.5


def test_usage_that_names_it_takes_the_place_of_what_was_placed() -> None:
    ran = used(GREEN, start=MIDNIGHT + 5 * HOUR, cost_usd=1.25)

    outcome = one(MOVED, ran, at=session(zones={"SE-SE3": [readings(MIDNIGHT, [20.0] * 5 + [40.0] * 19)]}))

    # There: 400 g and 2 USD; what ran: 2 kWh x 40 and 1.25 USD.
    assert outcome.state is OutcomeState.FOLLOWED
    assert saving(outcome).realised_g == pytest.approx(320.0)
    assert saving(outcome).realised_usd == pytest.approx(0.75)


def test_a_part_of_the_work_is_compared_with_the_same_part() -> None:
    # Half an hour of two: there a quarter of 400 g, here 0.5 kWh x 20.
    assert saving(one(MOVED, used(GREEN, 0.5))).realised_g == pytest.approx(100.0 - 10.0)
    # Two kilowatts where one was expected would have been two there as well.
    assert saving(one(MOVED, used(GREEN, kw=2.0))).realised_g == pytest.approx(800.0 - 80.0)


def test_a_loss_is_a_loss() -> None:
    delayed = decision([promise(used(DIRTY, 1, start=MIDNIGHT + HOUR), 80.0)], [promise(used(DIRTY, 1), 120.0)])

    outcome = one(delayed)

    assert [saving(outcome).promised_g, saving(outcome).realised_g] == pytest.approx([40.0, -200.0])


def test_what_is_placed_where_it_would_have_run_anyway_is_no_loss() -> None:
    stayed = decision([promise(used(DIRTY, 2), 10.0)], [promise(used(DIRTY, 2), 10.0)])
    parts = [used(DIRTY, 0.3), used(DIRTY, 1.7, start=MIDNIGHT + 0.3 * HOUR)]

    assert saving(one(stayed, *parts)).realised_g == 0.0


@pytest.mark.parametrize(
    "ran",
    [
        used(DIRTY),
        used(GREEN, it_kwh=None, instance_type="m5.large"),
    ],
)
def test_usage_elsewhere_or_on_another_machine_does_not_follow(ran: UsageRow) -> None:
    placed = promise(used(GREEN, it_kwh=None, instance_type="m6g.large"), 50.0)

    outcome = one(replace(MOVED, placed=[placed]), ran)

    assert (outcome.state, outcome.saving) == (OutcomeState.NOT_FOLLOWED, None)


def test_it_is_pending_until_the_last_hour_of_both_sides_is_over() -> None:
    late = decision([promise(used(GREEN), 1.0)], [promise(used(DIRTY, start=MIDNIGHT + 22 * HOUR), 1.0)])

    states = [one(late, at=session(now)).state for now in (NOW - timedelta(minutes=1), NOW)]

    assert states == [OutcomeState.PENDING, OutcomeState.NOT_REPORTED]


def test_what_compares_with_nothing_and_what_has_no_grams_is_in_no_sum() -> None:
    nothing = decision([promise(used(GREEN), 1.0)], [])
    unpromised = decision([promise(used(GREEN), None)], MOVED.instead)
    gone = decision([promise(used(GREEN, it_kwh=None, instance_type="m9.gone"), 1.0)], MOVED.instead)

    states = [one(each).state for each in (nothing, unpromised, gone)]

    assert states == [OutcomeState.NO_COMPARISON, OutcomeState.UNKNOWN, OutcomeState.UNKNOWN]


def test_a_marginal_decision_is_settled_by_marginal_readings_alone() -> None:
    marginal = replace(MOVED, signal=Signal.MARGINAL)
    past = {"SE-SE3": [readings(MIDNIGHT, [400.0] * 24)], "DE": [readings(MIDNIGHT, [500.0] * 24)]}
    at = Engine(cloud_map(), FakeReader(), FakePast(past, signal=Signal.MARGINAL)).at(NOW).about(Signal.MARGINAL)
    without = session().about(Signal.MARGINAL)
    ran = ledger_questions.settle(session(), [used(GREEN)])

    ((as_promised,), (as_run,), (unread,)) = (
        ledger_questions.outcomes(which, [(marginal, rows)]) for which, rows in ((at, []), (at, ran), (without, []))
    )

    # 2 kWh x (500 - 400), though usage is stored with average grams.
    assert [saving(as_promised).realised_g, saving(as_run).realised_g] == pytest.approx([200.0, 200.0])
    assert unread.state is OutcomeState.UNKNOWN  # usual values are averages


def test_how_much_rests_on_usual_values_is_said() -> None:
    estimated = [readings(MIDNIGHT, [20.0] * 24, quality=Quality.ESTIMATED)]

    outcomes = [
        saving(one(MOVED, at=session(zones={"SE-SE3": estimated, "DE": days})))
        for days in ([], [readings(MIDNIGHT, [100.0] * 24)])
    ]

    assert [outcome.usual_g > 0 for outcome in outcomes] == [True, False]
    assert outcomes[0].usual_g == pytest.approx(outcomes[0].compared_g - 40.0)


def report(*outcomes: Outcome, **query: Any) -> SavingsReport:
    question = ReportQuery(first=date(2026, 1, 31), last=date(2026, 2, 28), **query)
    tally = SavingsTally(question, Signal.AVERAGE_LIFECYCLE)
    for outcome in outcomes:
        tally.add(outcome)
    return tally.report()


def saved(grams: float, usd: float | None = 0.0, **fields: Any) -> Outcome:
    amount = Saving(
        promised_g=100.0, realised_g=grams, compared_g=200.0, usual_g=50.0, promised_usd=1.0, realised_usd=usd
    )
    return Outcome(decision=replace(MOVED, **fields), state=OutcomeState.FOLLOWED, saving=amount)


def test_gains_and_losses_are_summed_apart_and_what_is_not_reported_is_never_among_them() -> None:
    apart = replace(saved(1000.0), state=OutcomeState.NOT_REPORTED)

    total = report(saved(80.0, 2.0), saved(-30.0, -0.5), saved(70.0, None), apart).total

    followed = total.followed
    assert (total.decisions, followed.decisions, followed.losses, total.not_reported.decisions) == (4, 3, 1, 1)
    assert (followed.saved_g, followed.lost_g, followed.realised_g) == (150.0, 30.0, 120.0)
    assert (followed.promised_g, followed.realised_share, followed.usual_share) == (300.0, 0.4, 0.25)
    assert (followed.saved_usd, followed.lost_usd, followed.promised_usd, followed.no_price) == (2.0, 0.5, 2.0, 1)
    assert followed.realised_usd_share == 0.75


def test_decisions_are_grouped_by_tags_kind_and_region_and_by_the_day_they_were_made() -> None:
    both = [promise(used(GREEN), 1.0), promise(used(DIRTY), 1.0)]
    january = datetime(2026, 1, 31, 23, 59, tzinfo=UTC)

    parts = report(
        saved(1.0, tags={"team": "a"}),
        saved(2.0, kind=DecisionKind.PLAN, placed=both),
        saved(4.0, made_at=january),
        by=("team", "kind", "region", "provider"),
        step=ReportStep.MONTH,
    )

    rows = {(row.starts_on, row.ends_on, *row.group): row.sums.followed.saved_g for row in parts.rows}
    assert rows == {
        (date(2026, 1, 31), date(2026, 1, 31), None, "schedule", GREEN, "aws"): 4.0,
        (date(2026, 2, 1), date(2026, 2, 28), "a", "schedule", GREEN, "aws"): 1.0,
        (date(2026, 2, 1), date(2026, 2, 28), None, "plan", "several", "aws"): 2.0,
    }
    assert parts.total.followed.saved_g == 7.0
