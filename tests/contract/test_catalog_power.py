"""Power of the shipped types, offers of the shipped catalog, and tables that are refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from carbon.power import PowerCurve
from catalog.load import Catalog, load_catalog
from catalog.model import InstanceType
from catalog.tables import DATA, CatalogError, read_table
from tests.contract.machines import machine


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def watts(instance: InstanceType, utilization: float) -> float:
    assert instance.power is not None
    return instance.power.draw(utilization, utilization, PowerCurve.CONCAVE).it_w


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
