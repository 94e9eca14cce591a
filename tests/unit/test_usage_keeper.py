"""Rows of usage are settled anew when better readings come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from carbon.ledger import UsageRow
from engine import Engine
from ledger_questions import settle
from mapping import CloudMap
from planning.ledger.settle import may_improve
from store.history.history import History
from store.history.readings import Readings
from store.ledger.usage import UsageLedger
from tests.fakes.grid import FakeReader
from tests.fakes.past import FakePast, readings
from usage_keeper import improve_usage

MIDNIGHT = datetime(2026, 2, 10, tzinfo=UTC)
NOW = MIDNIGHT + timedelta(hours=34)
TODAY = 20_495
MAPPING = CloudMap.load()


def improve(usage: UsageLedger, now: datetime, *stored: Readings) -> None:
    session = Engine(MAPPING, FakeReader(), FakePast({"CA-QC": stored})).at(now)
    list(improve_usage(usage, session, now))


def put(usage: UsageLedger, rows: Sequence[UsageRow]) -> None:
    settled = settle(Engine(MAPPING, FakeReader(), FakePast({})).at(NOW), rows)
    usage.put("default", "api", [(one, may_improve(one, TODAY)) for one in settled], NOW)


def row(name: str, **fields: object) -> UsageRow:
    one = UsageRow(
        id=name, start=MIDNIGHT, end=MIDNIGHT + timedelta(hours=2), region="aws:ca-central-1", it_kwh=2.0, pue=1.0
    )
    return replace(one, **fields)  # type: ignore[arg-type]


def grams(usage: UsageLedger, name: str) -> float | None:
    stored = usage.row("default", name)
    assert stored is not None
    return stored.settled.days[0].operational_g


def test_readings_that_come_late_replace_usual_values_and_the_former_figures_stay(tmp_path: Path) -> None:
    usage = UsageLedger(History(tmp_path))
    put(usage, [row(f"{number:03}") for number in range(450)])
    before = grams(usage, "000")

    improve(usage, NOW, readings(MIDNIGHT, [10.0, 30.0]))

    assert {grams(usage, name) for name in ("000", "250", "449")} == {40.0}
    stored = usage.row("default", "449")
    assert stored is not None
    assert [(one.reason, one.operational_g) for one in stored.changes] == [("readings", before)]


def test_it_is_done_once_an_hour_by_one_process_of_all(tmp_path: Path) -> None:
    usage, other = UsageLedger(History(tmp_path)), UsageLedger(History(tmp_path))
    put(usage, [row("one")])
    improve(usage, NOW)
    before = grams(usage, "one")

    improve(other, NOW + timedelta(minutes=59), readings(MIDNIGHT, [10.0, 30.0]))
    assert grams(usage, "one") == before

    improve(other, NOW + timedelta(minutes=60), readings(MIDNIGHT, [10.0, 30.0]))
    assert grams(usage, "one") == 40.0


def test_rows_of_a_type_that_the_catalog_no_longer_has_keep_their_figures(tmp_path: Path) -> None:
    usage = UsageLedger(History(tmp_path))
    settled = settle(Engine(MAPPING, FakeReader(), FakePast({})).at(NOW), [row("gone")])[0]
    gone = replace(settled, row=replace(settled.row, instance_type="m0.gone", it_kwh=None))
    usage.put("default", "api", [(gone, True)], NOW)
    put(usage, [row("here")])
    before = grams(usage, "gone")

    improve(usage, NOW, readings(MIDNIGHT, [10.0, 30.0]))

    assert (grams(usage, "gone"), grams(usage, "here")) == (before, 40.0)
    assert [one.settled.row.id for _, _, one in usage.improvable(0, 10)] == ["here"]


def test_a_row_that_is_settled_anew_has_price_and_zone_of_the_facts_that_its_figures_are_by(tmp_path: Path) -> None:
    usage = UsageLedger(History(tmp_path))
    settled = settle(Engine(MAPPING, FakeReader(), FakePast({})).at(NOW), [row("one", instance_type="m6g.large")])[0]
    days = tuple(replace(day, cost_usd=9.0) for day in settled.days)
    usage.put("a", "api", [(replace(settled, zone="CA-ON", price_as_of="2020-01-01", days=days), True)], NOW)

    improve(usage, NOW, readings(MIDNIGHT, [10.0, 30.0]))

    stored = usage.row("a", "one")
    assert stored is not None
    assert (stored.settled.zone, stored.settled.price_as_of) == ("CA-QC", settled.price_as_of)
    assert stored.settled.days[0].cost_usd == settled.days[0].cost_usd
    assert [total.zone for total in usage.totals("a", 0, TODAY)] == ["CA-QC"]
