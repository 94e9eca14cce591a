"""Sizes of the machine types whose power is not known: what their providers' names and documents say."""

from __future__ import annotations

import csv

import pytest

from catalog.load import Catalog, load_catalog
from catalog.tables import DATA


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


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
    instance = catalog.find_type(provider, name)

    assert instance is not None
    assert (instance.vcpus, instance.memory_gb, instance.shared_core) == (vcpus, memory_gb, shared)
    assert instance.source


def test_a_size_read_from_alibabas_names_says_that_it_is_derived(catalog: Catalog) -> None:
    sized = [t for t in catalog.types if t.provider == "alibaba" and t.vcpus is not None]

    assert len(sized) == 352
    assert all("derived" in t.note for t in sized)
    assert {t.instance_type[4] for t in sized} == {"c", "g", "r"}


def test_why_a_type_is_not_modelled_is_told_apart_from_notes_on_its_size(catalog: Catalog) -> None:
    instance = catalog.find_type("alibaba", "ecs.c8y.large")

    assert instance is not None
    assert instance.not_modelled == "no source at hand names its hardware"
    assert instance.note == "derived: size read from the name"


def test_every_shared_family_is_one_the_catalog_has(catalog: Catalog) -> None:
    families = {(t.provider, t.family) for t in catalog.types}
    with (DATA / "shared_vcpus.csv").open(newline="", encoding="utf-8") as file:
        shared = {(row["provider"], row["family"]) for row in csv.DictReader(file)}

    assert shared <= families
