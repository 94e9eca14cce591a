"""Imports of bills that are killed, and two of one bill at once, as processes of their own, in both databases."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from bench.imports import command, write_bill
from bench.server import ROOT
from store.history.history import History
from store.ledger.usage import UsageLedger, UsageTotal
from tests.store.conftest import NewHistory

LINES = 20_000
FIRST_DAY, LAST_DAY = 20_362, 20_392  # 2025-10-01 to 2025-10-31
PATIENCE_SECONDS = 120


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bill(tmp_path_factory.mktemp("bill") / "bill.csv", LINES)


def started(bill: Path, folder: Path, url: str | None) -> subprocess.Popen[str]:
    environment = {**os.environ, "DATA_DIR": str(folder), "DATABASE_URL": url or "", "LIVE": "off"}
    return subprocess.Popen(  # noqa: S603
        command(bill), cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def counts(process: subprocess.Popen[str]) -> tuple[int, int, int]:
    """Rows that were stored, replaced and there already."""
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, err
    numbers = re.search(r"([\d,]+) stored, ([\d,]+) replaced, ([\d,]+) there already\n", out)
    assert numbers is not None, out
    stored, replaced, present = (int(number.replace(",", "")) for number in numbers.groups())
    return stored, replaced, present


def totals(history: History) -> list[UsageTotal]:
    return UsageLedger(history).totals("default", FIRST_DAY, LAST_DAY)


def figures(history: History) -> dict[Any, list[Any]]:
    """Rows and sums by day and kind; the ids of kinds may differ between databases."""
    return {
        (one.day, one.region, one.machine, *sorted(one.tags.items())): [
            one.rows,
            one.figures.hours,
            one.figures.energy_kwh,
            one.figures.operational_g,
            one.figures.embodied_g,
            one.figures.cost_usd,
        ]
        for one in totals(history)
    }


def row_count(history: History) -> int:
    return UsageLedger(history).rows("default", FIRST_DAY, LAST_DAY, 0, 1)[1]


@pytest.fixture(scope="module")
def undisturbed(bill: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Any, list[Any]]:
    """What an import leaves that nothing disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed")
    stored, _, _ = counts(started(bill, folder, None))
    result = figures(History(folder))
    assert sum(one[0] for one in result.values()) == stored > LINES / 2
    return result


def wait_for_rows(history: History, process: subprocess.Popen[str]) -> int:
    """How many rows are there as soon as some are."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if history.exists() and (count := row_count(history)):
            return count
        assert process.poll() is None, "the import ended before its first rows were seen"
        time.sleep(0.01)
    raise AssertionError("no row came")


def test_an_import_that_is_killed_loses_nothing_and_doubles_nothing(
    bill: Path, tmp_path: Path, database_url: str | None, new_history: NewHistory, undisturbed: dict[Any, list[Any]]
) -> None:
    process = started(bill, tmp_path / "var", database_url)
    wait_for_rows(new_history(), process)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE_SECONDS)
    kept = row_count(new_history())

    stored, replaced, present = counts(started(bill, tmp_path / "var", database_url))

    whole = sum(one[0] for one in undisturbed.values())
    assert process.returncode == -signal.SIGKILL
    assert 0 < kept < whole
    assert (stored, replaced, present) == (whole - kept, 0, kept)
    assert row_count(new_history()) == whole
    after = figures(new_history())
    assert after.keys() == undisturbed.keys()
    assert all(after[key] == pytest.approx(undisturbed[key]) for key in undisturbed)


def test_two_imports_of_one_bill_at_once_store_each_row_once(
    bill: Path, tmp_path: Path, database_url: str | None, new_history: NewHistory, undisturbed: dict[Any, list[Any]]
) -> None:
    both = [started(bill, tmp_path / "var", database_url) for _ in range(2)]

    (stored, replaced, present), (stored_too, replaced_too, present_too) = (counts(process) for process in both)

    whole = sum(one[0] for one in undisturbed.values())
    assert (stored + stored_too, present + present_too) == (whole, whole)
    assert (replaced, replaced_too) == (0, 0)
    after = figures(new_history())
    assert after.keys() == undisturbed.keys()
    assert all(after[key] == pytest.approx(undisturbed[key]) for key in undisturbed)
