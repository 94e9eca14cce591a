"""What is kept of a zone, and how all that workers share is written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import orjson

from carbon.intensity import Quality
from carbon.reading import Observation, Shares, UpstreamForecast
from grid.electricity_maps_replies import Access
from store.view import Kind

Value = Observation | UpstreamForecast | Shares

# Machines disagree on the time by less than this. What was made later than that, as seen from now, was made before
# the clock was set back, and is not believed.
CLOCK_SKEW_SECONDS = 60.0


D = TypeVar("D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is known of one zone.

    value: the last good one; until good_until it may be served. reason: why the newest call brought none, None if it
    did. at: when that call ended, in seconds since 1970. ttl_seconds: for how long it need not be made again.
    turn: calls so far, by which the newer of two is known whatever became of the clock; so in all kinds below.
    """

    value: Value | None
    good_until: datetime
    reason: str | None
    at: float
    ttl_seconds: float
    turn: int = 1

    @property
    def lasting(self) -> bool:
        """Whether the plan refuses the zone, so that it costs no calls."""
        return self.reason is not None and self.reason.startswith("plan-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the upstream said the key may ask; access: None if it does not tell."""

    at: float
    access: Access | None
    turn: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One figure, and when it was found."""

    at: float
    figure: float = 0.0

    @property
    def turn(self) -> float:
        """Facts are put, not made from one another."""
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a source does. Times are seconds since 1970.

    hold: why no calls go out from held_at until held_until. trouble: the reason that is in the log.
    """

    turn: int = 0
    hold: str | None = None
    refused: bool = False
    held_at: float = 0.0
    held_until: float = 0.0
    trouble: str | None = None
    failures_in_a_row: int = 0
    failing: bool = False
    key_worked_at: float | None = None
    last_success_at: float | None = None
    last_error: str | None = None

    def held(self, clock: float) -> bool:
        """Whether calls are held back; not by a hold that began after `clock`, which was set back since."""
        return self.hold is not None and self.held_at - CLOCK_SKEW_SECONDS <= clock < self.held_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Calls by minute since 1970; a limit learned from a 429 and until when it is believed."""

    turn: int = 0
    minutes: Mapping[str, int] = field(default_factory=dict)
    learned: int | None = None
    learned_until: float = 0.0
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How often zones were asked for of late: counts that halve with time, as of `at`."""

    at: float = 0.0
    counts: Mapping[str, float] = field(default_factory=dict)
    turn: int = 0


def _readings(name: str, decode: Callable[[Any], Value]) -> Kind:
    def read(raw: bytes) -> Kept:
        found = orjson.loads(raw)
        value = found["value"]
        return Kept(
            value=None if value is None else decode(value),
            good_until=_time(found["good_until"]),
            reason=found["reason"],
            at=float(found["at"]),
            ttl_seconds=float(found["ttl_seconds"]),
            turn=int(found["turn"]),
        )

    return Kind(
        name=name,
        encode=orjson.dumps,
        decode=read,
        order=lambda kept: kept.turn,
        identity=lambda kept: (kept.value, kept.good_until, kept.reason),
    )


def _documents(name: str, shape: type[D], identity: Callable[[D], object] | None = None) -> Kind:
    return Kind(
        name=name,
        encode=orjson.dumps,
        decode=lambda raw: shape(**orjson.loads(raw)),
        order=lambda document: document.turn,
        identity=identity,
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _observation(found: Mapping[str, Any]) -> Observation:
    times = {"starts_at": _time(found["starts_at"]), "ends_at": _time(found["ends_at"])}
    return Observation(**{**found, **times, "quality": Quality(found["quality"])})


def _forecast(found: Mapping[str, Any]) -> UpstreamForecast:
    values = tuple(found["gco2e_per_kwh"])
    return UpstreamForecast(**{**found, "starts_at": _time(found["starts_at"]), "gco2e_per_kwh": values})


def _shares(found: Mapping[str, Any]) -> Shares:
    return Shares(**{**found, "starts_at": _time(found["starts_at"]), "quality": Quality(found["quality"])})


def _plan(at: float, access: Mapping[str, Any] | None, turn: int) -> Plan:
    if access is None:
        return Plan(at=at, access=None, turn=turn)
    return Plan(
        at=at,
        access=Access(signals={zone: frozenset(signals) for zone, signals in access["signals"].items()}),
        turn=turn,
    )


INTENSITY = _readings("intensity", _observation)
FORECAST = _readings("forecast", _forecast)
SHARES = _readings("shares", _shares)
PLAN = Kind(
    name="plan",
    encode=lambda plan: orjson.dumps(plan, default=sorted),  # the sets of signals
    decode=lambda raw: _plan(**orjson.loads(raw)),
    order=lambda plan: plan.turn,
)
HORIZON = _documents("horizon", Fact)
WORKED = _documents("worked", Fact)
HEALTH = _documents("health", Health, lambda health: (health.hold, health.held_at, health.held_until))
SPENT = _documents("spent", Spent)
DEMAND = _documents("demand", Demand)
KINDS = (INTENSITY, FORECAST, SHARES, PLAN, HORIZON, WORKED, HEALTH, SPENT, DEMAND)
