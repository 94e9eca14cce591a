"""From a mix of generation to carbon intensity: unknown is not zero, storage counts once, imports carry a value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.mix import (
    Fuel,
    Megawatts,
    MixIntensity,
    MixStep,
    Neighbour,
    Role,
    SourceFuel,
    SourceFuels,
    complete_steps,
    generation_mw,
    mix_intensity,
    net_imports_mw,
    with_imports,
)


def newest_complete(steps: Sequence[MixStep], fuels: SourceFuels) -> MixStep | None:
    """The step that a source's answer would start with."""
    return next(iter(complete_steps(steps, fuels)), None)


def generation(
    name: str, lifecycle: float, direct: float, *, renewable: bool = False, own_use: float = 10, stores: bool = False
) -> SourceFuel:
    fuel = Fuel(
        fuel=name,
        lifecycle_gco2e_per_kwh=lifecycle,
        direct_gco2e_per_kwh=direct,
        renewable=renewable,
        fossil_free=renewable or name == "nuclear",
        own_use_mw=own_use,
    )
    return SourceFuel(role=Role.GENERATION, fuel=fuel, stores=stores)


FUELS = {
    "coal": generation("coal", 820, 760, own_use=50),
    "gas": generation("gas", 490, 370, own_use=20),
    "nuclear": generation("nuclear", 12, 0),
    "wind": generation("wind", 11, 0, renewable=True, own_use=20),
    "solar": generation("solar", 45, 0, renewable=True, own_use=100),
    "hydro": generation("hydro", 24, 0, renewable=True, stores=True),
    "pumps": SourceFuel(role=Role.STORAGE),
    "load": SourceFuel(role=Role.OTHER),
    "cable 1": SourceFuel(role=Role.IMPORT, neighbour="FR"),
    "cable 2": SourceFuel(role=Role.IMPORT, neighbour="FR"),
    "cable 3": SourceFuel(role=Role.IMPORT, neighbour="NO-NO2"),
}
MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)


def intensity(mix: Megawatts) -> MixIntensity:
    result = mix_intensity(mix, FUELS)
    assert result is not None
    return result


def step(hour: float, mix: Megawatts) -> MixStep:
    starts_at = MIDNIGHT + timedelta(hours=hour)
    return MixStep(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), megawatts=mix)


# --- production ----------------------------------------------------------------------------------------------


def test_the_intensity_is_the_mean_of_the_factors_weighted_by_megawatts() -> None:
    result = intensity({"Coal": 100, "Gas": 100, "Wind": 150, "Nuclear": 50})

    # (100 x 820 + 100 x 490 + 150 x 11 + 50 x 12) / 400 = (82000 + 49000 + 1650 + 600) / 400 = 133250 / 400
    assert result.lifecycle_gco2e_per_kwh == pytest.approx(333.125)
    # (100 x 760 + 100 x 370) / 400 = 113000 / 400
    assert result.direct_gco2e_per_kwh == pytest.approx(282.5)
    assert result.renewable_share == pytest.approx(0.375)  # 150 / 400
    assert result.fossil_free_share == pytest.approx(0.5)  # 200 / 400
    assert result.total_mw == 400


def test_percentages_of_a_mix_give_the_same_as_megawatts() -> None:
    assert intensity({"gas": 25, "wind": 75}).lifecycle_gco2e_per_kwh == pytest.approx(
        intensity({"gas": 1000, "wind": 3000}).lifecycle_gco2e_per_kwh
    )


def test_storage_and_load_are_in_neither_sum() -> None:
    plain = intensity({"gas": 100, "wind": 100})

    assert intensity({"gas": 100, "wind": 100, "pumps": 80, "load": 280}) == plain
    assert intensity({"gas": 100, "wind": 100, "pumps": -80}) == plain


def test_a_small_negative_value_is_own_use_and_counts_as_zero_megawatts() -> None:
    assert generation_mw({"gas": -20.0, "solar": -100.0, "nuclear": -10.0}, FUELS) == {
        "gas": 0,
        "solar": 0,
        "nuclear": 0,
    }


def test_a_larger_negative_value_is_unknown() -> None:
    assert generation_mw({"gas": -20.1, "solar": -100.1, "nuclear": -10.1, "wind": 5}, FUELS) == {"wind": 5}


def test_a_plant_with_a_store_of_its_own_may_charge_as_much_as_it_likes() -> None:
    assert generation_mw({"hydro": -900}, FUELS) == {"hydro": 0}


