"""What an upstream can do wrong, on every source but Electricity Maps: met cold, ended, met again with a value stored.

The rows are those of the drills (tests/faults/rows.py). Time stands still but where a test moves it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from app import create_app
from carbon.reading import Observation, UpstreamForecast
from engine import Engine
from grid.records import FORECAST, INTENSITY, ZoneRecord
from grid.registry import SOURCES, build_reader
from grid.source import SourceError
from grid.sources.aemo import replies as aemo
from grid.sources.eia import replies as eia
from grid.sources.energi_data import replies as energi_data
from grid.sources.energy_charts import replies as energy_charts
from grid.sources.fingrid import replies as fingrid
from grid.sources.ned import replies as ned
from grid.sources.openelectricity import replies as openelectricity
from grid.sources.uk_carbon import replies as uk_carbon
from settings import Settings
from store.shared.snapshot import Kind
from tests.fakes.access import access
from tests.fakes.background import even_zones
from tests.fakes.clock import SteppedClock
from tests.fakes.clouds import cloud_map
from tests.fakes.conversions import conversion
from tests.fakes.eia import FakeEia
from tests.fakes.energi_data import FakeEnergiData
from tests.fakes.energy_charts import FakeEnergyCharts
from tests.fakes.fingrid import KEY as FINGRID_KEY
from tests.fakes.fingrid import FakeFingrid
from tests.fakes.ned import FakeNed
from tests.fakes.openelectricity import FakeOpenElectricity
from tests.fakes.uk_carbon import FakeUkCarbon
from tests.fakes.upstream import Call, FakeUpstream
from tests.faults.rows import ROWS, Row
from tests.faults.server import Port
from tests.faults.subjects import SUBJECTS, Subject
from tests.store.damage import damaged_json

START = datetime(2026, 3, 3, 9, 7, tzinfo=UTC)
READ_SECONDS = 0.4
PATIENCE_SECONDS = 10.0
PAST_EVERY_HOLD_SECONDS = 660.0
PAST_EVERY_TTL_SECONDS = 1900.0


class Trial:
    """The service over one source, whose upstream has a fault while `faulty`."""

    def __init__(self, subject: Subject, row: Row) -> None:
        self.row = row
        self.subject = subject
        self.clock = SteppedClock(START)
        self.port = Port()
        self.fake: FakeUpstream | None = None
        self._serving = ExitStack()
        self.meet(faulty=True)
        base_url = row.address or f"http://127.0.0.1:{self.port.number}{subject.imitation.prefix}"  # type: ignore[attr-defined]
        settings = Settings(
            **{subject.setting: base_url, **subject.more},  # type: ignore[arg-type]
            sources=subject.name,
            upstream_retries=0,
            upstream_connect_timeout_seconds=READ_SECONDS,
            upstream_read_timeout_seconds=READ_SECONDS,
            rate_limit="off",
        )
        reader = build_reader(
            settings,
            sources={subject.name: subject.entry},
            utc_now=self.clock.utc_now,
            zones=even_zones(),
        )
        engine = Engine(cloud_map(), reader)
        self.client = create_app(settings, engine, rules=access(), clock=self.clock.utc_now).test_client()

    def meet(self, *, faulty: bool) -> None:
        """Begin or end the fault."""
        if self.row.listening or not faulty:
            if self.fake is None:
                self.fake = self.subject.imitation(port=self.port.number)
                self.fake.utc_now = self.clock.utc_now
                self._serving.enter_context(self.fake.serving())
            self.fake.fault = self.row.fault if faulty else None
        else:
            self._serving.close()
            self.fake = None

    def close(self) -> None:
        self._serving.close()
        self.port.close()

    def ask(self) -> dict[str, Any]:
        """What the service says of the zone; at once, with 200 and a figure above 0."""
        began = time.perf_counter()
        response = self.client.get(f"/api/v1/zones/{self.subject.zone}")
        seconds = time.perf_counter() - began
        assert response.status_code == 200
        assert seconds < READ_SECONDS + 1, "the request waited for the source"
        details: dict[str, Any] = response.get_json()["zone_details"]
        assert details["current_carbon_intensity"] > 0
        return details

    def until(self, met: Callable[[dict[str, Any]], bool], *, step_seconds: float = 0.0) -> dict[str, Any]:
        """The first answer that meets it, or the last one. step_seconds: by which time moves on between answers."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while not met(details := self.ask()) and time.monotonic() < ends:
            self.clock.advance(step_seconds)
            time.sleep(0.02)
        return details


