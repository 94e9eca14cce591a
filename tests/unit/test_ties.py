"""When two figures count as equal."""

from __future__ import annotations

from planning.ties import difference


def test_figures_that_differ_by_rounding_alone_do_not_differ() -> None:
    assert 0.1 + 0.2 != 0.3
    assert difference(0.1 + 0.2, 0.3) == 0
    assert difference(0.0, 0.0) == 0


def test_any_other_difference_stays_as_it_is() -> None:
    assert difference(1.0, 1.0 - 1e-9) == 1.0 - (1.0 - 1e-9)
    assert difference(2.5, 4.0) == -1.5
