"""An overlay as a whole: all its files laid over the facts, in an order in which each may name what the others add."""

from __future__ import annotations

from pathlib import Path

from catalog.facts import Facts
from catalog.overlay.files import OverlayFiles
from catalog.overlay.instances import with_instances
from catalog.overlay.nodes import with_nodes
from catalog.overlay.policies import with_policy
from catalog.overlay.prices import with_own_prices
from catalog.overlay.regions import with_regions
from catalog.overlay.zones import with_zones
from catalog.tables import DATA


def with_overlay(facts: Facts, files: OverlayFiles, data: Path = DATA) -> Facts:
    """The facts with the overlay over them, under another version. data: the shipped tables.

    Raises CatalogError, which names file, line and column, for the first cell that is wrong.
    """
    if not files.contents:
        return facts
    facts = with_zones(facts, files, data)
    facts = with_regions(facts, files, data)
    types = with_instances(facts, files, data)
    facts = with_own_prices(types.facts, files, types.pairs)
    return with_nodes(with_policy(facts, files), files).with_version_of(files.digest)