@pytest.fixture
def trial(request: pytest.FixtureRequest) -> Iterator[Trial]:
    subject, row = request.param
    running = Trial(subject, row)
    yield running
    running.close()


TRIALS = [
    pytest.param((subject, row), id=f"{subject.name} {row.name}")
    for subject in SUBJECTS
    for row in ROWS
    if row.any_source
]


def is_live(details: dict[str, Any]) -> bool:
    return details["data_quality"] != "baseline" and "fallback_reason" not in details


@pytest.mark.parametrize("trial", TRIALS, indirect=True)
def test_no_fault_of_a_source_makes_an_error_a_zero_or_a_late_answer(trial: Trial) -> None:
    row, reasons = trial.row, trial.subject.reasons(trial.row)

    first = trial.ask()  # cold: nothing is known, and the request does not wait
    assert (first["data_quality"], first["fallback_reason"]) == ("baseline", "late")
    if not row.mixed:
        met = trial.until(lambda details: details.get("fallback_reason") in reasons - {"late"}, step_seconds=20.0)
        assert met["data_quality"] == "baseline"
        assert met["fallback_reason"] in reasons | {"late"}
    if not row.recovers:
        return

    trial.meet(faulty=False)  # it ends
    trial.clock.advance(PAST_EVERY_HOLD_SECONDS)
    live = trial.until(is_live, step_seconds=20.0)
    assert is_live(live)
    assert live["source"] == trial.subject.name

    trial.meet(faulty=True)  # met again: the last good value answers
    trial.clock.advance(PAST_EVERY_TTL_SECONDS)
    if row.mixed:
        again = trial.ask()
    else:
        again = trial.until(lambda details: details.get("fallback_reason") in reasons, step_seconds=20.0)
        assert again.get("fallback_reason") in reasons
    assert again["source"] == trial.subject.name
    assert again["data_quality"] in ("measured", "estimated")


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_many_questions_cost_one_call_a_resource_until_the_time_to_live_is_over(subject: Subject) -> None:
    healthy = next(row for row in ROWS if row.name == "slow")
    running = Trial(subject, healthy)
    running.meet(faulty=False)

    running.until(is_live)
    for _ in range(20):
        running.ask()
    time.sleep(0.1)

    assert running.fake is not None
    counts = Counter((call.path, call.query.get("classification")) for call in running.fake.calls)
    assert set(counts.values()) == {1}
    running.close()


def test_every_source_is_tried() -> None:
    """Electricity Maps, for which a request waits, has drills and tests of its own."""
    assert {subject.name for subject in SUBJECTS} | {"electricity-maps"} == SOURCES.keys()


DAY = START - START.replace(day=2)


