"""Machines of the shipped catalog."""

from __future__ import annotations

from catalog.load import Catalog
from catalog.model import InstanceType


def machine(catalog: Catalog, provider: str, name: str) -> InstanceType:
    instance = catalog.find_type(provider, name)
    assert instance is not None, name
    return instance
