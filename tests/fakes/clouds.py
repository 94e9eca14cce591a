"""The shipped catalog, loaded once for all tests."""

from __future__ import annotations

from functools import cache

from mapping import CloudMap


@cache
def cloud_map() -> CloudMap:
    """The catalog as the service loads it; immutable, so every test may share it."""
    return CloudMap.load()
