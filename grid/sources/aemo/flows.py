"""The flows between the states, from AEMO's summary of the market."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import orjson

from grid.source import MalformedReply
from grid.sources.aemo.zones import INTERCONNECTORS, MARKET_TIME, STATES
from grid.upstream.fields import number_of, object_of, rows_of, text_of, time_of

Flows = Mapping[str, Mapping[str | None, float | None]]  # by zone and neighbour: net import in MW; None: not known


def flows(body: object) -> tuple[Flows, datetime]:
    """Net imports of each state, and the end of the five minutes. Raises MalformedReply.

    A state with an interconnector that is not in the reply, or that no table has, has a flow that is not known.
    """
    by_name: dict[str, float | None] = {}
    ends: list[datetime] = []
    for row in rows_of(object_of(body).get("ELEC_NEM_SUMMARY"), "ELEC_NEM_SUMMARY"):
        ends.append(time_of(row.get("SETTLEMENTDATE"), naive_offset=MARKET_TIME))
        for line in _lines(row.get("INTERCONNECTORFLOWS")):
            by_name[text_of(line.get("name"), "name")] = number_of(line.get("value"))
    if unknown := by_name.keys() - INTERCONNECTORS.keys():
        raise MalformedReply("wrong-shape", f"interconnector {min(unknown)[:20]!r}")
    net: dict[str, dict[str | None, float | None]] = {zone: {} for zone in STATES.values()}
    for name, (origin, target) in INTERCONNECTORS.items():
        megawatts = by_name.get(name)
        _add(net[target], origin, megawatts)
        _add(net[origin], target, None if megawatts is None else -megawatts)
    return net, min(ends)


def _add(net: dict[str | None, float | None], neighbour: str, megawatts: float | None) -> None:
    """Some neighbours have two lines."""
    before = net.get(neighbour, 0.0)
    net[neighbour] = None if before is None or megawatts is None else before + megawatts


def _lines(text: object) -> list[dict[str, object]]:
    """A list in a text of JSON."""
    try:
        lines = orjson.loads(text_of(text, "INTERCONNECTORFLOWS"))
    except orjson.JSONDecodeError:
        raise MalformedReply("not-json", "INTERCONNECTORFLOWS") from None
    if not isinstance(lines, list):
        raise MalformedReply("wrong-shape", "INTERCONNECTORFLOWS is not a list")
    return [object_of(line) for line in lines]
