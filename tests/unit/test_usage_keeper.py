"""Rows of usage are settled anew when better readings come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import usage_keeper
from carbon.errors import StateUnavailable
from carbon.ledger import SettledUsage, UsageRow
from engine import Engine
from ledger_questions import settle
from mapping import CloudMap
from planning.ledger.past_hours import ReadPast
from planning.ledger.settle import may_improve
from session import Session
from store.history.history import History
from store.history.readings import Readings
from store.ledger.usage import LedgerRow, Standing, UsageLedger
from tests.fakes.grid import FakeReader
from tests.fakes.past import FakePast, readings
from usage_keeper import improve_usage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
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
    assert [one.settled.row.id for _, _, one in improvable(usage)] == ["here"]


def improvable(usage: UsageLedger) -> list[tuple[int, str, LedgerRow]]:
    """All rows that may improve, with number and tenant."""
    everywhere = dict.fromkeys(usage.regions(), 0)
    return [row for standing in list(Standing)[1:] for row in usage.improvable(standing, 0, everywhere, 0, 10)]


class Hours:
    """Settles rows anew once an hour and tells which."""

    def __init__(self, usage: UsageLedger, monkeypatch: pytest.MonkeyPatch) -> None:
        self._usage, self._now = usage, NOW
        self._ids: list[str] = []
        monkeypatch.setattr(usage_keeper, "settle", self._settle)

    def _settle(self, session: Session, rows: Sequence[UsageRow], read: ReadPast) -> list[SettledUsage]:
        self._ids += [row.id for row in rows]
        return settle(session, rows, read)

    def settled(self, *stored: Readings, mapping: CloudMap = MAPPING, later: timedelta = HOUR) -> list[str]:
        """The ids of the rows that are settled with these readings, so much later than the last time."""
        self._now += later
        self._ids.clear()
        session = Engine(mapping, FakeReader(), FakePast({"CA-QC": stored})).at(self._now)
        list(improve_usage(self._usage, session, self._now))
        return sorted(self._ids)


@pytest.fixture
def usage(tmp_path: Path) -> UsageLedger:
    return UsageLedger(History(tmp_path))


@pytest.fixture
def hours(usage: UsageLedger, monkeypatch: pytest.MonkeyPatch) -> Hours:
    return Hours(usage, monkeypatch)


def test_rows_whose_hours_did_not_change_are_settled_once_after_they_were_stored(
    usage: UsageLedger, hours: Hours
) -> None:
    put(usage, [row("one")])
    assert [hours.settled(), hours.settled(), hours.settled()] == [["one"], [], []]

    put(usage, [row("two")])

    assert [hours.settled(), hours.settled()] == [["two"], []]


def test_a_reading_has_the_rows_settled_that_ran_on_its_day_or_later_in_its_zone(
    usage: UsageLedger, hours: Hours
) -> None:
    before = row("before", start=MIDNIGHT - timedelta(days=2), end=MIDNIGHT - DAY)
    across = row("across", start=MIDNIGHT - HOUR, end=MIDNIGHT + HOUR)
    elsewhere = row("elsewhere", region="aws:eu-west-1")
    put(usage, [before, across, row("on it"), row("after", start=NOW - HOUR, end=NOW), elsewhere])
    hours.settled()
    stored = readings(MIDNIGHT, [10.0, 30.0])

    assert hours.settled(stored) == ["across", "after", "on it"]
    assert grams(usage, "on it") == 40.0
    assert hours.settled(stored) == []
    assert hours.settled(readings(MIDNIGHT, [10.0, 31.0])) == ["across", "after", "on it"]
    assert grams(usage, "on it") == 41.0


def test_a_reading_of_the_hours_in_which_a_row_was_submitted_has_it_settled(usage: UsageLedger, hours: Hours) -> None:
    submitted = MIDNIGHT - timedelta(days=3)
    put(usage, [row("waited", submitted_at=submitted)])
    hours.settled()

    assert hours.settled(readings(submitted, [10.0, 30.0])) == ["waited"]

    stored = usage.row("default", "waited")
    assert stored is not None
    assert stored.settled.days[0].at_submission_g == pytest.approx(40.0)  # 1 kWh an hour: 10 + 30


def test_other_facts_have_every_row_settled_that_may_improve(usage: UsageLedger, hours: Hours) -> None:
    put(usage, [row("one"), row("old", start=MIDNIGHT - 50 * DAY, end=MIDNIGHT - 49 * DAY)])
    assert [hours.settled(), hours.settled()] == [["one"], []]
    refreshed = replace(MAPPING, version="refreshed")

    assert [hours.settled(mapping=refreshed), hours.settled(mapping=refreshed)] == [["one"], []]


def test_a_factor_of_the_operators_own_has_the_rows_of_its_zone_settled(usage: UsageLedger, hours: Hours) -> None:
    stored = readings(MIDNIGHT, [10.0, 30.0])
    put(usage, [row("one")])
    hours.settled(stored)
    own = replace(MAPPING, version="with a factor", own_zones=frozenset({"CA-QC"}))

    assert set(hours.settled(stored, mapping=own)) == {"one"}

    after = usage.row("default", "one")
    assert after is not None
    assert after.settled.days[0].measured_g == 0.0  # no reading counts in a zone with a factor


def test_a_run_that_fails_is_done_all_over_again(
    usage: UsageLedger, hours: Hours, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(usage, [row("one"), row("two")])
    hours.settled()
    stored = readings(MIDNIGHT, [10.0, 30.0])
    monkeypatch.setattr(usage_keeper, "AT_ONCE", 1)
    with monkeypatch.context() as patched:
        patched.setattr(UsageLedger, "improve", fail)
        with pytest.raises(StateUnavailable):
            hours.settled(stored)

    assert hours.settled(stored) == ["one", "two"]


def fail(*_: object) -> None:
    raise StateUnavailable("the history")


@pytest.mark.parametrize(("values", "days"), [([], 40), ([10.0, 30.0], 3)])
def test_a_row_is_settled_for_the_last_time_when_no_better_readings_will_come(
    usage: UsageLedger, hours: Hours, values: list[float], days: int
) -> None:
    stored = [readings(MIDNIGHT, values)] if values else []  # MIDNIGHT is that of yesterday
    put(usage, [row("one")])
    assert hours.settled(*stored) == ["one"]

    assert hours.settled(*stored, later=(days - 1) * DAY) == []
    assert len(improvable(usage)) == 1
    assert hours.settled(*stored, later=DAY) == ["one"]
    assert improvable(usage) == []
    assert hours.settled(readings(MIDNIGHT, [1.0, 1.0])) == []


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
