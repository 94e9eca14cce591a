"""Refreshes of an imitated list of prices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from catalog.refreshed import ON_DEMAND
from pricing.refresh.figure import Figure, Refresher, Task, published
from pricing.refresh.run import Outcome, Run
from pricing.refresh.tables import FOLDER, stored_figures
from settings import Settings
from tests.fakes.price_lists import NOW, present

SOURCE = published("toy-list", "A list of the tests", "https://prices.example")
LINODE = "us-east"


def linode(*prices: str, day: str = "2026-11-27") -> list[Figure]:
    """The price of three Nanodes and their sisters in one place."""
    names = ("g6-nanode-1", "g6-standard-1", "g6-standard-2")
    return [Figure(ON_DEMAND, LINODE, name, Decimal(usd), day) for name, usd in zip(names, prices, strict=False)]


def refresher(figures: Callable[[Task], Iterator[Figure]], *, edition: str = "", name: str = "toy") -> Refresher:
    return Refresher(
        name=name,
        provider="linode",
        kinds=(ON_DEMAND,),
        source=SOURCE,
        figures=figures,
        edition=(lambda _task: edition) if edition else None,
    )


def listing(*prices: str) -> Refresher:
    return refresher(lambda _task: iter(linode(*prices)))


def run(
    folder: Path, *refreshers: Refresher, now: datetime = NOW, dry_run: bool = False, accept: bool = False
) -> list[Outcome]:
    one = Run(settings=Settings(data_dir=folder), clock=lambda: now, dry_run=dry_run, accept=accept)
    return list(one.each(refreshers, present(folder / FOLDER)))


def prices(folder: Path) -> list[str]:
    return sorted(f"{figure.value:f}" for figure in stored_figures(folder / FOLDER, "linode", ON_DEMAND) or ())
