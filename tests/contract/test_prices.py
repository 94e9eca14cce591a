"""Estimates and interruptions, the packed form of the price tables, and what the service says an offer costs."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from catalog.dates import earliest_day
from catalog.load import Catalog, load_catalog
from catalog.offers import Offers, offer_table
from catalog.packed import MICRO_USD, PACKED, load_packed
from catalog.prices import SCORE_OF_BAND, Price, PriceTable
from tools.pack_prices import Tables, pack

FIFTY = Path(__file__).resolve().parent.parent / "fixtures" / "prices" / "fifty.csv"
Cells = dict[str, str]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def offers(catalog: Catalog) -> Offers:
    return offer_table(catalog)


@pytest.fixture(scope="module")
def prices(offers: Offers) -> PriceTable:
    return PriceTable.load(offers)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return Tables.read()


def rows(tables: Tables) -> Iterator[tuple[str, Cells]]:
    return ((provider, row) for provider, found in tables.prices.items() for row in found)


def look_up(prices: PriceTable, provider: str, region: str, instance_type: str) -> Price | None:
    offers = prices.offers
    region_index = next(i for i, r in enumerate(offers.regions) if (r.provider, r.region) == (provider, region))
    return prices.price(region_index, offers.type_index[provider, instance_type])


def literal(cell: str) -> float | None:
    return float(cell) if cell else None


# --- estimates -----------------------------------------------------------------------------------------------


def test_an_estimate_is_the_us_east_1_price_times_the_regions_factor(tables: Tables) -> None:
    aws = {(row["region"], row["instance_type"]): row for row in tables.prices["aws"]}
    factor = {s["key"]: Decimal(s["what"].split(" x ")[1].split(",")[0]) for s in tables.sources if s["is_estimate"]}
    estimates = [row for row in aws.values() if row["source"] in factor]

    assert len(estimates) == 5_534
    for row in estimates:
        base = aws["us-east-1", row["instance_type"]]
        expected = Decimal(base["on_demand_usd_per_hour"]) * factor[row["source"]]
        assert abs(Decimal(row["on_demand_usd_per_hour"]) - expected) <= Decimal("0.0000005")
        assert row["as_of"] == base["as_of"]
        assert row["source"] == f"us-east-1-x-{row['region']}"
        assert row["spot_usd_per_hour"]


def test_an_estimate_worked_out_by_hand_is_marked(prices: PriceTable) -> None:
    # i7i.4xlarge costs 1.5101 in us-east-1; the median ratio of eu-central-2 is 1.3177: 1.5101 x 1.3177 = 1.98985877.
    price = look_up(prices, "aws", "eu-central-2", "i7i.4xlarge")

    assert price is not None
    assert (price.on_demand_usd_per_hour, price.is_estimate) == (1.989859, True)
    assert price.on_demand_source is not None
    assert "1.2549" in price.on_demand_source.note
    assert "1.3482" in price.on_demand_source.note
    assert (price.on_demand_as_of, price.spot_as_of) == ("2026-08-06", "2026-08-11")


def test_nothing_else_is_marked_as_an_estimate(prices: PriceTable) -> None:
    assert int(prices.is_estimate.sum()) == 5_534


def test_a_spot_price_without_a_us_east_1_price_stays_without_on_demand(prices: PriceTable) -> None:
    price = look_up(prices, "aws", "ap-northeast-1", "x8aedz.large")

    assert price is not None
    assert price.on_demand_usd_per_hour is None
    assert price.on_demand_as_of is None
    assert price.spot_usd_per_hour is not None


# --- interruptions -------------------------------------------------------------------------------------------


def test_bands_are_those_of_linux_from_0_to_4(tables: Tables) -> None:
    counts = Counter(row["band"] for row in tables.bands.values())

    assert counts == {"0": 3_239, "1": 2_894, "2": 2_025, "3": 1_874, "4": 4_930}
    assert {row["as_of"] for row in tables.bands.values()} == {"2025-06-28"}


def test_a_score_is_the_bands_and_unknown_where_there_is_no_band(prices: PriceTable) -> None:
    for band, score in enumerate((9, 7, 5, 4, 2)):
        assert set(prices.spot_score[prices.interruption_band == band].tolist()) == {score}
    assert set(prices.spot_score[prices.interruption_band == -1].tolist()) == {-1}
    assert tuple(sorted(SCORE_OF_BAND, reverse=True)) == SCORE_OF_BAND


def test_only_aws_has_scores(prices: PriceTable) -> None:
    providers = {prices.offers.regions[i].provider for i in prices.offers.region[prices.spot_score > 0].tolist()}

    assert providers == {"aws"}


# --- packed form ---------------------------------------------------------------------------------------------


def test_the_packed_arrays_are_those_of_the_tables_to_the_byte(tables: Tables) -> None:
    packed = pack(tables)

    assert {path.name for path in PACKED.iterdir()} == set(packed)
    assert [name for name, content in packed.items() if (PACKED / name).read_bytes() != content] == []


def test_every_row_can_be_read_back_from_the_packed_arrays(tables: Tables) -> None:
    packed = load_packed()
    columns = {name: array.tolist() for name, array in packed.columns.items()}

    def price(micro: int) -> Decimal | None:
        return Decimal(micro) / MICRO_USD if micro else None

    def named(names: tuple[str, ...], index: int) -> str:
        return names[index] if index >= 0 else ""

    dates, keys = tuple(text for text, _ in packed.dates), tuple(source.key for source in packed.sources)
    read_back = {
        (*packed.regions[columns["region"][i]], packed.types[columns["type"][i]]): (
            price(columns["on_demand_micro_usd"][i]),
            named(dates, columns["on_demand_date"][i]),
            named(keys, columns["on_demand_source"][i]),
            price(columns["spot_micro_usd"][i]),
            named(dates, columns["spot_date"][i]),
            named(keys, columns["spot_source"][i]),
            columns["interruption_band"][i],
        )
        for i in range(len(columns["region"]))
    }

    expected = {}
    for provider, row in rows(tables):
        band = tables.bands.get((row["region"], row["instance_type"])) if provider == "aws" else None
        expected[provider, row["region"], (provider, row["instance_type"])] = (
            Decimal(row["on_demand_usd_per_hour"]) if row["on_demand_usd_per_hour"] else None,
            row["as_of"],
            row["source"],
            Decimal(row["spot_usd_per_hour"]) if row["spot_usd_per_hour"] else None,
            row["spot_as_of"],
            row["spot_source"],
            int(band["band"]) if band else -1,
        )
    assert read_back == expected


def test_the_packed_form_is_below_three_megabytes_and_mapped_not_copied() -> None:
    assert sum(path.stat().st_size for path in PACKED.iterdir()) < 3_000_000
    assert all(isinstance(array, np.memmap) for array in load_packed().columns.values())


# --- what an offer costs -------------------------------------------------------------------------------------


def test_fifty_prices_are_those_of_their_sources(prices: PriceTable) -> None:
    with FIFTY.open(newline="", encoding="utf-8") as file:
        fifty = list(csv.DictReader(file))

    assert len(fifty) == 50
    assert len({row["provider"] for row in fifty}) == 13
    for row in fifty:
        price = look_up(prices, row["provider"], row["region"], row["instance_type"])

        assert price is not None
        assert price.spot_usd_per_hour == literal(row["spot_usd_per_hour"])
        assert (price.spot_as_of or "") == row["spot_as_of"]
        if row["on_demand_usd_per_hour"]:
            assert price.on_demand_usd_per_hour == float(row["on_demand_usd_per_hour"])
            assert (price.on_demand_as_of, price.is_estimate) == (row["as_of"], False)
        else:
            assert price.is_estimate


def test_every_offer_is_priced_but_listed_zeros_and_functions_and_tasks_in_china_and_the_sovereign_cloud(
    prices: PriceTable,
) -> None:
    offers = prices.offers
    unpriced = np.isnan(prices.on_demand_usd_per_hour) & np.isnan(prices.spot_usd_per_hour)
    services = unpriced & offers.columns.service[offers.type]

    places = {offers.regions[index].region for index in offers.region[services].tolist()}
    assert places == {"cn-north-1", "cn-northwest-1", "eusc-de-east-1"}
    # Six sizes of Lambda and eight of Fargate, for two architectures, in three regions.
    assert int(services.sum()) == (6 + 8) * 2 * 3
    # The rest are the listed pairs at zero.
    assert int(unpriced.sum()) - int(services.sum()) == 137


def test_arrays_and_single_prices_say_the_same(prices: PriceTable) -> None:
    for position in range(0, len(prices.offers.codes), 97):
        region, kind = int(prices.offers.region[position]), int(prices.offers.type[position])
        price = prices.price(region, kind)
        on_demand = prices.on_demand_usd_per_hour[position]
        if price is None:
            assert math.isnan(on_demand)
            continue
        assert price.on_demand_usd_per_hour == (None if math.isnan(on_demand) else on_demand)
        assert (price.on_demand_day or -1) == prices.on_demand_day[position]
        assert (price.spot_day or -1) == prices.spot_day[position]
        assert (price.spot_score or -1) == prices.spot_score[position]


def test_azures_spot_prices_of_2024_are_shown_and_not_used(prices: PriceTable) -> None:
    today = earliest_day("2026-11-21")
    price = look_up(prices, "azure", "southcentralus", "Standard_E8ds_v5")

    assert price is not None
    assert (price.spot_usd_per_hour, price.spot_as_of) == (0.082367, "2024-08-09")
    assert price.usable_spot(today) is None
    usable = {
        prices.offers.regions[i].region
        for i in prices.offers.region[~np.isnan(prices.usable_spot(today))].tolist()
        if prices.offers.regions[i].provider == "azure"
    }
    assert usable == {"belgiumcentral", "francecentral", "northeurope", "swedencentral", "westeurope"}
