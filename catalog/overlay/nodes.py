"""nodes.csv of an overlay: in which region the nodes of a Kubernetes cluster are."""

from __future__ import annotations

from dataclasses import replace

from catalog.facts import Facts
from catalog.nodes import ANY_TEXT, NodeMap
from catalog.overlay.files import NODES, OWN_PROVIDER, OverlayFiles, refuse_twice

COLUMNS = ("node", "provider", "region", "source", "as_of")
REQUIRED = ("node", "region", "source", "as_of")
LONGEST_NAME = 253  # of a node in Kubernetes
MOST_PATTERNS, MOST_STARS = 200, 3  # each name of a request is compared with every pattern
TABLE = "overlay/nodes"


def with_nodes(facts: Facts, files: OverlayFiles) -> Facts:
    """The facts with the nodes of nodes.csv. Raises CatalogError, also for a region that the catalog does not have."""
    rows = files.rows(NODES, COLUMNS, REQUIRED)
    if not rows:
        return facts
    keys = {region.key for region in facts.catalog.regions}
    names, patterns = dict[str, str](), list[tuple[str, str]]()
    line_of_node: dict[tuple[str, ...], int] = {}
    for row in rows:
        node, key = row.required("node"), f"{row.text('provider') or OWN_PROVIDER}:{row.required('region')}"
        if key not in keys:
            raise row.error(f"region {key} is not in the catalog")
        if len(node) > LONGEST_NAME or node.count(ANY_TEXT) > MOST_STARS:
            raise row.error(f"node is longer than {LONGEST_NAME} characters, or has more than {MOST_STARS} stars")
        refuse_twice(row, (node,), line_of_node)
        if ANY_TEXT in node:
            patterns.append((node, key))
        else:
            names[node] = key
        if len(patterns) > MOST_PATTERNS:
            raise row.error(f"more than {MOST_PATTERNS} rows have a star")
    tables = {**facts.tables, TABLE: (len(rows), max(row.text("as_of") for row in rows))}
    return replace(facts, nodes=NodeMap(names, tuple(patterns)), tables=tables)
