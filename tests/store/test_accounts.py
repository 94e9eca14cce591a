"""Accounts and their footprints in both databases, and names of accounts in the totals of usage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from carbon.accounts import Account, ProviderFootprint
from carbon.ledger import SettledUsage
from store.history.history import History
from store.ledger.accounts import Accounts
from store.ledger.usage import UsageLedger
from tests.store.conftest import NOON
from tests.store.test_usage import DAY, used

BATCH = Account(id="444455556666", name="batch", status="ACTIVE", ou="Root/Data", tags={"team": "search"})
OLD = Account(id="777788889999", name="old", status="SUSPENDED")
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def footprint(account: str = BATCH.id, month: date = JANUARY, grams: float = 5.0, service: str = "") -> (
    ProviderFootprint
):  # fmt: skip
    return ProviderFootprint(
        month=month,
        account=account,
        region="eu-north-1",
        service=service,
        model_version="v3.0.0",
        location_based_g=grams,
        market_based_g=None,
    )


@pytest.fixture
def accounts(history: History) -> Accounts:
    return Accounts(history)


def of_account(usage_id: str, account: str, **tags: str) -> SettledUsage:
    settled = used(usage_id)
    return replace(settled, row=replace(settled.row, tags={"account": account, **tags}))


def test_nothing_is_there_before_something_is_stored(accounts: Accounts) -> None:
    assert (accounts.accounts("a"), accounts.footprints("a", "aws", JANUARY, FEBRUARY)) == ({}, [])


def test_accounts_are_replaced_by_id_and_those_that_are_not_named_again_stay(accounts: Accounts) -> None:
    renamed = replace(BATCH, name="jobs", tags={})

    counts = [accounts.put("a", [BATCH, OLD]), accounts.put("a", [BATCH]), accounts.put("a", [renamed])]

    assert counts == [2, 0, 1]
    assert accounts.accounts("a") == {BATCH.id: renamed, OLD.id: OLD}
    assert accounts.accounts("b") == {}


def test_totals_name_accounts_of_rows_that_were_stored_before_and_after(history: History, accounts: Accounts) -> None:
    ledger = UsageLedger(history)
    ledger.put("a", "cur", [(of_account("before", BATCH.id), False)], NOON)
    accounts.put("a", [BATCH, OLD])
    ledger.put("a", "cur", [(of_account("after", OLD.id), False), (of_account("other", "1"), False)], NOON)
    ledger.put("b", "cur", [(of_account("not-a", BATCH.id), False)], NOON)

    tags = {one.tags["account"]: dict(one.tags) for one in ledger.totals("a", DAY, DAY)}

    assert tags == {
        BATCH.id: {"account": BATCH.id, "account_name": "batch", "ou": "Root/Data", "account:team": "search"},
        OLD.id: {"account": OLD.id, "account_name": "old"},
        "1": {"account": "1"},
    }
    assert [dict(one.tags) for one in ledger.totals("b", DAY, DAY)] == [{"account": BATCH.id}]


def test_a_tag_of_the_row_itself_counts_first(history: History, accounts: Accounts) -> None:
    accounts.put("a", [BATCH])
    UsageLedger(history).put("a", "api", [(of_account("one", BATCH.id, ou="Mine"), False)], NOON)

    (total,) = UsageLedger(history).totals("a", DAY, DAY)

    assert (total.tags["ou"], total.tags["account_name"]) == ("Mine", "batch")


def test_footprints_of_a_month_replace_those_of_the_same_accounts_alone(accounts: Accounts) -> None:
    first = [footprint(service="EC2"), footprint(service="S3"), footprint(OLD.id), footprint(month=FEBRUARY)]
    accounts.put_footprints("a", "aws", first)
    corrected = footprint(service="EC2", grams=7.0)

    counts = [accounts.put_footprints("a", "aws", rows) for rows in ([corrected], [corrected])]

    assert counts == [1, 0]
    assert accounts.footprints("a", "aws", JANUARY, JANUARY) == [corrected, footprint(OLD.id)]
    assert accounts.footprints("a", "aws", FEBRUARY, FEBRUARY) == [footprint(month=FEBRUARY)]
    assert accounts.footprints("a", "gcp", JANUARY, FEBRUARY) == accounts.footprints("b", "aws", JANUARY, FEBRUARY)
