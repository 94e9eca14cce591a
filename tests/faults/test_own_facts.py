"""An overlay is changed, made wrong and corrected while all workers answer, with and without SIGHUP."""

from __future__ import annotations

import signal
from pathlib import Path
from statistics import quantiles

from tests.fakes.own_facts import ZONES, write
from tests.faults.client import Load, Question, ask, failures
from tests.faults.server import Gunicorn, wait_until

HEALTH = Question(path="/health")
ZONE = Question(path="/api/v1/zones/OWN-DC1")
MOST_HEALTH_SECONDS = 1.0  # a hundredth of it on a quiet machine
OFF = {"LIVE": "off"}


def zones(grams: str) -> str:
    return ZONES.replace(",100,", f",{grams},")


def levels(server: Gunicorn) -> set[float | None]:
    """What the zone's figure is now; asked so often that every worker has most likely answered."""
    answers = [ask(server.port, ZONE) for _ in range(24)]
    return {answer.json()["zone_details"]["current_carbon_intensity"] for answer in answers if answer.status == 200}


def wait_until_all_say(server: Gunicorn, grams: float) -> None:
    wait_until(lambda: levels(server) == {grams}, f"all workers say {grams}")


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
        wait_until(lambda: _error(server) is not None, "the wrong overlay is shown in /ready")
        before = {worker.pid for worker in server.workers()}

        server.tell(signal.SIGHUP)
        wait_until(lambda: before.isdisjoint(worker.pid for worker in server.workers()), "all workers are new")
        wait_until_all_say(server, 150)
        write(folder, zones=zones("200"))
        wait_until_all_say(server, 200)

    assert "overlay:zones.csv row 2: gco2e_per_kwh is not a number: 'many' (column 3)" in server.log()


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


def _error(server: Gunicorn) -> object:
    return ask(server.port, "/ready").json()["layers"]["overlay_error"]
