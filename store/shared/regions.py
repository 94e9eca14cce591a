"""dogpile.cache over a store of ours: who makes a value while the others wait or go on with the old one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dogpile.cache import register_backend
from dogpile.cache.api import NO_VALUE, CacheBackend, CachedValue, CacheMutex
from dogpile.cache.region import CacheRegion, value_version

from store.shared.changes import Store
from store.shared.snapshot import Kind


class _Backend(CacheBackend):
    """dogpile.cache's view of one kind. When a value is due is not dogpile's to say: it knows one time for all."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self._store: Store = arguments["store"]
        self._kind: Kind = arguments["kind"]

    def get_mutex(self, key: str) -> CacheMutex:
        return self._store.lock(self._kind.key(key))

    def get(self, key: str) -> Any:
        (raw,) = self._store.get([self._kind.key(key)])
        value = self._kind.read(raw)
        return NO_VALUE if value is None else CachedValue(value, {"ct": 1.0, "v": value_version})

    def set(self, key: str, value: CachedValue) -> None:  # type: ignore[override]  # all are, without a serializer
        self._store.put({self._kind.key(key): self._kind.encode(value.payload)})


register_backend("carbon_optimizer", __name__, "_Backend")  # type: ignore[no-untyped-call]


def region(store: Store, kind: Kind) -> CacheRegion:
    """The region of one kind of value."""
    region = CacheRegion(name=kind.name)
    return region.configure("carbon_optimizer", arguments={"store": store, "kind": kind})
