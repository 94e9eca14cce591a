"""Retired sizes, other spellings, newer types, and how much work a vCPU does."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from catalog.columns import TypeColumns
from catalog.load import Catalog, load_catalog
from catalog.offers import offer_table
from catalog.prices import PriceTable
from catalog.tables import DATA, read_table
from tests.contract.machines import machine


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def prices(catalog: Catalog) -> PriceTable:
    return PriceTable.load(offer_table(catalog))


def on_demand(prices: PriceTable, provider: str, region: str, name: str) -> float | None:
    place = next(i for i, r in enumerate(prices.offers.regions) if (r.provider, r.region) == (provider, region))
    price = prices.price(place, prices.offers.type_index[provider, name])
    return price.on_demand_usd_per_hour if price else None


# --- retired sizes -------------------------------------------------------------------------------------------


def test_modelled_sizes_that_microsoft_has_retired_by_november_2026_are_45(catalog: Catalog) -> None:
    by_now = [t for t in catalog.types if t.retired_on and t.retired_on <= "2026-11-28"]

    assert len([t for t in by_now if t.power_modelled]) == 45
    assert {t.provider for t in by_now} == {"azure"}


@pytest.mark.parametrize(
    ("name", "retired_on"),
    [
        ("Standard_NC6s_v3", "2025-09-30"),
        ("Standard_DC2s_v2", "2026-06-30"),
        ("Standard_NV12s_v3", "2026-09-30"),
        ("Standard_HB60rs", "2024-08-31"),
        ("Basic_A0", "2024-08-31"),
        ("Standard_NV6_Promo", "2023-09-06"),
        ("Standard_D3_v2", "2028-05-01"),  # announced
        ("Standard_B2ms", "2028-11-15"),
        ("Standard_M192idms_v2", "2027-03-31"),
        ("Standard_D4s_v5", None),
        ("Standard_B2s_v2", None),
        ("Standard_NC24ads_A100_v4", None),
    ],
)
def test_a_size_has_the_day_on_which_microsoft_retires_it(catalog: Catalog, name: str, retired_on: str | None) -> None:
    assert machine(catalog, "azure", name).retired_on == retired_on


def test_the_day_of_retirement_is_a_column_in_days_since_1970(catalog: Catalog) -> None:
    columns = TypeColumns.of(catalog.types)
    day = {t.instance_type: columns.retired_day[i] for i, t in enumerate(catalog.types)}

    # 2025-09-30 is 20,361 days after 1970-01-01: 55 years of 365 days, 14 leap days, 272 days of 2025.
    assert 55 * 365 + 14 + 272 == 20_361
    assert day["Standard_NC6s_v3"] == 20_361
    assert date.fromordinal(date(1970, 1, 1).toordinal() + 20_361) == date(2025, 9, 30)
    assert np.isnan(day["Standard_D4s_v5"])


# --- other spellings -----------------------------------------------------------------------------------------


def test_every_other_spelling_finds_the_type_in_any_case(catalog: Catalog) -> None:
    aliases = read_table(DATA, "type_aliases.csv", "provider", "alias").rows

    assert len(aliases) == 122 + 11
    for row in aliases:
        for name in (row.text("alias"), row.text("alias").upper()):
            assert machine(catalog, row.text("provider"), name).instance_type == row.text("canonical")


def test_no_other_spelling_is_a_type_of_its_own(catalog: Catalog) -> None:
    names = {(t.provider, t.instance_type) for t in catalog.types}
    spellings = [t.instance_type.replace("_", "").lower() for t in catalog.types if t.provider == "azure"]

    assert {(row.text("provider"), row.text("alias")) for row in read_table(DATA, "type_aliases.csv")} & names == set()
    assert len(spellings) == len(set(spellings))


def test_the_prices_of_both_spellings_belong_to_one_type(catalog: Catalog, prices: PriceTable) -> None:
    # The price list writes Standard_DC16adsv6 in some regions and Standard_DC16ads_v6 in others.
    dc16ads = prices.offers.type_index["azure", "Standard_DC16ads_v6"]
    places = prices.offers.region[prices.offers.type == dc16ads]

    assert ("azure", "Standard_DC16adsv6") not in prices.offers.type_index
    assert len(places) == len(set(places.tolist())) > 0


# --- newer types and prices ----------------------------------------------------------------------------------


def test_azures_v7_sizes_are_modelled(catalog: Catalog) -> None:
    instance = machine(catalog, "azure", "Standard_D2s_v7")

    assert (instance.vcpus, instance.memory_gb, instance.cpu_model) == (2, 8, "Xeon 6 6973P-C")
    assert instance.power is not None
    assert instance.power.cpu_max_w == pytest.approx(2 * 3.448)
    # 66,864 ssj_ops a thread over the 51,421 of Cascade Lake.
    assert instance.performance_index == pytest.approx(66_864 / 51_421)


@pytest.mark.parametrize(
    ("provider", "name", "vcpus", "memory_gb", "accelerators"),
    [
        ("aws", "m9g.metal-24xl", 96, 384, 0),
        ("aws", "p6e-gb200.36xlarge", 144, 960, 4),
        ("aws", "u7inh-32tb.480xlarge", 1920, 32768, 0),
        ("oci", "VM.Standard.E4.Flex.2OCPU", 4, 16, 0),
        ("oci", "BM.GPU.MI300X.8", 224, 2048, 8),
        ("oci", "BM.GPU.B300.8", 256, 4096, 8),
        ("azure", "Standard_ND128isr_NDR_GB200_v6", 128, 900, 4),
    ],
)
def test_newer_types_have_their_size_and_power(
    catalog: Catalog, provider: str, name: str, vcpus: float, memory_gb: float, accelerators: float
) -> None:
    instance = machine(catalog, provider, name)

    assert (instance.vcpus, instance.memory_gb, instance.accelerator_count) == (vcpus, memory_gb, accelerators)
    assert instance.power_modelled


@pytest.mark.parametrize(
    ("provider", "region", "name", "usd"),
    [
        ("oci", "us-ashburn-1", "BM.GPU.A100-v2.8", 32.0),  # 4 USD a GPU-hour
        ("oci", "eu-stockholm-1", "BM.GPU.A100-v2.8", 32.0),  # one list price in all commercial regions
        ("oci", "eu-stockholm-1", "VM.Standard.E4.Flex.2OCPU", 0.074),
        ("oci", "eu-stockholm-1", "VM.Standard.E5.Flex.2OCPU", 0.092),
        ("aws", "eu-west-2", "m7a.medium", 0.06702),
        ("aws", "eu-west-2", "m7a.2xlarge", 0.53612),
        ("aws", "eu-west-2", "m7a.48xlarge", 12.86688),
        ("vultr", "sto", "voc-g-4c-16gb-80s-amd", 0.164),
        ("ibm", "eu-de", "bx2-8x32", 0.423),
        ("fly", "iad", "performance-4x", 0.172222),  # 124 USD for 30 days of 24 hours
    ],
)
def test_a_price_is_the_one_of_the_newer_source(
    prices: PriceTable, provider: str, region: str, name: str, usd: float
) -> None:
    assert on_demand(prices, provider, region, name) == usd