def bodies() -> Iterator[Any]:
    """A good body of each reply, and the function that reads it."""
    uk, charts, danes = FakeUkCarbon(), FakeEnergyCharts(), FakeEnergiData()
    for fake in (uk, charts, danes):
        fake.utc_now = lambda: START
    uk.half_hours, danes.hours_ahead = 3, 1
    tables, age = conversion(), DAY
    rows = [{"STATE": "SA1", "FUEL_TYPE": "Gas", "SUPPLY": 1.0, "SETTLEMENTDATE": "2026-03-03T19:05:00"}]
    half_hours = [uk.forecast_row(START, index) for index in range(3)]
    areas = ["DK1", "DK2"]
    cases: dict[str, tuple[object, Kind, Callable[[Any], Any]]] = {
        "uk mix": ({"data": uk.generation()}, INTENSITY, lambda body: uk_carbon.observation(body, START, age, tables)),
        "uk forecast": ({"data": half_hours}, FORECAST, lambda body: uk_carbon.forecast(body, START, tables)),
        "danish values": (
            {"records": danes.records(areas)},
            INTENSITY,
            lambda body: energi_data.observations(body, START, age, tables),
        ),
        "danish forecast": (
            {"records": danes.prognosis(areas)[:6]},
            FORECAST,
            lambda body: energi_data.forecasts(body, START, tables),
        ),
        "australian mix": (
            {"FUEL_CURRENT": rows},
            INTENSITY,
            lambda body: aemo.observations(body, START, age, tables),
        ),
        "european mix": (
            charts.public_power(),
            INTENSITY,
            lambda body: energy_charts.observation(body, "DE", START, age, tables),
        ),
        "european forecast": (
            {name: values[20:40] if isinstance(values, list) else values for name, values in charts.co2eq().items()},
            FORECAST,
            lambda body: energy_charts.forecast(body, "DE", START, tables),
        ),
    }
    for name, case in (cases | _bodies_of_keyed_sources()).items():
        yield pytest.param(*case, id=name)


def _bodies_of_keyed_sources() -> dict[str, tuple[object, Kind, Callable[[Any], Any]]]:
    americans, finns, dutch, australians = FakeEia(), FakeFingrid(), FakeNed(), FakeOpenElectricity()
    for fake in (americans, finns, dutch, australians):
        fake.utc_now = lambda: START
    americans.hours, australians.steps = 1, 1
    tables, age = conversion(), DAY
    rows = americans.rows(("CISO",))
    question = {"granularity": "5", "validfrom[after]": "2026-03-03", "validfrom[strictly_before]": "2026-03-04"}
    current, ahead = (Call("", "", {**question, "classification": kind}, {}) for kind in "21")
    finnish = orjson.loads(finns.good(Call("datasets/265/data/latest", "", {}, {"x-api-key": FINGRID_KEY})).body)
    return {
        "american mix": (
            {"response": {"total": len(rows), "data": rows}},
            INTENSITY,
            lambda body: eia.observations(eia.page(body)[0], ["US-CAL-CISO"], START, age, tables),
        ),
        "finnish value": (finnish, INTENSITY, lambda body: fingrid.observation(body, START, age, tables)),
        "dutch value": (dutch.rows(current)[-3:], INTENSITY, lambda body: ned.observation(body, START, age, tables)),
        "dutch forecast": (dutch.rows(ahead)[9:12], FORECAST, lambda body: ned.forecast(body, START, tables)),
        "western mix": (
            australians.body("WEM"),
            INTENSITY,
            lambda body: openelectricity.observations(body, "WEM", START, age, tables),
        ),
    }


@pytest.mark.parametrize(("good", "kind", "parse"), list(bodies()))
def test_every_damaged_body_is_a_value_that_can_be_stored_or_a_source_error(
    good: object, kind: Kind, parse: Callable[[Any], Any]
) -> None:
    parse(orjson.loads(orjson.dumps(good)))
    for raw in damaged_json(orjson.dumps(good)):
        try:
            body = orjson.loads(raw)
        except orjson.JSONDecodeError:
            continue
        try:
            result = parse(body)
        except SourceError:
            continue
        values = list(result.values()) if isinstance(result, dict) else [result]
        for value in values:
            if isinstance(value, Observation | UpstreamForecast):
                record = ZoneRecord(value=value, good_until=START, reason=None, at=1.0, ttl_seconds=1.0)
                assert kind.read(kind.encode(record)) is not None or not _is_possible(value), raw[:200]
            else:
                assert isinstance(value, SourceError)


def _is_possible(value: Observation | UpstreamForecast) -> bool:
    """Whether its figures are above 0; the floor of the zone refuses others before they are stored."""
    figures = (value.gco2e_per_kwh,) if isinstance(value, Observation) else value.gco2e_per_kwh
    return all(figure is None or figure > 0 for figure in figures)
