"""Streams over several callers and workers, and when those end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from websocket import create_connection

from tests.fakes.patience import PATIENCE_SECONDS
from tests.faults.client import ask
from tests.faults.server import ROOT, Gunicorn, wait_until
from tests.streams.stream_clients import STREAM, Client, Newsroom, following

GERMANY = "zone=DE"


def test_one_caller_does_not_take_all_places(tmp_path: Path) -> None:
    with (
        Gunicorn(tmp_path, {"STREAMS": "6", "STREAMS_PER_CALLER": "2"}, workers=1) as server,
        following(server.port, GERMANY),
        following(server.port, GERMANY),
    ):
        refused = ask(server.port, f"{STREAM}?{GERMANY}")
        from_elsewhere = requests.Session()
        from_elsewhere.mount("http://", FromAddress("127.0.0.9"))
        url = f"http://127.0.0.1:{server.port}{STREAM}?{GERMANY}"
        with from_elsewhere.get(url, stream=True, timeout=PATIENCE_SECONDS) as accepted:
            assert accepted.status_code == 200

    assert refused.status == 503


class FromAddress(requests.adapters.HTTPAdapter):
    """Connects from one of the addresses of loopback."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, source_address=(self._address, 0), **options)


@pytest.mark.parametrize("how", [signal.SIGHUP, signal.SIGTERM])
def test_streams_end_with_the_time_to_come_back_when_the_service_reloads_or_stops(
    tmp_path: Path, how: signal.Signals
) -> None:
    with Gunicorn(tmp_path, workers=1) as server:
        news = Newsroom(server.data)
        news.tell("DE", 1.0)
        with following(server.port, GERMANY) as client:
            first = client.next()
            connection = create_connection(
                f"ws://127.0.0.1:{server.port}/api/v1/ws?{GERMANY}", timeout=PATIENCE_SECONDS
            )
            connection.recv()
            server.tell(how)
            (end,) = client.rest()
            message = json.loads(connection.recv())
            code, close = connection.recv_data()
        if how is signal.SIGHUP:
            news.tell("DE", 2.0)
            with following(server.port, GERMANY, last_event_id=first.id) as client:
                assert client.next().data["carbon_intensity"] == 2.0

    assert (end.name, end.data["reason"]) == ("end", "restart")
    assert end.data["retry_after_seconds"] >= 1
    assert message["reason"] == "restart"
    assert (code, int.from_bytes(close[:2])) == (8, 1001)


def test_all_workers_tell_the_same_events_with_the_same_ids(tmp_path: Path) -> None:
    each = 3
    with Gunicorn(tmp_path, {"STREAMS": str(each), "STREAMS_PER_CALLER": str(each)}, workers=2) as server:
        news = Newsroom(server.data)
        url = f"http://127.0.0.1:{server.port}{STREAM}?{GERMANY}"
        with ExitStack() as stack:
            clients = []

            def fill() -> bool:
                response = stack.enter_context(requests.get(url, stream=True, timeout=PATIENCE_SECONDS))
                if response.status_code == 200:
                    clients.append(Client(response))
                return len(clients) == 2 * each

            wait_until(fill, "both workers are full")
            for client in clients:
                client.next()
            news.tell("DE", 1.0, 2.0)
            told = {tuple((event.id, event.data["carbon_intensity"]) for event in client.take(2)) for client in clients}

    ids = news.ids()
    assert told == {((ids[0], 1.0), (ids[1], 2.0))}


def test_the_streams_of_all_workers_are_counted_and_those_of_a_killed_worker_no_more(tmp_path: Path) -> None:
    with Gunicorn(tmp_path, workers=2) as server, ExitStack() as stack:
        assert open_streams(server) == (0, 0)
        for _ in range(6):
            stack.enter_context(following(server.port, GERMANY)).next()
        websocket = create_connection(f"ws://127.0.0.1:{server.port}/api/v1/ws?{GERMANY}", timeout=PATIENCE_SECONDS)
        wait_until(lambda: open_streams(server) == (6, 1), "all streams are counted")
        for worker in server.workers():
            os.kill(worker.pid, signal.SIGKILL)
        wait_until(lambda: open_streams(server) == (0, 0), "streams of ended workers are not counted")
        websocket.close()


def open_streams(server: Gunicorn) -> tuple[float, float]:
    """Of server-sent events, and of WebSockets."""
    answer = ask(server.port, "/metrics")
    if answer.status != 200:  # its worker was killed
        return -1, -1
    figures = {
        str(sample.labels["protocol"]): sample.value
        for family in text_string_to_metric_families(answer.text.decode())
        for sample in family.samples
        if sample.name == "cao_open_streams"
    }
    return figures["sse"], figures["websocket"]


def test_who_comes_back_after_its_worker_was_killed_has_missed_nothing(tmp_path: Path) -> None:
    with Gunicorn(tmp_path, workers=1) as server:
        news = Newsroom(server.data)
        news.tell("DE", 1.0)
        with following(server.port, GERMANY) as client:
            last = client.next().id
            news.tell("DE", 2.0)
            last = client.next().id
            (worker,) = server.workers()
            worker.kill()
            assert client.rest() == []
        news.tell("DE", 3.0, 4.0)
        wait_until(lambda: ask(server.port, "/health").status == 200, "another worker answers")
        with following(server.port, GERMANY, last_event_id=last) as client:
            assert [event.data["carbon_intensity"] for event in client.take(2)] == [3.0, 4.0]


def test_streams_that_never_read_and_send_rubbish_leave_the_api_to_others(tmp_path: Path) -> None:
    with Gunicorn(tmp_path, {"STREAMS": "64", "STREAMS_PER_CALLER": "64"}, workers=1) as server, ExitStack() as stack:
        statuses: list[bytes] = []
        while b"503" not in statuses and len(statuses) <= 64:
            rude = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_SECONDS))
            rude.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            rude.sendall(f"GET {STREAM}?provider=all HTTP/1.1\r\nHost: a\r\n\r\nrubbish".encode())
            statuses.append(rude.recv(12).split()[1])
        Newsroom(server.data).tell("DE", *map(float, range(3000)))
        answers = {ask(server.port, "/api/v1/regions?limit=1").status for _ in range(40)}
        (worker,) = server.workers()
        memory_mb = worker.memory_full_info().uss / 1e6

    assert statuses == [b"200"] * 64 + [b"503"]
    assert answers == {200}
    assert memory_mb < 120


def test_a_revoked_key_ends_its_streams_and_no_others(tmp_path: Path) -> None:
    with Gunicorn(tmp_path, workers=1) as server:
        Newsroom(server.data).tell("DE", 1.0)
        keys = {name: flask_keys(server, "create", name) for name in ("ci", "other")}
        with (
            following(server.port, GERMANY, key=keys["ci"]) as one,
            following(server.port, GERMANY, key=keys["other"]) as other,
        ):
            for client in (one, other):
                client.next()
            flask_keys(server, "revoke", "ci")
            (end,) = one.rest()
            Newsroom(server.data).tell("DE", 2.0)
            assert other.next().data["carbon_intensity"] == 2.0

    assert (end.name, end.data["reason"]) == ("end", "key")


def flask_keys(server: Gunicorn, *arguments: str) -> str:
    """What `flask keys ...` prints."""
    command = [sys.executable, "-m", "flask", "--app", "app", "keys", *arguments]
    environ = {**os.environ, "DATA_DIR": str(server.data)}
    result = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)  # noqa: S603
    return result.stdout.strip()
