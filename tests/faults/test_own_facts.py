"""An overlay is changed, made wrong and corrected while all workers answer, with and without SIGHUP."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

from catalog.refreshed import ON_DEMAND
from tests.fakes.own_facts import ZONES, write
from tests.faults.client import Load, Question, ask, failures
from tests.faults.server import Gunicorn, wait_until
from tests.faults.test_workers import not_begun
from tests.unit.test_price_layers import fact, save

HEALTH = Question(path="/health")
ZONE = Question(path="/api/v1/zones/OWN-DC1")
PAIR = Question(
    path="/api/v1/compare",
    body={"options": [{"region": "af-south-1", "instance_type": "c5.large"}] * 2, "duration_hours": 1},
)
OWN_LEVEL = "zone,gco2e_per_kwh,source,as_of\nZA,{},agency,2025\n"
OWN_PUE = "provider,region,pue,source,as_of\naws,af-south-1,{:g},auditor,2025\n"
CHANGES = ("prices", "overlay", "overlay", "wrong", "reload")
SWAP_SECONDS = 10.0
MOST_HEALTH_SECONDS = 0.3
OFF = {"LIVE": "off"}


def zones(grams: str) -> str:
    return ZONES.replace(",100,", f",{grams},")


def levels(server: Gunicorn) -> set[float | None]:
    """What the zone's figure is now; asked so often that every worker has most likely answered."""
    answers = [ask(server.port, ZONE) for _ in range(24)]
    return {answer.json()["zone_details"]["current_carbon_intensity"] for answer in answers if answer.status == 200}


def wait_until_all_say(server: Gunicorn, grams: float) -> None:
    wait_until(lambda: levels(server) == {grams}, f"all workers say {grams}", seconds=SWAP_SECONDS)


def test_every_worker_takes_a_changed_overlay_and_health_does_not_wait(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "overlay"
    write(folder, zones=zones("100"))
    with Gunicorn(tmp_path, OFF, workers=2) as server:
        load = Load(server.port, [HEALTH, ZONE], callers=4)
        with load.running():
            for grams in (150, 200, 250):
                write(folder, zones=zones(str(grams)))
                wait_until_all_say(server, grams)

    assert not failures(load.answers())
    seconds = [answer.seconds for answer in load.answers() if answer.question == HEALTH]
    assert quantiles(seconds, n=100)[98] < MOST_HEALTH_SECONDS


def test_a_wrong_overlay_changes_nothing_even_for_workers_that_start_after_it(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "overlay"
    write(folder, zones=zones("100"))
    with Gunicorn(tmp_path, OFF, workers=2) as server:
        write(folder, zones=zones("150"))
        wait_until_all_say(server, 150)
        write(folder, zones=zones("many"))
        wait_until(lambda: _error(server) is not None, "the wrong overlay is shown in /ready", seconds=SWAP_SECONDS)
        before = {worker.pid for worker in server.workers()}

        server.tell(signal.SIGHUP)
        wait_until(lambda: before.isdisjoint(worker.pid for worker in server.workers()), "all workers are new")
        wait_until_all_say(server, 150)
        write(folder, zones=zones("200"))
        wait_until_all_say(server, 200)

    assert "overlay:zones.csv row 2: gco2e_per_kwh is not a number: 'many' (column 3)" in server.log()


def test_any_order_of_prices_overlays_and_sighup_gives_answers_wholly_of_the_state_they_name(tmp_path: Path) -> None:
    """The PUE of the region is a hundredth of the zone's grams, so that a mixture of two overlays would show."""
    var, chance = tmp_path / "var", random.Random(7)  # noqa: S311
    with Gunicorn(tmp_path, OFF, workers=2) as server:
        load, reloads = Load(server.port, [PAIR], callers=4), 0
        with load.running():
            for change in ("overlay", "reload", *chance.choices(CHANGES, k=6), "reload"):
                number = chance.randint(101, 999)
                if change == "prices":
                    save(var / "prices", ON_DEMAND, fact("c5.large", number / 1000))
                elif change == "reload":
                    reloads += 1
                    server.tell(signal.SIGHUP)
                else:
                    grams = str(number) if change == "overlay" else "many"
                    write(var / "overlay", zones=OWN_LEVEL.format(grams), regions=OWN_PUE.format(number / 100))
                time.sleep(chance.uniform(0.5, 2.5))
            count = len(load.answers())
            wait_until(lambda: len(load.answers()) > count + 40, "answers after the last change")

    assert not failures(load.answers(), accept=not_begun)
    states: dict[str, set[tuple[float | None, float, float]]] = {}
    for answer in load.answers():
        if answer.status == 200:
            body = answer.json()
            rows = {(_own_level(row), row["pue"], row["cost"]["on_demand_usd_per_hour"]) for row in body["comparisons"]}
            states.setdefault(body["data_version"].partition("-")[0], set()).update(rows)
    figures = [figure for of_version in states.values() for figure in of_version]
    assert len(figures) == len(states) > 3
    assert all(round(pue * 100) == grams for grams, pue, _ in figures if grams is not None)
    assert server.log().count("Handling signal: hup") == reloads


def test_a_wrong_overlay_at_the_start_ends_it_with_its_place(tmp_path: Path) -> None:
    write(tmp_path / "var" / "overlay", zones=zones("many"))
    server = Gunicorn(tmp_path, OFF, workers=1)

    try:
        server.__enter__()
    except AssertionError as ended:
        log = str(ended)
    else:
        server.__exit__(None, None, None)
        log = ""

    assert "overlay:zones.csv row 2: gco2e_per_kwh is not a number: 'many' (column 3)" in log
    assert "Traceback" not in log


def _own_level(row: dict[str, Any]) -> float | None:
    """The grams per kWh of the overlay; None where the answer has the shipped ones."""
    grams: float = row["carbon_intensity_used"]
    return grams if row["source"].startswith("overlay") else None


def _error(server: Gunicorn) -> object:
    return ask(server.port, "/ready").json()["layers"]["overlay_error"]
