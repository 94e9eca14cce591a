"""AWS's public price lists, imitated from the shipped prices: as many regions, types and rows as the real ones have."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from catalog.refreshed import INTERRUPTION, SPOT
from pricing.refresh.figure import Figure
from tests.fakes.price_lists import present, sample

NOWHERE = Path("nowhere")  # no refreshed tables


def shipped(provider: str, kind: str) -> list[Figure]:
    """The shipped figures."""
    return present(NOWHERE).figures(provider, kind)


def spot_feed(factor: str = "1", *, figures: Iterable[Figure] | None = None) -> Any:
    """The feed with the shipped spot prices times a factor."""
    regions: dict[str, list[Any]] = {}
    for figure in shipped("aws", SPOT) if figures is None else figures:
        usd = f"{figure.value * Decimal(factor):.6f}"
        column = {"name": "linux", "prices": {"USD": usd}}
        regions.setdefault(figure.region, []).append({"size": figure.name, "valueColumns": [column]})
    feed = sample("aws_spot_feed.json")
    feed["config"]["regions"] = [
        {"region": region, "instanceTypes": [{"type": "all", "sizes": sizes}]} for region, sizes in regions.items()
    ]
    return feed


def advisor() -> Any:
    """The advisor with the shipped bands."""
    document = sample("aws_spot_advisor.json")
    document["spot_advisor"] = {}
    for figure in shipped("aws", INTERRUPTION):
        systems = document["spot_advisor"].setdefault(figure.region, {"Linux": {}, "Windows": {}})
        systems["Linux"][figure.name] = {"r": int(figure.value), "s": 50}
    return document
