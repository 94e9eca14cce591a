"""Kinds of shared values, and a snapshot of all values at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of shared value.

    encode, decode: to bytes and back; decode raises ValueError, KeyError or TypeError for what it cannot read.
    order: greater for the newer of two values of a name. identity: the part of a value that answers depend on;
    None: answers do not depend on this kind.
    """

    name: str
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]
    order: Callable[[Any], Any]
    identity: Callable[[Any], object] | None = None

    def key(self, name: str) -> str:
        """The key of one value in a store."""
        return f"{self.name}:{name}"

    def read(self, raw: bytes | None) -> Any | None:
        """The value; None if there is none that this release can read."""
        try:
            return None if raw is None else self.decode(raw)
        except (ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The values of one moment by kind and name; never changed.

    version: a sum over all values that answers depend on, so snapshots with equal values have equal versions.
    memo: for results that readers derive from this snapshot; it is dropped with the snapshot.
    """

    values: Mapping[str, Mapping[str, Any]]
    version: int = 0
    memo: dict[Any, Any] = field(default_factory=dict, compare=False)

    def of(self, kind: Kind) -> Mapping[str, Any]:
        """The values of a kind by name."""
        return self.values[kind.name]

    def replaced(self, values: Iterable[tuple[Kind, str, Any]]) -> Snapshot:
        """A snapshot with some values replaced; None removes a value."""
        changes: dict[str, dict[str, Any]] = {}
        version = self.version
        for kind, name, value in values:
            of_kind = changes.setdefault(kind.name, {**self.values[kind.name]})
            version ^= _digest(kind, name, of_kind.pop(name, None)) ^ _digest(kind, name, value)
            if value is not None:
                of_kind[name] = value
        return Snapshot({**self.values, **changes}, version)


def _digest(kind: Kind, name: str, value: Any) -> int:
    if kind.identity is None or value is None:
        return 0
    text = repr((kind.name, name, kind.identity(value)))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
