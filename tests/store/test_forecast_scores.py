"""Forecasts as issued are found again with their ranges; their scores are stored by day of issue."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from carbon.intensity import Signal
from carbon.reading import UpstreamForecast
from store.history.entries import Series
from store.history.history import History
from store.history.readings import minute_of
from store.history.scores import DayScores
from tests.fakes.clock import SteppedClock
from tests.store.conftest import NOON, NewHistory
from tests.store.entries import AVERAGE, DAY, entry

HOUR = minute_of(NOON) // 60
TODAY = HOUR // 24
OWN = UpstreamForecast(
    zone="DE", starts_at=NOON, gco2e_per_kwh=(300.0, 310.0), source="own", low=(250.0, 255.5), high=(360.0, 370.0)
)
OTHER = replace(
    OWN, source="one-forecast", gco2e_per_kwh=(100.0, None, 120.0, 130.0), step_seconds=900, low=(), high=()
)


def scores(
    day: int = TODAY, *, source: str = "own", zone: str = "DE", first: float = 1.0, signal: Signal = AVERAGE
) -> DayScores:
    waits = np.array([[3.0, 0.25, 0.125], [30.0, 0.5, -0.5]])
    return DayScores(series=Series(source, signal.value, zone), day=day, sums=np.array([first, 2.0, 3.0]), waits=waits)


def test_the_forecasts_of_a_zone_are_found_by_source_with_their_ranges(history: History, clock: SteppedClock) -> None:
    history.record(AVERAGE, OWN)
    history.record(AVERAGE, OTHER)
    history.record(AVERAGE, replace(OWN, zone="FR"))
    history.record(Signal.MARGINAL, OTHER)
    clock.advance(3600)
    history.record(AVERAGE, OWN)
    history.recorder.close(60)

    by_source = history.scores.issued(AVERAGE, "DE", NOON, NOON + timedelta(hours=2))

    own, (other,) = by_source["own"], by_source["one-forecast"]
    assert [one.issued_hour for one in own] == [HOUR, HOUR + 1]
    assert (own[0].starts_minute, own[0].step_minutes) == (60 * HOUR, 60)
    assert (own[0].values.tolist(), own[0].low.tolist(), own[0].high.tolist()) == (
        [300.0, 310.0],
        [250.0, 255.5],
        [360.0, 370.0],
    )
    assert (other.step_minutes, other.low.tolist(), other.high.tolist()) == (15, [], [])
    assert other.values.tolist() == pytest.approx([100.0, np.nan, 120.0, 130.0], nan_ok=True)


def test_forecasts_that_were_issued_outside_the_time_are_not_found(history: History) -> None:
    history.record(AVERAGE, OWN)
    history.recorder.close(60)

    assert history.scores.issued(AVERAGE, "DE", NOON - DAY, NOON) == {}
    assert history.scores.issued(AVERAGE, "DE", NOON + timedelta(hours=1), NOON + DAY) == {}


def test_scores_are_found_by_zone_source_and_day_as_they_were_stored(history: History) -> None:
    history.scores.keep([scores(TODAY), scores(TODAY - 1), scores(zone="AT"), scores(source="another")])

    found = history.scores.between(AVERAGE, TODAY - 1, TODAY + 1)

    assert [(one.series.zone, one.series.source, one.day) for one in found] == [
        ("AT", "own", TODAY),
        ("DE", "another", TODAY),
        ("DE", "own", TODAY - 1),
        ("DE", "own", TODAY),
    ]
    assert found[0].sums.tolist() == [1.0, 2.0, 3.0]
    assert found[0].waits.tolist() == [[3.0, 0.25, 0.125], [30.0, 0.5, -0.5]]


def test_zone_source_signal_and_days_choose_among_the_scores(history: History) -> None:
    marginal = scores(signal=Signal.MARGINAL, first=9.0)
    history.scores.keep([scores(TODAY), scores(TODAY - 1), scores(zone="AT"), scores(source="another"), marginal])

    def count(**named: str) -> int:
        return len(history.scores.between(AVERAGE, TODAY, TODAY + 1, **named))

    assert (count(), count(zone="DE"), count(source="own"), count(zone="DE", source="own")) == (3, 2, 2, 1)
    assert [one.sums[0] for one in history.scores.between(Signal.MARGINAL, 0, TODAY + 1)] == [9.0]


def test_newer_scores_of_a_day_replace_the_older_ones(history: History) -> None:
    history.scores.keep([scores(first=1.0)])
    history.scores.keep([scores(first=5.0)])

    assert [one.sums[0] for one in history.scores.between(AVERAGE, TODAY, TODAY + 1)] == [5.0]


def test_one_process_scores_once_a_day(history: History, new_history: NewHistory) -> None:
    history.write([entry(NOON, 100.0)])
    other = new_history()

    turns = [
        history.scores.is_due(NOON),
        other.scores.is_due(NOON),
        other.scores.is_due(NOON + DAY - timedelta(hours=1)),
    ]

    assert turns == [True, False, False]
    assert other.scores.is_due(NOON + DAY)


def test_old_scores_are_removed_with_the_other_rows(new_history: NewHistory) -> None:
    history = new_history(days=10)
    history.scores.keep([scores(TODAY - 10), scores(TODAY - 11)])

    history.tidy()

    assert [one.day for one in history.scores.between(AVERAGE, 0, TODAY + 1)] == [TODAY - 10]


def test_where_nothing_was_ever_stored_nothing_is_due_and_no_file_is_created(tmp_path: Path) -> None:
    empty = History(tmp_path / "var").scores

    assert not empty.is_due(NOON)
    assert (empty.issued(AVERAGE, "DE", NOON, NOON + DAY), empty.between(AVERAGE, 0, TODAY)) == ({}, [])
    assert list(tmp_path.iterdir()) == []


def test_forecasts_are_kept_if_rows_are_stored_or_were(tmp_path: Path) -> None:
    is_kept = {days: History(tmp_path / "new", days=days).scores.is_kept for days in (0, 1)}
    before = History(tmp_path, days=1)
    before.write([entry(NOON, 100.0)])

    assert is_kept == {0: False, 1: True}
    assert History(tmp_path, days=0).scores.is_kept
