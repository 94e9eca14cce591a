"""Ranges of factors: combined in quadrature, and compared without what two figures share. Numbers by hand."""

from __future__ import annotations

import pytest

from carbon.ranges import SURE, Factors, RangedFigure, combined, distinguishable

GRID = Factors(low=0.5, high=2.0)
POWER = Factors(low=0.8, high=1.25)


def figure(value: float, *, zone: str = "DE", machine: str = "m8a", power: Factors = POWER) -> RangedFigure:
    return RangedFigure(value=value, zone=zone, grid=GRID, machine=machine, power=power)


def test_parts_combine_in_quadrature_of_their_logarithms() -> None:
    # log 2 = 0.693147 and log 1.25 = 0.223144: sqrt(0.480453 + 0.049793) = 0.728180, and e to that 2.071308.
    total_range = combined(GRID, POWER)

    assert total_range.high == pytest.approx(2.071308, rel=1e-5)
    assert total_range.low == pytest.approx(1 / 2.071308, rel=1e-5)


def test_what_is_sure_adds_nothing() -> None:
    total_range = combined(POWER, SURE)

    assert (total_range.low, total_range.high) == pytest.approx((0.8, 1.25))


def test_two_machines_in_one_zone_share_the_grid_s_doubt() -> None:
    # 1.25 x 100 = 125 and 0.8 x 160 = 128: told apart, though the grid alone may double either.
    assert distinguishable(figure(100), figure(160, machine="m8g"))
    # 0.8 x 155 = 124 is below 125.
    assert not distinguishable(figure(100), figure(155, machine="m8g"))


def test_one_machine_in_two_zones_shares_the_power_s_doubt() -> None:
    # 2 x 100 = 200 against 0.5 x 401 = 200.5, and against 0.5 x 399 = 199.5.
    assert distinguishable(figure(100), figure(401, zone="FR"))
    assert not distinguishable(figure(100), figure(399, zone="FR"))


def test_another_machine_in_another_zone_shares_nothing() -> None:
    # 2.071308 x 100 = 207.1 against 429 / 2.071308 = 207.1: just above and just below.
    assert distinguishable(figure(100), figure(430, zone="FR", machine="m8g"))
    assert not distinguishable(figure(100), figure(428, zone="FR", machine="m8g"))


def test_the_order_of_the_two_does_not_matter() -> None:
    assert distinguishable(figure(401, zone="FR"), figure(100))
    assert not distinguishable(figure(399, zone="FR"), figure(100))


def test_the_same_machine_in_the_same_zone_differs_by_what_the_figures_say() -> None:
    assert distinguishable(figure(100), figure(101))
    assert not distinguishable(figure(100), figure(100))


def test_m8a_and_m8g_cannot_be_told_apart() -> None:
    # Per unit of work m8a lies between 0.59 and 1.52 around 1, m8g between 0.67 and 2.82 around 1.597: 37.4 % less at
    # the centre, but 0.67 is below 1.52.
    m8a = figure(1.0, power=Factors(low=0.59, high=1.52))
    m8g = figure(1.597, machine="m8g", power=Factors(low=0.67 / 1.597, high=2.82 / 1.597))

    assert not distinguishable(m8a, m8g)
