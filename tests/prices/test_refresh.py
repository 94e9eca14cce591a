"""A refresh: what replaces the present tables, what is refused, and what is left after a crash."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from catalog.refreshed import ON_DEMAND, load_refreshed
from pricing.refresh.figure import Figure, Refresher, Task
from pricing.refresh.refusal import RefreshRefused
from pricing.refresh.state import RefreshState, is_due, only_process, read_state
from pricing.refresh.tables import FOLDER, save
from tests.fakes.price_lists import NOW, facts
from tests.prices.refreshes import SOURCE, linode, listing, prices, refresher, run


def failing(reason: str) -> Refresher:
    def figures(_task: Task) -> Iterator[Figure]:
        raise RefreshRefused(reason, "the list")
        yield

    return refresher(figures)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a first table of three prices."""
    save(tmp_path / FOLDER, "linode", ON_DEMAND, linode("0.0075", "0.018", "0.036"), SOURCE, NOW)
    return tmp_path


def test_a_good_list_replaces_the_table_with_its_own_date_and_source(folder: Path) -> None:
    (outcome,) = run(folder, listing("0.0075", "0.02", "0.036"))

    table = load_refreshed(folder / FOLDER / "linode-on_demand.npz")
    assert (outcome.outcome, outcome.reason) == ("replaced", "")
    assert outcome.summary is not None
    assert (outcome.summary.rows_before, outcome.summary.rows_after, outcome.summary.changed) == (3, 3, 1)
    assert (table.dates, table.refreshed_at, len(table)) == (("2026-11-27",), "2026-11-28T12:00:00Z", 3)
    assert [(source.key, source.as_of) for source in table.sources] == [("toy-list", "2026-11-27")]


def test_a_dry_run_reports_the_same_and_writes_nothing(folder: Path) -> None:
    files = sorted((folder / FOLDER).iterdir())

    (outcome,) = run(folder, listing("0.0075", "0.02", "0.036"), dry_run=True)

    assert outcome.outcome == "replaced"
    assert prices(folder) == ["0.0075", "0.018", "0.036"]
    assert sorted((folder / FOLDER).iterdir()) == files


@pytest.mark.parametrize(
    ("list_of_prices", "reason"), [(("0.0075", "0.018"), "fewer-rows"), (("0.0075", "0.09", "0.036"), "price-jump")]
)
def test_an_implausible_list_leaves_the_table_and_one_line_in_the_log(
    folder: Path, caplog: pytest.LogCaptureFixture, list_of_prices: tuple[str, ...], reason: str
) -> None:
    with caplog.at_level(logging.WARNING):
        (outcome,) = run(folder, listing(*list_of_prices))

    assert (outcome.outcome, outcome.reason) == ("refused", reason)
    assert prices(folder) == ["0.0075", "0.018", "0.036"]
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["prices were not refreshed"]
    assert reason in caplog.text


def test_an_operator_may_accept_a_jump_but_never_another_currency(folder: Path) -> None:
    (accepted,) = run(folder, listing("0.0075", "0.09", "0.036"), accept=True)
    (refused,) = run(folder, failing("currency"), accept=True)

    assert (accepted.outcome, refused.outcome) == ("replaced", "refused")
    assert prices(folder) == ["0.0075", "0.036", "0.09"]


def test_one_refused_list_does_not_stop_the_next(folder: Path) -> None:
    outcomes = run(
        folder, failing("timeout"), refresher(lambda _task: iter(linode("0.01", "0.02", "0.04")), name="next")
    )

    assert [(one.refresher, one.outcome) for one in outcomes] == [("toy", "refused"), ("next", "replaced")]


def test_a_list_that_confuses_its_reader_is_refused_like_any_other_shape(folder: Path) -> None:
    def figures(_task: Task) -> Iterator[Figure]:
        yield linode("0.0075")[3]

    (outcome,) = run(folder, refresher(figures))

    assert (outcome.outcome, outcome.reason, outcome.detail) == (
        "refused",
        "shape",
        "IndexError while the list was read",
    )
    assert prices(folder) == ["0.0075", "0.018", "0.036"]


def test_the_first_list_is_compared_with_the_shipped_prices(tmp_path: Path) -> None:
    (outcome,) = run(tmp_path, listing("0.0075", "0.018", "0.036"))

    # 1,258 prices of Linode are shipped; three would be a loss of nearly all.
    assert (outcome.reason, outcome.detail) == ("fewer-rows", "3 rows instead of 1258")
    assert not (tmp_path / FOLDER / "linode-on_demand.npz").exists()


def test_a_list_of_the_same_edition_is_not_read_again(folder: Path) -> None:
    first = run(folder, refresher(lambda _task: iter(linode("0.0075", "0.018", "0.036")), edition="of Monday"))
    second = run(folder, refresher(failing("timeout").figures, edition="of Monday"))

    assert [one.outcome for one in (*first, *second)] == ["replaced", "unchanged"]


def test_a_list_without_its_key_is_skipped_and_says_which_setting_is_missing(folder: Path) -> None:
    keyed = Refresher(
        name="keyed",
        provider="linode",
        kinds=(ON_DEMAND,),
        source=SOURCE,
        figures=failing("refused").figures,
        missing=lambda settings: None if settings.prices_hetzner_token else "PRICES_HETZNER_TOKEN is not set",
    )

    (outcome,) = run(folder, keyed)

    assert (outcome.outcome, outcome.reason) == ("skipped", "PRICES_HETZNER_TOKEN is not set")


def test_the_table_of_a_partial_list_is_marked_and_compared_for_its_own_types(tmp_path: Path) -> None:
    every_place = [
        Figure(ON_DEMAND, region, "g6-nanode-1", Decimal("0.0075"), "2026-11-27") for region in facts("linode").regions
    ]
    partial = replace(refresher(lambda _task: iter(every_place)), is_partial=True)

    (outcome,) = run(tmp_path, partial)

    # One of 37 types, in all 34 regions.
    assert (outcome.outcome, outcome.summary and outcome.summary.rows_before) == ("replaced", 34)
    assert load_refreshed(tmp_path / FOLDER / "linode-on_demand.npz").is_partial


def test_the_state_holds_the_last_attempt_and_the_last_success(folder: Path) -> None:
    run(folder, listing("0.0075", "0.018", "0.036"))
    run(folder, failing("timeout"), now=NOW + timedelta(hours=1))

    state = read_state(folder / FOLDER)["toy"]
    assert state == RefreshState(
        attempted_at="2026-11-28T13:00:00Z",
        outcome="refused",
        reason="timeout",
        detail="the list",
        succeeded_at="2026-11-28T12:00:00Z",
        rows=3,
    )


@pytest.mark.parametrize(
    ("outcome", "hours", "due"),
    [("replaced", 23, False), ("replaced", 24, True), ("refused", 5, False), ("refused", 6, True)],
)
def test_a_list_is_due_after_the_interval_and_a_refused_one_after_a_quarter_of_it(
    outcome: str, hours: int, due: bool
) -> None:
    state = RefreshState(attempted_at="2026-11-28T12:00:00Z", outcome=outcome)

    assert is_due(state, NOW + timedelta(hours=hours), 24) is due
    assert is_due(None, NOW, 24)


def test_only_one_process_refreshes_at_a_time(tmp_path: Path) -> None:
    with only_process(tmp_path) as first, only_process(tmp_path) as second:
        assert first is not None
        assert second is None
    with only_process(tmp_path) as later:
        assert later is not None
