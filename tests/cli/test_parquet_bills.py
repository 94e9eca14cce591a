"""Bills in Parquet, as AWS writes them with maps and times."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from carbon.ledger import UsageRow
from cli import parquet_files
from cli.bill_files import lines
from planning.ledger.bills import cur, focus
from tests.cli.test_usage_commands import BILLS, FOCUS, run, stored

pa: Any = pytest.importorskip("pyarrow", reason="an extra: requirements-aws.txt")
parquet: Any = pytest.importorskip("pyarrow.parquet")
TEXTS = pa.map_(pa.string(), pa.string())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var"


def cur2_file(path: Path, unit: str = "ms", row_group_size: int = 100, times: int = 1) -> str:
    """The fixture as a table with the types of AWS's export."""
    text = (BILLS / "cur2.json").read_text(encoding="utf-8")
    rows = [row for _ in range(times) for row in json.loads(text)]
    for row in rows:
        for name in ("line_item_usage_start_date", "line_item_usage_end_date"):
            row[name] = datetime.fromisoformat(row[name])
        for name in ("product", "resource_tags", "cost_category", "discount"):
            pairs = row.get(name, {})
            pairs = json.loads(pairs) if isinstance(pairs, str) else pairs
            row[name] = [(key, str(value)) for key, value in pairs.items()]
    names = dict.fromkeys(name for row in rows for name in row)
    types = {
        "line_item_usage_start_date": pa.timestamp(unit),
        "line_item_usage_end_date": pa.timestamp(unit),
        **dict.fromkeys(("product", "resource_tags", "cost_category", "discount"), TEXTS),
    }
    columns = {name: pa.array([row.get(name) for row in rows], types.get(name)) for name in names}
    parquet.write_table(pa.table(columns), path, row_group_size=row_group_size)
    return str(path)


def focus_file(path: Path) -> str:
    """The fixture as a table: times with a zone, decimals, maps."""
    with Path(FOCUS).open(newline="", encoding="utf-8") as file:
        rows = [{name: cell or None for name, cell in line.items()} for line in csv.DictReader(file)]

    def column(name: str) -> Any:
        cells = [row[name] for row in rows]
        if name.startswith("ChargePeriod"):
            moments = [None if cell is None else datetime.fromisoformat(cell) for cell in cells]
            return pa.array(moments, pa.timestamp("ns", "UTC"))
        if name in ("EffectiveCost", "ConsumedQuantity"):
            return pa.array([None if cell is None else Decimal(cell) for cell in cells], pa.decimal128(38, 9))
        if name == "Tags":
            return pa.array([None if cell is None else list(json.loads(cell).items()) for cell in cells], TEXTS)
        return pa.array(cells, pa.string())

    parquet.write_table(pa.table({name: column(name) for name in rows[0]}), path)
    return str(path)


def rows_of(folder: Path) -> dict[str, UsageRow]:
    return {one.settled.row.id: one.settled.row for one in stored(folder)}


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_a_report_of_aws_has_its_rows_with_the_tags_of_its_map(tmp_path: Path, folder: Path, unit: str) -> None:
    result = run(folder, "cur2", cur2_file(tmp_path / "bill.snappy.parquet", unit))

    row = rows_of(folder)["b1:2026-10-14T03:00:00Z"]
    assert result.exit_code == 0, result.output
    assert (row.region, row.instance_type, row.cost_usd, row.spot) == ("aws:eu-north-1", "c7g.4xlarge", 0.2011, True)
    assert row.tags == {"account": "444455556666", "service": "AmazonEC2", "team": "ml"}
    assert row.hours == 1.0


def test_the_rows_of_a_bill_in_focus_are_those_of_the_same_bill_as_csv(tmp_path: Path, folder: Path) -> None:
    run(folder, "focus", focus_file(tmp_path / "bill.parquet"))
    rows = rows_of(folder)

    again = run(folder, "focus", FOCUS)

    assert len(rows) == 2
    assert "0 stored, 0 replaced, 2 there already" in again.stdout


def test_a_file_is_read_batch_by_batch_across_its_groups_of_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_files, "ROWS", 2)
    file = Path(cur2_file(tmp_path / "bill.parquet", row_group_size=3, times=4))

    shares = [share for share, _ in parquet_files.parquet_rows(file, lambda names: {name: name for name in names[:2]})]
    ids = [(line or {})["identity_line_item_id"] for line in lines(file, cur.column, cur.COLUMNS, cur.is_read)]

    whole = json.loads((BILLS / "cur2.json").read_text(encoding="utf-8")) * 4
    assert len(shares) > len(whole) / 3
    assert sum(shares) == pytest.approx(1.0)
    assert ids == [row["identity_line_item_id"] for row in whole]


def test_only_the_columns_that_say_something_are_read(tmp_path: Path) -> None:
    first = next(lines(Path(cur2_file(tmp_path / "bill.parquet")), cur.column, cur.COLUMNS, cur.is_read))

    assert first is not None
    assert "product" not in first
    assert first["resource_tags"] == '{"user_team":"ml"}'
    assert first["line_item_usage_start_date"] == "2026-10-14T03:00:00Z"


def test_a_file_of_another_kind_names_the_columns_that_it_lacks(tmp_path: Path, folder: Path) -> None:
    result = run(folder, "focus", cur2_file(tmp_path / "bill.parquet"))

    assert result.exit_code == 1
    assert f"it has no column {', '.join(sorted(focus.COLUMNS))}" in result.stderr


def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path, folder: Path) -> None:
    file = Path(cur2_file(tmp_path / "bill.parquet"))
    file.write_bytes(file.read_bytes()[:-100])

    result = run(folder, "cur2", str(file))

    assert result.exit_code == 1
    assert "bill.parquet cannot be read" in result.stderr
    assert "Traceback" not in result.output


def test_without_pyarrow_one_line_says_what_to_install(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = cur2_file(tmp_path / "bill.parquet")
    monkeypatch.setattr(parquet_files, "find_spec", lambda _: None)

    result = run(folder, "cur2", file)

    assert result.exit_code == 1
    assert result.stderr.strip().count("\n") == 0
    assert "bill.parquet cannot be read: it is Parquet, and pyarrow is not installed: install" in result.stderr
    assert "requirements-aws.txt" in result.stderr


def test_no_progress_bar_is_shown_where_there_is_no_terminal(tmp_path: Path, folder: Path) -> None:
    result = run(folder, "cur2", cur2_file(tmp_path / "bill.parquet"))

    assert result.stderr == ""


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.date32()], ids=["time", "date"])
def test_a_time_beyond_all_years_is_refused_in_one_line(tmp_path: Path, folder: Path, kind: Any) -> None:
    beyond = 2**62 if pa.types.is_timestamp(kind) else 2**30  # microseconds, days since 1970
    cells = {"id": pa.array(["r1"]), "start": pa.array([beyond], kind), "region": pa.array(["aws:us-east-1"])}
    parquet.write_table(pa.table(cells), tmp_path / "bill.parquet")

    result = run(folder, "csv", str(tmp_path / "bill.parquet"))

    assert result.exit_code == 1
    assert "bill.parquet cannot be read" in result.stderr
