"""A month of three accounts in two regions, from the lines of their bills to grams: worked out by hand.

Intensity: in Frankfurt (DE) 100 g/kWh from 0 to 12 UTC and 300 from 12 to 24, in Stockholm (SE-SE3) 20 at all times.
The watts of a machine and the PUE of a region are the catalog's; all sums are written out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import ledger_questions
from carbon.power import PowerCurve
from carbon.usage_reports import ReportQuery, ReportStep, UsageReport
from catalog.usage_prefixes import load_usage_prefixes
from engine import Engine
from planning.ledger.bills import cur, focus
from planning.ledger.bills.outcome import BillFacts, Line, Mapped, Outcome
from planning.ledger.report import day_number
from store.history.history import History
from store.ledger.usage import UsageLedger
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader
from tests.fakes.past import FakePast, readings

BERLIN = ZoneInfo("Europe/Berlin")  # its clocks went back at 01:00 UTC on 2026-10-25
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH = datetime(2026, 10, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 2, tzinfo=UTC)
BEGIN = MONTH - DAY  # of the readings
FRANKFURT, STOCKHOLM = "aws:eu-central-1", "aws:eu-north-1"


def bill_of_account_1() -> Iterator[Line]:
    """AWS's report by the hour: an m5.large in Frankfurt in all 744 UTC hours of October, 0.10 USD each."""
    for hour in range(744):
        start = MONTH + hour * HOUR
        yield {
            "identity_line_item_id": f"line-{hour}",
            "line_item_usage_start_date": f"{start:%Y-%m-%dT%H:%M:%SZ}",
            "line_item_usage_end_date": f"{start + HOUR:%Y-%m-%dT%H:%M:%SZ}",
            "line_item_usage_account_id": "1",
            "line_item_line_item_type": "Usage",
            "line_item_usage_type": "EUC1-BoxUsage:m5.large",
            "line_item_usage_amount": "1",
            "line_item_unblended_cost": "0.1",
        }


def bill_of_account_2() -> Iterator[Line]:
    """FOCUS by the day of Berlin: a c7g.xlarge in Frankfurt, 24 hours a day and 25 on the day of the change."""
    for day in range(1, 32):
        start = datetime(2026, 10, day, tzinfo=BERLIN)
        end = datetime(2026, 10, day, tzinfo=BERLIN) + DAY
        hours = 25 if day == 25 else 24
        yield {
            "SubAccountId": "2",
            "ChargePeriodStart": start.isoformat(),
            "ChargePeriodEnd": end.isoformat(),
            "ChargeCategory": "Usage",
            "ConsumedQuantity": str(hours),
            "ConsumedUnit": "Hours",
            "EffectiveCost": str(hours / 4),
            "BillingCurrency": "USD",
            "ProviderName": "AWS",
            "RegionId": "eu-central-1",
            "x_UsageType": "EUC1-BoxUsage:c7g.xlarge",
        }


def bill_of_account_3() -> Iterator[Line]:
    """AWS's report by the month: a db.m5.large in two zones of Stockholm, all 744 hours."""
    yield {
        "identity_line_item_id": "month",
        "line_item_usage_start_date": "2026-10-01T00:00:00Z",
        "line_item_usage_end_date": "2026-11-01T00:00:00Z",
        "line_item_usage_account_id": "3",
        "line_item_line_item_type": "Usage",
        "line_item_usage_type": "EUN1-Multi-AZUsage:db.m5.large",
        "line_item_usage_amount": "744",
        "line_item_unblended_cost": "300",
    }


def outcomes() -> Iterator[Outcome]:
    facts = BillFacts(mapping=cloud_map(), prefixes=load_usage_prefixes(), now=NOW)
    yield from (cur.outcome(line, facts) for line in bill_of_account_1())
    yield from (focus.outcome(line, facts) for line in bill_of_account_2())
    yield from (cur.outcome(line, facts) for line in bill_of_account_3())


