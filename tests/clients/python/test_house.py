"""The rules of the house in the Python client: few imports, small files."""

from __future__ import annotations

import sys

from tests.contract.test_layers import MAX_FUNCTION_LINES, MAX_LINES, ROOT, read

CLIENT = ROOT / "clients" / "python" / "src" / "carbon_client"
GENERATED = {"models.py", "operations.py"}  # as long as the interface is, by tools/make_client.py
FILES = sorted(CLIENT.rglob("*.py"))


def test_it_imports_nothing_but_itself_and_requests() -> None:
    names = {name.partition(".")[0] for path in FILES for name, _ in read(path).imports}

    assert names - sys.stdlib_module_names == {"carbon_client", "requests", "urllib3"}  # which requests brings along


def test_a_file_that_is_written_by_hand_stays_under_three_hundred_lines() -> None:
    lines = {path.name: path.read_text(encoding="utf-8").count("\n") for path in FILES if path.name not in GENERATED}

    assert {name for name, count in lines.items() if count > MAX_LINES} == set()
    assert len(lines) > 10


def test_a_function_stays_under_fifty_lines() -> None:
    lines = [(path.name, name, count) for path in FILES for name, count in read(path).function_lines]

    assert [one for one in lines if one[2] > MAX_FUNCTION_LINES] == []
