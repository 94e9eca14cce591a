"""Every body of a source, damaged: a value that can be stored, or a source error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from carbon.reading import Observation, Percentile, UpstreamForecast
from grid.records import FORECAST, INTENSITY, PERCENTILE, ZoneRecord
from grid.source import SourceError
from grid.sources.aemo import replies as aemo
from grid.sources.aemo.flows import flows as aemo_flows
from grid.sources.eia import replies as eia
from grid.sources.elexon import replies as elexon
from grid.sources.energi_data import replies as energi_data
from grid.sources.energy_charts import replies as energy_charts
from grid.sources.fingrid import replies as fingrid
from grid.sources.ned import replies as ned
from grid.sources.openelectricity import replies as openelectricity
from grid.sources.uk_carbon import replies as uk_carbon
from grid.sources.watttime import replies as watttime
from grid.sources.watttime.zones import REGIONS
from store.shared.snapshot import Kind
from tests.fakes.aemo import FakeAemo
from tests.fakes.conversions import conversion
from tests.fakes.eia import FakeEia
from tests.fakes.elexon import MIX, FakeElexon
from tests.fakes.energi_data import FakeEnergiData
from tests.fakes.energy_charts import FakeEnergyCharts
from tests.fakes.fingrid import KEY as FINGRID_KEY
from tests.fakes.fingrid import FakeFingrid
from tests.fakes.ned import FakeNed
from tests.fakes.openelectricity import FakeOpenElectricity
from tests.fakes.uk_carbon import FakeUkCarbon
from tests.fakes.upstream import Call
from tests.fakes.watttime import FakeWattTime
from tests.store.damage import damaged_json

START = datetime(2026, 3, 3, 9, 7, tzinfo=UTC)
DAY = START - START.replace(day=2)


def bodies() -> Iterator[Any]:
    """A good body of each reply, and the function that reads it."""
    uk, danes = FakeUkCarbon(), FakeEnergiData()
    britons, market = FakeElexon(), FakeAemo()
    for fake in (uk, danes, britons, market):
        fake.utc_now = lambda: START
    uk.half_hours, danes.hours_ahead = 3, 1
    tables, age = conversion(), DAY
    rows = [{"STATE": "SA1", "FUEL_TYPE": "Gas", "SUPPLY": 1.0, "SETTLEMENTDATE": "2026-03-03T19:05:00"}]
    half_hours = [uk.forecast_row(START, index) for index in range(3)]
    areas = ["DK1", "DK2"]
    cases: dict[str, tuple[object, Kind, Callable[[Any], Any]]] = {
        "uk mix": ({"data": uk.generation()}, INTENSITY, lambda body: uk_carbon.observation(body, START, age, tables)),
        "elexon mix": (
            britons.rows(0, MIX),
            INTENSITY,
            lambda body: elexon.observation(body, START, age, tables),
        ),
        "aemo flows": (
            market.summary({"V-SA": 1.0}),
            INTENSITY,
            lambda body: aemo.observations(aemo.mixes(rows, START), aemo_flows(body), START, age, tables),
        ),
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
            lambda body: aemo.observations(aemo.mixes(body, START), None, START, age, tables),
        ),
    }
    for name, case in (cases | _bodies_of_energy_charts() | _bodies_of_watttime() | _bodies_of_keyed_sources()).items():
        yield pytest.param(*case, id=name)


def _bodies_of_energy_charts() -> dict[str, tuple[object, Kind, Callable[[Any], Any]]]:
    charts, tables, age = FakeEnergyCharts(), conversion(), DAY
    charts.utc_now = lambda: START
    return {
        "energy-charts flows": (
            {"unix_seconds": [int(START.timestamp())], "countries": [{"name": "France", "data": [0.1]}]},
            INTENSITY,
            lambda body: energy_charts.observation(
                energy_charts.steps(charts.public_power()), energy_charts.flows(body), "DE", START, age, tables
            ),
        ),
        "european mix": (
            charts.public_power(),
            INTENSITY,
            lambda body: energy_charts.observation(energy_charts.steps(body), {}, "DE", START, age, tables),
        ),
        "european forecast": (
            {name: values[20:40] if isinstance(values, list) else values for name, values in charts.co2eq().items()},
            FORECAST,
            lambda body: energy_charts.forecast(body, "DE", START, tables),
        ),
    }


def _bodies_of_watttime() -> dict[str, tuple[object, Kind, Callable[[Any], Any]]]:
    age = DAY
    region, marginal = REGIONS["US-CAL-CISO"], FakeWattTime()
    marginal.utc_now = lambda: START
    question = {"region": region.key, "signal_type": "co2_moer", "horizon_hours": "1"}
    question |= {"start": "2026-03-03T08:55:00Z", "end": "2026-03-03T09:07:00Z"}
    return {
        "marginal values": (
            marginal.body("historical", question),
            INTENSITY,
            lambda body: watttime.newest(watttime.observations(body, region, START, age)),
        ),
        "marginal forecast": (
            marginal.body("forecast", question),
            FORECAST,
            lambda body: watttime.forecast(body, region, START),
        ),
        "percentile": (
            marginal.body("signal-index", question),
            PERCENTILE,
            lambda body: watttime.percentile(body, region, START, age),
        ),
    }


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
    trade = {"period": "2026-03-03T07", "fromba": "CISO", "toba": "BPAT", "value": "-100"}
    return {
        "american mix": (
            {"response": {"total": len(rows), "data": rows}},
            INTENSITY,
            lambda body: eia.observations(eia.steps(eia.page(body)[0]), {}, ["US-CAL-CISO"], START, age, tables),
        ),
        "american trade": (
            {"response": {"total": 1, "data": [trade]}},
            INTENSITY,
            lambda body: eia.observations(
                eia.steps(rows), eia.trade(eia.page(body)[0], tables), ["US-CAL-CISO"], START, age, tables
            ),
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
            if isinstance(value, Observation | UpstreamForecast | Percentile):
                record = ZoneRecord(value=value, good_until=START, reason=None, at=1.0, ttl_seconds=1.0)
                assert kind.read(kind.encode(record)) is not None or not _is_possible(value), raw[:200]
            else:
                assert isinstance(value, SourceError)


def _is_possible(value: Observation | UpstreamForecast | Percentile) -> bool:
    """Whether its figures are above 0; the floor of the zone refuses others before they are stored."""
    if isinstance(value, Percentile):
        return True
    figures = (value.gco2e_per_kwh,) if isinstance(value, Observation) else value.gco2e_per_kwh
    return all(figure is None or figure > 0 for figure in figures)
