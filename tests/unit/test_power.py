"""How many watts a machine draws, and how much work it does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.power import PowerCurve, PowerModel, load_share
from catalog.power import AcceleratorFacts, CpuFacts, embodied_kgco2e, power_model

# A CPU of easy numbers: 1 W to 4 W a thread, 2 W to 8 W a core of two threads, 2 GB a thread already included.
CPU = CpuFacts(
    cpu_model="Two-thread CPU",
    microarchitecture="Test",
    arch="x86_64",
    idle_w_per_thread=1.0,
    max_w_per_thread=4.0,
    idle_w_per_core=2.0,
    max_w_per_core=8.0,
    base_memory_gb_per_thread=2.0,
    low=0.8,
    high=1.25,
    basis="CPU: test",
    work_per_thread=51_421.0,
    work_per_core=102_842.0,
    performance_basis="published",
    host_vcpus=64.0,
    host_sockets=2,
)
CARD = AcceleratorFacts(idle_w=10.0, max_w=110.0, low=0.5, high=1.5, basis="accelerator: test")


def watts(model: PowerModel, utilization: float, accelerator_utilization: float | None = None) -> float:
    u_acc = utilization if accelerator_utilization is None else accelerator_utilization
    return model.draw(utilization, u_acc, PowerCurve.CONCAVE).it_w


@pytest.mark.parametrize(
    ("utilization", "share"),
    # Between the points: 0.05 is half way to 0.22; 0.30 half way from 0.22 to 0.69; 0.75 half way from 0.69 to 1.
    [(0.0, 0.0), (0.05, 0.11), (0.10, 0.22), (0.30, 0.455), (0.50, 0.69), (0.75, 0.845), (1.0, 1.0)],
)
def test_cpu_power_rises_along_straight_lines_through_the_measured_points(utilization: float, share: float) -> None:
    assert load_share(utilization, PowerCurve.CONCAVE) == pytest.approx(share)


def test_the_linear_curve_is_the_utilization_itself() -> None:
    assert load_share(0.3, PowerCurve.LINEAR) == pytest.approx(0.3)


@pytest.mark.parametrize("utilization", [-0.01, 1.01])
def test_a_utilization_outside_0_to_1_is_refused(utilization: float) -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        load_share(utilization, PowerCurve.CONCAVE)


def test_a_vcpu_that_is_a_thread_draws_the_per_thread_pair() -> None:
    model = power_model(CPU, reserved_vcpus=8, memory_gb=16, threads_per_core=2)

    # 8 threads x 1 W idle, x 4 W full; 16 GB are the 8 x 2 GB already included.
    assert (watts(model, 0.0), watts(model, 1.0)) == (8.0, 32.0)


def test_a_vcpu_that_is_a_whole_core_draws_the_per_core_pair_and_includes_the_memory_of_two_threads() -> None:
    model = power_model(CPU, reserved_vcpus=8, memory_gb=42, threads_per_core=1)

    # 8 cores x 2 W, x 8 W; memory 42 - 2 x 8 x 2 = 10 GB x 0.392 W.
    assert watts(model, 0.0) == pytest.approx(16 + 3.92)
    assert watts(model, 1.0) == pytest.approx(64 + 3.92)


def test_memory_below_what_the_cpu_figure_includes_takes_nothing_away() -> None:
    model = power_model(CPU, reserved_vcpus=8, memory_gb=4)

    assert model.memory_w == 0.0


def test_accelerators_and_disks_add_to_the_cpu() -> None:
    model = power_model(
        CPU, reserved_vcpus=8, memory_gb=16, accelerator=CARD, accelerator_count=2, ssd_gb=2000, hdd_gb=10_000
    )

    draw = model.draw(0.5, 0.25, PowerCurve.CONCAVE)

    assert draw.cpu_w == pytest.approx(8 + 0.69 * 24)
    assert draw.accelerator_w == pytest.approx(2 * (10 + 0.25 * 100))
    assert draw.storage_w == pytest.approx(2 * 1.2 + 10 * 0.65)


def test_the_range_of_an_estimated_tdp_widens_the_uncertainty() -> None:
    model = power_model(CPU, reserved_vcpus=8, memory_gb=16)

    uncertainty = model.uncertainty(model.draw(0.5, 0.5, PowerCurve.CONCAVE))

    # CPU power alone: 0.8 and 1.25 of it, times the 1.6 by which established tools differ.
    assert uncertainty.low == pytest.approx(0.8 / 1.6)
    assert uncertainty.high == pytest.approx(1.25 * 1.6)


def test_a_vcpu_of_one_cascade_lake_thread_has_index_one_and_a_whole_core_two() -> None:
    assert CPU.performance_index(threads_per_core=2) == 1.0
    # Both threads of the core do 2 x 51,421; with the second one off, 0.605 of that.
    assert CPU.performance_index(threads_per_core=1) == pytest.approx(1.21)


def test_embodied_emissions_share_the_host_by_vcpus_and_add_memory_disks_and_cards() -> None:
    kilograms = embodied_kgco2e(host_share=0.25, host_sockets=2, memory_gb=100, ssd_gb=2000, accelerators_kg=150)

    # 0.25 x (1000 + 100) + 100 x 1.388 + 2 x 50 + 150
    assert kilograms == pytest.approx(275 + 138.8 + 100 + 150)


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from(PowerCurve))
def test_more_utilization_never_draws_less(one: float, other: float, curve: PowerCurve) -> None:
    model = power_model(CPU, reserved_vcpus=4, memory_gb=32, accelerator=CARD, accelerator_count=1)
    low, high = sorted((one, other))

    assert model.draw(low, low, curve).it_w <= model.draw(high, high, curve).it_w + 1e-9


@given(st.floats(0, 1))
def test_the_concave_curve_lies_on_or_above_the_linear_one(utilization: float) -> None:
    assert load_share(utilization, PowerCurve.CONCAVE) >= load_share(utilization, PowerCurve.LINEAR) - 1e-9
