"""Whatever the upstream does, every answer is 200, in time, honest about its source, and asks no more than it may."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.drill import Result, exceeded
from tests.faults.rows import ROWS


@pytest.mark.parametrize("name", [row.name for row in ROWS])
def test_the_service_survives_an_upstream_that_is(name: str, drills: Callable[[str], Result]) -> None:
    result = drills(name)

    assert result.wrong == []
    assert result.answers > 0


def test_a_budget_is_exceeded_by_one_call_too_many_in_any_stretch() -> None:
    # two for the start and two more once 0.9 x 10 s have passed: the fifth, at 9.5 s, is one too many
    calls = [100.0, 101.0, 109.2, 109.3, 109.5]

    found = list(exceeded("DE", calls, each=2, every=10.0))

    assert list(exceeded("DE", calls[:4], each=2, every=10.0)) == []
    assert found == ["DE was asked 5 times in 9.50 s"]
