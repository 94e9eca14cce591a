"""A cache of results that is part of the table they are computed from, and goes with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial, wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

Memo = dict[Callable[..., Any], Callable[..., Any]]  # function -> the same for one table, with its results


class Table(Protocol):
    """Anything that holds a cache of results computed from it. memo: empty at first, never shared."""

    @property
    def memo(self) -> Memo: ...


T = TypeVar("T", bound=Table)
P = ParamSpec("P")
R = TypeVar("R")


def table_cache(results: int | None) -> Callable[[Callable[Concatenate[T, P], R]], Callable[Concatenate[T, P], R]]:
    """As functools.lru_cache, but the results are cached with the table that is the first argument.

    results: how many are cached for one table, those used last; None: all. The other arguments are hashable. A cache of
    the function itself would keep every table of before a reload in memory.
    """

    def decorate(function: Callable[Concatenate[T, P], R]) -> Callable[Concatenate[T, P], R]:
        @wraps(function)
        def cached(table: T, /, *args: P.args, **kwargs: P.kwargs) -> R:
            of_table = table.memo.get(function)
            if of_table is None:
                of_table = table.memo.setdefault(function, lru_cache(results)(partial(function, table)))
            result: R = of_table(*args, **kwargs)
            return result

        return cached

    return decorate
