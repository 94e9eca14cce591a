"""Dollars of prices that are published in euros: at the reference rate of the European Central Bank, never another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from pricing.refresh.figure import Task
from pricing.refresh.refusal import RefreshRefused
from pricing.refresh.replies import amount, day, shape

PATH = "stats/eurofxref/eurofxref-daily.xml"
OLDEST_DAYS = 7  # the bank publishes on working days
PLAUSIBLE = (Decimal("0.5"), Decimal(2))
NOTE = "EUR without VAT, at the ECB reference rate of the day on which the list was read"


def usd_per_eur(task: Task) -> Decimal:
    """The newest reference rate. Raises RefreshRefused."""
    (rate,) = task.web(task.settings.prices_ecb_base_url).read_lines(PATH, rates)
    published_on, usd = rate
    if not 0 <= (task.now.date() - published_on).days <= OLDEST_DAYS:
        raise RefreshRefused("currency", f"the newest exchange rate is of {published_on}")
    return usd


def rates(lines: Iterator[str]) -> Iterable[tuple[date, Decimal]]:
    """The one (day, USD per EUR) of the bank's daily document. Raises RefreshRefused."""
    document = "".join(lines)
    days = re.findall(r"<Cube\s+time=['\"]([0-9-]{10})['\"]", document)
    dollars = re.findall(r"currency=['\"]USD['\"]\s+rate=['\"]([0-9.]{1,12})['\"]", document)
    if len(days) != 1 or len(dollars) != 1:
        raise shape("the document of exchange rates has not one day with one rate of USD")
    usd = amount(dollars[0])
    if not PLAUSIBLE[0] < usd < PLAUSIBLE[1]:
        raise RefreshRefused("currency", f"an exchange rate of {usd} USD per EUR")
    return [(day(days[0]), usd)]
