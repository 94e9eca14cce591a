"""Kinds of shared values, and a view of what was known at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of shared value.

    encode, decode: to bytes and back; decode raises ValueError, KeyError or TypeError for what it cannot read.
    order: greater for the newer of two values of a name. identity: what of a value answers
    depend on; None: nothing of it.
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
        """The value, if there is one that this release can read."""
        try:
            return None if raw is None else self.decode(raw)
        except (ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class View:
    """What was known at one moment, by kind and name; never changed. memo: for whoever reads, lives as long.

    version: a sum over all values that answers depend on, so equal wherever those are equal.
    """

    values: Mapping[str, Mapping[str, Any]]
    version: int = 0
    memo: dict[Any, Any] = field(default_factory=dict, compare=False)

    def of(self, kind: Kind) -> Mapping[str, Any]:
        """The values of a kind by name."""
        return self.values[kind.name]

    def replaced(self, values: Iterable[tuple[Kind, str, Any]]) -> View:
        """A view with some values in the place of the old ones; None: there is none any more."""
        changed: dict[str, dict[str, Any]] = {}
        version = self.version
        for kind, name, value in values:
            mine = changed.setdefault(kind.name, {**self.values[kind.name]})
            version ^= _digest(kind, name, mine.pop(name, None)) ^ _digest(kind, name, value)
            if value is not None:
                mine[name] = value
        return View({**self.values, **changed}, version)


def _digest(kind: Kind, name: str, value: Any) -> int:
    if kind.identity is None or value is None:
        return 0
    known = repr((kind.name, name, kind.identity(value)))
    return int.from_bytes(blake2b(known.encode(), digest_size=8).digest())
