"""What streams cost: memory of a worker for each client, how soon all are told, and what the API does meanwhile."""

from __future__ import annotations

import http.client
import resource
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

from bench.cases import CASES
from bench.report import at_most, table
from bench.server import Server, gunicorn
from carbon.events import Change
from carbon.intensity import CarbonIntensity, Provenance, Quality
from push.codec import encode_change
from store.push.sqlite_log import SqliteLog

CLIENTS = (500, 5000)
MOST_KB = 24.0  # of private memory for each client: 500 clients are a tenth of a worker
PATH = "/api/v1/stream?zone=DE&below=200"
HEALTH = next(case for case in CASES if case.path == "/health")
QUESTION = "/api/v1/regions/aws:eu-central-1"
SETTINGS = {"LIVE": "off", "RATE_LIMIT": "off", "ACCESS_LOG": "off", "STREAMS": "6000", "STREAMS_PER_CALLER": "6000"}
PATIENCE_SECONDS = 120.0
EVENT = b"event: intensity"


def section(rounds: int, share: float) -> str:
    """Measure; the table in markdown. rounds, share: not used, but with a share below 1 only the fewest clients."""
    _allow_files()
    rows = [_row(clients) for clients in (CLIENTS if share >= 1 else CLIENTS[:1])]
    headings = ["clients of one worker", "MB", "kB each", "target", "last told after s", "CPU ms each", "API p50 ms"]
    return table([*headings, "API p99 ms", "API alone p99 ms"], rows)


def _allow_files() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _row(clients: int) -> list[str]:
    with gunicorn("app:app", HEALTH, SETTINGS) as server:
        alone = _milliseconds(server)
        before = server.worker_private_mb()[0]
        with _streams(server, clients) as streams:
            memory = server.worker_private_mb()[0] - before
            beside = _milliseconds(server)
            cpu = server.cpu_seconds()
            seconds = _seconds_until_told(server, streams)
            cpu = server.cpu_seconds() - cpu
    each = 1000 * memory / clients
    return [
        f"{clients:,}",
        f"{memory:.1f}",
        f"{each:.1f}",
        at_most(each, MOST_KB),
        f"{seconds:.2f}",
        f"{1000 * cpu / clients:.2f}",
        f"{beside[49]:.1f}",
        f"{beside[98]:.1f}",
        f"{alone[98]:.1f}",
    ]


@contextmanager
def _streams(server: Server, clients: int) -> Iterator[list[socket.socket]]:
    """Clients that have each had their first event. Raises RuntimeError for one that was refused."""
    streams: list[socket.socket] = []
    try:
        for _ in range(clients):
            stream = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_SECONDS)
            streams.append(stream)
            stream.sendall(f"GET {PATH} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            received = b""
            while b"event: current" not in received or not received.endswith(b"\n\n"):
                received += stream.recv(65_536)
                if not received.startswith(b"HTTP/1.1 200"):
                    raise RuntimeError(f"a stream was refused: {received[:400]!r}\n{server.log_tail()}")
        yield streams
    finally:
        for stream in streams:
            stream.close()


def _seconds_until_told(server: Server, streams: list[socket.socket]) -> float:
    """From when an event is in the log until all clients have it; the worker looks there once a second."""
    log = SqliteLog(Path(server.environ["DATA_DIR"]))
    now = datetime.now(UTC)
    origin = Provenance(quality=Quality.MEASURED, source="a-source", starts_at=now, age_seconds=0)
    before, after = (CarbonIntensity(gco2e_per_kwh=grams, provenance=origin) for grams in (300.0, 250.0))
    body = encode_change(Change(kind="intensity", zone="DE", now=after, before=before), now)
    while not log.append(log.look(), None, [body], now.timestamp()):
        continue
    started = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(PATIENCE_SECONDS)
            if not ready:
                raise RuntimeError(f"{len(selector.get_map())} clients were not told")
            for key, _ in ready:
                if EVENT in key.fileobj.recv(65_536):  # type: ignore[union-attr]
                    selector.unregister(key.fileobj)
    return time.perf_counter() - started


def _milliseconds(server: Server, times: int = 300) -> list[float]:
    """The 99 percentiles of an answer of the API."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)
    taken = []
    for number in range(times):
        started = time.perf_counter()
        connection.request(
            "GET", f"{QUESTION}?provider=aws&signal=average", headers={"X-Request-ID": f"bench-{number}"}
        )
        answer = connection.getresponse()
        answer.read()
        taken.append(1000 * (time.perf_counter() - started))
        if answer.status != 200:
            raise RuntimeError(f"{QUESTION} was answered with {answer.status}")
    connection.close()
    return quantiles(taken, n=100)
