"""The records that workers share, and how they are written and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import AfterValidator, Field, TypeAdapter

from carbon.intensity import Signal
from carbon.reading import Observation, Percentile, Shares, UpstreamForecast
from store.shared.snapshot import Kind, Snapshot

Value = Observation | UpstreamForecast | Shares | Percentile

# The clocks of machines differ by less than this. A record from further in the future was written before the clock was
# set back, and is not used.
CLOCK_SKEW_SECONDS = 60.0

# No year of any zone is above 1306 gCO2e/kWh (Turkmenistan 2023, Electricity Maps yearly data); twice that leaves
# room for a bad hour of old plants.
MAX_PLAUSIBLE_GCO2E_PER_KWH = 3000.0
LONGEST_FORECAST = timedelta(days=14)
FIRST_YEAR, LAST_YEAR = 1971, 2999


def _utc(time: datetime) -> datetime:
    """The same time in UTC. Raises ValueError for one without an offset, or too far away to calculate with."""
    if time.tzinfo is None or not FIRST_YEAR <= time.year <= LAST_YEAR:
        raise ValueError("not a time with an offset in a year near ours")
    return time.astimezone(UTC)


# The types and ranges of fields. Every record is checked when it is read, so that a damaged or foreign one counts as
# absent and no calculation gets a wrong type or an absurd number.
UtcTime = Annotated[datetime, AfterValidator(_utc)]
Clock = Annotated[float, Field(ge=0, le=32e9, allow_inf_nan=False)]  # seconds since 1970, until the year 2984
Seconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Word = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]
Minute = Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]
Weight = Annotated[float, Field(ge=1e-3, le=1e12, allow_inf_nan=False)]

D = TypeVar("D")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRecord:
    """The last value of one zone, and the outcome of the newest call for it.

    value: the last good one, which may be served until good_until. reason: why the newest call gave no value; None if
    it gave one. at: when that call ended, in seconds since 1970. ttl_seconds: how long it need not be repeated.
    turn: write counter: of two records the one with the higher turn is newer, regardless of clocks. All kinds have one.
    """

    value: Value | None
    good_until: UtcTime
    reason: Word | None
    at: Clock
    ttl_seconds: Seconds
    turn: Count = 1

    @property
    def costs_no_calls(self) -> bool:
        """Whether the plan lacks the zone, so that no calls are sent for it."""
        return self.reason is not None and self.reason.startswith("plan-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The requests that a key allows, by zone, in words of the upstream; None if the upstream does not tell."""

    at: Clock
    grants: Mapping[str, frozenset[str]] | None
    turn: Count = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One figure, and when it was observed."""

    at: Clock
    figure: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] = 0.0

    @property
    def turn(self) -> float:
        """Facts do not build on each other, so the later one is newer."""
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Successes and failures of a source. Times are seconds since 1970.

    hold: why no calls are sent from held_at until held_until. trouble: the reason that is in the log.
    failing: the calls that failed last, as "signal zone", and when; "" stands for a 429 of any call.
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

    def is_held(self, clock: float) -> bool:
        """Whether calls are held back at `clock`. A hold that began later does not count: the clock was set back."""
        return self.hold is not None and self.held_at - CLOCK_SKEW_SECONDS <= clock < self.held_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Calls by minute since 1970. learned: a limit from a 429, in force until learned_until. gone: the log says so."""

    turn: Count = 0
    minutes: Mapping[Minute, Count] = field(default_factory=dict)
    learned: Count | None = None
    learned_until: Clock = 0.0
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How often zones were requested lately: counts that halve with time, as of `at`."""

    at: Clock = 0.0
    counts: Mapping[str, Weight] = field(default_factory=dict)
    turn: Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a source says of a zone beside its intensity, for another source of the zone: such as flows in MW.

    at: start of its interval, in seconds since 1970.
    """

    at: Clock
    figures: Mapping[str, Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]]

    @property
    def turn(self) -> float:
        """See Fact."""
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What an upstream gave for a login at `at`: the secret of all further calls."""

    at: Clock
    text: Annotated[str, Field(pattern=r"^[!-~]{1,8192}$")] = field(repr=False)
    turn: Count = 1


def record_key(source: str, signal: Signal, zone: str) -> str:
    """The name of the record of a zone and a source."""
    return f"{source}/{signal}/{zone}"


def records_of(snapshot: Snapshot, kind: Kind, source: str) -> Mapping[str, ZoneRecord]:
    """The records of a source by zone. A source has one signal, so it has one record a zone."""
    keys = {key: key.split("/", 2) for key in snapshot.of(kind)}
    return {zone: snapshot.of(kind)[key] for key, (name, _, zone) in keys.items() if name == source}


def _plausible(value: Value) -> Value:
    """The value with its times in UTC. Raises ValueError for impossible figures."""
    match value:
        case Observation():
            possible = 0 <= value.gco2e_per_kwh <= MAX_PLAUSIBLE_GCO2E_PER_KWH
        case UpstreamForecast(gco2e_per_kwh=steps, step_seconds=step_seconds):
            figures = [figure for figure in steps if figure is not None]
            most = LONGEST_FORECAST // timedelta(seconds=step_seconds) + 1
            possible = len(steps) <= most and all(0 <= figure <= MAX_PLAUSIBLE_GCO2E_PER_KWH for figure in figures)
        case Shares():
            shares = (value.renewable_share, value.fossil_free_share)
            possible = all(share is None or 0 <= share <= 1 for share in shares)
        case Percentile():
            possible = 0 <= value.percentile <= 100
    if not possible:
        raise ValueError("figures out of range")
    fields_of = {item.name: getattr(value, item.name) for item in fields(value)}
    times: dict[str, Any] = {name: _utc(time) for name, time in fields_of.items() if isinstance(time, datetime)}
    return replace(value, **times)


def _reader(shape: type[D]) -> Callable[[bytes], D]:
    """Reads JSON into the dataclass; raises ValueError for any other type, field or range than it declares."""
    adapter = TypeAdapter(shape)
    return lambda raw: adapter.validate_json(raw, strict=True)


def _readings(name: str, shape: type[Value]) -> Kind:
    read = _reader(ZoneRecord)

    def decode(raw: bytes) -> ZoneRecord:
        record = read(raw)
        if record.value is None:
            return record
        if not isinstance(record.value, shape):
            raise ValueError(f"{name} holds another kind of value")  # noqa: TRY004  # as for all unreadable records
        return replace(record, value=_plausible(record.value))

    return Kind(
        name=name,
        encode=orjson.dumps,
        decode=decode,
        order=lambda record: record.turn,
        identity=lambda record: (record.value, record.good_until, record.reason),
    )


def _documents(name: str, shape: type[D], identity: Callable[[D], object] | None = None) -> Kind:
    return Kind(
        name=name,
        encode=lambda document: orjson.dumps(document, default=sorted),  # writes sets as lists
        decode=_reader(shape),
        order=lambda document: document.turn,
        identity=identity,
    )


INTENSITY = _readings("intensity", Observation)
FORECAST = _readings("forecast", UpstreamForecast)
SHARES = _readings("shares", Shares)
PERCENTILE = _readings("percentile", Percentile)
PLAN = _documents("plan", Plan)
HORIZON = _documents("horizon", Fact)
WORKED = _documents("worked", Fact)
HEALTH = _documents("health", Health, lambda health: (health.hold, health.held_at, health.held_until))
USAGE = _documents("spent", Usage)
DEMAND = _documents("demand", Demand)
PACE = _documents("pace", Fact)
PAST = _documents("past", Fact)
PAST_RANGE = _documents("past-range", Fact)
TOKEN = _documents("token", Token)
BESIDE = _documents("beside", Beside)
KINDS = (
    INTENSITY,
    FORECAST,
    SHARES,
    PERCENTILE,
    PLAN,
    HORIZON,
    WORKED,
    HEALTH,
    USAGE,
    DEMAND,
    PACE,
    PAST,
    PAST_RANGE,
    TOKEN,
    BESIDE,
)
