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
    # two at the start, and two more 0.9 x 10 s later: a fifth is one too many, and so is a third in the first 9 s
    calls = [100.0, 101.0, 110.1, 110.2, 110.3]

    messages = list(exceeded("DE", calls, each=2, every=10.0))

    assert list(exceeded("DE", calls[:4], each=2, every=10.0)) == []
    assert messages == ["DE was asked 5 times in 10.30 s: at 0.00, 1.00, 10.10, 10.20, 10.30"]
    assert list(exceeded("DE", [100.0, 101.0, 108.9], each=2, every=10.0)) != []
