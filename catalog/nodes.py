"""Where the nodes of a cluster are, by their names: for requests that name nodes and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

ANY_TEXT = "*"


@dataclass(frozen=True)
class NodeMap:
    """Names of nodes, each with its region as provider:region. patterns: names with "*" for any text, the last of those
    that match counts; a name without "*" counts before all of them.
    """

    names: dict[str, str]
    patterns: Sequence[tuple[str, str]] = ()

    def region_of(self, node: str) -> str | None:
        """The region of a node; None where no row names it."""
        region = self.names.get(node)
        if region is None and self.patterns and (match := self._any_pattern.fullmatch(node)) is not None:
            region = self._latest_first[(match.lastindex or 1) - 1][1]
        return region

    @cached_property
    def _latest_first(self) -> Sequence[tuple[str, str]]:
        return self.patterns[::-1]

    @cached_property
    def _any_pattern(self) -> re.Pattern[str]:
        parts = (".*".join(map(re.escape, pattern.split(ANY_TEXT))) for pattern, _ in self._latest_first)
        return re.compile("|".join(f"({part})" for part in parts), re.DOTALL)


NO_NODES = NodeMap({})
