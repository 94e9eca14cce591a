"""Prices are refreshed by themselves: when, by which process, and what is counted."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from catalog.refreshed import SPOT
from pricing.refresh.background import FIRST_SECONDS, PriceRefresh
from pricing.refresh.child import RefreshFailed, outcomes
from pricing.refresh.registry import REFRESHERS
from pricing.refresh.state import RefreshState, only_process, read_state, write_state
from pricing.refresh.tables import FOLDER, stored_figures
from settings import Settings
from tests.fakes.aws_lists import spot_feed
from tests.fakes.patience import eventually
from tests.fakes.price_lists import NOW, PriceServer
from tests.fakes.telemetry import Counts

WITHOUT_KEY = [one.name for one in REFRESHERS if one.missing(Settings()) is None]


class Runner:
    """Notes what it was told to refresh, and says that each list was refused."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = lambda: NOW) -> None:
        self.runs: list[list[str]] = []
        self._folder = folder / FOLDER
        self._clock = clock

    def __call__(self, names: Sequence[str], lock: int) -> Generator[dict[str, str]]:
        self.runs.append([*names])
        at = f"{self._clock():%Y-%m-%dT%H:%M:%SZ}"
        write_state(self._folder, {name: RefreshState(attempted_at=at, outcome="refused") for name in names})
        for name in names:
            yield {"refresher": name, "outcome": "refused", "reason": "timeout", "detail": "the list"}


def test_every_list_without_a_key_is_due_at_first_and_then_not_before_its_time(tmp_path: Path) -> None:
    now = [NOW]
    runner = Runner(tmp_path, lambda: now[0])
    refresh = PriceRefresh(Settings(data_dir=tmp_path), run=runner, utc_now=lambda: now[0])

    first = refresh.look()
    now[0] += timedelta(hours=5, minutes=59)
    too_early = refresh.look()
    now[0] += timedelta(minutes=1)  # a quarter of 24 hours after a refusal
    refresh.look()

    assert (first, too_early, runner.runs) == (WITHOUT_KEY, [], [WITHOUT_KEY, WITHOUT_KEY])


def test_a_refusal_is_one_line_in_the_log_and_one_count(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    counts = Counts()
    refresh = PriceRefresh(Settings(data_dir=tmp_path), run=Runner(tmp_path), utc_now=lambda: NOW, telemetry=counts)

    with caplog.at_level(logging.WARNING):
        refresh.look()

    assert counts.seen["price_refresh", "azure", "timeout"] == 1
    assert [record.getMessage() for record in caplog.records if "azure" in record.getMessage()] == [
        "prices were not refreshed: azure (timeout): the list"
    ]


def test_nothing_is_refreshed_while_another_process_does(tmp_path: Path) -> None:
    runner = Runner(tmp_path)

    with only_process(tmp_path / FOLDER):
        refreshed = PriceRefresh(Settings(data_dir=tmp_path), run=runner, utc_now=lambda: NOW).look()

    assert (refreshed, runner.runs) == ([], [])


@pytest.mark.parametrize(("live", "hours", "is_on"), [("on", 24, True), ("off", 24, False), ("on", 0, False)])
def test_live_off_and_no_interval_stop_it(tmp_path: Path, live: str, hours: int, is_on: bool) -> None:
    runner = Runner(tmp_path)
    settings = replace(Settings(data_dir=tmp_path), live=live, price_refresh_hours=hours)
    refresh = PriceRefresh(settings, run=runner, first_seconds=(0, 0), look_seconds=(3600, 3600))

    refresh.follow()
    refresh.follow()

    if is_on:
        assert eventually(lambda: runner.runs)
    else:
        time.sleep(0.2)  # in which a thread would have begun
    assert (refresh.is_on, len(runner.runs)) == (is_on, int(is_on))


def test_a_new_service_calls_no_list_in_its_first_five_minutes() -> None:
    assert FIRST_SECONDS[0] >= 300


def test_the_process_in_the_background_replaces_a_table_and_holds_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PriceServer({"spot.json": spot_feed("1.1")}).serving() as server, only_process(tmp_path) as lock:
        for name, value in {"DATA_DIR": tmp_path, "PRICES_AWS_SPOT_BASE_URL": server.base_url}.items():
            monkeypatch.setenv(name, str(value))
        assert lock is not None

        (outcome,) = outcomes(["aws-spot-feed"], lock)

    assert (outcome["refresher"], outcome["outcome"]) == ("aws-spot-feed", "replaced")
    assert len(stored_figures(tmp_path / FOLDER, "aws", SPOT) or ()) > 20_000
    assert read_state(tmp_path / FOLDER)["aws-spot-feed"].outcome == "replaced"


def test_a_process_that_ends_early_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "not a port")

    with only_process(tmp_path) as lock, pytest.raises(RefreshFailed, match="status 1"):
        list(outcomes(["aws-spot-feed"], lock or -1))
