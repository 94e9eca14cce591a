"""Sources without a key, and the history, under several workers: one call for all, a killed caller, a dead database."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from tests.fakes.aemo import FLOWS, FakeAemo
from tests.fakes.elexon import MIX, FakeElexon
from tests.fakes.energi_data import FakeEnergiData
from tests.fakes.postgres_server import PostgresServer, running
from tests.fakes.uk_carbon import FakeUkCarbon
from tests.fakes.upstream import Answer as Reply
from tests.fakes.upstream import FakeUpstream, always
from tests.faults.client import QUESTIONS, Load, ask, failures
from tests.faults.server import Gunicorn, wait_until

CALLERS = 8
UPSTREAM_SECONDS = 2
FAILURE, RECOVERY = "readings cannot be stored", "readings are stored again"
SLOW_SECONDS = 3.0  # no request waits for these sources; the machine may be busy
IN_PLACE_SECONDS = 180.0  # the killed call counts, and there may be one a minute


class Upstreams:
    """The imitations, and the settings that lead to them."""

    def __init__(self) -> None:
        self.neso, self.elexon, self.danes, self.aemo = FakeUkCarbon(), FakeElexon(), FakeEnergiData(), FakeAemo()
        self.aemo.flows = FLOWS
        self._fakes: dict[str, FakeUpstream] = {
            "UK_CARBON_BASE_URL": self.neso,
            "ELEXON_BASE_URL": self.elexon,
            "ENERGI_DATA_BASE_URL": self.danes,
            "AEMO_BASE_URL": self.aemo,
        }

    @contextmanager
    def serving(self) -> Iterator[Upstreams]:
        with ExitStack() as stack:
            for fake in self._fakes.values():
                stack.enter_context(fake.serving())
            yield self

    def settings(self, **more: str) -> dict[str, str]:
        limits = {
            "UPSTREAM_TOTAL_SECONDS": str(UPSTREAM_SECONDS),
            "UPSTREAM_READ_TIMEOUT_SECONDS": str(UPSTREAM_SECONDS),
            "UPSTREAM_RETRIES": "0",
            "FAILURE_TTL_SECONDS": "1",
        }
        urls = {name: fake.base_url for name, fake in self._fakes.items()}
        return {"LIVE": "on", "SOURCES": "uk-carbon,elexon,energi-data,aemo", **limits, **urls, **more}

    def calls(self) -> Counter[str]:
        """How often each resource was asked; the times in a path are left out."""
        return Counter(call.path.split("/20")[0] for fake in self._fakes.values() for call in fake.calls)


@pytest.fixture
def upstreams() -> Iterator[Upstreams]:
    with Upstreams().serving() as serving:
        yield serving


def quality(server: Gunicorn, zone: str) -> str:
    details = ask(server.port, f"/api/v1/zones/{zone}").json()["zone_details"]
    return str(details["data_quality"])


def caller_of(server: Gunicorn, upstream: FakeUpstream) -> psutil.Process:
    """The worker that has a call to the upstream under way."""
    port = int(upstream.base_url.split(":")[2].split("/")[0])
    processes: list[psutil.Process] = []

    def look() -> bool:
        processes[:] = [
            worker
            for worker in server.workers()
            if any(link.raddr and link.raddr.port == port for link in worker.net_connections(kind="tcp"))
        ]
        return bool(processes)

    wait_until(look, "a worker calls")
    return processes[0]


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with running() as server:
        yield server


@pytest.fixture
def server(upstreams: Upstreams, postgres: PostgresServer, tmp_path: Path) -> Iterator[Gunicorn]:
    """Four workers whose values live for a second, but for those of Denmark, which may be asked once a minute."""
    upstreams.danes.fault = always(Reply(wait_seconds=600))
    settings = upstreams.settings(INTENSITY_TTL_SECONDS="1", DATABASE_URL=postgres.new_database())
    with Gunicorn(tmp_path, settings) as running_server:
        yield running_server


def test_another_worker_calls_in_place_of_a_killed_one_and_a_dead_database_costs_no_request(
    upstreams: Upstreams, postgres: PostgresServer, server: Gunicorn
) -> None:
    """Both in one, because starting the service takes long."""
    assert ask(server.port, "/v1/by-country/DK").status == 200
    victim = caller_of(server, upstreams.danes)
    upstreams.danes.fault = None
    victim.kill()
    wait_until(lambda: len(server.workers()) == 4 and victim not in server.workers(), "another worker")
    load = Load(server.port, QUESTIONS, callers=CALLERS)
    with load.running():
        wait_until(
            lambda: quality(server, "DK-DK2") == "measured", "others call in its place", seconds=IN_PLACE_SECONDS
        )
        wait_until(lambda: quality(server, "GB") == "measured" and points(server) > 0, "a reading is stored")
        postgres.stop()
        try:
            say_something_new(upstreams, load, seconds=2)
        finally:
            postgres.start()
        wait_until(lambda: RECOVERY in server.log(), "readings are stored again")

    assert failures(load.answers()) == []
    assert max(answer.seconds for answer in load.answers()) < SLOW_SECONDS
    calls = upstreams.calls()
    assert (calls["dataset/CO2Emis"], calls["dataset/CO2EmisProg"], calls["intensity"]) in ((2, 1, 1), (1, 2, 1))
    log = server.log()
    assert 1 <= log.count(FAILURE) <= 4  # each worker says it once
    assert "Traceback" not in log
    assert points(server) > 0


def points(server: Gunicorn) -> int:
    """Readings of Great Britain in the history; 0 while it cannot be read."""
    answer = ask(server.port, "/api/v1/zones/GB/history?step=5m")
    return int(answer.json()["total"]) if answer.status == 200 else 0


def say_something_new(upstreams: Upstreams, load: Load, *, seconds: float) -> None:
    """Let a source change its value again and again, while callers ask."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        upstreams.elexon.mixes = {step: {**MIX, "CCGT": 400.0 + len(load.answers())} for step in range(24)}
        time.sleep(0.1)
