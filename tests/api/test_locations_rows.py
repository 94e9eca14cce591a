"""A row of the scheduling API: its names, and where each figure is from."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from api.edge.lists import table_of
from api.shapes.locations import LocationRow, Offer
from catalog.dates import day_of
from catalog.prices import NO_PRICE
from tests.api.conftest import Ask
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, known
from tests.fakes.service import NOW, service

OF_SOURCES = {"method", "error", "flowTraced", "attribution", "licence"}
SOMETIMES = {"basis", "fits", "spotScoreIsOld", "fallbackReason", "baselineFrom"} | OF_SOURCES
MONEY = ("spotPrice", "instancePrice")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    regions: list[dict[str, Any]] = service().test_client().get("/v1/by-rank").get_json()["regions"]
    return regions


def test_every_row_has_every_field_unknown_ones_as_null(rows: list[dict[str, Any]]) -> None:
    assert {frozenset(row.keys() - SOMETIMES) for row in rows} == {
        frozenset(set(table_of(LocationRow).fields) - SOMETIMES)
    }


def test_a_live_row_reads_as_the_example_of_the_documentation() -> None:
    reader = FakeReader({"SE-SE3": known(NOW, [24.0] * 4)})

    (row,) = service(reader).test_client().get("/v1/by-provider/aws?country=SE").get_json()["regions"]

    assert {name: row[name] for name in ("gid", "id", "intensity", "provider", "country", "iata", "zone")} == {
        "gid": "aws-eu-north-1",
        "id": "eu-north-1",
        "intensity": 24.0,
        "provider": "aws",
        "country": "SE",
        "iata": "ARN",
        "zone": "SE-SE3",
    }
    assert (row["isEstimate"], row["dataQuality"], row["source"]) == (False, "measured", "electricity-maps")
    assert (row["dataAsOf"], row["ageSeconds"]) == ("2026-02-11T10:00:00+00:00", 0)
    assert (row["notBefore"], row["notAfter"]) == ("2026-02-11T10:30:00+00:00", "2026-02-11T14:00:00+00:00")
    assert row["scheduleLimits"] == {"seconds": 12_600, "minutes": 210, "hours": 4}  # 3.5 h, rounded half up


def test_a_baseline_nobody_observed_has_no_time_and_no_age(rows: list[dict[str, Any]]) -> None:
    assert {(row["dataQuality"], row["dataAsOf"], row["ageSeconds"], row["fallbackReason"]) for row in rows} == {
        ("baseline", None, None, "no-key")
    }


def test_prices_are_those_of_the_catalog_for_the_type_shown(rows: list[dict[str, Any]]) -> None:
    mapping = cloud_map()
    for row in rows:
        key = f"{row['provider']}:{row['id']}"
        price = None if row["instanceType"] is None else mapping.price(key, row["instanceType"])
        on_demand = price.on_demand_usd_per_hour if price else None
        spot = price.spot_usd_per_hour if price else None

        assert (row["instancePrice"] or {}).get("perHour") == on_demand
        assert (row["spotPrice"] or {}).get("perHour") == spot
        assert row["priceAsOf"] == (price.on_demand_as_of if price else None)
        assert row["spotPriceAsOf"] == (price.spot_as_of if price else None)
        assert row["spotScore"] == (price.spot_score if price else None)


def test_a_second_costs_a_3600th_of_an_hour_to_the_last_digit_of_the_price(rows: list[dict[str, Any]]) -> None:
    prices = [row[name] for row in rows for name in MONEY if row[name] is not None]

    assert len(prices) > 300
    assert all(round(price["perSecond"] * 3600, 6) == price["perHour"] for price in prices)
    assert {price["currency"] for price in prices} == {"USD"}


def test_unknown_is_null_and_never_nought(rows: list[dict[str, Any]]) -> None:
    unpriced = [row for row in rows if row["provider"] == "fly" and row["id"] not in ("iad", "lax")]

    assert unpriced
    for row in unpriced:
        assert [row[name] for name in (*MONEY, "instanceType", "arch", "spotScore", "priceIsEstimate")] == [None] * 6
    assert not any(price[part] == 0 for row in rows for name in MONEY if (price := row[name]) for part in price)


def test_a_figure_has_a_date_and_a_source_exactly_where_it_is_known(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        known_price, known_spot = row["instancePrice"] is not None, row["spotPrice"] is not None

        assert {row[name] is not None for name in ("priceAsOf", "priceSource", "priceIsEstimate")} == {known_price}
        assert {row[name] is not None for name in ("spotPriceAsOf", "spotPriceSource")} == {known_spot}
        assert {row[name] is not None for name in ("spotScoreSource", "spotScoreAsOf")} == {
            row["spotScore"] is not None
        }


def test_a_spot_score_is_awss_advisors_estimate_or_unknown(rows: list[dict[str, Any]]) -> None:
    scored = [row for row in rows if row["spotScore"] is not None]

    assert scored
    assert {row["provider"] for row in scored} == {"aws"}
    assert {row["spotScoreSource"] for row in scored} == {"aws-advisor-estimate"}
    assert {row["spotScore"] for row in scored} <= {9, 7, 5, 4, 2}


def test_a_spot_score_of_the_shipped_table_is_marked_as_old(rows: list[dict[str, Any]]) -> None:
    marks = {row["spotScore"] is not None: row.get("spotScoreIsOld") for row in rows}

    assert marks == {True: True, False: None}


@pytest.mark.parametrize(("as_of", "is_old"), [("2026-02-09", True), ("2026-02-10", False), (None, False)])
def test_a_spot_score_is_old_when_its_date_is_more_than_a_day_ago(as_of: str | None, is_old: bool) -> None:
    price = replace(NO_PRICE, spot_score_as_of=as_of)
    region = cloud_map().regions["aws:eu-north-1"]

    assert Offer(region=region, kind=None, price=price, today_day=day_of(NOW)).has_old_score is is_old


def test_a_price_that_is_worked_out_is_marked_an_estimate(get: Ask) -> None:
    rows = get("/v1/by-rank?status=available&instanceType=m7i.large")["regions"]

    sources = {row["gid"]: (row["priceIsEstimate"], row["priceSource"]) for row in rows if row["instancePrice"]}
    mapping = cloud_map()
    for row in rows:
        price = mapping.price(f"aws:{row['id']}", "m7i.large")
        if price is not None and price.on_demand_source is not None:
            assert sources[row["gid"]] == (price.on_demand_source.is_estimate, price.on_demand_source.what)


def test_times_are_utc_whole_seconds_ending_in_plus_nought() -> None:
    text = service().test_client().get("/v1/by-rank?durationHours=1.3&within=24").get_data(as_text=True)

    times = re.findall(r'"(\d{4}-\d\d-\d\dT[^"]*)"', text)
    assert len(times) > 700
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", time) for time in times)


def test_the_answer_stands_for_the_minute_and_its_id_is_in_a_header() -> None:
    response = service().test_client().get("/v1/by-rank?limit=1", headers={"X-Request-ID": "mine-1"})

    assert response.get_json().keys() == {"regions", "excluded", "countriesWithoutRegions", "total", "timestamp"}
    assert response.get_json()["timestamp"] == "2026-02-11T10:30:00+00:00"
    assert response.headers["X-Request-ID"] == "mine-1"
