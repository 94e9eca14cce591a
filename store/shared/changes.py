"""What a store of shared values offers, and how one process follows what the others write to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dogpile.cache.api import CacheMutex

from carbon.errors import CarbonError


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a store's history. epoch: another one for every store that began empty."""

    epoch: str
    revision: int


START = Mark("", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Values written since a mark. renewed: the mark was of another store, so these are all there are."""

    mark: Mark
    values: Mapping[str, bytes]
    renewed: bool


class LockHeld(CarbonError):
    """Another process holds the lock, and has for as long as one may wait."""


class Store(Protocol):
    """Bytes by key, shared by processes; every write gets the next revision. Safe for threads and forks.

    Every method raises StateUnavailable when the store cannot be used, within a fraction of a second.
    scope: whose it is: all of the "service", the workers of one "machine".
    """

    scope: str

    @property
    def reports_itself(self) -> bool:
        """Whether its trouble is in the log already."""
        ...

    def probe(self) -> None:
        """Nothing, if reading and writing work."""
        ...

    def changes(self, since: Mark) -> Changes:
        """What was written after the mark."""
        ...

    def get(self, keys: Sequence[str]) -> list[bytes | None]:
        """The values of the keys, None where there is none."""
        ...

    def put(self, values: Mapping[str, bytes]) -> None: ...

    def swap(self, key: str, change: Callable[[bytes | None], bytes | None]) -> None:
        """Put what `change` makes of the value, with no other writer in between; None leaves it as it is.

        May call `change` several times.
        """
        ...

    def lock(self, key: str) -> CacheMutex:
        """A key's lock over all processes; it expires. Waiting for it ends with LockHeld."""
        ...
