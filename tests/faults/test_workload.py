"""Many callers at once, after all other drills; `make soak` lets them ask for a minute."""

from __future__ import annotations

from pathlib import Path

from tests.faults.crowd import CALLERS, crowd

SECONDS = 4.0


def test_two_hundred_callers_get_nothing_but_answers(tmp_path: Path) -> None:
    result = crowd(tmp_path, SECONDS)

    assert result.wrong == ()
    assert result.answers >= CALLERS
