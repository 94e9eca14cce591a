"""What a store of shared values offers, and how one process follows what the others write to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from store.shared.locks import ExpiringLock


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a store's history. epoch: a random name that a store gets when it is created empty."""

    epoch: str
    revision: int


START = Mark("", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Values written since a mark. renewed: the mark was of another store, so these are all values of this one."""

    mark: Mark
    values: Mapping[str, bytes]
    renewed: bool


class Store(Protocol):
    """Bytes by key, shared by processes; every write gets the next revision. Safe for threads and forks.

    Every method raises StateUnavailable when the store cannot be used, within a fraction of a second.
    scope: who shares the values: all machines of the "service", or the workers of one "machine".
    """

    scope: str

    @property
    def reports_itself(self) -> bool:
        """Whether the current trouble of the store is in the log already."""
        ...

    def probe(self) -> None:
        """Return if reading and writing work."""
        ...

    def changes(self, since: Mark) -> Changes:
        """The values written after the mark; all values if the mark is of another store."""
        ...

    def get(self, keys: Sequence[str]) -> list[bytes | None]:
        """The values of the keys, None for a key without a value."""
        ...

    def put(self, values: Mapping[str, bytes]) -> None: ...

    def swap(self, key: str, change: Callable[[bytes | None], bytes | None]) -> None:
        """Replace a value by the result of `change`, with no other writer in between; None leaves it as it is.

        May call `change` several times.
        """
        ...

    def lock(self, key: str) -> ExpiringLock:
        """The lock of a key over all processes."""
        ...

    def put_document(self, key: str, body: bytes, seconds: float) -> None:
        """Store bytes for so many seconds. They may be long: they are no value, so that `changes` leaves them out."""
        ...

    def document(self, key: str) -> bytes | None:
        """The document of a key; None without one."""
        ...

    def remove_document(self, key: str) -> None: ...
