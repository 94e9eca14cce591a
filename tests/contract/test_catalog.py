"""Every row of the shipped catalog, and how a wrong one is refused."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from catalog.load import Catalog, load_catalog
from catalog.model import InstanceType, Region
from catalog.power import embodied_kgco2e
from catalog.tables import DATA, read_table
from tests.contract.machines import machine

CATEGORIES = {
    "general", "compute", "memory", "storage", "accelerated", "hpc", "fpga", "media", "mac", "other",
}  # fmt: skip
SELLING = ("aws", "azure", "gcp", "scaleway")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


# --- every table ---------------------------------------------------------------------------------------------


def test_every_row_of_every_table_has_a_source_and_a_date() -> None:
    own_form = ("zone", "prices")  # zones and prices have contract tests of their own
    paths = [path for path in sorted(DATA.rglob("*.csv")) if not path.name.startswith(own_form)]
    tables = [str(path.relative_to(DATA)) for path in paths]

    rows = [row for name in tables for row in read_table(DATA, name)]

    assert len(rows) > 11_000
    assert [row for row in rows if not row.text("source").strip()] == []
    assert {
        row.text("as_of") for row in rows if not re.fullmatch(r"20\d\d(-\d\d(-\d\d)?)?", row.text("as_of"))
    } == set()


def test_no_table_is_larger_than_two_megabytes() -> None:
    large = [path.name for path in DATA.rglob("*.csv") if path.stat().st_size > 2_000_000 and path.name != "prices.csv"]

    assert large == []


# --- providers and regions -----------------------------------------------------------------------------------


def test_there_are_15_providers_with_a_pue_of_one_to_two(catalog: Catalog) -> None:
    assert len(catalog.providers) == 15
    assert all(1.0 <= provider.pue <= 2.0 for provider in catalog.providers.values())


def test_a_best_case_or_a_guess_is_not_a_fleet_figure(catalog: Catalog) -> None:
    for provider in ("oci", "upcloud", "fly"):
        assert (catalog.providers[provider].pue, catalog.providers[provider].pue_basis) == (1.56, "industry average")


@pytest.mark.parametrize(("provider", "pue"), [("aws", 1.14), ("gcp", 1.10), ("azure", 1.18), ("ovh", 1.29)])
def test_published_fleet_figures_are_used(catalog: Catalog, provider: str, pue: float) -> None:
    assert (catalog.providers[provider].pue, catalog.providers[provider].pue_basis) == (pue, "fleet figure")


def test_all_465_regions_are_there_374_of_them_open_to_everyone(catalog: Catalog) -> None:
    open_to_all = [r for r in catalog.regions if r.partition == "commercial" and r.status == "available"]

    assert len(catalog.regions) == 465
    assert len({region.key for region in catalog.regions}) == 465
    assert len(open_to_all) == 374
    assert Counter(r.provider for r in open_to_all)["aws"] == 34


def test_every_region_stands_somewhere_on_earth(catalog: Catalog) -> None:
    def plausible(region: Region) -> bool:
        return (
            -60 < region.latitude < 72
            and -180 <= region.longitude <= 180
            and re.fullmatch(r"[A-Z]{2}", region.country) is not None
            and all(re.fullmatch(r"[A-Z]{3}", code) for code in (region.iata, *region.iata_also))
            and (region.launched is None or 2006 <= region.launched <= 2027)
            and region.partition in {"commercial", "sovereign", "gov", "china"}
            and region.status in {"available", "limited", "listed", "announced", "retired"}
            and region.confidence in {"high", "medium", "low"}
        )

    assert [region.key for region in catalog.regions if not plausible(region)] == []


def test_the_zone_is_in_the_regions_country(catalog: Catalog) -> None:
    assert [r.key for r in catalog.regions if r.zone.split("-")[0] != r.country] == []


@pytest.mark.parametrize(
    ("key", "zone", "published"),
    [
        ("gcp:us-central1", "US-MIDW-MISO", "US-CENT-SWPP"),
        ("gcp:us-east1", "US-CAR-SC", "US-CAR-SCEG"),
        ("gcp:us-west1", "US-NW-BPAT", "US-NW-PACW"),
        ("linode:us-sea", "US-NW-PSEI", None),
        ("vultr:sea", "US-NW-PSEI", None),
        ("fly:sea", "US-NW-PSEI", None),
    ],
)
def test_zones_that_a_point_lookup_gets_wrong_are_corrected_and_say_so(
    catalog: Catalog, key: str, zone: str, published: str | None
) -> None:
    region = next(region for region in catalog.regions if region.key == key)

    assert (region.zone, region.zone_published, region.zone_basis) == (zone, published, "corrected")
    assert "zone corrected: " in region.note


def test_a_published_zone_is_used_unless_it_is_corrected(catalog: Catalog) -> None:
    published = [region for region in catalog.regions if region.zone_published]

    assert len(published) == 131
    assert {r.key for r in published if r.zone != r.zone_published} == {
        "gcp:us-central1", "gcp:us-east1", "gcp:us-west1",
    }  # fmt: skip
    assert "US-NW-SCL" not in {region.zone for region in catalog.regions}


# --- instance types ------------------------------------------------------------------------------------------


def test_the_counts_of_described_and_undescribed_types_are_those_of_the_sources(catalog: Catalog) -> None:
    described = Counter(t.provider for t in catalog.types if t.power_modelled)
    undescribed = Counter(t.provider for t in catalog.types if not t.power_modelled)

    assert described == {
        "aws": 1425 + 5, "azure": 1370 + 179, "gcp": 557, "scaleway": 68, "alibaba": 188, "upcloud": 75, "ovh": 44,
        "linode": 33, "hetzner": 25, "exoscale": 23, "oci": 23, "vultr": 10, "digitalocean": 6, "fly": 5, "ibm": 2,
    }  # fmt: skip
    # Azure: 686 less the 179 that are described now and 133 other spellings.
    assert undescribed == {
        "aws": 6, "azure": 686 - 179 - 133, "scaleway": 87, "alibaba": 676, "ovh": 6, "linode": 4, "oci": 4,
        "digitalocean": 2,
    }  # fmt: skip


def test_a_type_without_power_says_why(catalog: Catalog) -> None:
    assert [t.instance_type for t in catalog.types if t.power_modelled == (t.not_modelled is not None)] == []


def test_every_type_has_plausible_parts(catalog: Catalog) -> None:
    def plausible(instance: InstanceType) -> bool:
        vcpus, reserved, memory_gb = instance.vcpus, instance.reserved_vcpus, instance.memory_gb
        if vcpus is None or reserved is None or memory_gb is None:
            return not instance.power_modelled
        return (
            1 <= vcpus <= 1920
            and 0.2 <= reserved <= 1920
            and 0.1 <= memory_gb / vcpus <= 128
            and instance.arch in {"x86_64", "arm64"}
            and 0 <= instance.accelerator_count <= 16
            and (instance.accelerator is None) == (instance.accelerator_count == 0)
            and (instance.baseline_utilization is None or (instance.burstable and instance.baseline_utilization <= 0.4))
        )

    assert [t.instance_type for t in catalog.types if not plausible(t)] == []
    assert {t.category for t in catalog.types} <= CATEGORIES


def test_every_modelled_type_made_for_accelerators_has_one_and_no_other_type_does(catalog: Catalog) -> None:
    with_cards = {"accelerated", "fpga", "media"}
    odd = [
        t.instance_type
        for t in catalog.types
        if t.power_modelled and (t.accelerator is not None) != (t.category in with_cards)
    ]

    assert odd == []


def test_only_shared_core_sizes_reserve_less_than_they_sell(catalog: Catalog) -> None:
    shared = {
        t.instance_type
        for t in catalog.types
        if t.reserved_vcpus is not None and (t.vcpus is None or t.reserved_vcpus < t.vcpus)
    }

    assert shared == {"f1-micro", "g1-small", "e2-micro", "e2-small", "e2-medium"}


def test_burstable_types_are_the_t_and_b_families_and_their_baseline_is_known_or_none(catalog: Catalog) -> None:
    burstable = [t for t in catalog.types if t.burstable]

    assert {t.family[0] for t in burstable} == {"t", "B"}
    assert machine(catalog, "aws", "t3.nano").baseline_utilization == 0.05
    assert machine(catalog, "aws", "t8i.nano").baseline_utilization is None
    assert {t.baseline_utilization for t in burstable if t.provider == "azure"} == {None}


def test_retired_gpus_are_marked(catalog: Catalog) -> None:
    retired = {t.accelerator.accelerator for t in catalog.types if t.accelerator and t.accelerator.retired}

    assert retired == {"NVIDIA Tesla K80", "NVIDIA Tesla M60", "NVIDIA GRID K520"}


def test_only_matrix_throughput_counts_as_an_accelerators_speed(catalog: Catalog) -> None:
    # K80 and V620 have vector units only, an FPGA has no comparable figure.
    k80, v620, fpga = (
        machine(catalog, provider, name).accelerator
        for provider, name in (("aws", "p2.xlarge"), ("azure", "Standard_NG32ads_V620_v1"), ("aws", "f1.2xlarge"))
    )
    h100 = machine(catalog, "aws", "p5.48xlarge").accelerator

    assert [card and card.tflops for card in (k80, v620, fpga)] == [None, None, None]
    assert h100 is not None
    assert (h100.tflops, h100.performance_basis) == (989.5, "published")


def test_embodied_emissions_follow_the_formula_wherever_it_applies() -> None:
    cards = {row.text("accelerator"): row.number("embodied_kgco2e") for row in read_table(DATA, "accelerators.csv")}
    off = []
    for provider in SELLING:
        for row in read_table(DATA, f"{provider}/instances.csv"):
            if not row.text("embodied_kgco2e") or "mac" in row.text("family"):  # a Mac is no share of a server
                continue
            disk_gb, disk = row.optional_number("local_storage_gb") or 0.0, row.text("local_storage_kind")
            disks_kg = disk_gb * 5 / 1000 if disk == "hdd" else 0.0  # 50 kg a drive of 10 TB
            expected = embodied_kgco2e(
                host_share=row.number("reserved_vcpus") / row.number("host_vcpus"),
                host_sockets=int(row.number("host_sockets")),
                memory_gb=row.number("memory_gb"),
                ssd_gb=disk_gb if disk == "ssd" else 0.0,
                accelerators_kg=(row.optional_number("accelerator_count") or 0.0)
                * cards.get(row.text("accelerator"), 0.0)
                + disks_kg,
            )
            if row.number("embodied_kgco2e") != pytest.approx(expected, rel=1e-3, abs=0.15):
                off.append(row.text("instance_type"))

    assert off == []


# --- corrections of the machine lists ------------------------------------------------------------------------


def test_scaleways_l40s_machines_hold_l40s_cards(catalog: Catalog) -> None:
    instance = machine(catalog, "scaleway", "l40s-8-48g")

    assert instance.accelerator is not None
    assert (instance.accelerator.accelerator, instance.accelerator.memory_gb) == ("NVIDIA L40S", 48)
    assert instance.instance_type == "L40S-8-48G"
    assert instance.note.startswith("corrected: ")


def test_a_card_nobody_has_figures_for_is_not_modelled(catalog: Catalog) -> None:
    instance = machine(catalog, "scaleway", "GPU-3070-S")

    assert (instance.accelerator, instance.power, instance.embodied_kgco2e) == (None, None, None)


def test_memory_that_a_list_cut_to_whole_gigabytes_is_restored(catalog: Catalog) -> None:
    sizes = ("Standard_B1ls", "Standard_D1_v2", "Standard_DS1")

    assert [machine(catalog, "azure", name).memory_gb for name in sizes] == [0.5, 3.5, 3.5]


def test_the_host_of_a_small_c5_is_the_two_sockets_its_cpu_makes(catalog: Catalog) -> None:
    instance = machine(catalog, "aws", "c5.18xlarge")

    # The whole host: (1000 + 100) + 144 GB x 1.388.
    assert instance.embodied_kgco2e == pytest.approx(1299.9, abs=0.1)


def test_an_ultraserver_node_has_its_sixteen_accelerators(catalog: Catalog) -> None:
    node, plain = machine(catalog, "aws", "trn2u.48xlarge"), machine(catalog, "aws", "trn2.48xlarge")

    assert (node.accelerator, node.accelerator_count, node.power) == (plain.accelerator, 16, plain.power)
