"""From watts and intensity to grams, and the curve between idle and full load."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.emissions import embodied_gco2e, facility_kwh, operational_gco2e
from carbon.power import PowerCurve, PowerModel, load_share

amounts = st.integers(0, 10**9).map(lambda thousandths: thousandths / 1000)
shares = st.floats(0, 1)


def test_energy_is_watts_times_hours_times_pue() -> None:
    # 250 W for 8 h at the server are 2 kWh; at a PUE of 1.2 the facility draws 2.4.
    assert facility_kwh(250, 8, 1.2) == pytest.approx(2.4)
    assert operational_gco2e(2.4, 500) == pytest.approx(1200)


def test_hardware_is_shared_out_over_four_years() -> None:
    # 35.04 kg over 35,040 h: one gram an hour.
    assert embodied_gco2e(35.04, 24) == pytest.approx(24)


@given(watts=amounts, hours=amounts, pue=st.floats(1, 3), factor=st.integers(0, 100))
def test_energy_is_proportional_to_time_and_never_below_the_server_s(
    watts: float, hours: float, pue: float, factor: int
) -> None:
    energy = facility_kwh(watts, hours, pue)

    assert energy >= watts * hours / 1000 * (1 - 1e-12)
    assert facility_kwh(watts, hours * factor, pue) == pytest.approx(energy * factor)


@pytest.mark.parametrize(("watts", "hours", "pue"), [(-1, 1, 1.1), (1, -1, 1.1), (1, 1, 0.99)])
def test_negative_load_or_time_and_a_pue_below_1_are_refused(watts: float, hours: float, pue: float) -> None:
    with pytest.raises(ValueError, match="needs it_w"):
        facility_kwh(watts, hours, pue)


@pytest.mark.parametrize(
    ("utilization", "share"),
    # Straight lines between 0, 0.22 at a tenth, 0.69 at half and 1.
    [(0.0, 0.0), (0.05, 0.11), (0.1, 0.22), (0.3, 0.455), (0.5, 0.69), (0.75, 0.845), (1.0, 1.0)],
)
def test_the_concave_curve_runs_through_its_measured_points(utilization: float, share: float) -> None:
    assert load_share(utilization, PowerCurve.CONCAVE) == pytest.approx(share)


@given(first=shares, second=shares)
def test_more_load_never_draws_less(first: float, second: float) -> None:
    low, high = sorted((first, second))

    for curve in PowerCurve:
        assert 0 <= load_share(low, curve) <= load_share(high, curve) <= 1
    assert load_share(low, PowerCurve.LINEAR) == pytest.approx(low)


@pytest.mark.parametrize("utilization", [-0.01, 1.01, float("nan")])
def test_a_utilisation_outside_0_to_1_is_refused_rather_than_extrapolated(utilization: float) -> None:
    model = PowerModel(cpu_idle_w=1, cpu_max_w=2, memory_w=0, accelerator_idle_w=0, accelerator_max_w=1, storage_w=0)

    with pytest.raises(ValueError, match="utilization must be 0 to 1"):
        load_share(utilization, PowerCurve.CONCAVE)
    with pytest.raises(ValueError, match="accelerator_utilization must be 0 to 1"):
        model.draw(0.5, utilization, PowerCurve.CONCAVE)


def test_uncertainty_is_the_tools_spread_widened_by_what_is_itself_an_estimate() -> None:
    model = PowerModel(
        cpu_idle_w=40,
        cpu_max_w=40,
        memory_w=40,
        accelerator_idle_w=0,
        accelerator_max_w=100,
        storage_w=20,
        cpu_low=0.5,
        cpu_high=1.25,
        accelerator_low=0.8,
        accelerator_high=1.1,
    )

    idle = model.uncertainty(model.draw(0, 0, PowerCurve.CONCAVE))
    busy = model.uncertainty(model.draw(0, 1, PowerCurve.CONCAVE))

    # Idle: of 100 W the CPU's 40 may be 20 or 50: 80/100/1.6 and 110/100 x 1.6.
    assert (idle.low, idle.high) == pytest.approx((0.5, 1.76))
    # 100 of 200 W are not more than half: still 1.6. (20 + 80 + 60)/200/1.6 and (50 + 110 + 60)/200 x 1.6.
    assert (busy.low, busy.high) == pytest.approx((0.5, 1.76))


def test_where_accelerators_draw_most_tools_disagree_less() -> None:
    model = PowerModel(cpu_idle_w=40, cpu_max_w=40, memory_w=0, accelerator_idle_w=0, accelerator_max_w=60, storage_w=0)

    power_range = model.uncertainty(model.draw(0, 1, PowerCurve.CONCAVE))

    assert (power_range.low, power_range.high) == pytest.approx((1 / 1.4, 1.4))
