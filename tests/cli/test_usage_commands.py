"""`flask --app app usage import`."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from carbon.errors import StateUnavailable
from carbon.ledger import SettledUsage
from carbon.roles import TENANT
from cli import bill_files, usage_import
from cli import usage as usage_module
from cli.usage import usage
from cli.usage_import import BATCH
from planning.ledger.report import day_number
from settings import Settings
from store.history.history import History
from store.ledger.usage import LedgerRow, UsageLedger, Written
from tests.fakes.service import offline

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
BILLS = Path(__file__).resolve().parents[1] / "fixtures" / "bills"
LEGACY, FOCUS = str(BILLS / "cur_legacy.csv"), str(BILLS / "focus.csv")
FIRST, LAST = day_number(date(2026, 9, 1)), day_number(date(2026, 11, 30))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var"


def run(folder: Path, form: str, *files: str) -> Result:
    settings = Settings(data_dir=folder, live="off")
    return CliRunner().invoke(usage(settings, lambda: NOW), ["import", "--format", form, *files])


def stored(folder: Path) -> list[LedgerRow]:
    return UsageLedger(History(folder)).rows(TENANT, FIRST, LAST, 0, 10_000)[0]


def written(tmp_path: Path, content: str | bytes, name: str = "file.csv") -> str:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def test_the_application_has_the_command() -> None:
    assert "usage" in offline().cli.list_commands(None)  # type: ignore[arg-type]


def test_a_bill_is_stored_and_what_is_left_out_is_said_with_its_share_of_the_cost(folder: Path) -> None:
    result = run(folder, "cur", LEGACY)

    # Usage costs 0.9379 that is mapped and 0.315 that is not: 25.1 % of 1.2529.
    assert result.stdout == (
        "cur_legacy.csv: 7 rows of usage: 7 stored, 0 replaced, 0 there already\n"
        "\n"
        "Ignored, since they are no usage of their own:\n"
        "        1  12.40 USD                     Tax\n"
        "        1  -0.01 USD                     EdpDiscount\n"
        "        1  -0.10 USD                     SavingsPlanNegation\n"
        "\n"
        "Not mapped to a machine, so without grams:\n"
        "        1  0.32 USD (25.1%)              USE1-AWS-Out-Bytes\n"
        "        1  0.32 USD (25.1%)              in all\n"
    )
    rows = stored(folder)
    assert {row.origin for row in rows} == {"cur"}
    assert sum(row.settled.row.cost_usd or 0 for row in rows) == pytest.approx(0.9379)
    assert all(day.operational_g for row in rows for day in row.settled.days)


@pytest.mark.parametrize(("form", "file", "count"), [("cur", LEGACY, 7), ("focus", FOCUS, 2)])
def test_a_second_import_changes_nothing(folder: Path, form: str, file: str, count: int) -> None:
    run(folder, form, file)
    before = stored(folder)

    result = run(folder, form, file, file)

    line = f"{Path(file).name}: {count} rows of usage: 0 stored, 0 replaced, {count} there already"
    assert result.stdout.splitlines()[:2] == [line, line]
    assert stored(folder) == before


def test_a_compressed_bill_has_the_same_rows(tmp_path: Path, folder: Path) -> None:
    file = written(tmp_path, gzip.compress(Path(LEGACY).read_bytes()), "bill.gz")

    assert "7 stored" in run(folder, "cur", file).stdout


def test_rows_in_the_columns_of_the_interface(tmp_path: Path, folder: Path) -> None:
    text = (
        "id,start,hours,region,instance_type,count,tag:team,cost_usd\n"
        "one,2026-10-01T00:00:00Z,2,aws:us-east-1,m5.large,3,search,0.5\n"
        "two,2026-10-01T00:00:00Z,2,aws:us-east-1,nothing.large,3,search,0.5\n"
        "three,2026-10-01T00:00:00Z,2\n"
    )

    result = run(folder, "csv", written(tmp_path, text))

    (row,) = stored(folder)
    assert (row.settled.row.id, row.settled.row.count, row.settled.row.tags) == ("one", 3.0, {"team": "search"})
    assert "file.csv: 1 rows of usage: 1 stored" in result.stdout
    assert "instance_type: aws has no instance type 'nothing.large'" in result.stdout
    assert "more or fewer cells than the header" in result.stdout


def test_usage_is_that_of_the_tenant_that_is_named(folder: Path) -> None:
    result = run(folder, "cur", "--tenant", "search", LEGACY)

    assert result.exit_code == 0
    assert stored(folder) == []  # of the default tenant
    assert len(UsageLedger(History(folder)).rows("search", FIRST, LAST, 0, 10_000)[0]) == 7


def test_a_tenant_that_no_key_can_have_is_refused_and_nothing_is_stored(folder: Path) -> None:
    result = run(folder, "cur", "--tenant", "no spaces", LEGACY)

    assert result.exit_code == 2
    assert "start with a letter" in result.stderr
    assert not folder.exists()


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(tmp_path: Path, folder: Path) -> None:
    """Compressed, 10 MB of one letter are 10 kB."""
    bomb = gzip.compress(b"id,start,region,count\n" + b"1" * 10_000_000)

    result = run(folder, "csv", written(tmp_path, bomb, "bomb.gz"))

    assert (result.exit_code, result.stdout) == (1, "")
    assert "bomb.gz has a line of more than 1,048,576 characters" in result.stderr


def test_lines_with_one_id_are_counted(tmp_path: Path, folder: Path) -> None:
    text = Path(LEGACY).read_text(encoding="utf-8").replace("\na2,", "\na1,")

    result = run(folder, "cur", written(tmp_path, text))

    assert "7 rows of usage: 6 stored, 0 replaced, 0 there already; 1 have the id of a later one" in result.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\n1,2\n", "file.csv is not in this format: it has no column identity_line_item_id"),
        (gzip.compress(Path(LEGACY).read_bytes())[:-20], "file.csv cannot be read"),
        (b"\xff\xff", "file.csv cannot be read"),
    ],
)
def test_a_file_that_is_no_bill_is_refused_in_one_line(
    tmp_path: Path, folder: Path, content: bytes, words: str
) -> None:
    result = run(folder, "cur", written(tmp_path, content))

    assert result.exit_code == 1
    assert words in result.stderr
    assert "Traceback" not in result.output


def test_an_import_that_was_cut_off_is_completed_by_another_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Breaking(UsageLedger):
        batches = 0

        def put(self, *arguments: Any) -> Written:
            Breaking.batches += 1
            if Breaking.batches > 2:
                raise StateUnavailable("the history")
            return super().put(*arguments)

    monkeypatch.setattr(usage_import, "BATCH", 2)
    with monkeypatch.context() as patched:
        patched.setattr(usage_import, "UsageLedger", Breaking)
        broken = run(folder, "cur", LEGACY)
    rows_before = len(stored(folder))

    whole = run(folder, "cur", LEGACY)

    assert (broken.exit_code, rows_before, len(stored(folder))) == (1, 4, 7)
    assert "7 rows of usage: 3 stored, 0 replaced, 4 there already" in whole.stdout


class _Counting:
    """Counts rows that were put, and the most that waited."""

    def __init__(self) -> None:
        self.read = self.put_rows = self.most_waiting = 0

    def lines(self, *_: object) -> Iterator[dict[str, str]]:
        for number in range(2 * BATCH + 500):
            self.read += 1
            self.most_waiting = max(self.most_waiting, self.read - self.put_rows)
            yield {
                "identity_line_item_id": str(number),
                "line_item_usage_start_date": "2026-10-14T03:00:00Z",
                "line_item_usage_end_date": "2026-10-14T04:00:00Z",
                "line_item_line_item_type": "Usage",
                "line_item_usage_type": "BoxUsage:m5.large",
                "line_item_usage_amount": "1",
            }

    def put(self, tenant: str, origin: str, rows: Sequence[tuple[SettledUsage, bool]], now: datetime) -> Written:
        self.put_rows += len(rows)
        return Written(added=len(rows))


def test_no_more_than_a_batch_of_lines_is_in_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = _Counting()
    monkeypatch.setattr(usage_module, "lines", counting.lines)
    monkeypatch.setattr(usage_import, "UsageLedger", lambda _: counting)

    result = run(folder, "cur", LEGACY)

    assert "10,500 rows of usage: 10,500 stored" in result.stdout
    assert counting.most_waiting == BATCH


class _Bar:
    """Counts like a progress bar."""

    def __init__(self) -> None:
        self.n = 0.0
        self.steps: list[float] = []

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing: it is not shown."""

    def update(self, more: float) -> None:
        self.n += more
        self.steps.append(more)


def test_the_progress_is_that_of_the_bytes_of_the_compressed_file(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header, *some = Path(LEGACY).read_bytes().splitlines(keepends=True)
    lines = [b"%d" % number + line for number, line in enumerate(1000 * some)]
    file = Path(written(tmp_path, gzip.compress(header + b"".join(lines), 1), "bill.gz"))
    bar = _Bar()
    monkeypatch.setattr(bill_files, "_bar", lambda _: bar)

    result = run(folder, "cur", str(file))

    assert "7,000 rows of usage: 7,000 stored" in result.stdout
    assert min(bar.steps) >= 0
    assert file.stat().st_size / 2 < bar.n <= file.stat().st_size


def test_nothing_but_the_words_is_written_where_there_is_no_terminal(folder: Path) -> None:
    assert run(folder, "cur", LEGACY).stderr == ""
