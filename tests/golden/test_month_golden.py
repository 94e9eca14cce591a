"""A month of three accounts in two regions with two changes of the clocks, from bills to reports, to the gram."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

import ledger_questions
from carbon.decisions import Decision, DecisionKind, Promise
from carbon.intensity import Signal
from carbon.ledger import UsageRow
from carbon.usage_reports import ReportQuery, ReportStep, UsageReport
from engine import Engine
from planning.ledger.bills.outcome import Mapped
from planning.ledger.report import day_number
from store.history.history import History
from store.ledger.decisions import DecisionLedger, Kept
from store.ledger.usage import UsageLedger
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader
from tests.golden.builders import machine, region_pue
from tests.golden.month import (
    FRANKFURT,
    HOUR,
    NOW,
    VIRGINIA,
    Cell,
    bills,
    german,
    moment,
    past,
    sheet,
    total,
    virginian,
)
from tests.golden.usual_hours import baseline

GRAM = 0.5
FIRST, LAST = date(2026, 2, 28), date(2026, 4, 1)
SPANS = [(date(2026, 2, 28), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 3, 31)), (LAST, LAST)]


class Month:
    """The rows of the month, settled and stored, and reports on them."""

    def __init__(self, folder: Path) -> None:
        self.session = Engine(cloud_map(), FakeReader(), past()).at(NOW)
        rows = [one.row for one in bills() if isinstance(one, Mapped)]
        self.settled = ledger_questions.settle(self.session, rows)
        self.ledger = UsageLedger(History(folder))
        self.ledger.put("default", "cur", [(one, False) for one in self.settled], NOW)

    def report(self, *by: str, step: ReportStep = ReportStep.TOTAL) -> UsageReport:
        query = ReportQuery(first=FIRST, last=LAST, by=by, step=step)
        totals = self.ledger.totals("default", day_number(FIRST), day_number(LAST))
        return ledger_questions.usage_report(self.session, query, totals)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return Month(tmp_path_factory.mktemp("month"))


def test_every_line_of_the_bills_is_a_row_of_the_hours_that_it_says(month: Month) -> None:
    hours = Counter(one.row.hours for one in month.settled)

    assert hours == {1.0: 744, 744.0: 1, 24.0: 60, 23.0: 2}  # the 23 hours of the two days on which clocks changed
    assert sum(one.row.hours * one.row.count for one in month.settled) == 744 + 1488 + 743 + 743


@pytest.mark.parametrize("account", ["1", "2", "3"])
def test_the_grams_of_an_account_by_what_they_rest_on(month: Month, account: str) -> None:
    sums = {row.group: row.sums for row in month.report("account").rows}[account,]

    for basis, grams in (("measured", sums.measured_g), ("estimated", sums.estimated_g), ("usual", sums.usual_g)):
        assert grams == pytest.approx(total(lambda cell: cell.account == account, basis), abs=GRAM)


def test_one_sum_with_pen_and_paper(month: Month) -> None:
    # Account 1, until 10 March: each day 24 x 100 + 10 x (0 + ... + 23) = 5160 g/kWh h; then 120 hours of 250.
    kw = machine("aws", "m5.large").watts() / 1000 * region_pue("aws", "eu-central-1")
    sums = {row.group: row.sums for row in month.report("account").rows}["1",]

    assert sums.estimated_g == pytest.approx(120 * 250 * kw, abs=GRAM)
    assert sums.measured_g == pytest.approx((10 * 5160 + 45) * kw, abs=GRAM)  # and half an hour of 90


@pytest.mark.parametrize(
    ("by", "value"),
    [
        ((), lambda cell: ()),
        (("account",), lambda cell: (cell.account,)),
        (("region",), lambda cell: (cell.region,)),
        (("account", "region"), lambda cell: (cell.account, cell.region)),
    ],
)
@pytest.mark.parametrize("step", list(ReportStep))
def test_reports_by_account_and_region_in_days_and_months_are_those_of_the_sheet(
    month: Month, by: tuple[str, ...], value: Callable[[Cell], tuple[str, ...]], step: ReportStep
) -> None:
    grams: defaultdict[tuple[object, ...], float] = defaultdict(float)
    usd: defaultdict[tuple[object, ...], float] = defaultdict(float)
    kwh: defaultdict[tuple[object, ...], float] = defaultdict(float)
    for cell in sheet():
        key = (*span(cell.day, step), *value(cell))
        grams[key] += sum(cell.grams.values())
        usd[key] += cell.usd
        kwh[key] += cell.kwh

    report = month.report(*by, step=step)

    rows = {(row.starts_on, row.ends_on, *row.group): row.sums for row in report.rows}
    assert {key: sums.operational_g for key, sums in rows.items()} == pytest.approx(dict(grams), abs=GRAM)
    assert {key: sums.cost_usd for key, sums in rows.items()} == pytest.approx(dict(usd), abs=1e-6)
    assert {key: sums.energy_kwh for key, sums in rows.items()} == pytest.approx(dict(kwh), abs=1e-6)
    assert report.total.operational_g == pytest.approx(total(lambda _: True), abs=GRAM)


def span(day: date, step: ReportStep) -> tuple[date, date]:
    if step is ReportStep.DAY:
        return day, day
    if step is ReportStep.TOTAL:
        return FIRST, LAST
    return next((first, last) for first, last in SPANS if first <= day <= last)


def job(region: str, start: datetime, decision_id: str | None = None) -> UsageRow:
    return UsageRow(
        id="job",
        start=start,
        end=start + 6 * HOUR,
        region=region,
        instance_type="m5.large",
        count=2.0,
        decision_id=decision_id,
    )


def test_a_decision_of_the_month_is_settled_and_what_ran_is_beside_its_submission(month: Month, tmp_path: Path) -> None:
    made_at, placed_at = moment(10, 8), moment(21)
    watts = machine("aws", "m5.large").watts()
    there, here = (2 * watts / 1000 * region_pue("aws", name) for name in ("eu-central-1", "us-east-1"))
    promises = (
        Promise(row=job(VIRGINIA, placed_at), co2_emissions_g=30.0, embodied_emissions_g=None, cost_usd=None),
        Promise(row=job(FRANKFURT, made_at), co2_emissions_g=20.0, embodied_emissions_g=None, cost_usd=None),
    )
    decision = Decision(
        id="d1",
        kind=DecisionKind.SCHEDULE,
        made_at=made_at,
        signal=Signal.AVERAGE_LIFECYCLE,
        placed=promises[:1],
        instead=promises[1:],
    )
    history = History(tmp_path)
    decisions, usage = DecisionLedger(history), UsageLedger(history)
    decisions.keep_facts("v", lambda: {"zones.csv": b"zone\n"})
    decisions.put("default", decision, Kept(question=b"", answer=b"", evidence=b"", facts="v"))
    row = job(VIRGINIA, placed_at + HOUR, decision_id="d1")
    rows = ledger_questions.with_submissions(decisions, "default", [row])
    usage.put("default", "api", [(one, False) for one in ledger_questions.settle(month.session, rows)], NOW)

    saved = ledger_questions.savings(
        month.session, ReportQuery(first=date(2026, 3, 1), last=date(2026, 3, 31)), decisions, usage, "default"
    ).total.followed

    # In Frankfurt from 8 to 14 UTC: 180 + 190 + ... + 230 = 1230.
    # In Virginia from 1 to 7, an hour later than it was told to: 395 + 390 + ... + 370 = 2295.
    assert sum(german(hour) for hour in range(8, 14)) == 1230
    assert sum(virginian(hour) for hour in range(1, 7)) == 2295
    assert (saved.decisions, saved.losses, saved.promised_g, saved.saved_g) == (1, 1, -10.0, 0.0)
    assert saved.lost_g == pytest.approx(2295 * here - 1230 * there, abs=1e-3)
    (day,) = usage.totals("default", day_number(date(2026, 3, 21)), day_number(date(2026, 3, 21)))
    # Submitted on 10 March at 8: in Virginia no reading is stored of these hours.
    usual = sum(baseline("US-MIDA-PJM", made_at + number * HOUR) for number in range(6))
    assert day.figures.at_submission_g == pytest.approx(usual * here, abs=1e-3)
