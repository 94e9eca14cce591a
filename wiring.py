"""The one place that picks the grid sources and their cache; knows no Flask."""

from __future__ import annotations

from engine import Engine
from mapping import CloudMap
from settings import Settings


def build_engine(settings: Settings) -> Engine:
    """An engine over the shipped catalog and the live sources the settings allow."""
    return Engine(CloudMap.load(), build_reader(settings))
