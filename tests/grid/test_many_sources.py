"""Several sources of a zone: who answers, who is asked beside, and what is switched off."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from carbon.intensity import Derivation, Quality, Signal
from carbon.reading import Observation, ZoneReading
from carbon.units import HOUR
from grid.chain import ChainReader
from grid.live.live_source import ReadPolicy
from grid.live.reader import SourceReader
from grid.live.tools import Entry, Live, Tools
from grid.records import KINDS
from grid.registry import SOURCES, build_reader
from grid.source import SourceError, SourceState, SourceUnavailable
from settings import Settings, SettingsError
from store.shared.state import SharedState
from tests.fakes import toy_source
from tests.fakes.background import settled
from tests.fakes.patience import HANG_SECONDS, promptly
from tests.fakes.telemetry import Counts
from tests.fakes.toy_source.server import ToyServer, serving

NOW = datetime(2026, 3, 3, 9, 40, tzinfo=UTC)
CLOSED = "http://127.0.0.1:9"  # the discard port, on which nothing listens


class Still:
    """A source in memory of some zones, in the background unless it has a deadline."""

    signal = Signal.AVERAGE_LIFECYCLE
    responsive = True

    def __init__(self, name: str, value: float, *zones: str, hours_ago: int = 0, how: Derivation | None = None) -> None:
        self.name = name
        self.calls = 0
        self.error: SourceError | None = None
        self._value, self._zones = value, zones
        self._starts_at = NOW.replace(minute=0) - hours_ago * HOUR
        self._how = how or Derivation()

    def covers(self, zone: str) -> bool:
        return zone in self._zones

    def hold(self) -> SourceError | None:
        return None

    def latest(self, zone: str) -> Observation:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return self._value_of(zone)

    def _value_of(self, zone: str) -> Observation:
        return Observation(
            zone=zone,
            gco2e_per_kwh=self._value,
            starts_at=self._starts_at,
            ends_at=self._starts_at + HOUR,
            quality=Quality.MEASURED,
            source=self.name,
            derivation=self._how,
        )

    def state(self) -> SourceState:
        return SourceState(source=self.name, state="ok", detail="")


class Together(Still):
    """One call brings all zones; one of them has no value."""

    kinds = ("intensity",)

    def together(self, zone: str) -> tuple[str, ...]:
        return self._zones

    def values(self, kind: str, zones: tuple[str, ...]) -> Mapping[str, Observation | SourceError]:
        self.calls += 1
        lacks = SourceUnavailable("server-error", "only this one")
        return {zone: lacks if zone == "PL" else self._value_of(zone) for zone in zones}


def chain(*sources: Still, deadline_seconds: float = 0.0, telemetry: Counts | None = None) -> ChainReader:
    """The sources in the order of trust."""
    shared = SharedState(None, KINDS)
    policy = ReadPolicy(deadline_seconds=deadline_seconds, max_age_minutes=24 * 60)
    readers = [SourceReader(source, policy, shared=shared, utc_now=lambda: NOW) for source in sources]
    return ChainReader(readers, shared, telemetry=telemetry or Counts())


def read(reader: ChainReader, zone: str = "DE") -> ZoneReading:
    return settled(reader, zone, now=NOW, forecast=False)[zone]


def answer(reading: ZoneReading) -> tuple[str | None, Sequence[str]]:
    """The source that answers, and those beside it."""
    source = None if reading.latest is None else reading.latest.source
    return source, [other.source for other in reading.others]


def test_of_two_fresh_values_the_more_trusted_source_answers_and_the_other_stands_beside_it() -> None:
    reading = read(chain(Still("first", 100, "DE"), Still("second", 120, "DE")))

    assert answer(reading) == ("first", ["second"])
    assert [attempt.source for attempt in reading.attempts] == ["first", "second"]


def test_a_consumption_based_value_wins_over_a_production_based_one_of_a_more_trusted_source() -> None:
    produced = Still("first", 100, "DE", how=Derivation(flow_traced=False))

    assert answer(read(chain(produced, Still("second", 120, "DE")))) == ("second", ["first"])


def test_a_value_of_now_wins_over_an_older_one_of_a_more_trusted_source() -> None:
    assert answer(read(chain(Still("first", 100, "DE", hours_ago=3), Still("second", 120, "DE"))))[0] == "second"


def test_the_value_of_a_larger_area_is_the_last_choice_and_no_second_opinion() -> None:
    country = Still("first", 100, "DE", how=Derivation(exact=False))
    older = Still("second", 120, "DE", hours_ago=3)

    assert answer(read(chain(country, older))) == ("second", [])
    assert answer(read(chain(country))) == ("first", [])


def test_no_request_waits_for_a_source_in_the_background() -> None:
    gate = threading.Event()
    source = Still("slow", 100, "DE")
    good = source.latest
    source.latest = lambda zone: (gate.wait(HANG_SECONDS), good(zone))[1]  # type: ignore[method-assign]
    reader = chain(source)

    with promptly():
        first = reader.open().read(["DE"], now=NOW, forecast=False)["DE"]

    assert (first.latest, first.reason) == (None, "late")
    gate.set()
    assert answer(read(reader))[0] == "slow"


def test_a_source_that_requests_wait_for_is_not_asked_where_a_more_trusted_one_answers() -> None:
    first, second = Still("first", 100, "DE"), Still("second", 120, "DE")

    assert answer(read(chain(first, second, deadline_seconds=3.0))) == ("first", [])
    assert (first.calls, second.calls) == (1, 0)


def test_one_call_brings_all_zones_of_a_source_and_one_without_a_value_keeps_no_other_from_it() -> None:
    source = Together("batch", 100, "DE", "FR", "PL")
    reader = chain(source)

    readings = settled(reader, "DE", "FR", "PL", now=NOW, forecast=False)

    assert source.calls == 1
    assert [answer(readings[zone])[0] for zone in ("DE", "FR", "PL")] == ["batch", "batch", None]
    assert readings["PL"].reason == "server-error"
    assert settled(reader, "FR", now=NOW, forecast=False)["FR"].latest is not None
    assert source.calls == 1


def test_a_new_disagreement_is_logged_and_counted_once_until_the_sources_agree_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    counts = Counts()
    grid = chain(Still("first", 100, "DE"), telemetry=counts).open()

    with caplog.at_level(logging.WARNING, "grid.chain"):
        grid.note_disagreement({"DE": 0.4}, frozenset())
        grid.note_disagreement({"DE": 0.5}, frozenset({"FR"}))

    assert caplog.messages == ["the sources of DE disagree by 40 % of their mean"]
    assert counts.seen["disagreement", "DE"] == 1
    grid.note_disagreement({}, frozenset({"DE"}))
    grid.note_disagreement({"DE": 0.3}, frozenset())
    assert counts.seen["disagreement", "DE"] == 2


@pytest.fixture
def toy() -> Iterator[ToyServer]:
    with serving() as server:
        yield server


def at_discard() -> dict[str, Entry]:
    return {toy_source.NAME: toy_source.build_at(CLOSED)}


def now() -> datetime:
    return datetime.now(UTC)


def test_a_source_without_a_key_that_never_replied_is_untried_and_not_degraded() -> None:
    reader = build_reader(Settings(upstream_retries=0), sources=at_discard())

    reading = settled(reader, "DE", now=now(), forecast=False)["DE"]
    (state,) = reader.states()

    assert reading.reason == "connection"
    assert (state.state, state.calls) == ("untried", 1)
    assert "connection" in state.detail


def test_a_source_that_was_not_answered_yet_says_so_in_every_process_whether_or_not_a_call_is_under_way(
    toy: ToyServer,
) -> None:
    reader = build_reader(Settings(), sources={toy_source.NAME: toy_source.build_at(toy.base_url)})

    (state,) = reader.states()

    assert (state.state, state.detail) == ("untried", "no call was answered yet")


def test_one_that_replied_with_an_error_is_degraded(toy: ToyServer) -> None:
    toy.status = 500
    reader = build_reader(Settings(upstream_retries=0), sources={toy_source.NAME: toy_source.build_at(toy.base_url)})

    settled(reader, "DE", now=now(), forecast=False)

    assert reader.states()[0].state == "degraded"


def test_with_live_off_no_source_is_called_and_each_says_so(toy: ToyServer) -> None:
    sources = {**SOURCES, toy_source.NAME: toy_source.build_at(toy.base_url)}
    reader = build_reader(Settings(live="off", el_maps_api_key="key"), sources=sources)

    reading = reader.open().read(["DE"], now=now(), forecast=True)["DE"]

    assert reading == ZoneReading(reason="live-off")
    assert {state.state for state in reader.states()} == {"off"}
    assert toy.places == []


def named(name: str, value: float) -> Entry:
    """A source in memory under this name."""

    def build(settings: Settings, tools: Tools) -> Live:
        return Live(source=Still(name, value, "DE"), policy=ReadPolicy(max_age_minutes=10**9))

    return Entry(facts=replace(toy_source.FACTS, name=name), build=build)


@pytest.mark.parametrize(("setting", "source"), [(None, "a"), ("b,a", "b"), ("b", "b")])
def test_the_setting_says_which_sources_are_used_and_which_is_trusted_most(setting: str | None, source: str) -> None:
    sources = {"a": named("a", 100), "b": named("b", 200)}
    reader = build_reader(Settings(sources=setting), sources=sources, utc_now=lambda: NOW)

    assert answer(read(reader))[0] == source
    assert {state.source for state in reader.states()} == {"a", "b"}


def test_an_unknown_source_in_the_setting_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(SettingsError, match="SOURCES names moon; the sources are a, b"):
        build_reader(Settings(sources="a,moon"), sources={"a": named("a", 100), "b": named("b", 200)})


def test_every_source_without_a_key_names_its_zones_licence_and_method() -> None:
    for name, entry in SOURCES.items():
        facts = entry.facts
        assert facts.name == name
        assert facts.method
        assert facts.licence
        if facts.key_setting is None:
            assert facts.zones
            assert facts.attribution
