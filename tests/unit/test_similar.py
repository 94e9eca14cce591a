"""Machines of other clouds that are like one: by instruction set, size, accelerators and work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.power import PowerModel
from catalog.columns import TypeColumns
from catalog.model import Accelerator, InstanceType
from planning.placing.similar import similar
from tests.fakes.clouds import cloud_map

TODAY = 20_495  # 2026-02-11
POWER = PowerModel(
    cpu_idle_w=1, cpu_max_w=5, memory_w=1, accelerator_idle_w=0, accelerator_max_w=0, storage_w=0, basis="a test"
)
H100 = Accelerator(
    accelerator="H100", kind="gpu", memory_gb=80.0, tflops=990.0, performance_basis="published", retired=False
)
T4 = replace(H100, accelerator="T4", memory_gb=16.0, tflops=65.0)
MACHINE = InstanceType(
    provider="aws", instance_type="own", family="own", category="general", vcpus=4.0, reserved_vcpus=4.0,
    memory_gb=16.0, cpu_model=None, microarchitecture=None, arch="arm64", burstable=False, shared_core=False,
    baseline_utilization=None, accelerator=None, accelerator_count=0.0, embodied_kgco2e=None, performance_index=1.0,
    performance_basis="derived", power=POWER, not_modelled=None, note="", source="", as_of="2026-01",
)  # fmt: skip


def other(name: str, provider: str = "gcp", **changes: Any) -> InstanceType:
    of_vcpus = {"reserved_vcpus": changes["vcpus"]} if "vcpus" in changes else {}
    return replace(MACHINE, provider=provider, instance_type=name, **changes, **of_vcpus)


def names(machine: InstanceType, *others: InstanceType) -> list[str]:
    return [kind.instance_type for kind in similar(machine, TypeColumns.of(others), TODAY)]


def test_the_same_size_of_the_same_instruction_set_comes_before_another_one() -> None:
    # x86 counts 1; twice the vCPUs count 1 and a half more memory log2(1.5) = 0.58.
    near, x86 = other("near", memory_gb=24.0), other("x86", "azure", arch="x86_64")
    larger = other("larger", "oci", vcpus=8.0, memory_gb=24.0)

    assert names(MACHINE, larger, x86, near) == ["near", "x86", "larger"]


def test_each_other_cloud_has_its_most_similar_one_and_its_own_cloud_none() -> None:
    twice, same, own = other("twice", vcpus=8.0), other("same"), other("sister", "aws")

    assert names(MACHINE, twice, own, same) == ["same"]


@pytest.mark.parametrize(
    "changes",
    [
        {"power": None},
        {"retired_on": "2026-02-11"},
        {"category": "serverless"},
        {"accelerator": T4, "accelerator_count": 1.0},
        {"vcpus": 32.0},  # three doublings
    ],
)
def test_no_alternative_is_what_cannot_be_calculated_bought_or_used_for_the_same(changes: dict[str, Any]) -> None:
    assert names(MACHINE, other("other", **changes)) == []


def test_a_type_that_is_retired_tomorrow_is_one_still() -> None:
    assert names(MACHINE, other("other", retired_on="2026-02-12")) == ["other"]


def test_with_accelerators_their_number_memory_and_speed_decide_before_the_host() -> None:
    machine = replace(MACHINE, accelerator=H100, accelerator_count=8.0, vcpus=192.0, memory_gb=2048.0)
    same_cards = other("h100", accelerator=H100, accelerator_count=8.0, vcpus=96.0, memory_gb=1024.0)
    same_host = other("t4", accelerator=T4, accelerator_count=8.0, vcpus=192.0, memory_gb=2048.0)

    assert names(machine, same_host, same_cards) == ["h100"]


def test_a_machine_of_unknown_size_has_no_alternative() -> None:
    assert names(replace(MACHINE, memory_gb=None), other("other")) == []


@given(own=st.floats(1.0, 64.0), times=st.floats(0.55, 1.9), both=st.floats(0.5, 8.0))
def test_only_the_ratio_of_sizes_counts(own: float, times: float, both: float) -> None:
    def answer(factor: float) -> list[str]:
        machine = other("own", "aws", vcpus=own * factor)
        return names(
            machine, other("one", vcpus=own * factor * times), other("x86", "azure", arch="x86_64", vcpus=own * factor)
        )

    assert answer(1.0) == answer(both)


def test_of_the_shipped_catalog_a_graviton_type_is_like_the_arm_types_of_its_size() -> None:
    mapping = cloud_map()

    kinds = similar(mapping.instance_type("aws", "m7g.large"), mapping.columns, TODAY)

    assert {kind.provider for kind in kinds[:3]} >= {"azure", "gcp"}
    assert {(kind.vcpus, kind.memory_gb, kind.arch) for kind in kinds[:3]} == {(2.0, 8.0, "arm64")}
