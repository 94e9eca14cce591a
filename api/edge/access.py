"""Who may send requests, and how many: API keys and the rate limit of all that answers from the data."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from carbon.errors import CarbonError, KeyRefused, KeyRequired, RateLimited, StateUnavailable
from carbon.roles import TENANT, Role
from store.keys.ring import KeyRing
from store.keys.table import KeyRecord
from store.limits.rate_limit import RateLimiter, Verdict

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

HEADER = "X-API-Key"
_SEND_KEY = f"send an API key as Authorization: Bearer KEY or as {HEADER}: KEY"
_SEND_KEY_TOO = f"signing in to the pages is enough for GET and HEAD only; for other methods {_SEND_KEY}"
_LONGEST_ADDRESS = 100  # characters; a proxy may pass on a longer text, which is no address and is not remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What the cookie of a browser says: the id of the key it signed in with, and whether that is enough here."""

    key_id: str
    is_enough: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How a request was counted.

    caller: key/ID or address/ADDRESS. tenant: whose data the caller sees. role: what it may
    do; without any key the service is open. refusal: the reason for a refusal, if any.
    """

    caller: str
    tenant: str = TENANT
    role: Role = Role.ADMIN
    verdict: Verdict | None
    refusal: CarbonError | None

    @property
    def key_id(self) -> str | None:
        """Of the key in force that the request came with."""
        kind, _, name = self.caller.partition("/")
        return name if kind == "key" else None

    @property
    def limited(self) -> bool:
        """Whether it exceeds the rate limit."""
        return self.verdict is not None and not self.verdict.allowed

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The limit and what is left of it (draft-ietf-httpapi-ratelimit-headers); nothing without a limit."""
        if self.verdict is None:
            return ()
        verdict = self.verdict
        return (
            ("RateLimit-Policy", f'"default";q={verdict.limit};w={verdict.window_seconds}'),
            ("RateLimit", f'"default";r={verdict.remaining};t={verdict.reset_seconds}'),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessState:
    """The state of the rules.

    scope: the processes that count together. on_store_error: what happens while the counts cannot be used.
    """

    keys_configured: bool
    keys_stale: bool
    rate: str
    scope: str
    on_store_error: str
    counts_failing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The rules. rate: for callers whose key has no rate of its own, such as "60 per minute" or "off"."""

    keys: KeyRing
    limiter: RateLimiter
    rate: str

    def state(self) -> AccessState:
        """The state of the rules. Raises StateUnavailable if the keys cannot be read: then every request is refused."""
        return AccessState(
            keys_configured=self.keys.configured(),
            keys_stale=self.keys.stale(),
            rate=self.rate,
            scope=self.limiter.scope,
            on_store_error=self.limiter.on_store_error,
            counts_failing=self.limiter.failing,
        )

    def judge(self, key: str | None, address: str, ticket: Ticket | None = None) -> Judgement:
        """Count one request.

        ticket: counts in place of a key where it is enough, if its key is still in force. A valid key has a count of
        its own. All other requests are counted by address, including those that are refused for a missing or wrong key:
        guessing keys is limited like asking.
        Raises StateUnavailable or Busy if the request cannot be counted.
        """
        refusal: CarbonError | None = None
        rate, caller, tenant, role = self.rate, f"address/{address}", TENANT, Role.ADMIN
        if self.keys.configured():
            record = self._record(key, ticket)
            if record is not None:
                rate, caller, tenant, role = record.rate or rate, f"key/{record.id}", record.tenant, record.role
            elif key is None:
                refusal = KeyRequired(_SEND_KEY if ticket is None or ticket.is_enough else _SEND_KEY_TOO)
            else:
                refusal = KeyRefused("this API key is unknown or was revoked")
        verdict = self.limiter.hit(rate, caller)
        if verdict is not None and not verdict.allowed:
            refusal = RateLimited(
                f"at most {verdict.limit} requests in {verdict.window_seconds} s are allowed;"
                f" retry after {verdict.reset_seconds} s",
                retry_after_seconds=verdict.reset_seconds,
            )
        return Judgement(caller=caller, tenant=tenant, role=role, verdict=verdict, refusal=refusal)

    def still_allows(self, caller: str) -> bool:
        """Whether a caller that was let in once may go on: its key is in force, or there are no keys.

        While the keys cannot be read, whoever was let in stays.
        """
        kind, _, name = caller.partition("/")
        try:
            return not self.keys.configured() or (kind == "key" and self.keys.in_force(name) is not None)
        except StateUnavailable:
            return True

    def _record(self, key: str | None, ticket: Ticket | None) -> KeyRecord | None:
        if key is not None:
            return self.keys.find(key)
        return self.keys.in_force(ticket.key_id) if ticket is not None and ticket.is_enough else None


def key_of(environ: WSGIEnvironment, *, as_password: bool = False) -> str | None:
    """The API key of a request. An Authorization of another scheme than Bearer is not ours.

    as_password: without any other key the password of Basic is one, for clients that can only have it in their URL.
    """
    scheme, _, key = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        basic = _password(key) if as_password and scheme.lower() == "basic" else ""
        key = environ.get("HTTP_X_API_KEY", "") or basic
    return key.strip() or None


def _password(credentials: str) -> str:
    """The password of Basic (RFC 7617); empty if there is none."""
    try:
        return b64decode(credentials.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def address_of(environ: WSGIEnvironment) -> str:
    """The client that a request without a key is counted for."""
    return client_of((environ.get("REMOTE_ADDR") or "")[:_LONGEST_ADDRESS])


@lru_cache(maxsize=4096)
def client_of(address: str) -> str:
    """The client of an address: the IPv4 address, or the /64 network that one IPv6 client has to itself.

    Port and zone are dropped. All texts that are not an address, such as the end of a Unix socket, are one client.
    """
    for text in (address, address.rpartition(":")[0].strip("[]")):
        try:
            ip = ip_address(text.partition("%")[0])
        except ValueError:
            continue
        if isinstance(ip, IPv6Address):
            return str(ip.ipv4_mapped or f"{IPv6Address(int(ip) >> 64 << 64)}/64")
        return str(ip)
    return "unknown"