class Month:
    """The rows of the month, settled and stored, and reports on them."""

    def __init__(self, folder: Path) -> None:
        past = {
            "DE": [readings(BEGIN, ([100.0] * 12 + [300.0] * 12) * 33)],
            "SE-SE3": [readings(BEGIN, [20.0] * 24 * 33)],
        }
        self.session = Engine(cloud_map(), FakeReader(), FakePast(past)).at(NOW)
        rows = [one.row for one in outcomes() if isinstance(one, Mapped)]
        self.settled = ledger_questions.settle(self.session, rows)
        self.ledger = UsageLedger(History(folder))
        self.ledger.put("default", "cur", [(one, False) for one in self.settled], NOW)

    def report(self, *by: str, step: ReportStep = ReportStep.TOTAL) -> UsageReport:
        query = ReportQuery(first=date(2026, 9, 30), last=date(2026, 10, 31), by=by, step=step)
        totals = self.ledger.totals("default", day_number(query.first), day_number(query.last))
        return ledger_questions.usage_report(self.session, query, totals)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return Month(tmp_path_factory.mktemp("ledger"))


@pytest.fixture(scope="module")
def report(month: Month) -> UsageReport:
    return month.report("account")


def test_every_line_is_a_row(month: Month) -> None:
    assert len(month.settled) == 744 + 31 + 1


def kilowatts(region: str, instance_type: str) -> float:
    power = cloud_map().instance_type("aws", instance_type).power
    assert power is not None
    return power.draw(0.5, 0.0, PowerCurve.CONCAVE).it_w / 1000 * cloud_map().regions[region].pue


def test_the_month_to_the_gram(report: UsageReport) -> None:
    grams = {row.group[0]: row.sums for row in report.rows}
    # 31 days of 12 x 100 + 12 x 300 = 4800 g/kWh h.
    first = 31 * 4_800 * kilowatts(FRANKFURT, "m5.large")
    # From 22:00 UTC on 30 September: 2 x 300; 30 days; until 23:00 UTC on 31 October: 12 x 100 + 11 x 300.
    second = (600 + 30 * 4_800 + 4_500) * kilowatts(FRANKFURT, "c7g.xlarge")
    # Two machines, 744 hours of 20.
    third = 2 * 744 * 20 * kilowatts(STOCKHOLM, "db.m5.large")

    assert {name: sums.measured_g for name, sums in grams.items()} == {
        "1": pytest.approx(first, abs=0.5),
        "2": pytest.approx(second, abs=0.5),
        "3": pytest.approx(third, abs=0.5),
    }
    assert all(sums.usual_g == sums.estimated_g == 0 for sums in grams.values())
    assert report.total.measured_g == pytest.approx(first + second + third, abs=0.5)


def test_the_hours_and_dollars_of_the_month(report: UsageReport) -> None:
    sums = {row.group[0]: row.sums for row in report.rows}

    hours = [sums[account].hours for account in ("1", "2", "3")]
    assert hours == pytest.approx([744, 745, 744])  # the month of Berlin has one hour more
    assert [sums[account].cost_usd for account in ("1", "2", "3")] == pytest.approx([74.4, 186.25, 300])


def test_on_the_day_of_the_change_as_many_machines_run_as_on_others() -> None:
    rows = [one.row for one in outcomes() if isinstance(one, Mapped) and one.row.tags["account"] == "2"]

    assert {row.count for row in rows} == {1.0}
    assert sorted({row.hours for row in rows}) == [24.0, 25.0]


@pytest.mark.parametrize("step", list(ReportStep))
@pytest.mark.parametrize("by", [(), ("account",), ("region", "machine"), ("service", "zone")])
def test_the_sums_of_a_report_are_those_of_its_rows_at_any_grouping(
    month: Month, by: tuple[str, ...], step: ReportStep
) -> None:
    grouped = month.report(*by, step=step)
    days = [day for one in month.settled for day in one.days]

    for name in ("measured_g", "embodied_g", "energy_kwh", "cost_usd"):
        of_rows = sum(getattr(day, name) for day in days)
        assert getattr(grouped.total, name) == pytest.approx(of_rows)
        assert sum(getattr(row.sums, name) or 0 for row in grouped.rows) == pytest.approx(of_rows)
