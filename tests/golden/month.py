"""A month of three accounts in two regions: their bills, the grid, and a sheet of its hours worked out apart.

March 2026, in which the clocks of New York went forward on the 8th and those of Berlin on the 29th. The sheet takes
watts, PUE and usual intensities from the raw tables and adds up hour by hour, without the code under test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from carbon.intensity import Quality
from catalog.usage_prefixes import load_usage_prefixes
from planning.ledger.bills import cur, focus
from planning.ledger.bills.outcome import BillFacts, Line, Outcome
from tests.fakes.clouds import cloud_map
from tests.fakes.past import FakePast, readings
from tests.golden.builders import machine, region_pue
from tests.golden.usual_hours import baseline

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH, NOW = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 12, tzinfo=UTC)
FRANKFURT, VIRGINIA = "aws:eu-central-1", "aws:us-east-1"
ZONES = {FRANKFURT: "DE", VIRGINIA: "US-MIDA-PJM"}
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def moment(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


# --- what the grid did: in Germany measured until the 10th, estimated until the 15th and half of the first hour of the
# 16th; in Virginia measured from the 20th on. No reading is stored of all other hours.
def german(hour: int) -> float:
    return 100.0 + 10.0 * hour


def virginian(hour: int) -> float:
    return 400.0 - 5.0 * hour


def past() -> FakePast:
    hours = range(24)
    return FakePast(
        {
            "DE": [
                readings(moment(1), [german(hour) for _ in range(10) for hour in hours], source="measured"),
                readings(moment(11), [250.0] * 120, source="estimated", quality=Quality.ESTIMATED),
                readings(moment(16), [90.0], minutes=30, source="half"),
            ],
            "US-MIDA-PJM": [readings(moment(20), [virginian(hour) for _ in range(12) for hour in hours])],
        }
    )


def intensity(zone: str, hour: datetime) -> dict[str, float]:
    """gCO2e/kWh x share of the hour by what it rests on."""
    if zone == "DE":
        if moment(1) <= hour < moment(11):
            return {"measured": german(hour.hour)}
        if moment(11) <= hour < moment(16):
            return {"estimated": 250.0}
        if hour == moment(16):
            return {"measured": 90.0 / 2, "usual": baseline(zone, hour) / 2}
    elif moment(20) <= hour < moment(31) + DAY:
        return {"measured": virginian(hour.hour)}
    return {"usual": baseline(zone, hour)}


# --- the bills


def bills() -> Iterator[Outcome]:
    facts = BillFacts(mapping=cloud_map(), prefixes=load_usage_prefixes(), now=NOW)
    for line in (*by_the_hour(), month_of_account_3()):
        yield cur.outcome(line, facts)
    for line in (
        *by_the_day("2", "us-east-1", "USE1", NEW_YORK, 8),
        *by_the_day("3", "eu-central-1", "EUC1", BERLIN, 29),
    ):
        yield focus.outcome(line, facts)


def by_the_hour() -> Iterator[Line]:
    """AWS's report: an m5.large of account 1 in Frankfurt in all 744 UTC hours, 0.10 USD each."""
    for hour in range(744):
        start = MONTH + hour * HOUR
        yield cur_line(f"line-{hour}", start, start + HOUR, "1", "EUC1-BoxUsage:m5.large", 1, 0.1)


def month_of_account_3() -> Line:
    """AWS's report by the month: three m5.large in Virginia, one for all 744 hours and two for half of them."""
    return cur_line("month", MONTH, moment(31) + DAY, "3", "USE1-BoxUsage:m5.large", 1488, 148.8)


def cur_line(name: str, start: datetime, end: datetime, account: str, kind: str, amount: float, usd: float) -> Line:
    return {
        "identity_line_item_id": name,
        "line_item_usage_start_date": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "line_item_usage_end_date": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "line_item_usage_account_id": account,
        "line_item_line_item_type": "Usage",
        "line_item_usage_type": kind,
        "line_item_usage_amount": str(amount),
        "line_item_unblended_cost": str(usd),
    }


def by_the_day(account: str, region: str, prefix: str, zone: ZoneInfo, change: int) -> Iterator[Line]:
    """FOCUS by the local day: a c7g.xlarge, 24 hours a day and 23 on the day of the change, 0.25 USD an hour."""
    for day in range(1, 32):
        start = datetime(2026, 3, day, tzinfo=zone)
        hours = 23 if day == change else 24
        yield {
            "SubAccountId": account,
            "ChargePeriodStart": start.isoformat(),
            "ChargePeriodEnd": (start + DAY).isoformat(),  # the same time of the next local day
            "ChargeCategory": "Usage",
            "ConsumedQuantity": str(hours),
            "ConsumedUnit": "Hours",
            "EffectiveCost": str(hours / 4),
            "BillingCurrency": "USD",
            "ProviderName": "AWS",
            "RegionId": region,
            "x_UsageType": f"{prefix}-BoxUsage:c7g.xlarge",
        }


# --- the sheet


@dataclass(frozen=True)
class Cell:
    """One UTC hour of what one account ran in one region. grams: by what they rest on."""

    account: str
    region: str
    hour: datetime
    kwh: float
    usd: float
    grams: dict[str, float]

    @property
    def day(self) -> date:
        return self.hour.date()


def cells(
    account: str, region: str, kind: str, start: datetime, hours: int, count: float, usd: float
) -> Iterator[Cell]:
    """A line of the sheet for each hour. usd: an hour."""
    kwh = machine("aws", kind).watts() * count / 1000 * region_pue("aws", region.partition(":")[2])
    for number in range(hours):
        hour = start + number * HOUR
        grams = {basis: kwh * value for basis, value in intensity(ZONES[region], hour).items()}
        yield Cell(account, region, hour, kwh, usd, grams)


def sheet() -> list[Cell]:
    """All that was billed.

    The month of New York begins at 05:00 UTC and ends at 04:00 UTC on 1 April, that of Berlin begins at 23:00 UTC on 28
    February and ends at 22:00 UTC on 31 March: both have 31 x 24 - 1 = 743 hours.
    """
    return [
        *cells("1", FRANKFURT, "m5.large", MONTH, 744, 1, 0.1),
        *cells("2", VIRGINIA, "c7g.xlarge", moment(1, 5), 743, 1, 0.25),
        *cells("3", FRANKFURT, "c7g.xlarge", MONTH - HOUR, 743, 1, 0.25),
        *cells("3", VIRGINIA, "m5.large", MONTH, 744, 2, 0.2),
    ]


def total(chosen: Callable[[Cell], bool], basis: str | None = None) -> float:
    """Grams of the cells, of one basis or of all."""
    parts = (one.grams for one in sheet() if chosen(one))
    return sum(sum(part.values()) if basis is None else part.get(basis, 0.0) for part in parts)
