"""POST to a URL that a caller named: its host is looked up once, and the address that was checked is the one used."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import certifi
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError, SSLError

from deadlines import DeadlinePool, DeadlineTlsPool
from net import BROKEN_REPLY, USER_AGENT, retry_after
from outbound.hosts import HostRules, Target, UnusableUrl

MOST_ADDRESSES = 4  # of a host, that are tried
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLimits:
    """Seconds of one attempt. reply: from the request being sent to the end of the headers. total: of it all, once a
    new part begins only."""

    look_up: float = 5.0
    connect: float = 3.0
    reply: float = 10.0
    total: float = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PostReply:
    """A reply of any status; its body is not read. retry_after_seconds: None without one."""

    status: int
    retry_after_seconds: float | None


class PostFailed(Exception):
    """There is no reply; the message says why, in words without anything of the request."""


def addresses_of(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the system looks them up. Raises OSError."""
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


class Poster:
    """Sends what it is given, without redirects, proxies, cookies or stored credentials. Safe for threads and forks.

    A host is used only if every address that its name leads to may be used. The certificate is checked against the name
    by the authorities of the system and of certifi.
    """

    def __init__(
        self,
        rules: HostRules,
        limits: PostLimits | None = None,
        *,
        resolve: Resolve = addresses_of,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules
        self._limits = limits or PostLimits()
        self._resolve = resolve
        self._monotonic = monotonic

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> PostReply:
        """The reply. Raises PostFailed."""
        ends = self._monotonic() + self._limits.total
        try:
            target = self._rules.target(url)
        except UnusableUrl as error:
            raise PostFailed(f"the URL {error}") from None
        failure = PostFailed("the host name leads to no address")
        for address in self._checked_addresses(target)[:MOST_ADDRESSES]:
            seconds_left = ends - self._monotonic()
            if seconds_left <= 0:
                raise PostFailed("the host did not answer in time")
            try:
                return self._post(target, address, headers, body, seconds_left)
            except PostFailed as error:
                failure = error
                if not isinstance(error, _Unreached):  # the host may have acted on it
                    raise
        raise failure

    def _checked_addresses(self, target: Target) -> Sequence[str]:
        addresses = self._looked_up(target)
        for address in addresses:
            if (problem := self._rules.problem(target.host, address)) is not None:
                raise PostFailed(f"the host name leads to {problem}")
        return addresses

    def _looked_up(self, target: Target) -> Sequence[str]:
        """In a thread, since the look-up of a name cannot be given a time limit in any other way."""
        outcome: Future[Sequence[str]] = Future()

        def run() -> None:
            try:
                outcome.set_result(self._resolve(target.host, target.port))
            except BaseException as error:
                outcome.set_exception(error)

        threading.Thread(target=run, name="look-up", daemon=True).start()
        try:
            return outcome.result(self._limits.look_up)
        except TimeoutError:
            raise PostFailed("the host name was not looked up in time") from None
        except (OSError, UnicodeError):
            raise PostFailed("the host name leads to no address") from None

    def _post(
        self, target: Target, address: str, headers: Mapping[str, str], body: bytes, seconds_left: float
    ) -> PostReply:
        timeout = Timeout(connect=min(self._limits.connect, seconds_left), read=min(self._limits.reply, seconds_left))
        pool = self._pool(target, address, timeout)
        sent = {"User-Agent": USER_AGENT, **headers, "Host": target.authority, "Connection": "close"}
        try:
            response: BaseHTTPResponse = pool.urlopen(
                "POST", target.path, body=body, headers=sent, retries=False, redirect=False, preload_content=False
            )
        except SSLError:
            raise PostFailed("the certificate of the host is not valid for its name, or TLS failed") from None
        except (HTTPError, *BROKEN_REPLY) as error:
            raise _failure(error) from None
        finally:
            pool.close()
        status, wait = response.status, retry_after(response.headers.get("Retry-After"))
        response.close()
        return PostReply(status=status, retry_after_seconds=wait)

    def _pool(self, target: Target, address: str, timeout: Timeout) -> HTTPConnectionPool:
        options: dict[str, Any] = {"port": target.port, "timeout": timeout, "maxsize": 1}
        if not target.is_tls:
            return DeadlinePool(address, **options)
        return DeadlineTlsPool(
            address, ssl_context=self._context, server_hostname=target.host, assert_hostname=target.host, **options
        )

    @cached_property
    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        return context


class _Unreached(PostFailed):
    """Nothing was sent: another address of the host may be tried."""


def _failure(error: Exception) -> PostFailed:
    if isinstance(error, ConnectTimeoutError | NewConnectionError):
        return _Unreached("the host cannot be reached")
    if isinstance(error, ReadTimeoutError):
        return PostFailed("the host did not answer in time")
    return PostFailed("the host closed the connection, or its reply is not valid HTTP")
