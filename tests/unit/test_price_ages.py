"""How old the prices of a cloud are, against the dates of catalog/data/<provider>/prices.csv."""

from __future__ import annotations

from datetime import UTC, date, datetime
from statistics import median

import pytest

from catalog.dates import age_days, day_of, earliest_day
from catalog.price_ages import price_ages
from tests.fakes.clouds import cloud_map
from tools.tables import DATA, read

TODAY = day_of(datetime(2026, 11, 28, 19, 0, tzinfo=UTC))


def service_dates(provider: str) -> list[str]:
    """The date of each price of a service among the offers: of a rate, once for each size and region."""
    sizes = {"lambda": 6, "fargate": 8, "cloud-run": 6, "container-apps": 3}
    rates = [row for row in read(DATA / "service_rates.csv") if row["provider"] == provider]
    return [row["as_of"] for row in rates for _ in row["regions"].split() for _ in range(sizes[row["service"]])]


@pytest.mark.parametrize("provider", ["aws", "azure", "linode", "digitalocean"])
def test_the_ages_are_those_of_the_prices_and_not_of_the_newest_row(provider: str) -> None:
    rows = read(DATA / provider / "prices.csv")
    days = [TODAY - earliest_day(row["as_of"]) for row in rows if row["on_demand_usd_per_hour"]]
    days += [TODAY - earliest_day(as_of) for as_of in service_dates(provider)]

    ages = price_ages(cloud_map().prices, TODAY)[provider].on_demand

    assert ages is not None
    assert ages.prices == len(days)
    assert ages.median_days == pytest.approx(median(days), abs=0.5)
    assert ages.oldest_days == max(days)


def test_two_years_old_spot_prices_of_azure_are_all_older_than_a_year() -> None:
    # coroot's are of 9 August 2024: 841 days before 28 November 2026. azure-retail's are of 20 August 2026: 100 days.
    assert (date(2026, 11, 28) - date(2024, 8, 9)).days == 841

    spot = price_ages(cloud_map().prices, TODAY)["azure"].spot

    assert set(spot) == {"coroot", "azure-retail"}
    assert (spot["coroot"].oldest_days, spot["coroot"].median_days, spot["coroot"].old_share) == (841, 841, 1.0)
    assert (spot["azure-retail"].oldest_days, spot["azure-retail"].old_share) == (100, 0.0)


def test_a_spot_price_is_old_from_its_366th_day_as_for_rankings() -> None:
    # 9 August 2025 is day 365, on which the price still serves.
    shares = [
        price_ages(cloud_map().prices, day_of(datetime(2025, 8, day, 23, tzinfo=UTC)))["azure"].spot["coroot"].old_share
        for day in (9, 10)
    ]

    assert shares == [0.0, 1.0]


def test_a_price_dated_after_today_has_the_age_0() -> None:
    ages = price_ages(cloud_map().prices, day_of(datetime(2020, 1, 1, tzinfo=UTC)))["aws"].on_demand

    assert ages is not None
    assert (ages.median_days, ages.oldest_days) == (0, 0)


@pytest.mark.parametrize(
    ("as_of", "age"),
    [
        ("2026-11-28", 0),
        ("2026-11-27", 1),
        ("2026-02-11", 290),  # 17 days to the end of February, 245 of March to October, 28 of November
        ("2026-10", 58),  # from 1 October: 30 days of it, 28 of November
        ("2024-2025", 1062),  # from 1 January 2024: 366 days, 365, and the 331 before 28 November 2026
        ("2026-12-01", 0),
        (None, None),
    ],
)
def test_the_age_of_a_price_is_in_whole_days_from_the_earliest_day_that_its_date_can_mean(
    as_of: str | None, age: int | None
) -> None:
    assert age_days(as_of, TODAY) == age
