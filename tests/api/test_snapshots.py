"""Another snapshot of the facts is swapped in while requests run: every answer is wholly from one of the two."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle

from app import create_app
from catalog.memo import table_cache
from engine import Engine
from mapping import CloudMap
from settings import Settings
from tests.fakes.access import access
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader
from tests.fakes.service import NOW

OPTIONS = {"options": [{"region": "us-east-1", "instance_type": "m7g.large"}] * 2, "duration_hours": 2}


def test_every_answer_is_wholly_from_one_of_two_snapshots_swapped_under_load() -> None:
    first = cloud_map()
    region = first.regions["aws:us-east-1"]
    second = replace(first, regions={**first.regions, region.key: replace(region, pue=2.0)}, version="second")
    engine, done = Engine(first, FakeReader()), threading.Event()
    app = create_app(Settings(rate_limit="off"), engine, rules=access(), clock=lambda: NOW)

    def swap() -> None:
        for mapping in cycle((second, first)):
            engine.swap(mapping)
            if done.wait(0.0005):
                return

    def ask(_: int) -> tuple[str, frozenset[float]]:
        answer = app.test_client().post("/api/v1/compare", json=OPTIONS).get_json()
        return answer["data_version"].partition("-")[0], frozenset(row["pue"] for row in answer["comparisons"])

    with ThreadPoolExecutor(5) as pool:
        swapping = pool.submit(swap)
        seen = set(pool.map(ask, range(400)))
        done.set()
        swapping.result()

    assert seen == {(first.version, frozenset({region.pue})), ("second", frozenset({2.0}))}


def test_what_is_derived_of_a_snapshot_belongs_to_it_alone() -> None:
    first = cloud_map()
    second = replace(first, version="second")

    versions = [_version(mapping) for mapping in (first, second, first)]

    assert versions == [first.version, "second", first.version]


@table_cache(None)
def _version(mapping: CloudMap) -> str:
    return mapping.version
