"""A cheap load generator: keep-alive connections in one thread, a fixed number of requests, then it ends.

Run as a process of its own: `python -m bench.load PORT CONNECTIONS REQUESTS < requests`, a JSON list of the texts that
are sent in turn; prints one JSON line. It connects only to 127.0.0.1.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import randrange

HEAD_END = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length:"
MAX_SECONDS = 120.0
DIGITS = b"707071"  # replaced in every request


@dataclass(slots=True)
class Connection:
    """One kept-alive connection with at most one open request."""

    sock: socket.socket
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)

    def answered(self) -> bool:
        """Whether a whole answer has arrived; every answer of the service has a Content-Length."""
        end = self.received.find(HEAD_END)
        if end < 0:
            return False
        head = bytes(self.received[: end + 2]).lower()
        at = head.index(LENGTH) + len(LENGTH)
        return len(self.received) >= end + len(HEAD_END) + int(head[at : head.index(b"\r\n", at)])


def drive(port: int, connections: int, requests: int, wires: Sequence[bytes]) -> dict[str, object]:
    """Send `requests` requests, those of `wires` in turn, over connections; gives seconds, latencies and statuses.

    Raises RuntimeError when a connection breaks or the time limit passes: a broken run gives no figures.
    """
    latencies: list[float] = []
    statuses: dict[str, int] = {}
    selector = selectors.DefaultSelector()
    started = time.perf_counter()
    first = randrange(1_000_000)  # noqa: S311  # another one in every run
    requests_sent = 0
    for _ in range(min(connections, requests)):
        connection = Connection(socket.create_connection(("127.0.0.1", port), timeout=10))
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection.sock, selectors.EVENT_READ, connection)
        _send(connection, numbered(wires[requests_sent % len(wires)], first + requests_sent))
        requests_sent += 1
    while len(latencies) < requests:
        if time.perf_counter() - started > MAX_SECONDS:
            raise RuntimeError(f"{len(latencies)} of {requests} answers after {MAX_SECONDS:g} s")
        for key, _ in selector.select(timeout=10):
            connection = key.data
            data = connection.sock.recv(262_144)
            if not data:
                raise RuntimeError("the server closed a kept-alive connection")
            connection.received += data
            if not connection.answered():
                continue
            latencies.append(time.perf_counter() - connection.sent_at)
            status = connection.received[9:12].decode()
            statuses[status] = statuses.get(status, 0) + 1
            if requests_sent < requests:
                _send(connection, numbered(wires[requests_sent % len(wires)], first + requests_sent))
                requests_sent += 1
    seconds = time.perf_counter() - started
    for key in list(selector.get_map().values()):
        key.data.sock.close()
    selector.close()
    latencies.sort()
    return {
        "seconds": seconds,
        "p50_ms": 1000 * latencies[len(latencies) // 2],
        "p99_ms": 1000 * latencies[min(len(latencies) - 1, int(len(latencies) * 0.99))],
        "statuses": statuses,
    }


def numbered(wire: bytes, number: int) -> bytes:
    """The request with another number in it, so that a cache has no answer to it."""
    return wire.replace(DIGITS, b"%06d" % (number % 1_000_000))


def _send(connection: Connection, request: bytes) -> None:
    connection.received.clear()
    connection.sent_at = time.perf_counter()
    connection.sock.sendall(request)


if __name__ == "__main__":
    port, connections, requests = map(int, sys.argv[1:4])
    print(json.dumps(drive(port, connections, requests, [wire.encode() for wire in json.load(sys.stdin)])))
