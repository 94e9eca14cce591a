"""One upstream: its HTTP session, its breaker and its budget of calls, as every source uses them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from grid.source import SourceError, SourceState, SourceUnavailable, ZoneNotCovered
from grid.upstream.gate import Gate
from grid.upstream.pace import Pace
from grid.upstream.quota import Governor
from grid.upstream.session import NO_HEADERS, Address, JsonSession, Outcomes, Refusal
from net import HttpClient, Params, Reply
from store.shared.state import SharedState
from telemetry import Telemetry

T = TypeVar("T")
UNREACHED = ("connection", "timeout")  # reasons of calls that no reply came to


class Upstream:
    """Calls to one upstream. Every attempt passes the breaker and the budget first, and its outcome is noted for all.

    Blocks; raises SourceError; safe to share between threads.
    """

    def __init__(
        self,
        source: str,
        address: Address,
        *,
        shared: SharedState,
        governor: Governor | None,
        pace: Pace | None = None,
        telemetry: Telemetry,
        utc_now: Callable[[], datetime],
        essential: str = "",
        rate_limit_seconds: float | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """governor: None for no limit. pace: None for no pause between calls.

        essential: the signal without which the source counts as failing. rate_limit_seconds: see Gate.
        """
        self.gate = Gate(source, shared, utc_now=utc_now, essential=essential, rate_limit_seconds=rate_limit_seconds)
        self._source = source
        self._governor = governor
        self._pace = pace
        self._has_key = bool(address.secrets)
        self._outcomes = Outcomes(source, telemetry)
        client = HttpClient(
            address.limits, before=self._before_attempt, after=self._after_attempt, monotonic=monotonic, sleep=sleep
        )
        self._session = JsonSession(client, address)

    def get(self, path: str, params: Params, headers: Mapping[str, str] = NO_HEADERS) -> Any:
        """The JSON of one GET, see JsonSession. Only inside the `send` of `call`."""
        return self._session.get(path, params, headers)

    def get_bytes(self, path: str, params: Params) -> bytes:
        """The body of one GET, see JsonSession. Only inside the `send` of `call`."""
        return self._session.get_bytes(path, params)

    def post(self, path: str, body: Any) -> Any:
        """The JSON of one POST of JSON, see JsonSession. Only inside the `send` of `call`."""
        return self._session.post(path, body)

    def call(
        self,
        signal: str,
        zone: str,
        send: Callable[[], Any],
        read: Callable[[Any], T],
        *,
        meaning: Callable[[Refusal], SourceError],
        proves_key: bool = True,
        all_depends_on_it: bool = False,
    ) -> T:
        """The result of `read` for the body that `send` gets. Notes success or failure for all workers.

        signal, zone: what the call is for. meaning: what a 4xx of this upstream says. proves_key: whether a reply shows
        that the key is accepted. all_depends_on_it: whether a failure holds back all other calls for a while.
        """
        key_accepted = False
        try:
            with self._outcomes.judging():
                body = send()
                key_accepted = proves_key
                value = read(body)
        except _CallHeldBack as held_back:
            raise held_back.reason from None
        except SourceError as cause:
            error = meaning(cause) if isinstance(cause, Refusal) else cause
            if not isinstance(error, ZoneNotCovered):  # the limits of a plan are no failure
                call = f"{signal} {zone}"
                self.gate.failed(error, call=call, nothing_works_without=all_depends_on_it, with_key=key_accepted)
            raise error from (cause.__cause__ if error is cause else cause)
        self.gate.succeeded(signal, zone, with_key=key_accepted)
        return value

    def state(self, *, zones_covered: int | None) -> SourceState:
        """How the source is doing, without a call.

        degraded: calls are held back, the last call of some zone and signal failed, or the first one still waits.
        A source without a key that never replied is untried: nobody asked for it, and the machine may be offline.
        """
        health, hold, last_success_at = self.gate.health, self.gate.hold(), self.gate.last_success_at
        if hold is not None and not self._is_unreached():
            state, detail = "degraded", f"{hold.reason}: no calls are sent for {hold.retry_after_seconds:.0f} s"
        elif self._is_unreached():
            state, detail = "untried", f"no reply ever arrived; the last call: {health.last_error}"
        elif health.failing:
            state, detail = "degraded", "the last call of a zone failed"
        elif last_success_at is None and self._session.calls and self._has_key:
            state, detail = "degraded", "calls were sent, but none was answered yet"
        elif last_success_at is None:
            state, detail = "untried", f"{'a key is set; ' if self._has_key else ''}no call was answered yet"
        else:
            state, detail = "ok", "the source answers"
        return SourceState(
            source=self._source,
            state=state,
            detail=detail,
            zones_covered=zones_covered,
            last_success_at=last_success_at,
            last_error=health.last_error,
            calls=self._session.calls,
            quota=None if self._governor is None else self._governor.quota(),
            breaker_open=hold is not None,
        )

    def _is_unreached(self) -> bool:
        health = self.gate.health
        reason = (health.last_error or "").partition(":")[0]
        return not self._has_key and health.last_success_at is None and reason in UNREACHED

    def _before_attempt(self) -> None:
        hold = self.gate.hold()
        if hold is not None:
            raise _CallHeldBack(hold)
        if self._pace is not None:
            try:
                self._pace.take()
            except SourceError as error:
                raise _CallHeldBack(error) from None
        if self._governor is not None:
            try:
                self._governor.take()
            except SourceError as error:
                raise _CallHeldBack(error) from None

    def _after_attempt(self, result: Reply | Exception, seconds: float) -> None:
        self._outcomes.attempted(result, seconds)
        if isinstance(result, Reply) and result.status == 429:  # holds all workers at once, not after the retries
            hold_seconds = result.retry_after_seconds
            self.gate.failed(SourceUnavailable("rate-limited", "status 429", retry_after_seconds=hold_seconds))
            if self._governor is not None:
                self._governor.limited(hold_seconds)


class _CallHeldBack(Exception):
    """A call that was not sent, so that it says nothing about the source."""

    def __init__(self, reason: SourceError) -> None:
        super().__init__(str(reason))
        self.reason = reason
