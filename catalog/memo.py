"""Results worked out from a table are kept with that table and go when a reload replaces it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial, wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

Memo = dict[Callable[..., Any], Callable[..., Any]]  # function -> the same for one table, with its results


class Table(Protocol):
    """What results are kept with. memo: empty at first, of this table alone."""

    @property
    def memo(self) -> Memo: ...


T = TypeVar("T", bound=Table)
P = ParamSpec("P")
R = TypeVar("R")


def kept_with_table(results: int | None) -> Callable[[Callable[Concatenate[T, P], R]], Callable[Concatenate[T, P], R]]:
    """As functools.lru_cache, but the results are kept with the table that is the first argument.

    results: how many are kept for one table, those used last; None: all. The other arguments are hashable. A cache of
    the function itself would keep every table of before a reload in memory.
    """

    def decorate(make: Callable[Concatenate[T, P], R]) -> Callable[Concatenate[T, P], R]:
        @wraps(make)
        def kept(table: T, /, *args: P.args, **kwargs: P.kwargs) -> R:
            of_table = table.memo.get(make)
            if of_table is None:
                of_table = table.memo.setdefault(make, lru_cache(results)(partial(make, table)))
            result: R = of_table(*args, **kwargs)
            return result

        return kept

    return decorate
