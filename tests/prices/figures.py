"""Figures that a refresher reads from imitated lists."""

from __future__ import annotations

from typing import Any

from pricing.refresh import euro
from pricing.refresh.figure import Figure, Refresher
from tests.fakes.price_lists import PriceServer, read
from tests.fakes.upstream import Answer

ECB = (
    "<?xml version='1.0' encoding='UTF-8'?><gesmes:Envelope xmlns:gesmes='http://www.gesmes.org/xml/2002-08-01'>"
    "<Cube><Cube time='2026-11-27'><Cube currency='USD' rate='1.25'/><Cube currency='JPY' rate='170.1'/></Cube></Cube>"
    "</gesmes:Envelope>"
)


def usd(figures: list[Figure], region: str) -> dict[tuple[str, str], str]:
    """(kind, name) -> price in one region."""
    return {
        (figure.kind, figure.name): f"{figure.value.normalize():f}" for figure in figures if figure.region == region
    }


def figures_of(refresher: Refresher, documents: dict[str, Any], **settings: Any) -> list[Figure]:
    with PriceServer({euro.PATH: Answer(body=ECB.encode()), **documents}).serving() as server:
        return read(refresher, server, **settings)
