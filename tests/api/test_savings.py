"""/api/v1/savings: what recorded decisions promised to save, and what they did."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

import api.questions.savings
from app import create_app
from carbon.decisions import Decision, DecisionKind, Promise
from carbon.intensity import Signal
from carbon.ledger import UsageRow
from engine import Engine
from mapping import CloudMap
from settings import Settings
from store.history.history import History
from store.ledger.decisions import DecisionLedger, Kept
from tests.fakes.grid import FakeReader
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW

HOUR = timedelta(hours=1)
MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
YESTERDAY = MIDNIGHT - timedelta(days=1)
DAY = YESTERDAY.date().isoformat()
PLACE: dict[str, Any] = {"region": "aws:ca-central-1", "pue": 1.0}
MAPPING = CloudMap.load()


class Desk:
    """A service of the default tenant and its decisions. In Quebec each hour emits its number in g/kWh."""

    def __init__(self, folder: Path) -> None:
        past = FakePast({"CA-QC": [readings(YESTERDAY, [float(hour) for hour in range(48)])]})
        settings = Settings(data_dir=folder, live="off", rate_limit="off")
        self.client = create_app(settings, Engine(MAPPING, FakeReader(), past), clock=lambda: NOW).test_client()
        self._decisions = DecisionLedger(History(folder))
        self._decisions.keep_facts("v", lambda: {"zones.csv": b"key\n"})

    def record(
        self, name: str, *, at: int, instead: int, tenant: str = "default", has_price: bool = True, **fields: Any
    ) -> Decision:
        """One kWh in the hour `at` of yesterday in place of the hour `instead`; promised as it comes, but for 1 g."""
        sides = [[Promise(**self._promise(hour))] for hour in (at, instead)]
        if not has_price:
            sides = [[replace(one, cost_usd=None) for one in side] for side in sides]
        decision = Decision(
            id=name,
            kind=DecisionKind.SCHEDULE,
            made_at=YESTERDAY,
            signal=Signal.AVERAGE_LIFECYCLE,
            placed=sides[0],
            instead=[replace(sides[1][0], co2_emissions_g=instead + 1.0)],
        )
        decision = replace(decision, **fields)
        self._decisions.put(tenant, decision, Kept(question=b"{}", answer=b"{}", evidence=b"{}", facts="v"))
        return decision

    def _promise(self, hour: int) -> dict[str, Any]:
        start = YESTERDAY + hour * HOUR
        row = UsageRow(id="x", start=start, end=start + HOUR, region=PLACE["region"], it_kwh=1.0, pue=1.0, cost_usd=1.0)
        return {"row": row, "co2_emissions_g": float(hour), "embodied_emissions_g": None, "cost_usd": 1.0}

    def ran(self, name: str, *, at: int, **fields: Any) -> None:
        start = (YESTERDAY + at * HOUR).isoformat()
        row = {"id": f"of-{name}", "start": start, "hours": 1, "kwh": 1.0, "cost_usd": 0.25, "decision_id": name}
        answer = self.client.post("/api/v1/usage", json={"rows": [{**PLACE, **row, **fields}]})
        assert answer.status_code == 200, answer.text

    def savings(self, query: str = "") -> Any:
        return self.client.get(f"/api/v1/savings?from={DAY}&to={DAY}{query}")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_what_was_followed_is_apart_from_what_is_not_reported_and_losses_are_in_it(desk: Desk) -> None:
    desk.record("gain", at=4, instead=16)
    desk.ran("gain", at=5)
    desk.record("loss", at=10, instead=8)
    desk.ran("loss", at=10)
    desk.record("silent", at=2, instead=9)
    desk.record("late", at=20, instead=40)

    total = desk.savings().get_json()["total"]

    # gain: 16 - 5 = 11 of 17 - 4 = 13 g that were promised; loss: 8 - 10 = -2 of 9 - 10 = -1 g.
    assert total["followed"] | {"baseline_share": None} == {
        "decisions": 2,
        "losses": 1,
        "promised_g": 12.0,
        "realised_g": 9.0,
        "saved_g": 11.0,
        "lost_g": 2.0,
        "realised_share": 0.75,
        "baseline_share": None,
        "promised_usd": 0.0,
        "realised_usd": 1.5,
        "saved_usd": 1.5,
        "lost_usd": 0.0,
        "realised_usd_share": None,
        "no_price_decisions": 0,
    }
    assert (total["not_reported"]["decisions"], total["not_reported"]["realised_g"]) == (1, 7.0)
    assert (total["decisions"], total["pending"], total["unknown"], total["no_comparison"]) == (4, 1, 0, 0)


def test_dollars_are_unknown_where_no_decision_has_a_price_and_zero_where_there_is_no_decision(desk: Desk) -> None:
    desk.record("free", at=1, instead=5, has_price=False)

    total = desk.savings().get_json()["total"]

    usd = ("promised_usd", "realised_usd", "saved_usd", "lost_usd", "realised_usd_share")
    assert [total["not_reported"][name] for name in usd] == [None] * 5
    assert (total["not_reported"]["no_price_decisions"], total["not_reported"]["realised_g"]) == (1, 4.0)
    assert total["followed"]["realised_usd"] == 0.0


def test_decisions_are_grouped_and_kept_by_tags_of_the_tenant(desk: Desk) -> None:
    desk.record("a", at=1, instead=5, tags={"team": "search"})
    desk.record("b", at=1, instead=9, tags={"team": "ads"})
    desk.record("c", at=1, instead=3, tenant="other", tags={"team": "search"})

    by_team, ads = desk.savings("&by=team").get_json(), desk.savings("&tag=team%3Dads").get_json()

    assert [(row["group"], row["not_reported"]["realised_g"]) for row in by_team["savings"]] == [
        (["ads"], 8.0),
        (["search"], 4.0),
    ]
    assert (ads["total"]["decisions"], ads["total"]["not_reported"]["realised_g"]) == (1, 8.0)


def test_decisions_by_the_other_signal_are_another_question(desk: Desk) -> None:
    desk.record("a", at=1, instead=5, signal=Signal.MARGINAL)

    totals = [desk.savings(query).get_json()["total"] for query in ("", "&signal=marginal")]

    assert [(total["decisions"], total["unknown"]) for total in totals] == [(0, 0), (1, 1)]


def test_a_row_is_submitted_when_its_decision_was_made_unless_it_began_before(desk: Desk) -> None:
    desk.record("a", at=4, instead=6, made_at=YESTERDAY + 3 * HOUR)
    desk.ran("a", at=4, id="after")
    desk.ran("a", at=2, id="before")
    desk.ran("a", at=4, id="own", submitted_at=(YESTERDAY + 2 * HOUR).isoformat())

    rows = {row["id"]: row for row in desk.client.get(f"/api/v1/usage?from={DAY}").get_json()["usage"]}

    assert [rows[name]["submitted_at"] for name in ("after", "before", "own")] == [
        f"{DAY}T03:00:00Z",
        None,
        f"{DAY}T02:00:00Z",
    ]
    assert [rows[name]["at_submission_g"] for name in ("after", "before", "own")] == [3.0, None, 2.0]


def test_the_savings_as_csv_and_markdown(desk: Desk) -> None:
    desk.record("gain", at=4, instead=16, tags={"team": "search"})
    desk.ran("gain", at=5)

    table = desk.savings("&by=team&format=csv")
    (line,) = csv.DictReader(io.StringIO(table.text))
    markdown = desk.savings("&by=team&format=markdown").text.splitlines()
    empty = desk.savings("&tag=team%3Dnone&format=csv").text

    assert (line["team"], line["followed_realised_g"], line["pending"]) == ("search", "11.0", "0")
    assert empty.strip() == table.text.splitlines()[0].replace(",team,", ",")
    assert markdown[0].startswith("| from | to | team | decisions | followed | of these lost | promised gCO2e |")
    assert markdown[-1].startswith("| all |  |  | 1 | 1 | 0 | 13 | 11 | 0 | 11 |")


def test_more_decisions_than_one_report_takes_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.questions.savings, "MOST_DECISIONS", 1)
    desk.record("a", at=1, instead=5)
    desk.record("b", at=1, instead=5)

    answer = desk.savings()

    (error,) = answer.get_json(force=True)["errors"]
    assert (answer.status_code, error["parameter"], error["code"]) == (400, "from", "too_many_decisions")
    assert error["detail"] == "2 decisions were made on these days: ask for fewer days, with 1 at most"


def test_pages_of_decisions_are_summed_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger_questions.AT_ONCE", 2)
    for number in range(5):
        desk.record(f"d{number}", at=number, instead=10)

    total = desk.savings().get_json()["total"]["not_reported"]

    assert (total["decisions"], total["realised_g"]) == (5, 40.0)  # 10 + 9 + 8 + 7 + 6


@pytest.mark.parametrize(("query", "parameter"), [("by=a,a", "by"), ("signal=odd", "signal"), ("to=2099-01-01", "to")])
def test_a_wrong_question_is_refused(desk: Desk, query: str, parameter: str) -> None:
    answer: Any = desk.client.get(f"/api/v1/savings?{query}")

    assert answer.status_code == 400
    assert answer.get_json(force=True)["errors"][0]["parameter"] == parameter


def test_an_empty_ledger_has_no_savings(tmp_path: Path) -> None:
    client: FlaskClient = create_app(
        Settings(data_dir=tmp_path, live="off", rate_limit="off"), Engine(MAPPING, FakeReader()), clock=lambda: NOW
    ).test_client()

    answer = client.get("/api/v1/savings").get_json()

    assert (answer["savings"], answer["total"]["decisions"], answer["total"]["followed"]["realised_share"]) == (
        [],
        0,
        None,
    )
