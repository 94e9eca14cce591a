"""`flask --app app usage import` of what is there already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import ledger_questions
from carbon.ledger import SettledUsage, UsageRow
from store.ledger.decisions import DecisionLedger
from tests.cli.test_usage_commands import LEGACY, run, stored, written


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var"


def test_rows_that_are_there_already_are_not_settled(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(folder, "cur", LEGACY)
    before = stored(folder)
    ids: list[str] = []
    settle = ledger_questions.settle

    def counting(session: Any, rows: Sequence[UsageRow], read: Any = None) -> list[SettledUsage]:
        ids.extend(row.id for row in rows)
        return settle(session, rows, read)

    monkeypatch.setattr(ledger_questions, "settle", counting)
    result = run(folder, "cur", LEGACY)
    assert "0 stored, 0 replaced, 7 there already" in result.stdout
    assert (ids, stored(folder)) == ([], before)

    run(folder, "cur", written(tmp_path, Path(LEGACY).read_text(encoding="utf-8").replace("\na2,", "\nb2,")))

    assert len(ids) == 1
    assert len(stored(folder)) == 8


def test_of_lines_with_one_id_the_last_one_counts_again_at_a_second_import(tmp_path: Path, folder: Path) -> None:
    lines = "".join(f"one,2026-10-01T00:00:00Z,2,aws:us-east-1,m5.large,{count}\n" for count in (3, 4))
    file = written(tmp_path, f"id,start,hours,region,instance_type,count\n{lines}")
    run(folder, "csv", file)

    result = run(folder, "csv", file)

    (row,) = stored(folder)
    assert (row.settled.row.count, row.changes) == (4.0, ())
    assert "2 rows of usage: 0 stored, 0 replaced, 1 there already; 1 have the id of a later one" in result.stdout


def test_rows_that_have_the_time_of_their_decision_are_there_already(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_at = datetime(2026, 9, 30, 20, tzinfo=UTC)
    monkeypatch.setattr(DecisionLedger, "made_at", lambda *_: {"dec_1": made_at})
    text = "id,start,hours,region,instance_type,decision_id\none,2026-10-01T00:00:00Z,2,aws:us-east-1,m5.large,dec_1\n"
    run(folder, "csv", written(tmp_path, text))

    result = run(folder, "csv", written(tmp_path, text))

    assert "0 stored, 0 replaced, 1 there already" in result.stdout
    assert [row.settled.row.submitted_at for row in stored(folder)] == [made_at]
