"""Every row of the price tables: its region and type, its figures, their dates and sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest

from catalog.dates import earliest_day
from catalog.load import Catalog, load_catalog
from catalog.packed import MICRO_USD
from catalog.tables import DATA
from tools import build_services
from tools.build_prices import PRICE_COLUMNS
from tools.pack_prices import Tables
from tools.survey_prices import EU_MEMBERS

PRICED = {
    "aws": 23_447, "azure": 66_109, "gcp": 12_721, "alibaba": 10_499, "linode": 1_258, "ovh": 750, "oci": 1_242,
    "upcloud": 600, "vultr": 330, "exoscale": 138, "scaleway": 121, "hetzner": 75, "digitalocean": 38, "ibm": 18,
    "fly": 6,
}  # fmt: skip
# Spot above 1.05 x on demand: all against an estimate, which is too low there. No published pair does this.
SPOT_ABOVE_ESTIMATE = {
    ("ap-south-1", "g6e.24xlarge"), ("ap-south-1", "g6e.48xlarge"), ("ap-south-1", "g6f.4xlarge"),
    ("ap-south-1", "g6f.large"), ("ap-south-1", "gr6f.4xlarge"), ("ap-south-1", "p5.4xlarge"),
    ("ap-southeast-3", "p5.4xlarge"), ("eu-west-2", "p5.4xlarge"), ("us-west-1", "p5en.48xlarge"),
}  # fmt: skip

Cells = dict[str, str]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def tables() -> Tables:
    return Tables.read()


def rows(tables: Tables) -> Iterator[tuple[str, Cells]]:
    return ((provider, row) for provider, found in tables.prices.items() for row in found)


# --- every row -----------------------------------------------------------------------------------------------


def test_all_fifteen_providers_are_priced(tables: Tables) -> None:
    assert {provider: len(found) for provider, found in tables.prices.items()} == PRICED


def test_every_priced_region_and_type_is_in_the_catalog_in_the_same_spelling(catalog: Catalog, tables: Tables) -> None:
    regions = {(r.provider, r.region) for r in catalog.regions}
    types = {(t.provider, t.instance_type) for t in catalog.types}

    assert {(p, row["region"]) for p, row in rows(tables)} - regions == set()
    assert {(p, row["instance_type"]) for p, row in rows(tables)} - types == set()


def test_no_pair_is_priced_twice_and_rows_are_sorted(tables: Tables) -> None:
    for found in tables.prices.values():
        pairs = [(row["region"], row["instance_type"]) for row in found]

        assert pairs == sorted(set(pairs))


def test_a_price_has_a_date_and_a_source_and_a_date_is_nobody_elses(tables: Tables) -> None:
    assert tuple(tables.prices["fly"][0]) == PRICE_COLUMNS
    for _, row in rows(tables):
        assert (row["as_of"] == "") == (row["source"] == "")
        assert (row["spot_usd_per_hour"] == "") == (row["spot_as_of"] == "") == (row["spot_source"] == "")
        assert row["as_of"] or not row["on_demand_usd_per_hour"]
        assert row["as_of"] or row["spot_as_of"]


def test_a_price_is_above_zero_and_in_whole_millionths_of_a_dollar(tables: Tables) -> None:
    figures = [row[c] for _, row in rows(tables) for c in ("on_demand_usd_per_hour", "spot_usd_per_hour") if row[c]]

    assert all(0 < Decimal(figure) < 1000 for figure in figures)
    assert all(Decimal(figure) * MICRO_USD % 1 == 0 for figure in figures)


def test_a_listed_pair_whose_list_price_is_zero_or_implausible_has_no_price(tables: Tables) -> None:
    listed = [
        (p, row["instance_type"]) for p, row in rows(tables) if not row["on_demand_usd_per_hour"] and row["as_of"]
    ]

    # Azure's list has 68 sizes of Mbs, Mbds v4 and Las v3 at 0 in three regions; Alibaba's has 56 zeros. Nine Fams v6
    # in New Zealand and A8 to A11 in Brazil Southeast stand at a tenth and a sixth of every other region's price.
    assert Counter(provider for provider, _ in listed) == {"azure": 68 + 13, "alibaba": 56}
    assert Counter(name[:10] for provider, name in listed if provider == "azure") == {
        "Standard_L": 8,
        "Standard_M": 60,
        "Standard_F": 9,
        "Standard_A": 4,
    }


def test_dates_are_between_2023_and_the_day_of_the_collection(tables: Tables) -> None:
    dates = {row[column] for _, row in rows(tables) for column in ("as_of", "spot_as_of")} - {""}

    assert all(earliest_day("2023-01-01") <= earliest_day(date) <= earliest_day("2026-11-21") for date in dates)


def test_spot_costs_at_most_five_percent_more_than_on_demand_except_against_estimates_that_are_too_low(
    tables: Tables,
) -> None:
    above = {
        (row["region"], row["instance_type"])
        for _, row in rows(tables)
        if row["on_demand_usd_per_hour"]
        and row["spot_usd_per_hour"]
        and Decimal(row["spot_usd_per_hour"]) > Decimal("1.05") * Decimal(row["on_demand_usd_per_hour"])
    }

    assert above == SPOT_ABOVE_ESTIMATE


def test_30_spot_prices_are_noticeably_above_an_estimate_and_20_above_a_price_by_rounding(tables: Tables) -> None:
    # The spot feed has four decimals: a price of 0.04905 a core-hour appears as 0.0491, 0.1 % more.
    above = [
        (Decimal(row["spot_usd_per_hour"]) / Decimal(row["on_demand_usd_per_hour"]) - 1, row["source"])
        for row in tables.prices["aws"]
        if row["on_demand_usd_per_hour"]
        and row["spot_usd_per_hour"]
        and Decimal(row["spot_usd_per_hour"]) > Decimal(row["on_demand_usd_per_hour"])
    ]
    noticeable = [(excess, source) for excess, source in above if excess > Decimal("0.0015")]

    assert len(above) == 50
    assert len(noticeable) == 30
    assert all(source.startswith("us-east-1-x-") for _, source in noticeable)
    assert Decimal("0.13") < max(excess for excess, _ in above) < Decimal("0.14")


def test_every_source_is_described_and_every_described_source_is_used(tables: Tables) -> None:
    used = {row[column] for _, row in rows(tables) for column in ("source", "spot_source")}
    used |= {row["source"] for row in tables.bands.values()}
    used |= {source for source, _ in build_services.dated()}

    assert used - {""} == {source["key"] for source in tables.sources}
    assert all(source["what"] and source["source"] and source["licence"] for source in tables.sources)


def test_each_price_table_is_below_six_megabytes() -> None:
    assert [path for path in DATA.glob("*/prices.csv") if path.stat().st_size >= 6_000_000] == []


# --- regions -------------------------------------------------------------------------------------------------


def test_hetzners_eu_price_holds_in_its_three_european_places(tables: Tables) -> None:
    assert {row["region"] for row in tables.prices["hetzner"]} == {"fsn1", "nbg1", "hel1"}


def test_a_european_price_holds_in_the_providers_regions_in_member_states_only(
    catalog: Catalog, tables: Tables
) -> None:
    assert len(EU_MEMBERS) == 27
    assert {"GB", "CH", "NO"} & EU_MEMBERS == set()
    for provider in ("ovh", "upcloud", "exoscale"):
        expected = {r.region for r in catalog.regions if r.provider == provider and r.country in EU_MEMBERS}
        # What OVHcloud's Local Zones sell is not known.
        expected = {region for region in expected if "-LZ-" not in region}

        assert {row["region"] for row in tables.prices[provider]} == expected


def test_vultrs_default_price_holds_in_all_its_regions_and_ibms_and_flys_where_they_are_named(
    catalog: Catalog, tables: Tables
) -> None:
    vultr = {r.region for r in catalog.regions if (r.provider, r.partition) == ("vultr", "commercial")}

    assert {row["region"] for row in tables.prices["vultr"]} == vultr
    assert len({row["region"] for row in tables.prices["ibm"]}) == 9
    assert {row["region"] for row in tables.prices["fly"] if row["instance_type"].startswith("performance")} == {"iad"}


def test_oracles_list_price_holds_in_all_46_commercial_regions(catalog: Catalog, tables: Tables) -> None:
    commercial = {r.region for r in catalog.regions if (r.provider, r.partition) == ("oci", "commercial")}

    assert {row["region"] for row in tables.prices["oci"]} == commercial
    assert len(commercial) == 46


def test_scaleways_first_paris_zone_stands_for_paris(tables: Tables) -> None:
    assert {row["region"] for row in tables.prices["scaleway"]} == {"fr-par"}
