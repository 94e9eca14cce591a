"""A spot score is marked once it is more than a day old; after a week the shipped one decides again, marked too."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from app import create_app
from catalog.packed import load_packed
from catalog.prices import SCORE_OF_BAND
from catalog.refreshed import INTERRUPTION
from engine import Engine
from renewal.keeper import FactsKeeper
from renewal.layers import Folders
from settings import Settings
from tests.fakes.access import access
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader
from tests.fakes.own_facts import shipped
from tests.unit.test_keeper import NOW, Clock
from tests.unit.test_price_layers import REGION, fact, save

PATH = "/v1/by-provider/aws?instanceType=c5.large&fields=id,spotScore,spotScoreAsOf,spotScoreIsOld"


def test_a_refreshed_score_is_marked_after_a_day_and_gives_way_to_the_shipped_one_after_a_week(tmp_path: Path) -> None:
    folders, clock = Folders(tmp_path / "prices", tmp_path / "overlay"), Clock()
    price = cloud_map().price(f"aws:{REGION}", "c5.large")
    assert price is not None
    band = next(band for band, score in enumerate(SCORE_OF_BAND) if score != price.spot_score)
    save(folders.prices, INTERRUPTION, fact("c5.large", band=band))  # of 2026-11-29, 01:00
    keeper = FactsKeeper(folders, shipped=shipped(), utc_now=clock)
    engine = Engine(keeper.mapping, FakeReader())
    keeper.on_change = engine.swap
    client = create_app(Settings(rate_limit="off"), engine, rules=access(), clock=clock).test_client()

    def row(days: int) -> Any:
        clock.now = NOW + timedelta(days=days)
        keeper.look()
        return next(row for row in client.get(PATH).get_json()["regions"] if row["id"] == REGION)

    refreshed = {"id": REGION, "spotScore": SCORE_OF_BAND[band], "spotScoreAsOf": "2026-11-29"}
    old = {"id": REGION, "spotScore": price.spot_score, "spotScoreAsOf": load_packed().interruption_as_of}
    assert row(1) == {**refreshed, "spotScoreIsOld": None}
    assert row(2) == {**refreshed, "spotScoreIsOld": True}
    assert row(7) == {**old, "spotScoreIsOld": True}
