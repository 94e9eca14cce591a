"""Who may ask, and how often: API keys and the rate limit of everything under /v1 and /api/v1."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from api.questions.parse import UNREADABLE
from carbon.errors import CarbonError, KeyRefused, KeyRequired, RateLimited
from store.keys.ring import KeyRing
from store.limits.rate_limit import RateLimiter, Verdict

HEADER = "X-API-Key"
_GUARDED = ("/v1", "/api/v1")
_LONGEST_ADDRESS = 100  # characters; a proxy may pass on a longer text, which is no address and not worth remembering
_BENEATH = tuple(f"{path}/" for path in _GUARDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How a request counted. caller: whose it is, key/ID or address/ADDRESS; refusal: why it is refused, if it is."""

    caller: str
    verdict: Verdict | None
    refusal: CarbonError | None

    @property
    def limited(self) -> bool:
        """Whether it is one too many."""
        return self.verdict is not None and not self.verdict.allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessState:
    """How the rules stand. scope: who counts together; on_store_error: what happens while the counts are failing."""

    keys_configured: bool
    keys_stale: bool
    rate: str
    scope: str
    on_store_error: str
    counts_failing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The rules. rate: for whoever has no rate of his own, such as "60 per minute" or "off"."""

    keys: KeyRing
    limiter: RateLimiter
    rate: str

    def state(self) -> AccessState:
        """How the rules stand. Raises StateUnavailable if the keys cannot be read: then nobody gets in."""
        return AccessState(
            keys_configured=self.keys.configured(),
            keys_stale=self.keys.stale(),
            rate=self.rate,
            scope=self.limiter.scope,
            on_store_error=self.limiter.on_store_error,
            counts_failing=self.limiter.failing,
        )

    def judge(self, key: str | None, address: str) -> Judgement:
        """Count one request.

        A key in force counts for itself; everybody else counts by address, those whom a key would have let in
        included: guessing keys and asking without one are limited like asking.
        """
        refusal: CarbonError | None = None
        rate, caller = self.rate, f"address/{address}"
        if self.keys.configured():
            record = None if key is None else self.keys.find(key)
            if record is not None:
                rate, caller = record.rate or rate, f"key/{record.id}"
            elif key is None:
                refusal = KeyRequired(f"send an API key as Authorization: Bearer KEY or as {HEADER}: KEY")
            else:
                refusal = KeyRefused("this API key is unknown or was revoked")
        verdict = self.limiter.hit(rate, caller)
        if verdict is not None and not verdict.allowed:
            refusal = RateLimited(
                f"at most {verdict.limit} requests in {verdict.window_seconds} s are allowed;"
                f" retry after {verdict.reset_seconds} s",
                retry_after_seconds=verdict.reset_seconds,
            )
        return Judgement(caller=caller, verdict=verdict, refusal=refusal)


def is_guarded(path: str) -> bool:
    """Whether a path needs a key, once there are any, and is limited."""
    return path.startswith(_BENEATH) or path in _GUARDED


def install(app: Flask, access: Access) -> None:
    """Judge every request to a guarded path before anything else looks at it."""

    def admit() -> None:
        if not is_guarded(request.path):
            return
        try:
            judgement = access.judge(_key(), client_of((request.remote_addr or "")[:_LONGEST_ADDRESS]))
        except CarbonError:
            _read_away_the_body()
            raise
        g.judgement = judgement
        if judgement.refusal is not None:
            _read_away_the_body()
            raise judgement.refusal

    app.before_request(admit)
    app.after_request(_tell)


def _read_away_the_body() -> None:
    """Up to MAX_BODY_BYTES: a server hangs up on a body that nobody reads, and the answer can be lost with it."""
    with suppress(HTTPException, *UNREADABLE):  # larger, or cut short
        while request.stream.read(65_536):
            pass


def _tell(response: Response) -> Response:
    """The limit and what is left of it (draft-ietf-httpapi-ratelimit-headers), on refusals too."""
    judgement: Judgement | None = g.get("judgement")
    if judgement is not None and (verdict := judgement.verdict) is not None:
        told = (
            ("RateLimit-Policy", f'"default";q={verdict.limit};w={verdict.window_seconds}'),
            ("RateLimit", f'"default";r={verdict.remaining};t={verdict.reset_seconds}'),
        )
        response.headers.extend(told)
    return response


def _key() -> str | None:
    """The key of this request; an Authorization of another scheme is somebody else's."""
    scheme, _, key = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        key = request.environ.get("HTTP_X_API_KEY", "")
    return key.strip() or None


@lru_cache(maxsize=4096)
def client_of(address: str) -> str:
    """Who is counted for an address: an IPv4 address, or the /64 network that one IPv6 client has to itself.

    Port and zone are dropped. What is no address, such as the end of a Unix socket, is one client.
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
