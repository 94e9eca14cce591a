"""Which columns of a bill are read from a file."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from planning.ledger.bills import cur, focus
from tests.unit.test_bills import FACTS, lines_of

every_bill = pytest.mark.parametrize(("bill", "module"), [("cur_legacy.csv", cur), ("focus.csv", focus)])


class _Watched(dict[str, str]):
    """A line that notes the columns that are looked at."""

    looked: set[str]

    def get(self, name: str, default: Any = None) -> Any:
        self.looked.add(name)
        return super().get(name, default)


@every_bill
def test_every_column_that_a_line_is_read_by_is_one_that_files_are_read_for(bill: str, module: ModuleType) -> None:
    looked: set[str] = set()
    for line in lines_of(bill):
        watched = _Watched({module.column(name): cell for name, cell in line.items()})
        watched.looked = looked
        module.outcome(watched, FACTS)

    assert len(looked) > 10
    assert [name for name in looked if not module.is_read(name)] == []
    assert not module.is_read("x_other")


@every_bill
def test_a_line_means_the_same_without_the_columns_that_are_not_read(bill: str, module: ModuleType) -> None:
    lines = [{module.column(name): cell for name, cell in line.items()} for line in lines_of(bill)]
    read = [{name: cell for name, cell in line.items() if cell and module.is_read(name)} for line in lines]

    assert len(read[0]) < len(lines[0])
    assert [module.outcome(line, FACTS) for line in read] == [module.outcome(line, FACTS) for line in lines]
