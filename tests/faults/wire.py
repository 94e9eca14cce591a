"""Bytes to the service, and the status that comes back."""

from __future__ import annotations

import socket
from contextlib import suppress

from tests.fakes.patience import PATIENCE_SECONDS


def status_of(port: int, wire: bytes) -> int | None:
    """The status of the answer; None when the connection ends without one."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before its end; the answer may have come
            connection.sendall(wire)
        try:
            head = connection.recv(64)
        except ConnectionResetError:
            return None
        return int(head.split()[1]) if head.startswith(b"HTTP/") else None
