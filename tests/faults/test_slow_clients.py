"""Clients that send slowly, not at all, or do not read block no other client, on gunicorn without a proxy in front."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.faults.client import QUESTIONS, burst, failures
from tests.faults.server import THREADS, WORKERS, Gunicorn

ANSWER_SECONDS = 50.0  # all slow clients may be one worker's: 4 after the other on each thread, 5 s each; twice as long
IDLE_CONNECTIONS = 1000
SLOW_CONNECTIONS = WORKERS * THREADS


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Gunicorn]:
    with Gunicorn(tmp_path) as server:
        yield server


@contextmanager
def connected(port: int, count: int, *, receive_bytes: int | None = None) -> Iterator[list[socket.socket]]:
    """receive_bytes: as much as the system takes in for a client that does not read; None: its own choice."""
    with ExitStack() as stack:
        connections = [stack.enter_context(socket.socket()) for _ in range(count)]
        for connection in connections:
            connection.settimeout(5)
            if receive_bytes is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
            connection.connect(("127.0.0.1", port))
        yield connections


@contextmanager
def trickling(connections: list[socket.socket], opening: bytes, piece: bytes) -> Iterator[None]:
    """Each sends the opening, then a piece every half second until the end of the block."""
    ending = threading.Event()

    def trickle() -> None:
        for connection in connections:
            connection.sendall(opening)
        while not ending.wait(0.5):
            for connection in connections:
                with suppress(OSError):  # it was hung up on
                    connection.sendall(piece)

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def assert_answers(server: Gunicorn) -> None:
    answers = burst(server.port, QUESTIONS * 4, at_once=8)

    assert failures(answers) == []
    assert max(answer.seconds for answer in answers) < ANSWER_SECONDS


def test_a_thousand_idle_connections_block_no_other_client(server: Gunicorn) -> None:
    with connected(server.port, IDLE_CONNECTIONS):
        assert_answers(server)


def test_clients_that_trickle_headers_block_no_other_client(server: Gunicorn) -> None:
    opening = b"GET /v1/by-rank HTTP/1.1\r\nHost: x\r\nX-A: "

    with connected(server.port, SLOW_CONNECTIONS) as connections, trickling(connections, opening, b"a"):
        assert_answers(server)


def test_clients_that_do_not_read_their_answers_block_no_other_client(server: Gunicorn) -> None:
    questions = b"".join(
        b"GET /v1/by-rank?limit=%d HTTP/1.1\r\nHost: x\r\n\r\n" % (400 + number) for number in range(40)
    )

    with connected(server.port, SLOW_CONNECTIONS, receive_bytes=2048) as connections:
        for connection in connections:
            connection.sendall(questions)  # 14 MB of answers
        assert_answers(server)

    assert "Traceback" not in server.log()
