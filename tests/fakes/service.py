"""The whole service over the shipped catalog, offline, its clock standing still."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from apiflask import APIFlask

from api.edge.access import Access
from app import create_app
from engine import Engine
from settings import Settings
from store.history.readings import Past
from store.history.scores import ScoreStore
from tests.fakes.access import access
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader

NOW = datetime(2026, 2, 11, 10, 30, 7, 250_000, tzinfo=UTC)  # a Wednesday


def service(
    reader: FakeReader | None = None,
    *,
    rules: Access | None = None,
    past: Past | None = None,
    scores: ScoreStore | None = None,
    **settings: object,
) -> APIFlask:
    """The application; without a reader no live value exists, without rules everybody may ask as often as he likes."""
    settings = {"data_dir": Path(_folder().name), **settings}
    engine = Engine(cloud_map(), reader or FakeReader(), past, scores)
    rules = rules or access()
    return create_app(Settings(**settings), engine, rules=rules, clock=lambda: NOW)  # type: ignore[arg-type]


@cache
def _folder() -> TemporaryDirectory[str]:
    """For the state of services whose test names no folder."""
    return TemporaryDirectory()


@cache
def offline() -> APIFlask:
    """The application that most tests share."""
    return service()
