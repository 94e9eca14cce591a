"""What is usual in a zone at an hour, worked out again from the raw CSV rows, without the code under test."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from functools import cache

from tests.golden.builders import DATA, table


def baseline(zone: str, hour: datetime) -> float:
    """Yearly level x time of year and UTC hour x weekday or weekend, from zones.csv and zone_profiles.csv.

    The figure of a month and UTC hour stands in the middle of the month; the line from there to the next one lies
    between them. The middle of the hour counts.
    """
    row = table("zones.csv", "zone")[zone]
    level, factor = float(row["gco2e_per_kwh"]), float(row["weekend_factor"])
    weekday = 7 / (5 + 2 * factor)
    level *= weekday * factor if hour.weekday() >= 5 else weekday
    if row["profile_basis"] == "flat":
        return level
    moment, months = hour + timedelta(minutes=30), hour.year * 12 + hour.month - 1
    if moment < _middle(months):
        months -= 1
    way = (moment - _middle(months)) / (_middle(months + 1) - _middle(months))
    before, after = (_shapes()[row["profile_zone"], index % 12 + 1][hour.hour] for index in (months, months + 1))
    return level * ((1 - way) * before + way * after) / 1000


def _middle(months: int) -> datetime:
    """The middle of a month, counted from the year 0."""
    start, end = (datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC) for index in (months, months + 1))
    return start + (end - start) / 2


@cache
def _shapes() -> dict[tuple[str, int], list[float]]:
    with (DATA / "zone_profiles.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["zone"], int(row["month"])): [float(x) for x in row["per_mille_of_annual_mean_by_utc_hour"].split()]
            for row in csv.DictReader(file)
        }
