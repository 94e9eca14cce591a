"""A machine described by its parts: the arithmetic of catalog/data/README.md by hand, on a flat grid of 400 g/kWh."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from carbon.results import Cost, Emission
from carbon.workload import CalculateQuery, OwnMachine
from engine import Engine
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, flat

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
VIRGINIA = "aws:us-east-1"  # its PUE is 1.15
SMALL = OwnMachine(vcpus=4, memory_gb=16, arch="x86_64")
ICE_LAKE = replace(SMALL, cpu_model="Xeon Platinum 8375C")
PARTS = cloud_map().catalog.parts


def calculated(machine: OwnMachine, *, pue: float | None = None, include_embodied: bool = False) -> Emission:
    query = CalculateQuery(region=VIRGINIA, machine=machine, pue=pue, include_embodied=include_embodied)
    return Engine(cloud_map(), FakeReader(others=flat(NOW, 400))).at(NOW).calculate(query)


def test_a_machine_with_a_named_cpu_draws_what_a_type_with_the_same_parts_draws() -> None:
    emission = calculated(ICE_LAKE)
    sold = CalculateQuery(region=VIRGINIA, instance_type="m6i.xlarge")  # 4 vCPUs of a Xeon 8375C, 16 GB

    # Half busy, 0.69 of the range: 4 x (1.153 + 0.69 x 4.481) = 16.97956 W. Memory: 0.392 x (16 - 4 x 1.6) = 3.7632 W.
    assert (emission.draw.cpu_w, emission.draw.memory_w) == pytest.approx((16.97956, 3.7632))
    assert emission.energy_kwh == pytest.approx(20.74276 / 1000 * 1.15)
    assert emission.operational_gco2e == pytest.approx(20.74276 / 1000 * 1.15 * 400)
    assert (
        emission.energy_kwh == Engine(cloud_map(), FakeReader(others=flat(NOW, 400))).at(NOW).calculate(sold).energy_kwh
    )


def test_without_a_cpu_model_it_gets_the_generic_cpu_of_its_arch_with_a_wider_range() -> None:
    emission = calculated(SMALL)

    # unknown-x86_64: 4 x (0.684 + 0.69 x 3.556) = 12.55056 W; memory: 0.392 x (16 - 4 x 1.095) = 4.55504 W.
    assert (emission.draw.cpu_w, emission.draw.memory_w) == pytest.approx((12.55056, 4.55504))
    # The CPUs of cpus.csv reach from 1.238 to 11.49 W a thread around these 4.24 W, and the model's factor is 1.6:
    # (12.55056 x 0.2919811 + 4.55504) / 17.1056 / 1.6 and (12.55056 x 2.7099057 + 4.55504) / 17.1056 x 1.6.
    assert (emission.uncertainty.power.low, emission.uncertainty.power.high) == pytest.approx(
        (0.300324, 3.607337), rel=1e-5
    )
    assert emission.machine is not None
    assert emission.machine.power_basis == "generic"
    # The median CPU of the table does the work of the reference thread, 51,421 ssj_ops.
    assert (emission.machine.performance_index, emission.machine.performance_basis) == (1.0, "estimate")


def test_an_arm_machine_gets_the_generic_arm_cpu() -> None:
    emission = calculated(replace(SMALL, arch="arm64"))

    # unknown-arm64: 4 x (0.512 + 0.69 x 2.087) = 7.80812 W; memory: 0.392 x (16 - 4 x 1.07) = 4.59424 W.
    assert (emission.draw.cpu_w, emission.draw.memory_w) == pytest.approx((7.80812, 4.59424))


def test_the_watts_of_a_cpu_scale_with_the_tdp_that_replaces_its_own() -> None:
    half = calculated(replace(ICE_LAKE, tdp_w=150))  # the catalog has 300 W
    custom = replace(SMALL, cpu_model="Xeon Platinum 8370C")  # 270 W, estimated at 205 to 270

    assert half.draw.cpu_w == pytest.approx(16.97956 / 2)
    assert half.draw.memory_w == pytest.approx(3.7632)
    assert calculated(custom).uncertainty.power.low < 1 / 1.6
    stated = calculated(replace(custom, tdp_w=270)).uncertainty.power  # no longer an estimate
    assert (stated.low, stated.high) == pytest.approx((1 / 1.6, 1.6))


def test_a_tdp_without_a_cpu_model_is_that_of_one_processor_with_these_threads() -> None:
    emission = calculated(replace(SMALL, tdp_w=40))

    # 10 W a thread, times the medians of watts per TDP in cpus.csv, 0.1962667 idle and 1.05312 busy:
    # 4 x (1.962667 + 0.69 x 8.568533) = 31.499819 W. The CPUs' own ratios reach from 0.8219294 to 1.3270442.
    assert emission.draw.cpu_w == pytest.approx(31.499819, rel=1e-6)
    low = (31.499819 * 0.8219294 / 1.05312 + 4.55504) / 36.054859 / 1.6
    high = (31.499819 * 1.3270442 / 1.05312 + 4.55504) / 36.054859 * 1.6
    assert (emission.uncertainty.power.low, emission.uncertainty.power.high) == pytest.approx((low, high), rel=1e-5)
    assert emission.uncertainty.basis == "generic"


def test_its_accelerators_are_those_of_the_catalog() -> None:
    emission = calculated(replace(ICE_LAKE, gpus=2, gpu_model="NVIDIA L4"))

    assert emission.draw.accelerator_w == pytest.approx(88)  # half busy: 2 x (16 + 0.5 x (72 - 16))
    assert emission.accelerator_utilization == 0.5


def test_what_is_not_known_of_an_own_machine_is_null_and_never_zero() -> None:
    emission = calculated(ICE_LAKE, include_embodied=True)

    assert emission.embodied_gco2e is None
    assert emission.cost == Cost()
    assert (emission.cost.on_demand_usd, emission.cost.spot_usd) == (None, None)
    assert emission.offered is None
    apple = calculated(OwnMachine(vcpus=8, memory_gb=16, arch="arm64", cpu_model="Apple M2"))
    assert apple.machine is not None
    assert apple.machine.performance_index is None  # no published figure


def test_the_pue_of_the_machine_comes_before_that_of_the_question_and_of_the_region() -> None:
    figures = [
        (calculated(ICE_LAKE), 1.15, "region figure 2024"),
        (calculated(ICE_LAKE, pue=1.4), 1.4, "request"),
        (calculated(replace(ICE_LAKE, pue=1.8), pue=1.4), 1.8, "request"),
    ]

    for found, pue, basis in figures:
        assert (found.pue, found.pue_basis) == (pue, basis)
        assert found.energy_kwh == pytest.approx(20.74276 / 1000 * pue)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("EPYC 7763", "EPYC 7763"),
        ("epyc 7763", "EPYC 7763"),
        ("AMD EPYC 7763 64-Core Processor", "EPYC 7763"),  # as lscpu prints it
        ("Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz", "Xeon Platinum 8375C"),
        ("Graviton3", "AWS Graviton3"),
        ("Ampere Altra Q80-30", "Ampere Altra Q80-30"),
    ],
)
def test_a_cpu_is_found_by_the_name_its_maker_or_its_machine_prints(name: str, model: str) -> None:
    assert PARTS.cpu_model(name) == model


def test_an_unknown_cpu_is_answered_with_the_nearest() -> None:
    assert PARTS.cpu_model("AMD EPYC 7764") is None
    assert PARTS.nearest_cpus("AMD EPYC 7764")[0] == "EPYC 7763"


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("nvidia l4", "NVIDIA L4"),
        ("L4", "NVIDIA L4"),  # not L40 or L40S
        ("Tesla T4", "NVIDIA T4"),
        ("NVIDIA A100-SXM4-80GB", "NVIDIA A100 SXM4 80GB"),  # as nvidia-smi prints it
        ("H200", "NVIDIA H200 SXM"),
    ],
)
def test_an_accelerator_is_found_by_its_name_or_by_words_that_only_it_has(name: str, model: str) -> None:
    assert PARTS.accelerator_models(name) == (model,)


def test_a_name_that_several_accelerators_share_leads_to_all_of_them() -> None:
    assert PARTS.accelerator_models("A100 PCIe") == ("NVIDIA A100 PCIe 40GB", "NVIDIA A100 PCIe 80GB")
    assert len(PARTS.accelerator_models("Radeon Pro")) == 3
    assert PARTS.accelerator_models("Voodoo") == ()
