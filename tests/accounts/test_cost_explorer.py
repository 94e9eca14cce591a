"""`flask usage cost-explorer`: usage from AWS Cost Explorer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from accounts.aws import client
from accounts.cost_explorer import spans
from carbon.roles import TENANT
from cli.cost_explorer import cost_explorer
from planning.ledger.report import day_number
from settings import Settings
from store.history.history import History
from store.ledger.usage import LedgerRow, UsageLedger
from tests.fakes.aws_accounts import JOBS, MANAGEMENT, FakeAws, error
from tests.fakes.upstream import first

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
Fetch = Callable[..., Result]


@pytest.fixture
def fetch(settings: Settings) -> Fetch:
    """`flask usage cost-explorer ...`, where AWS is tried twice at most."""

    def fetch(*words: str) -> Result:
        command = cost_explorer(settings, lambda: NOW, lambda service, url: client(service, url, attempts=2))
        return CliRunner().invoke(command, words)

    return fetch


@pytest.fixture
def rows(settings: Settings) -> Callable[[], list[LedgerRow]]:
    def rows() -> list[LedgerRow]:
        days = day_number(date(2026, 9, 1)), day_number(date(2026, 11, 30))
        return UsageLedger(History(settings.data_dir)).rows(TENANT, *days, 0, 1000)[0]

    return rows


def group(usage_type: str, amount: str, cost: str, unit: str = "Hrs", account: str = JOBS) -> dict[str, Any]:
    metrics = {"AmortizedCost": {"Amount": cost, "Unit": "USD"}, "UsageQuantity": {"Amount": amount, "Unit": unit}}
    return {"Keys": [account, usage_type], "Metrics": metrics}


def service(name: str, cost: str) -> dict[str, Any]:
    return {**group("", "0", cost, "N/A"), "Keys": [name]}


def result(day: str, *groups: dict[str, Any], is_estimated: bool = False) -> dict[str, Any]:
    return {"TimePeriod": {"Start": day, "End": day}, "Total": {}, "Groups": list(groups), "Estimated": is_estimated}


def october(aws: FakeAws, hours: str = "36", is_estimated: bool = False) -> None:
    """One and a half m5.large on the first day, storage, and another service."""
    machine = group("EUN1-BoxUsage:m5.large", hours, "3.60")
    storage = group("EUN1-EBS:VolumeUsage.gp3", "10", "0.40", "GB-Mo")
    aws.costs = {
        ("2026-10-01", "DAILY"): [[result("2026-10-01", machine, storage, is_estimated=is_estimated)]],
        ("2026-10-01", "MONTHLY"): [[result("2026-10-01", service("Amazon Simple Storage Service", "6.00"))]],
    }


def test_hours_of_a_day_become_machines_and_all_else_is_said_with_its_share_of_the_cost(
    fetch: Fetch, aws: FakeAws, rows: Callable[[], list[LedgerRow]]
) -> None:
    october(aws)

    said = fetch("--from", "2026-10-01", "--to", "2026-10-31")

    # Of 3.60 + 0.40 + 6.00 USD 6.40 are not mapped.
    assert said.stdout == (
        "2026-10-01 to 2026-10-31: 2 calls or more, of about 0.01 USD each; long answers take more, at most 100 in all "
        "(--max-calls)\n"
        "2026-10: 1 rows of usage: 1 stored, 0 replaced, 0 there already\n"
        "2 calls were made\n"
        "\n"
        "Not mapped to a machine, so without grams:\n"
        "        1  6.00 USD (60.0%)              Amazon Simple Storage Service\n"
        "        1  0.40 USD (4.0%)               EBS:VolumeUsage.gp3\n"
        "        2  6.40 USD (64.0%)              in all\n"
    )
    (row,) = [one.settled.row for one in rows()]
    assert (row.id, row.region) == (f"ce:{JOBS}:EUN1-BoxUsage:m5.large:2026-10-01", "aws:eu-north-1")
    assert (row.instance_type, row.count, row.cost_usd) == ("m5.large", 1.5, 3.6)  # 36 hours in 24
    assert (row.start, row.hours) == (datetime(2026, 10, 1, tzinfo=UTC), 24.0)
    assert row.tags == {"account": JOBS}
    assert rows()[0].origin == "cost-explorer"


def test_it_asks_for_machines_by_day_and_for_other_services_by_month(fetch: Fetch, aws: FakeAws) -> None:
    fetch("--from", "2026-10-30", "--to", "2026-11-02")

    asked = aws.asked("GetCostAndUsage")
    assert [(one["TimePeriod"], one["Granularity"], [by["Key"] for by in one["GroupBy"]]) for one in asked] == [
        ({"Start": "2026-10-30", "End": "2026-11-01"}, "DAILY", ["LINKED_ACCOUNT", "USAGE_TYPE"]),
        ({"Start": "2026-10-30", "End": "2026-11-01"}, "MONTHLY", ["SERVICE"]),
        ({"Start": "2026-11-01", "End": "2026-11-03"}, "DAILY", ["LINKED_ACCOUNT", "USAGE_TYPE"]),
        ({"Start": "2026-11-01", "End": "2026-11-03"}, "MONTHLY", ["SERVICE"]),
    ]
    counted, machines = asked[0]["Filter"]["And"]
    assert counted["Dimensions"]["Values"] == ["DiscountedUsage", "SavingsPlanCoveredUsage", "Usage"]
    assert asked[1]["Filter"]["And"][1] == {"Not": machines}


def test_a_second_import_changes_nothing_and_a_corrected_day_replaces(fetch: Fetch, aws: FakeAws) -> None:
    october(aws, is_estimated=True)
    days = ("--from", "2026-10-01", "--to", "2026-10-31")

    results = [fetch(*days).stdout, fetch(*days).stdout]
    october(aws, hours="48")
    results.append(fetch(*days).stdout)

    written = [text.splitlines()[1].partition(": ")[2] for text in results]
    assert written == [
        "1 rows of usage: 1 stored, 0 replaced, 0 there already",
        "1 rows of usage: 0 stored, 0 replaced, 1 there already",
        "1 rows of usage: 0 stored, 1 replaced, 0 there already",
    ]
    assert "AWS still estimates these days: import them again later" in results[0]
    assert "estimates" not in results[2]


def test_a_dry_run_says_how_many_calls_it_takes_and_makes_none(fetch: Fetch, aws: FakeAws) -> None:
    said = fetch("--from", "2026-09-15", "--to", "2026-11-02", "--dry-run")

    assert said.stdout.startswith("2026-09-15 to 2026-11-02: 6 calls or more")  # two in each of three months
    assert aws.calls == []


def test_pages_are_read_up_to_the_calls_that_are_allowed_and_what_was_read_is_stored(
    fetch: Fetch, aws: FakeAws, rows: Callable[[], list[LedgerRow]]
) -> None:
    pages = [
        [result("2026-10-01", group(f"BoxUsage:m5.{size}", "24", "1", "N/A"))]
        for size in ("large", "xlarge", "2xlarge")
    ]
    aws.costs = {("2026-10-01", "DAILY"): pages}

    enough = fetch("--from", "2026-10-01", "--to", "2026-10-31", "--max-calls", "4")
    too_few = fetch("--from", "2026-10-01", "--to", "2026-10-31", "--max-calls", "2")

    assert (enough.exit_code, len(rows())) == (0, 3)
    assert (too_few.exit_code, len(aws.asked("GetCostAndUsage"))) == (1, 6)
    assert "2 calls were made, and no more are allowed (--max-calls)" in too_few.stderr


def test_an_error_between_pages_keeps_what_was_read_before(
    fetch: Fetch, aws: FakeAws, rows: Callable[[], list[LedgerRow]]
) -> None:
    october(aws)
    unavailable = error("DataUnavailableException")
    aws.fault = lambda call, good: unavailable(call, good) if b'"2026-11-03"' in call.body else good

    said = fetch("--from", "2026-10-01", "--to", "2026-11-02")

    assert (said.exit_code, len(rows())) == (1, 1)
    assert "ce:GetCostAndUsage: AWS answers DataUnavailableException" in said.stderr


def test_too_many_calls_are_repeated_and_a_denial_names_the_permission(fetch: Fetch, aws: FakeAws) -> None:
    october(aws)
    aws.fault = first(1, error("LimitExceededException"))
    repeated = fetch("--from", "2026-10-01", "--to", "2026-10-31")
    aws.fault = error("AccessDeniedException")
    denied = fetch("--from", "2026-10-01", "--to", "2026-10-31")

    assert repeated.exit_code == 0
    assert denied.exit_code == 1
    assert "AWS denies ce:GetCostAndUsage (AccessDeniedException)" in denied.stderr
    assert MANAGEMENT not in denied.output


@pytest.mark.parametrize(
    "words",
    [
        ("--from", "2026-11-01", "--to", "2026-11-03"),  # today is not over
        ("--from", "2026-11-02", "--to", "2026-11-01"),
        ("--from", "2026-09-01", "--max-calls", "3"),
    ],
)
def test_days_that_are_not_over_and_too_few_calls_are_refused_before_the_first_call(
    fetch: Fetch, aws: FakeAws, words: tuple[str, ...]
) -> None:
    assert (fetch(*words).exit_code, aws.calls) == (2, [])


def test_an_amount_that_is_no_number_ends_the_import(fetch: Fetch, aws: FakeAws) -> None:
    aws.costs = {("2026-10-01", "DAILY"): [[result("2026-10-01", group("BoxUsage:m5.large", "many", "1"))]]}

    said = fetch("--from", "2026-10-01", "--to", "2026-10-31")

    assert said.exit_code == 1
    assert "a group without UsageQuantity; 0 rows before it are stored" in said.stderr


def test_days_are_cut_at_the_ends_of_months() -> None:
    assert spans(date(2026, 1, 31), date(2026, 3, 1)) == [
        (date(2026, 1, 31), date(2026, 2, 1)),
        (date(2026, 2, 1), date(2026, 3, 1)),
        (date(2026, 3, 1), date(2026, 3, 2)),
    ]


def test_it_reads_the_cost_explorer_of_moto(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    moto = pytest.importorskip("moto")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    answers = [
        {"ResultsByTime": [result("2026-10-01", group("EUN1-BoxUsage:m5.large", "24", "2.40"))]},
        {"ResultsByTime": [result("2026-10-01", service("Amazon Simple Storage Service", "0.60"))]},
    ]

    with moto.mock_aws():
        url = "http://motoapi.amazonaws.com/moto-api/static/ce/cost-and-usage-results"
        requests.post(url, json={"results": answers}, timeout=10)
        command = cost_explorer(Settings(data_dir=tmp_path, live="off"), lambda: NOW)
        said = CliRunner().invoke(command, ["--from", "2026-10-01", "--to", "2026-10-31"])

    assert (said.exit_code, said.stderr) == (0, "")
    assert "2026-10: 1 rows of usage: 1 stored" in said.stdout
    assert "0.60 USD (20.0%)              Amazon Simple Storage Service" in said.stdout
