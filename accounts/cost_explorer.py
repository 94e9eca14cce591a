"""Usage and cost from AWS Cost Explorer, where there is no Cost and Usage Report. Documented by AWS.

AWS charges for each call, about 0.01 USD, so that each page is asked for once, and the calls are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import isfinite
from typing import Any

from accounts.aws import AwsRefused, pages
from planning.ledger.bills.cost_explorer import CostLine
from planning.ledger.bills.cur import COUNTED
from planning.ledger.bills.outcome import Cost, Unmapped

SERVICE, ACTION, TOKEN = "ce", "ce:GetCostAndUsage", "NextPageToken"
# What a line really cost, where a commitment paid for it; equal to the unblended cost elsewhere.
COST, QUANTITY = "AmortizedCost", "UsageQuantity"
CALLS_A_MONTH, USD_A_CALL = 2, 0.01
# The services that bill machines, as Cost Explorer names them.
MACHINES = (
    "Amazon Elastic Compute Cloud - Compute",
    "Amazon Relational Database Service",
    "Amazon Elastic Container Service",
    "Amazon Elastic Container Service for Kubernetes",
    "AWS Lambda",
    "Amazon ElastiCache",
    "Amazon MemoryDB",
    "Amazon OpenSearch Service",
    "Amazon Redshift",
    "Amazon DocumentDB (with MongoDB compatibility)",
    "Amazon Neptune",
)


@dataclass(slots=True, kw_only=True)
class Calls:
    """Counts calls. most: so many may be made. progress: one more was made."""

    most: int
    progress: Callable[[int], object]
    count: int = field(default=0)

    def counted(self, call: Callable[..., Mapping[str, Any]]) -> Callable[..., Mapping[str, Any]]:
        """The same call, counted. Raises AwsRefused beyond the most."""

        def counted(**question: Any) -> Mapping[str, Any]:
            if self.count >= self.most:
                raise AwsRefused(f"{self.count:,} calls were made, and no more are allowed (--max-calls)")
            self.count += 1
            self.progress(1)
            return call(**question)

        return counted


def spans(first: date, last: date) -> list[tuple[date, date]]:
    """The days from `first` to `last` by months, each as its first day and the one after its last."""
    found = []
    while first <= last:
        after = min((first.replace(day=1) + timedelta(days=31)).replace(day=1), last + timedelta(days=1))
        found.append((first, after))
        first = after
    return found


def machines(client: Any, span: tuple[date, date], calls: Calls) -> Iterator[CostLine]:
    """The usage of services that bill machines, by day, account and usage type. Raises AwsRefused."""
    of_machines = {"Dimensions": {"Key": "SERVICE", "Values": list(MACHINES)}}
    for result in _results(client, span, calls, "DAILY", ("LINKED_ACCOUNT", "USAGE_TYPE"), of_machines):
        day, is_estimated = _day(result), bool(result.get("Estimated"))
        for (account, usage_type), metrics in _groups(result, 2):
            amount, unit = _amount(metrics, QUANTITY)
            yield CostLine(
                day=day,
                account=account,
                usage_type=usage_type,
                amount=amount,
                unit=unit,
                cost=_cost(metrics),
                is_estimated=is_estimated,
            )


def other_services(client: Any, span: tuple[date, date], calls: Calls) -> Iterator[Unmapped]:
    """What all other services cost, by their names: no machine is known of them. Raises AwsRefused."""
    others = {"Not": {"Dimensions": {"Key": "SERVICE", "Values": list(MACHINES)}}}
    for result in _results(client, span, calls, "MONTHLY", ("SERVICE",), others):
        for (service,), metrics in _groups(result, 1):
            yield Unmapped(reason=service, cost=_cost(metrics))


def _results(
    client: Any, span: tuple[date, date], calls: Calls, step: str, by: tuple[str, ...], services: dict[str, Any]
) -> Iterator[Mapping[str, Any]]:
    counted_lines = {"Dimensions": {"Key": "RECORD_TYPE", "Values": sorted(COUNTED)}}
    question = {
        "TimePeriod": {"Start": span[0].isoformat(), "End": span[1].isoformat()},
        "Granularity": step,
        "Metrics": [COST, QUANTITY],
        "GroupBy": [{"Type": "DIMENSION", "Key": name} for name in by],
        "Filter": {"And": [counted_lines, services]},
    }
    for page in pages(calls.counted(client.get_cost_and_usage), ACTION, TOKEN, **question):
        results = page.get("ResultsByTime")
        if not isinstance(results, list):
            raise AwsRefused("an answer of Cost Explorer has no ResultsByTime")
        yield from results


def _day(result: Mapping[str, Any]) -> date:
    try:
        return date.fromisoformat(result["TimePeriod"]["Start"][:10])
    except (KeyError, TypeError, ValueError):
        raise AwsRefused("an answer of Cost Explorer has a result without a day") from None


def _groups(result: Mapping[str, Any], count: int) -> Iterator[tuple[list[str], Mapping[str, Any]]]:
    for group in result.get("Groups") or []:
        keys = group.get("Keys") or []
        if len(keys) != count:
            raise AwsRefused(f"an answer of Cost Explorer has a group that is not of {count} keys")
        yield keys, group.get("Metrics") or {}


def _amount(metrics: Mapping[str, Any], name: str) -> tuple[float, str]:
    """A metric, whose amount is text, and its unit."""
    metric = metrics.get(name) or {}
    try:
        amount = float(metric["Amount"])
    except (KeyError, TypeError, ValueError):
        amount = float("nan")
    if not isfinite(amount):
        raise AwsRefused(f"an answer of Cost Explorer has a group without {name}")
    return amount, str(metric.get("Unit", ""))


def _cost(metrics: Mapping[str, Any]) -> Cost:
    amount, currency = _amount(metrics, COST)
    return Cost(amount=amount, currency=currency or "USD")