@pytest.mark.parametrize("unknown", [None, float("nan"), float("inf")])
def test_a_fuel_without_a_value_is_not_a_fuel_at_zero(unknown: float | None) -> None:
    assert generation_mw({"coal": unknown, "wind": 0.0}, FUELS) == {"wind": 0.0}


@pytest.mark.parametrize("mix", [{}, {"coal": None}, {"wind": 0.0}, {"pumps": 300.0}, {"gas": -5.0}])
def test_without_generation_there_is_no_intensity(mix: Megawatts) -> None:
    assert mix_intensity(mix, FUELS) is None


def test_a_name_the_tables_lack_is_listed_and_tolerated_up_to_five_percent() -> None:
    assert intensity({"gas": 100, "fusion": 5}).unnamed == ("fusion",)
    assert intensity({"gas": 100, "fusion": 5}).lifecycle_gco2e_per_kwh == 490
    assert mix_intensity({"gas": 100, "fusion": 5.1}, FUELS) is None
    assert mix_intensity({"gas": 100, "fusion": -5.1}, FUELS) is None


# --- which step ----------------------------------------------------------------------------------------------


def test_a_step_that_lacks_fuels_gives_way_to_the_newest_complete_one() -> None:
    whole = {"coal": 10.0, "gas": 10.0, "wind": 10.0}
    steps = [step(0, whole), step(1, whole), step(2, {"wind": 12.0, "gas": None}), step(3, {"wind": 13.0})]

    chosen = newest_complete(steps, FUELS)

    assert chosen is not None
    assert chosen.starts_at == MIDNIGHT + timedelta(hours=1)


def test_a_zero_is_a_value_and_a_null_is_not() -> None:
    steps = [step(0, {"coal": 10, "wind": 10}), step(1, {"coal": 0, "wind": 10}), step(2, {"coal": None, "wind": 10})]

    chosen = newest_complete(steps, FUELS)

    assert chosen is steps[1]


def test_idle_storage_does_not_make_a_step_incomplete() -> None:
    steps = [step(0, {"coal": 10, "pumps": 5.0}), step(1, {"coal": 10})]

    assert newest_complete(steps, FUELS) is steps[1]


def test_a_fuller_step_counts_for_less_than_24_hours() -> None:
    full, thin = {"coal": 10.0, "wind": 10.0}, {"wind": 10.0}

    assert newest_complete([step(0, full), step(23.75, thin)], FUELS) == step(0, full)
    assert newest_complete([step(0, full), step(24, thin)], FUELS) == step(24, thin)


def test_steps_without_any_generation_leave_nothing_to_choose() -> None:
    assert newest_complete([], FUELS) is None
    assert newest_complete([step(0, {"coal": None})], FUELS) is None


# --- imports -------------------------------------------------------------------------------------------------


def test_lines_to_one_neighbour_are_netted() -> None:
    assert net_imports_mw({"cable 1": 500, "cable 2": -200, "cable 3": -50, "gas": 9}, FUELS) == {
        "FR": 300,
        "NO-NO2": -50,
    }


@pytest.mark.parametrize("lines", [{"cable 1": None, "cable 2": 100.0}, {"cable 1": 100.0, "cable 2": None}])
def test_a_line_without_a_value_makes_the_flow_of_its_neighbour_unknown(lines: Megawatts) -> None:
    assert net_imports_mw(lines, FUELS) == {"FR": None}


def test_an_import_counts_as_generation_at_the_neighbours_value_and_an_export_is_left_out() -> None:
    production = intensity({"gas": 300, "wind": 100})  # (300 x 490 + 100 x 11) / 400 = 370.25

    result = with_imports(
        production,
        {"FR": 100.0, "NO-NO2": -250.0},
        {"FR": Neighbour(lifecycle_gco2e_per_kwh=40, renewable_share=0.3, fossil_free_share=0.95)},
    )

    assert result is not None
    # (400 x 370.25 + 100 x 40) / 500 = (148100 + 4000) / 500
    assert result.lifecycle_gco2e_per_kwh == pytest.approx(304.2)
    assert result.renewable_share == pytest.approx(0.26)  # (400 x 0.25 + 100 x 0.3) / 500
    assert result.fossil_free_share == pytest.approx(0.39)  # (400 x 0.25 + 100 x 0.95) / 500
    assert result.total_mw == 500
    assert result.direct_gco2e_per_kwh is None


