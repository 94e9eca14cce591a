"""Bars of emissions and curves of watts: where their parts stand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.bands import band_of
from web.drawing.bars import draw_bar
from web.drawing.power_plot import power_chart
from web.geometry.bars import WIDTH, Amount, bars
from web.geometry.canvas import PAGE
from web.geometry.power_picture import LoadWatts, power_picture

LOW = band_of(60.0)
sizes = st.floats(0.0, 1e9)


def amount(grid_g: float, low_g: float, high_g: float, hardware_g: float = 0.0) -> Amount:
    return Amount(grid_g=grid_g, low_g=low_g, high_g=high_g, hardware_g=hardware_g, band=LOW)


def test_all_bars_have_one_scale_that_ends_at_the_highest_range() -> None:
    # The highest end is 150 + 50 = 200 g, so that 1 g is 5 of 1,000.
    first, second = bars([amount(20, 10, 40), amount(100, 50, 150, 50)])

    assert (first.hardware, first.whole, first.low, first.high) == pytest.approx((0, 100, 50, 200))
    assert (second.hardware, second.whole, second.low, second.high) == pytest.approx((250, 750, 500, 1000))


@given(st.lists(st.tuples(sizes, sizes, sizes, sizes), min_size=1, max_size=6))
def test_no_bar_leaves_the_picture_and_its_parts_are_in_order(figures: list[tuple[float, ...]]) -> None:
    amounts = []
    for *range_g, hardware in figures:
        low, grid, high = sorted(range_g)
        amounts.append(amount(grid, low, high, hardware))

    for bar in bars(amounts):
        assert 0 <= bar.hardware <= bar.low <= bar.whole <= bar.high <= WIDTH * (1 + 1e-9)


def test_options_that_emit_nothing_have_bars_of_no_length() -> None:
    assert [bar.whole for bar in bars([amount(0, 0, 0)])] == [0.0]


def test_a_bar_has_the_colour_of_its_band_and_the_hardware_has_none() -> None:
    without, with_hardware = (draw_bar(bars([amount(20, 10, 40, grams)])[0]) for grams in (0.0, 20.0))

    assert LOW is not None
    assert f'fill="{LOW.fill}"' in without
    assert 'class="hardware"' not in without
    assert 'class="hardware"' in with_hardware


def watts(utilization: float, value: float, spread: float = 2.0) -> LoadWatts:
    return LoadWatts(utilization=utilization, watts=value, low_w=value / spread, high_w=value * spread)


def test_the_curve_stands_between_0_and_a_round_figure_above_its_range() -> None:
    # 50 W with a factor of 2 reach 100 W: steps of 50 (most_figures is 4, steps of 20 would be five).
    picture = power_picture("own", [watts(0, 10), watts(1, 50)], watts(0.5, 30))

    height = PAGE.bottom - PAGE.top
    assert [tick.label for tick in picture.upright] == ["0", "50", "100"]
    assert [x for x, _ in picture.curve] == pytest.approx([PAGE.left, PAGE.right])
    assert [y for _, y in picture.curve] == pytest.approx([PAGE.bottom - 0.1 * height, PAGE.bottom - 0.5 * height])
    assert list(picture.range[1]) == pytest.approx([PAGE.right, PAGE.top])
    assert list(picture.at) == pytest.approx([(PAGE.left + PAGE.right) / 2, PAGE.bottom - 0.3 * height])
    assert picture.description == "10.0 W idle, 30.0 W at 50%, 50.0 W fully used; before PUE."


def test_watts_that_were_measured_have_no_shade() -> None:
    picture = power_picture("own", [watts(0, 10, 1.0), watts(1, 50, 1.0)], watts(1, 50, 1.0))

    assert picture.range == ()
    assert 'class="range"' not in power_chart(picture, "power")


@pytest.mark.parametrize(("utilization", "anchor"), [(0.0, "start"), (0.5, "start"), (1.0, "end")])
def test_the_words_of_the_load_stay_within_the_plot(utilization: float, anchor: str) -> None:
    chart: Any = power_chart(power_picture("<own>", [watts(0, 10), watts(1, 50)], watts(utilization, 30)), "power")

    assert f'text-anchor="{anchor}" class="text"' in chart
    assert "Watts of &lt;own&gt; by utilisation" in chart
