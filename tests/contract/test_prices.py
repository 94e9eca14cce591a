"""Every row of the price tables, their packed form, and what the service says an offer costs."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from catalog.load import DATA, Catalog, load_catalog
from catalog.offers import Offers, offer_table
from catalog.packed import MICRO_USD, PACKED, load_packed
from catalog.prices import SCORE_OF_BAND, Price, PriceTable
from tools.build_prices import EU_MEMBERS, PRICE_COLUMNS
from tools.dates import earliest_day
from tools.pack_prices import Tables, pack

FIFTY = Path(__file__).resolve().parent.parent / "fixtures" / "prices" / "fifty.csv"
PRICED = {
    "aws": 23_447, "azure": 66_400, "gcp": 12_721, "alibaba": 10_499, "linode": 1_258, "ovh": 750, "oci": 690,
    "upcloud": 600, "exoscale": 138, "scaleway": 129, "hetzner": 75, "digitalocean": 38, "fly": 2,
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


# --- every row -----------------------------------------------------------------------------------------------


def test_thirteen_providers_are_priced(tables: Tables) -> None:
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


def test_a_listed_pair_whose_list_price_is_zero_has_no_price(tables: Tables) -> None:
    listed = [
        (p, row["instance_type"]) for p, row in rows(tables) if not row["on_demand_usd_per_hour"] and row["as_of"]
    ]

    # Azure's list has Mbs, Mbds v4 and Las v3 at 0 in three regions; Alibaba's has 56 zeros.
    assert Counter(provider for provider, _ in listed) == {"azure": 68, "alibaba": 56}
    assert {name[:10] for provider, name in listed if provider == "azure"} == {"Standard_L", "Standard_M"}


def test_dates_are_between_2024_and_the_day_of_the_collection(tables: Tables) -> None:
    dates = {row[column] for _, row in rows(tables) for column in ("as_of", "spot_as_of")} - {""}

    assert all(earliest_day("2024-01-01") <= earliest_day(date) <= earliest_day("2026-11-21") for date in dates)


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


def test_every_source_is_described_and_every_described_source_is_used(tables: Tables) -> None:
    used = {row[column] for _, row in rows(tables) for column in ("source", "spot_source")}
    used |= {row["source"] for row in tables.bands.values()}

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

        assert {row["region"] for row in tables.prices[provider]} == expected


def test_oracles_list_price_holds_in_all_46_commercial_regions(catalog: Catalog, tables: Tables) -> None:
    commercial = {r.region for r in catalog.regions if (r.provider, r.partition) == ("oci", "commercial")}

    assert {row["region"] for row in tables.prices["oci"]} == commercial
    assert len(commercial) == 46


def test_scaleways_first_paris_zone_stands_for_paris(tables: Tables) -> None:
    assert {row["region"] for row in tables.prices["scaleway"]} == {"fr-par"}


# --- estimates -----------------------------------------------------------------------------------------------


def test_an_estimate_is_the_us_east_1_price_times_the_regions_factor(tables: Tables) -> None:
    aws = {(row["region"], row["instance_type"]): row for row in tables.prices["aws"]}
    factor = {s["key"]: Decimal(s["what"].split(" x ")[1].split(",")[0]) for s in tables.sources if s["is_estimate"]}
    estimates = [row for row in aws.values() if row["source"] in factor]

    assert len(estimates) == 5_537
    for row in estimates:
        base = aws["us-east-1", row["instance_type"]]
        expected = Decimal(base["on_demand_usd_per_hour"]) * factor[row["source"]]
        assert abs(Decimal(row["on_demand_usd_per_hour"]) - expected) <= Decimal("0.0000005")
        assert row["as_of"] == base["as_of"]
        assert row["source"] == f"us-east-1-x-{row['region']}"
        assert row["spot_usd_per_hour"]


def test_an_estimate_worked_out_by_hand_is_marked(prices: PriceTable) -> None:
    # i7i.4xlarge costs 1.5101 in us-east-1; the median ratio of eu-central-2 is 1.3177: 1.5101 x 1.3177 = 1.98985877.
    found = look_up(prices, "aws", "eu-central-2", "i7i.4xlarge")

    assert found is not None
    assert (found.on_demand_usd_per_hour, found.is_estimate) == (1.989859, True)
    assert found.on_demand_source is not None
    assert "1.2549" in found.on_demand_source.note
    assert "1.3482" in found.on_demand_source.note
    assert (found.on_demand_as_of, found.spot_as_of) == ("2026-08-06", "2026-08-11")


def test_nothing_else_is_marked_as_an_estimate(prices: PriceTable) -> None:
    assert int(prices.is_estimate.sum()) == 5_537


def test_a_spot_price_without_a_us_east_1_price_stays_without_on_demand(prices: PriceTable) -> None:
    found = look_up(prices, "aws", "ap-northeast-1", "x8aedz.large")

    assert found is not None
    assert found.on_demand_usd_per_hour is None
    assert found.on_demand_as_of is None
    assert found.spot_usd_per_hour is not None


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
    assert {row["provider"] for row in fifty} == set(PRICED)
    for row in fifty:
        found = look_up(prices, row["provider"], row["region"], row["instance_type"])

        assert found is not None
        assert found.spot_usd_per_hour == literal(row["spot_usd_per_hour"])
        assert (found.spot_as_of or "") == row["spot_as_of"]
        if row["on_demand_usd_per_hour"]:
            assert found.on_demand_usd_per_hour == float(row["on_demand_usd_per_hour"])
            assert (found.on_demand_as_of, found.is_estimate) == (row["as_of"], False)
        else:
            assert found.is_estimate


def test_every_offer_but_lambda_and_fargate_is_a_priced_pair(prices: PriceTable, tables: Tables) -> None:
    offers = prices.offers
    unpriced = np.isnan(prices.on_demand_usd_per_hour) & np.isnan(prices.spot_usd_per_hour)
    names = {offers.columns.types[i].instance_type for i in offers.type[unpriced].tolist()}

    services = {name for name in names if name.startswith(("lambda-", "fargate-"))}
    assert len(services) == 4
    # The rest are the listed pairs at zero.
    assert int(unpriced.sum()) == 124 + sum(
        len(offers.region[offers.type == offers.type_index["aws", name]]) for name in services
    )


def test_arrays_and_single_prices_say_the_same(prices: PriceTable) -> None:
    for position in range(0, len(prices.offers.codes), 97):
        region, kind = int(prices.offers.region[position]), int(prices.offers.type[position])
        found = prices.price(region, kind)
        on_demand = prices.on_demand_usd_per_hour[position]
        if found is None:
            assert math.isnan(on_demand)
            continue
        assert found.on_demand_usd_per_hour == (None if math.isnan(on_demand) else on_demand)
        assert (found.on_demand_day or -1) == prices.on_demand_day[position]
        assert (found.spot_day or -1) == prices.spot_day[position]
        assert (found.spot_score or -1) == prices.spot_score[position]


def test_azures_spot_prices_of_2024_are_shown_and_not_used(prices: PriceTable) -> None:
    today = earliest_day("2026-11-21")
    found = look_up(prices, "azure", "southcentralus", "Standard_E8ds_v5")

    assert found is not None
    assert (found.spot_usd_per_hour, found.spot_as_of) == (0.082367, "2024-08-09")
    assert found.usable_spot(today) is None
    usable = {
        prices.offers.regions[i].region
        for i in prices.offers.region[~np.isnan(prices.usable_spot(today))].tolist()
        if prices.offers.regions[i].provider == "azure"
    }
    assert usable == {"belgiumcentral", "francecentral", "northeurope", "swedencentral", "westeurope"}


# --- types without a power model -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "name", "vcpus", "memory_gb", "shared"),
    [
        ("alibaba", "ecs.c6.large", 2, 4, False),
        ("alibaba", "ecs.g7.2xlarge", 8, 32, False),
        ("alibaba", "ecs.r8y.small", 1, 8, False),
        ("alibaba", "ecs.g6.13xlarge", 52, 192, False),  # documented: not 208
        ("alibaba", "ecs.r6.26xlarge", 104, 768, False),  # documented: not 832
        ("alibaba", "ecs.c8a.48xlarge", 192, 384, False),
        ("alibaba", "ecs.g8ise.48xlarge", 192, None, False),
        ("alibaba", "ecs.r7p.large", None, None, False),  # part of its memory is persistent memory
        ("alibaba", "ecs.sn2ne.large", None, None, False),
        ("digitalocean", "s-4vcpu-8gb", 4, 8, True),
        ("digitalocean", "g-2vcpu-8gb", 2, 8, False),
        ("digitalocean", "gpu-h100x1-80gb", None, None, False),
        ("exoscale", "standard.medium", 2, 4, False),
        ("fly", "shared-cpu-1x:256MB", 1, 0.25, True),
        ("hetzner", "cx23", 2, 4, True),
        ("hetzner", "ccx13", 2, 8, False),
        ("linode", "g6-nanode-1", 1, 1, True),
        ("linode", "g6-standard-2", 2, 4, True),
        ("linode", "g6-dedicated-4", 4, 8, False),
        ("linode", "g7-highmem-1", 2, 24, False),
        ("oci", "VM.Standard.E5.Flex.2OCPU", 4, 16, False),
        ("oci", "VM.Standard.A2.Flex.2OCPU", None, 12, False),
        ("ovh", "b3-8", 2, 8, False),
        ("ovh", "r3-16", 2, 16, False),
        ("ovh", "d2-8", 4, 8, True),
        ("scaleway", "BASIC2-A2C-8G", 2, 8, False),
        ("scaleway", "DEV1-S", 2, 2, True),
        ("upcloud", "premium-2xCPU-4GB", 2, 4, False),
    ],
)
def test_a_types_size_is_what_its_provider_says(
    catalog: Catalog, provider: str, name: str, vcpus: float | None, memory_gb: float | None, shared: bool
) -> None:
    found = catalog.find_type(provider, name)

    assert found is not None
    assert (found.vcpus, found.memory_gb, found.shared_core) == (vcpus, memory_gb, shared)
    assert found.source


def test_a_size_read_from_alibabas_names_says_that_it_is_derived(catalog: Catalog) -> None:
    sized = [t for t in catalog.types if t.provider == "alibaba" and t.vcpus is not None]

    assert len(sized) == 352
    assert all("derived" in t.note for t in sized)
    assert {t.instance_type[4] for t in sized} == {"c", "g", "r"}


def test_every_shared_family_is_one_the_catalog_has(catalog: Catalog) -> None:
    families = {(t.provider, t.family) for t in catalog.types}
    with (DATA / "shared_vcpus.csv").open(newline="", encoding="utf-8") as file:
        shared = {(row["provider"], row["family"]) for row in csv.DictReader(file)}

    assert shared <= families