def test_an_unknown_flow_or_neighbour_leaves_consumption_unknown() -> None:
    production = intensity({"gas": 300})

    assert with_imports(production, {"FR": None}, {"FR": Neighbour(lifecycle_gco2e_per_kwh=40)}) is None
    assert with_imports(production, {"FR": 10.0}, {}) is None


def test_a_neighbour_that_takes_electricity_need_not_have_a_value() -> None:
    production = intensity({"gas": 300})

    result = with_imports(production, {"FR": -10.0}, {})

    assert result is not None
    assert result.lifecycle_gco2e_per_kwh == pytest.approx(490)


def test_a_neighbour_without_shares_leaves_the_shares_unknown() -> None:
    result = with_imports(
        intensity({"wind": 300}), {"FR": 100.0}, {"FR": Neighbour(lifecycle_gco2e_per_kwh=40, fossil_free_share=0.9)}
    )

    assert result is not None
    assert result.renewable_share is None
    assert result.fossil_free_share == pytest.approx(0.975)  # (300 x 1 + 100 x 0.9) / 400


# --- always --------------------------------------------------------------------------------------------------

NAMES = [name for name, row in FUELS.items() if row.fuel is not None]
mixes = st.dictionaries(st.sampled_from(NAMES), st.none() | st.floats(-200, 50_000), min_size=1)


@given(mixes)
def test_an_intensity_lies_between_the_cleanest_and_the_dirtiest_fuel_of_the_mix(mix: Megawatts) -> None:
    result = mix_intensity(mix, FUELS)

    if result is None:
        assert sum(generation_mw(mix, FUELS).values()) == 0
        return
    factors = [fuel.lifecycle_gco2e_per_kwh for name, mw in mix.items() if mw and (fuel := FUELS[name].fuel)]
    assert min(factors) - 1e-6 <= result.lifecycle_gco2e_per_kwh <= max(factors) + 1e-6
    assert result.direct_gco2e_per_kwh is not None
    assert result.direct_gco2e_per_kwh <= result.lifecycle_gco2e_per_kwh
    assert result.renewable_share is not None
    assert result.fossil_free_share is not None
    assert 0 <= result.renewable_share <= result.fossil_free_share + 1e-9 <= 1 + 1e-9


@given(mixes, st.floats(0.01, 1), st.floats(-1000, 1000))
def test_scale_and_storage_do_not_change_an_intensity(mix: Megawatts, scale: float, pumping: float) -> None:
    plain = {name: mw for name, mw in mix.items() if mw is not None and mw >= 1}
    scaled = {name: mw * scale for name, mw in plain.items()}

    first, second = mix_intensity(plain, FUELS), mix_intensity({**scaled, "pumps": pumping}, FUELS)

    assert (first is None) == (second is None)
    if first and second:
        assert second.lifecycle_gco2e_per_kwh == pytest.approx(first.lifecycle_gco2e_per_kwh)


@given(mixes, st.floats(0, 50_000), st.floats(1, 1100))
def test_imports_move_an_intensity_towards_the_neighbours(mix: Megawatts, flow: float, value: float) -> None:
    production = mix_intensity(mix, FUELS)
    if production is None:
        return

    result = with_imports(production, {"FR": flow}, {"FR": Neighbour(lifecycle_gco2e_per_kwh=value)})

    assert result is not None
    low, high = sorted((production.lifecycle_gco2e_per_kwh, value))
    assert low - 1e-6 <= result.lifecycle_gco2e_per_kwh <= high + 1e-6


@given(st.lists(st.tuples(st.integers(0, 60), mixes), max_size=12))
def test_the_chosen_step_is_as_full_as_the_fullest_of_the_last_24_hours(found: list[tuple[int, Megawatts]]) -> None:
    steps = [step(hour, mix) for hour, mix in found]

    chosen = newest_complete(steps, FUELS)

    if chosen is None:
        assert all(not generation_mw(other.megawatts, FUELS) for other in steps)
        return
    newest = max(other.starts_at for other in steps if generation_mw(other.megawatts, FUELS))
    of_its_day = [other for other in steps if timedelta(0) <= newest - other.starts_at < timedelta(hours=24)]
    assert chosen in of_its_day
    assert max(len(generation_mw(other.megawatts, FUELS)) for other in of_its_day) == len(
        generation_mw(chosen.megawatts, FUELS)
    )
