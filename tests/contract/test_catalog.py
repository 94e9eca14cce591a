"""Every row of the shipped catalog, and how a wrong one is refused."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from carbon.power import PowerCurve
from catalog.load import Catalog, load_catalog
from catalog.model import InstanceType, Region
from catalog.power import embodied_kgco2e
from catalog.tables import DATA, CatalogError, read_table

CATEGORIES = {
    "general", "compute", "memory", "storage", "accelerated", "hpc", "fpga", "media", "mac", "other",
}  # fmt: skip
SELLING = ("aws", "azure", "gcp", "scaleway")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def machine(catalog: Catalog, provider: str, name: str) -> InstanceType:
    found = catalog.find_type(provider, name)
    assert found is not None, name
    return found


def watts(instance: InstanceType, utilization: float) -> float:
    assert instance.power is not None
    return instance.power.draw(utilization, utilization, PowerCurve.CONCAVE).it_w


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


# --- power ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "name", "expected"),
    [
        # 8 threads x (1.153, 5.634) W; memory 16 - 8 x 1.6 = 3.2 GB.
        ("aws", "c6i.2xlarge", (10.5, 18.4, 35.2, 46.3)),
        # 8 threads x (0.429, 1.984) W; memory 32 - 8 = 24 GB.
        ("azure", "Standard_D8as_v5", (12.8, 15.6, 21.4, 25.3)),
        # 4 threads x (0.459, 2.126) W; 12 GB; one L4, 16 to 72 W; 250 GB SSD.
        ("aws", "g6.xlarge", (22.8, 29.9, 55.4, 85.5)),
        # 192 threads; 1,856 GB; eight H100, 70 to 700 W; 30.4 TB SSD.
        ("aws", "p5.48xlarge", (1412, 1987, 4153, 6772)),
    ],
)
def test_the_worked_examples_come_out(catalog: Catalog, provider: str, name: str, expected: tuple[float, ...]) -> None:
    instance = machine(catalog, provider, name)

    drawn = [watts(instance, utilization) for utilization in (0.0, 0.1, 0.5, 1.0)]

    assert drawn == pytest.approx(expected, rel=1e-3, abs=0.06)


def test_a_g4dn_xlarge_draws_16_to_93_watts_not_the_800_of_its_whole_host(catalog: Catalog) -> None:
    instance = machine(catalog, "aws", "g4dn.xlarge")

    assert watts(instance, 0.0) == pytest.approx(16, abs=0.5)
    assert watts(instance, 1.0) == pytest.approx(93, abs=0.5)


def test_no_type_draws_more_than_a_host_can(catalog: Catalog) -> None:
    cards = {row.text("accelerator"): row.number("max_w") for row in read_table(DATA, "accelerators.csv")}

    def limit(instance: InstanceType) -> float:
        """The hottest thread, or core, of any CPU here; all the memory; the cards flat out; 1.2 W per TB of 120 TB."""
        card = cards[instance.accelerator.accelerator] if instance.accelerator else 0.0
        per_vcpu = 23.0
        return (
            per_vcpu * (instance.reserved_vcpus or 0)
            + 0.392 * (instance.memory_gb or 0)
            + card * instance.accelerator_count
            + 240
        )

    modelled = [t for t in catalog.types if t.power_modelled]
    assert [t.instance_type for t in modelled if not 0 < watts(t, 0.0) <= watts(t, 1.0) <= limit(t)] == []


def test_a_constrained_core_size_draws_its_parents_power(catalog: Catalog) -> None:
    constrained, parent = (machine(catalog, "azure", f"Standard_{name}") for name in ("E16-4s_v5", "E16s_v5"))

    assert (constrained.vcpus, constrained.reserved_vcpus) == (4, 16)
    assert constrained.power == parent.power


@pytest.mark.parametrize(
    ("name", "teads_w"),
    # Teads Engineering's EC2 dataset (2021): watts of the whole instance at half load.
    [
        ("r5.xlarge", 38.2),
        ("m5a.xlarge", 22.3),
        ("m6g.xlarge", 15.3),
        ("z1d.large", 26.3),
        ("t3a.small", 8.7),
        ("x1.16xlarge", 662.9),
    ],
)
def test_half_load_is_within_the_spread_of_established_tools(catalog: Catalog, name: str, teads_w: float) -> None:
    ours = watts(machine(catalog, "aws", name), 0.5)

    assert 1 / 2.7 <= ours / teads_w <= 2.7


# --- offers --------------------------------------------------------------------------------------------------


def test_offers_are_sorted_pairs_of_one_provider_without_repeats(catalog: Catalog) -> None:
    region, kind = catalog.offers.region.astype(int), catalog.offers.type.astype(int)

    pair = region * len(catalog.types) + kind

    # 116,739 of the survey; 291 pairs less, as two spellings of a type are one; 12 more shapes of Oracle in 46 regions;
    # four sizes of Fly.io in one, two of IBM in nine and ten of Vultr in 33 regions.
    assert region.size == 116_739 - 291 + 12 * 46 + 4 + 2 * 9 + 10 * 33
    assert bool(np.all(np.diff(pair) > 0))
    provider_of_region = np.array([r.provider for r in catalog.regions])[region]
    provider_of_type = np.array([t.provider for t in catalog.types])[kind]
    assert bool(np.all(provider_of_region == provider_of_type))


def test_lambda_and_fargate_run_in_every_open_aws_region(catalog: Catalog) -> None:
    open_to_all = {
        i
        for i, r in enumerate(catalog.regions)
        if r.provider == "aws" and r.partition == "commercial" and r.status == "available"
    }

    for service in ("lambda", "fargate"):
        assert open_to_all <= set(catalog.service_offers.places["aws", service])


# --- wrong tables --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("fly/regions.csv", ",US-NW-PSEI,", ",US-NOWHERE,", r"fly/regions.csv row \d+: zone 'US-NOWHERE'"),
        ("hetzner/regions.csv", "\nash,", "\nfsn1,", r"hetzner/regions.csv row \d+: fsn1 appears twice"),
        ("providers.csv", ",1.14,", ",0.9,", r"providers.csv row 2: pue is 0.9"),
        ("providers.csv", ",2025\n", ",\n", r"providers.csv row 2: as_of is empty"),
        ("region_pue.csv", "aws,eu-north-1,1.1,", "aws,eu-north-1,0.1,", r"region_pue.csv row \d+: pue is 0.1"),
        (
            "region_pue.csv",
            "aws,eu-north-1,",
            "aws,eu-north-9,",
            r"region_pue.csv row \d+: aws has no region",
        ),
        ("scaleway/instances.csv", "EPYC 7281", "EPYC 0000", r"scaleway/instances.csv row \d+: no power .*'EPYC 0000'"),
        ("scaleway/instances.csv", "NVIDIA L4,1", "NVIDIA L4,0", r"scaleway/instances.csv row \d+: .* has no count"),
        ("scaleway/instances.csv", ",96,2,308.3,", ",96,308.3,", r"row \d+: 22 cells, the header has 23"),
        ("cpus.csv", ",95,,,published,", ",hot,,,published,", r"cpus.csv row 2: tdp_w is not a number: 'hot'"),
        ("services.csv", ",unknown-x86_64,", ",unknown-z80,", r"services.csv row 2: no power .*unknown-z80"),
        ("services.csv", "1/1769", "1/x", r"services.csv row 2: vcpus_per_unit is not a number"),
        ("service_rates.csv", ",gcp-cloud-run,", ",somebody,", r"service_rates.csv row \d+: source 'somebody'"),
        ("service_rates.csv", ",mexicocentral,", ",nowhere,", r"row \d+: region 'nowhere' is not in azure/regions.csv"),
        ("aws/rds_prices.csv", ",aws-rds,", ",nobody,", r"aws/rds_prices.csv row 2: source 'nobody'"),
    ],
)
def test_a_wrong_row_is_refused_by_file_and_row(tmp_path: Path, table: str, old: str, new: str, message: str) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    text = (data / table).read_text(encoding="utf-8")
    assert old in text
    (data / table).write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(CatalogError, match=message):
        load_catalog(data)
