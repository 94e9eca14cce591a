"""Prices, overlays and reloads in any order while requests run: every answer is wholly from the state it names."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock

import pytest
from apiflask import APIFlask

from app import create_app
from catalog.refreshed import ON_DEMAND
from engine import Engine
from mapping import CloudMap
from renewal.keeper import FactsKeeper
from renewal.layers import Folders
from settings import Settings
from tests.fakes.access import access
from tests.fakes.grid import FakeReader
from tests.fakes.own_facts import shipped, write
from tests.fakes.service import NOW
from tests.unit.test_price_layers import fact, save

QUESTION = {"options": [{"region": "af-south-1", "instance_type": "c5.large"}] * 2, "duration_hours": 1}
Seen = tuple[float, float, float]  # PUE, grams per kWh, USD an hour


class Process:
    """One process after another over the same folders: a reload builds the next from the files, as SIGHUP does."""

    def __init__(self, root: Path) -> None:
        self.folders = Folders(root / "prices", root / "overlay")
        self.states: dict[str, Seen] = {}
        self.lock = Lock()
        self.reload()

    def reload(self) -> None:
        keeper = FactsKeeper(self.folders, shipped=shipped(), utc_now=lambda: NOW)
        self.note(keeper.mapping)
        engine = Engine(keeper.mapping, FakeReader())

        def swap(mapping: CloudMap) -> None:
            self.note(mapping)
            engine.swap(mapping)

        keeper.on_change = swap
        self.keeper = keeper
        self.app: APIFlask = create_app(Settings(rate_limit="off"), engine, rules=access(), clock=lambda: NOW)

    def note(self, mapping: CloudMap) -> None:
        """What every answer from this state must show, worked out from the state's own tables."""
        price = mapping.price("aws:af-south-1", "c5.large")
        assert price is not None
        level = mapping.zones["ZA"].gco2e_per_kwh if "ZA" in mapping.own_zones else -1.0
        figures = mapping.regions["aws:af-south-1"].pue, level or 0.0, price.on_demand_usd_per_hour or 0.0
        with self.lock:
            self.states[mapping.version] = figures

    def ask(self) -> tuple[str, set[Seen]]:
        answer = self.app.test_client().post("/api/v1/compare", json=QUESTION).get_json()
        figures = {
            (
                row["pue"],
                row["carbon_intensity_used"] if row["source"].startswith("overlay") else -1.0,
                row["cost"]["on_demand_usd_per_hour"],
            )
            for row in answer["comparisons"]
        }
        return answer["data_version"].partition("-")[0], figures


def step(process: Process, chance: random.Random) -> None:
    """One change of the files, right or wrong, or a reload, and the looks of the background thread after it."""
    number = chance.randint(101, 999)
    match chance.choice(("prices", "overlay", "overlay", "wrong", "damaged", "reload", "nothing")):
        case "prices":
            save(process.folders.prices, ON_DEMAND, fact("c5.large", number / 1000))
        case "overlay":
            zones = f"zone,gco2e_per_kwh,source,as_of\nZA,{number},agency,2025\n"
            regions = f"provider,region,pue,source,as_of\naws,af-south-1,{number / 100:g},auditor,2025\n"
            write(process.folders.overlay, zones=zones, regions=regions)
        case "wrong":
            write(process.folders.overlay, zones="zone,gco2e_per_kwh,source,as_of\nZA,many,agency,2025\n")
        case "damaged":
            process.folders.prices.mkdir(exist_ok=True)
            (process.folders.prices / "aws-on_demand.npz").write_bytes(b"PK")
        case "reload" if process.keeper.state.error is None:
            for _ in range(2):
                process.keeper.look()
            if process.keeper.state.error is None:
                process.reload()
    for _ in range(chance.randint(0, 2)):
        process.keeper.look()


@pytest.mark.parametrize("seed", range(2))
def test_any_order_of_prices_overlays_reloads_and_requests_gives_answers_of_the_state_they_name(
    tmp_path: Path, seed: int
) -> None:
    process, chance, done = Process(tmp_path), random.Random(seed), Event()  # noqa: S311
    answers: list[tuple[str, set[Seen]]] = []

    def ask_until_done() -> None:
        while not done.is_set():
            answers.append(process.ask())

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask_until_done) for _ in range(3)]
        for _ in range(8):
            step(process, chance)
        done.set()
        for one in asking:
            one.result()

    assert len({version for version, _ in answers}) > 1
    for version, figures in answers:
        assert figures == {process.states[version]}
