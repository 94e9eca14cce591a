"""What webhooks need of a store: named bytes in folders, changed together or not at all, some of them due at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Place = tuple[str, str]  # folder and name


@dataclass(frozen=True, slots=True)
class Write:
    """A new value of an entry. value: None removes it. due_at: seconds of the epoch; None for what is never due."""

    folder: str
    name: str
    value: bytes | None
    due_at: float | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """An entry that is due."""

    folder: str
    name: str
    value: bytes


class Ledger(Protocol):
    """Entries that survive the death of every process. Safe for threads and forks.

    Every method raises StateUnavailable when the store cannot be used.
    """

    def get(self, folder: str, name: str) -> bytes | None:
        """The value of an entry; None without one."""
        ...

    def folder(self, folder: str) -> Mapping[str, bytes]:
        """All entries of a folder by name."""
        ...

    def count(self, folder: str) -> int:
        """The number of entries of a folder, without reading them."""
        ...

    def first_due(self, now: float, most: int) -> Sequence[Due]:
        """Of each folder the entry that is due first, if it is due by now; the longest due first."""
        ...

    def commit(self, writes: Sequence[Write], expected: Mapping[Place, bytes | None] | None = None) -> bool:
        """Make all writes at once if each expected entry has that value, None for no such entry; whether it did."""
        ...

    def remove_folder(self, folder: str) -> None:
        """Remove all entries of a folder."""
        ...

    def tend(self) -> None:
        """What every process does now and then, about once a second, so that nothing is lost."""
        ...
