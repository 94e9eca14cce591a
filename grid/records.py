"""What is kept of a zone, and how all that workers share is written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import AfterValidator, Field, TypeAdapter

from carbon.intensity import Signal
from carbon.reading import Observation, Shares, UpstreamForecast
from store.shared.snapshot import Kind, Snapshot

Value = Observation | UpstreamForecast | Shares

# Machines disagree on the time by less than this. What was made later than that, as seen from now, was made before
# the clock was set back, and is not believed.
CLOCK_SKEW_SECONDS = 60.0

# No year of any zone is above 1306 gCO2e/kWh (Turkmenistan 2023, Electricity Maps yearly data); twice that leaves
# room for a bad hour of old plants.
MAX_PLAUSIBLE_GCO2E_PER_KWH = 3000.0
LONGEST_FORECAST = timedelta(days=14)
FIRST_YEAR, LAST_YEAR = 1971, 2999
MOST_HOURS = LONGEST_FORECAST // timedelta(hours=1) + 1


def _utc(time: datetime) -> datetime:
    """The same time in UTC. Raises ValueError for one without an offset, or too far away to calculate with."""
    if time.tzinfo is None or not FIRST_YEAR <= time.year <= LAST_YEAR:
        raise ValueError("not a time with an offset in a year near ours")
    return time.astimezone(UTC)


# What a record may hold. Every record is checked when it is read, so that a damaged or foreign one counts as absent
# and no calculation below meets a wrong type or an absurd number.
UtcTime = Annotated[datetime, AfterValidator(_utc)]
Clock = Annotated[float, Field(ge=0, le=32e9, allow_inf_nan=False)]  # seconds since 1970, until the year 2984
Seconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Word = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]
Minute = Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]
Weight = Annotated[float, Field(ge=1e-3, le=1e12, allow_inf_nan=False)]

D = TypeVar("D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is known of one zone.

    value: the last good one; until good_until it may be served. reason: why the newest call brought none, None if it
    did. at: when that call ended, in seconds since 1970. ttl_seconds: for how long it need not be made again.
    turn: calls so far, by which the newer of two is known whatever became of the clock; so in all kinds below.
    """

    value: Value | None
    good_until: UtcTime
    reason: Word | None
    at: Clock
    ttl_seconds: Seconds
    turn: Count = 1

    @property
    def lasting(self) -> bool:
        """Whether the plan refuses the zone, so that it costs no calls."""
        return self.reason is not None and self.reason.startswith("plan-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an upstream said the key may ask: requests by zone, in its own words; None if it does not tell."""

    at: Clock
    grants: Mapping[str, frozenset[str]] | None
    turn: Count = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One figure, and when it was found."""

    at: Clock
    figure: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] = 0.0

    @property
    def turn(self) -> float:
        """Facts are put, not made from one another."""
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a source does. Times are seconds since 1970.

    hold: why no calls go out from held_at until held_until. trouble: the reason that is in the log.
    failing: what failed when it was last asked, as "signal zone", and when; "" for a 429 of whatever was asked.
    """

    turn: Count = 0
    hold: Word | None = None
    refused: bool = False
    held_at: Clock = 0.0
    held_until: Clock = 0.0
    trouble: Word | None = None
    failures_in_a_row: Count = 0
    failing: Mapping[str, Clock] = field(default_factory=dict)
    key_worked_at: Clock | None = None
    last_success_at: Clock | None = None
    last_error: Annotated[str, Field(max_length=4096)] | None = None

    def held(self, clock: float) -> bool:
        """Whether calls are held back; not by a hold that began after `clock`, which was set back since."""
        return self.hold is not None and self.held_at - CLOCK_SKEW_SECONDS <= clock < self.held_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Calls by minute since 1970; a limit learned from a 429 and until when it is believed."""

    turn: Count = 0
    minutes: Mapping[Minute, Count] = field(default_factory=dict)
    learned: Count | None = None
    learned_until: Clock = 0.0
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How often zones were asked for of late: counts that halve with time, as of `at`."""

    at: Clock = 0.0
    counts: Mapping[str, Weight] = field(default_factory=dict)
    turn: Count = 0


def record_key(source: str, signal: Signal, zone: str) -> str:
    """The name that a source's value of a zone is kept under."""
    return f"{source}/{signal}/{zone}"


def records_of(snapshot: Snapshot, kind: Kind, source: str) -> Mapping[str, Kept]:
    """What a source said of each zone."""
    return {
        zone: kept for key, kept in snapshot.of(kind).items() for name, _, zone in [key.split("/", 2)] if name == source
    }


def _sound(value: Value) -> Value:
    """The value with its times in UTC. Raises ValueError unless its figures are possible."""
    match value:
        case Observation():
            possible = 0 < value.gco2e_per_kwh <= MAX_PLAUSIBLE_GCO2E_PER_KWH
        case UpstreamForecast(gco2e_per_kwh=hours):
            figures = [figure for figure in hours if figure is not None]
            possible = len(hours) <= MOST_HOURS and all(0 < figure <= MAX_PLAUSIBLE_GCO2E_PER_KWH for figure in figures)
        case Shares():
            shares = (value.renewable_share, value.fossil_free_share)
            possible = all(share is None or 0 <= share <= 1 for share in shares)
    if not possible:
        raise ValueError("figures out of range")
    held = {item.name: getattr(value, item.name) for item in fields(value)}
    times: dict[str, Any] = {name: _utc(time) for name, time in held.items() if isinstance(time, datetime)}
    return replace(value, **times)


def _reader(shape: type[D]) -> Callable[[bytes], D]:
    """Reads JSON into the dataclass; raises ValueError for any other type, field or range than it declares."""
    adapter = TypeAdapter(shape)
    return lambda raw: adapter.validate_json(raw, strict=True)


def _readings(name: str, shape: type[Value]) -> Kind:
    read = _reader(Kept)

    def decode(raw: bytes) -> Kept:
        kept = read(raw)
        if kept.value is None:
            return kept
        if not isinstance(kept.value, shape):
            raise ValueError(f"{name} holds another kind of value")  # noqa: TRY004  # as for all unreadable records
        return replace(kept, value=_sound(kept.value))

    return Kind(
        name=name,
        encode=orjson.dumps,
        decode=decode,
        order=lambda kept: kept.turn,
        identity=lambda kept: (kept.value, kept.good_until, kept.reason),
    )


def _documents(name: str, shape: type[D], identity: Callable[[D], object] | None = None) -> Kind:
    return Kind(
        name=name,
        encode=lambda document: orjson.dumps(document, default=sorted),  # sets as lists
        decode=_reader(shape),
        order=lambda document: document.turn,
        identity=identity,
    )


INTENSITY = _readings("intensity", Observation)
FORECAST = _readings("forecast", UpstreamForecast)
SHARES = _readings("shares", Shares)
PLAN = _documents("plan", Plan)
HORIZON = _documents("horizon", Fact)
WORKED = _documents("worked", Fact)
HEALTH = _documents("health", Health, lambda health: (health.hold, health.held_at, health.held_until))
SPENT = _documents("spent", Spent)
DEMAND = _documents("demand", Demand)
KINDS = (INTENSITY, FORECAST, SHARES, PLAN, HORIZON, WORKED, HEALTH, SPENT, DEMAND)
