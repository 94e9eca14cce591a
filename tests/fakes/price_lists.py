"""Imitated price lists: a server that answers each path from a table, and lists as large as the real ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from catalog.load import Catalog, load_catalog
from pricing.refresh.figure import CloudFacts, Figure, Refresher, Task
from pricing.refresh.present import PresentPrices, cloud_facts
from pricing.refresh.web import Web
from settings import Settings
from tests.fakes.upstream import Answer, Call, FakeUpstream, reply

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SAMPLES = Path(__file__).resolve().parents[1] / "fixtures" / "price_lists"
OFFER_META = (
    ("FormatVersion", "v1.0"),
    ("Disclaimer", "imitation"),
    ("Publication Date", "2026-11-02T18:04:11Z"),
    ("Version", "20261102180411"),
    ("OfferCode", "AmazonEC2"),
)


def sample(name: str) -> Any:
    """A parsed sample of a list."""
    return orjson.loads((SAMPLES / name).read_bytes())


@cache
def facts(provider: str) -> CloudFacts:
    """The shipped catalog's names of a provider."""
    return cloud_facts(catalog(), provider)


@cache
def catalog() -> Catalog:
    """The shipped catalog, read once for all tests."""
    return load_catalog()


def present(folder: Path) -> PresentPrices:
    """The prices in force, refreshed ones in this folder before the shipped ones."""
    return PresentPrices(folder, catalog())


class PriceServer(FakeUpstream):
    """Answers each path with its document, or with what a function makes of the call; others with 404."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        super().__init__()
        self.documents: dict[str, Any] = dict(documents)

    def good(self, call: Call) -> Answer:
        document = self.documents.get(call.path)
        if document is None:
            return reply("<html>no such file</html>", 404, Content_Type="text/html")
        if callable(document):
            answer: Answer = document(call)
            return answer
        return document if isinstance(document, Answer) else reply(document)


def settings_for(server: PriceServer, **settings: Any) -> Settings:
    """Settings by which every list is read from the server."""
    names = [one.name for one in fields(Settings) if re.fullmatch(r"prices_\w+_base_url", one.name)]
    return Settings(**dict.fromkeys(names, server.base_url) | settings)


def impatient_web(*arguments: Any, **options: Any) -> Web:
    """Takes no time for pauses."""
    return Web(*arguments, **{"sleep": lambda _seconds: None} | options)


def read(refresher: Refresher, server: PriceServer, **settings: Any) -> list[Figure]:
    """All figures of a list, read from the server."""
    cloud = facts(refresher.provider)
    task = Task(settings=settings_for(server, **settings), cloud=cloud, now=NOW, web=impatient_web)
    return list(refresher.figures(task))


def offer_csv(header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """An offer file with these rows; cells that a row lacks are empty."""
    lines = [",".join(f'"{cell}"' for cell in line) for line in (*OFFER_META, header)]
    lines += [",".join(f'"{row.get(column, "")}"' for column in header) for row in rows]
    return "\n".join(lines) + "\n"
