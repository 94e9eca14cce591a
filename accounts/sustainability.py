"""AWS's own figures of emissions by month, from its Sustainability API. Documented by AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

from accounts.aws import AwsRefused, pages
from carbon.accounts import ProviderFootprint

SERVICE, ACTION = "sustainability", "sustainability:GetEstimatedCarbonEmissions"
TOKEN = "NextToken"  # noqa: S105 - the name of a field  # nosec B105
DIMENSIONS = ["USAGE_ACCOUNT_ID", "REGION", "SERVICE"]
TYPES = {
    "location_based_g": "TOTAL_LBM_CARBON_EMISSIONS",
    "market_based_g": "TOTAL_MBM_CARBON_EMISSIONS",
    "scope_1_g": "TOTAL_SCOPE_1_CARBON_EMISSIONS",
    "scope_2_g": "TOTAL_SCOPE_2_LBM_CARBON_EMISSIONS",
    "scope_3_g": "TOTAL_SCOPE_3_LBM_CARBON_EMISSIONS",
}
UNIT, GRAMS = "MTCO2e", 1e6
PAGE_ROWS = 1000


def footprints(client: Any, first: date, after: date, progress: Callable[[int], object]) -> list[ProviderFootprint]:
    """Those of the months from `first` up to `after`, both the first day of a month. progress: rows that were read.

    Months that AWS has not published have none. Raises AwsRefused.
    """
    found: list[ProviderFootprint] = []
    question = {
        "TimePeriod": {"Start": _midnight(first), "End": _midnight(after)},
        "GroupBy": DIMENSIONS,
        "EmissionsTypes": list(TYPES.values()),
        "Granularity": "MONTHLY",
        "MaxResults": PAGE_ROWS,
    }
    for page in pages(client.get_estimated_carbon_emissions, ACTION, TOKEN, **question):
        rows = page.get("Results")
        if not isinstance(rows, list):
            raise AwsRefused("an answer of the AWS Sustainability API has no Results")
        found.extend(_footprint(row) for row in rows)
        progress(len(rows))
    return newest(found)


def newest(found: Iterable[ProviderFootprint]) -> list[ProviderFootprint]:
    """One for each month, account, region and service: of several versions of AWS's model the newest one counts, and
    rows of the same version are added, as places within a region may have rows of their own.
    """
    by_key: dict[tuple[date, str, str, str], ProviderFootprint] = {}
    for one in found:
        key = (one.month, one.account, one.region, one.service)
        other = by_key.get(key)
        if other is None or version(one.model_version) > version(other.model_version):
            by_key[key] = one
        elif one.model_version == other.model_version:
            by_key[key] = _added(one, other)
    return [by_key[key] for key in sorted(by_key)]


def version(text: str) -> tuple[int, ...]:
    """The numbers of a version such as v3.0.0, to compare."""
    parts = text.lower().removeprefix("v").split(".")
    return tuple(int(part) if part.isdecimal() else 0 for part in parts)


def grams(value: object, unit: object) -> float:
    """Metric tons as grams. Raises AwsRefused for another unit, or what is not a number."""
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else float("nan")
    if unit != UNIT or not isfinite(number):
        raise AwsRefused(f"AWS's figures have the unit {str(unit)[:20]!r}, not {UNIT}, or no number")
    return number * GRAMS


def _added(one: ProviderFootprint, other: ProviderFootprint) -> ProviderFootprint:
    sums = {
        name: None if a is None and b is None else (a or 0.0) + (b or 0.0)
        for name in TYPES
        for a, b in [(getattr(one, name), getattr(other, name))]
    }
    return ProviderFootprint(
        month=one.month,
        account=one.account,
        region=one.region,
        service=one.service,
        model_version=one.model_version,
        **sums,
    )


def _footprint(row: Mapping[str, Any]) -> ProviderFootprint:
    places, values = row.get("DimensionsValues") or {}, row.get("EmissionsValues") or {}
    start = row.get("TimePeriod", {}).get("Start")
    if not isinstance(start, datetime) or not places.get("USAGE_ACCOUNT_ID"):
        raise AwsRefused("an answer of the AWS Sustainability API has a row without a month or an account")
    return ProviderFootprint(
        month=start.astimezone(UTC).date().replace(day=1),
        account=places["USAGE_ACCOUNT_ID"],
        region=places.get("REGION", ""),
        service=places.get("SERVICE", ""),
        model_version=str(row.get("ModelVersion", "")),
        **dict(_values(values)),
    )


def _values(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, kind in TYPES.items():
        value = values.get(kind)
        yield name, None if value is None else grams(value.get("Value"), value.get("Unit"))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
