"""Whatever rows there are and however they are grouped: the sums of a report are those of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ledger_questions
from carbon.ledger import UsageRow
from carbon.usage_reports import ReportQuery, ReportStep
from engine import Engine
from planning.ledger.report import day_number
from store.history.history import History
from store.ledger.usage import UsageLedger
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader
from tests.fakes.past import FakePast, readings

FIRST, NOW = datetime(2026, 1, 28, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROWS = st.lists(
    st.builds(
        lambda start, minutes, wait, region, machine, kwh, team: UsageRow(
            id="",
            start=FIRST + start * MINUTE,
            end=FIRST + (start + minutes) * MINUTE,
            region=region,
            instance_type=machine,
            it_kwh=kwh if machine is None else None,
            tags={} if team is None else {"team": team},
            submitted_at=None if wait is None else FIRST + (start - wait) * MINUTE,
        ),
        start=st.integers(0, 10 * 1440),
        minutes=st.integers(1, 3 * 1440),
        wait=st.one_of(st.none(), st.integers(0, 1440)),
        region=st.sampled_from(["aws:eu-central-1", "aws:eu-north-1"]),
        machine=st.sampled_from([None, "m5.large", "p5.48xlarge"]),
        kwh=st.one_of(st.none(), st.floats(0.001, 1000)),
        team=st.sampled_from([None, "a", "b"]),
    ),
    min_size=1,
    max_size=12,
)
BY = st.lists(st.sampled_from(["team", "region", "provider", "zone", "machine", "odd"]), unique=True, max_size=4)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, by=BY, step=st.sampled_from(ReportStep))
def test_the_sums_of_a_report_are_those_of_its_rows(rows: list[UsageRow], by: Sequence[str], step: ReportStep) -> None:
    past = FakePast({"DE": [readings(FIRST, [100.0, None, 300.0] * 60)]})
    session = Engine(cloud_map(), FakeReader(), past).at(NOW)
    numbered = [replace(row, id=str(number)) for number, row in enumerate(rows)]
    settled = ledger_questions.settle(session, numbered)
    query = ReportQuery(first=date(2026, 1, 27), last=date(2026, 2, 28), by=tuple(by), step=step)
    with TemporaryDirectory() as folder:
        ledger = UsageLedger(History(Path(folder)))
        ledger.put("default", "api", [(one, False) for one in settled], NOW)
        totals = ledger.totals("default", day_number(query.first), day_number(query.last))
    days = [day for one in settled for day in one.days]
    emitted = [day.operational_g for day in days if day.operational_g is not None]
    at_once = [
        day.operational_g if day.at_submission_g is None else day.at_submission_g
        for day in days
        if day.operational_g is not None
    ]

    report = ledger_questions.usage_report(session, query, totals)

    for name, parts in (
        ("operational_g", emitted),
        ("at_submission_g", at_once),
        ("energy_kwh", [day.energy_kwh for day in days if day.energy_kwh is not None]),
        ("cost_usd", [day.cost_usd for day in days if day.cost_usd is not None]),
        ("hours", [day.hours for day in days]),
        ("unknown_hours", [day.hours for day in days if day.operational_g is None]),
    ):
        of_groups = [getattr(row.sums, name) or 0.0 for row in report.rows]
        assert (getattr(report.total, name) or 0.0) == pytest.approx(sum(parts))
        assert sum(of_groups) == pytest.approx(sum(parts))
