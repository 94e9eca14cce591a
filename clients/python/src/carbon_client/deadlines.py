"""Deadlines for whole replies of requests and urllib3, whose own timeouts are for each read of the socket.

A peer that sends a byte now and then would otherwise block a thread for ever. The classes below apply the read timeout
to the whole reply, headers included.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class DeadlineReader(io.RawIOBase):
    """The bytes of a socket. Its timeout, as set at the beginning of the reply, is for all reads together."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        timeout = sock.gettimeout()
        self._ends = None if timeout is None else time.monotonic() + timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        if self._ends is not None:
            seconds_left = self._ends - time.monotonic()
            if seconds_left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(seconds_left)
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class DeadlineResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(DeadlineReader(self.fp.detach(), sock))


class _DeadlineConnection(HTTPConnection):
    response_class = DeadlineResponse


class _DeadlineTlsConnection(HTTPSConnection):
    response_class = DeadlineResponse


class _DeadlinePool(HTTPConnectionPool):
    ConnectionCls = _DeadlineConnection


class _DeadlineTlsPool(HTTPSConnectionPool):
    ConnectionCls = _DeadlineTlsConnection


_POOLS = {"http": _DeadlinePool, "https": _DeadlineTlsPool}


class DeadlineAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        if "SOCKS" not in type(manager).__name__:  # a SOCKS manager has its own pools
            manager.pool_classes_by_scheme = _POOLS
        return manager
