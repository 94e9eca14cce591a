"""`flask accounts refresh`: names of accounts from AWS Organizations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from carbon.accounts import Account
from carbon.roles import TENANT
from cli.accounts import accounts
from settings import Settings
from store.history.history import History
from store.ledger.accounts import Accounts
from tests.accounts.conftest import Run
from tests.fakes.aws_accounts import JOBS, MANAGEMENT, OLD, FakeAws, error, on
from tests.fakes.upstream import first


def test_all_pages_are_read_also_after_an_empty_one_and_suspended_accounts_stay(run: Run, stored: Accounts) -> None:
    result = run("refresh")

    assert (result.exit_code, result.stdout) == (0, "3 accounts, 1 of them suspended: 3 new or changed\n")
    assert stored.accounts(TENANT) == {
        MANAGEMENT: Account(id=MANAGEMENT, name="management", status="ACTIVE", ou="Root"),
        JOBS: Account(id=JOBS, name="batch", status="ACTIVE", ou="Root/Workloads/Batch", tags={"team": "search"}),
        OLD: Account(id=OLD, name="old", status="SUSPENDED", ou="Root/Workloads/Batch"),
    }


def test_a_second_refresh_changes_what_has_another_name_alone(run: Run, aws: FakeAws, stored: Accounts) -> None:
    run("refresh")
    aws.names[JOBS] = "jobs"

    result = run("refresh")

    assert result.stdout == "3 accounts, 1 of them suspended: 1 new or changed\n"
    assert stored.accounts(TENANT)[JOBS].name == "jobs"


def test_accounts_are_those_of_the_tenant_that_is_named(run: Run, stored: Accounts) -> None:
    run("refresh", "--tenant", "search")

    assert (len(stored.accounts("search")), stored.accounts(TENANT)) == (3, {})


def test_without_tags_no_account_is_asked_for_them(run: Run, aws: FakeAws, stored: Accounts) -> None:
    run("refresh", "--no-tags")

    assert aws.asked("ListTagsForResource") == []
    assert stored.accounts(TENANT)[JOBS].tags == {}


def test_too_many_requests_are_repeated_after_a_pause(run: Run, aws: FakeAws) -> None:
    aws.fault = first(1, error("TooManyRequestsException"))

    result = run("refresh")

    assert (result.exit_code, len(aws.asked("ListAccounts"))) == (0, 4)  # three pages, the first one twice


def test_too_many_requests_without_end_end_the_command(run: Run, aws: FakeAws, stored: Accounts) -> None:
    aws.fault = on("ListRoots", error("TooManyRequestsException"))

    result = run("refresh")

    assert (result.exit_code, len(aws.asked("ListRoots"))) == (1, 2)
    assert "organizations:ListRoots: AWS refuses more calls at present (TooManyRequestsException)" in result.stderr
    assert stored.accounts(TENANT) == {}


@pytest.mark.parametrize(
    ("action", "code", "words"),
    [
        ("ListAccounts", "AccessDeniedException", "AWS denies organizations:ListAccounts (AccessDeniedException)"),
        (
            "ListTagsForResource",
            "AccessDeniedException",
            "AWS denies organizations:ListTagsForResource (AccessDeniedException)",
        ),
        ("ListAccounts", "AWSOrganizationsNotInUseException", "is in no organization"),
        ("ListRoots", "UnrecognizedClientException", "AWS does not accept these credentials"),
        ("ListRoots", "ServiceException", "organizations:ListRoots: AWS answers ServiceException"),
    ],
)
def test_a_refusal_is_one_line_without_accounts_or_keys_and_what_was_stored_stays(
    run: Run, aws: FakeAws, stored: Accounts, action: str, code: str, words: str
) -> None:
    run("refresh")
    before = stored.accounts(TENANT)
    aws.names[JOBS] = "jobs"
    aws.fault = on(action, error(code))

    result = run("refresh")

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert words in result.stderr
    assert MANAGEMENT not in result.stderr
    assert "secret" not in result.stderr
    assert stored.accounts(TENANT) == before


def test_without_credentials_it_says_so(
    aws: FakeAws, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))

    result = run("refresh")

    assert (result.exit_code, aws.calls) == (1, [])
    assert "boto3 finds no credentials (NoCredentialsError)" in result.stderr


def test_without_boto3_it_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.aws.find_spec", lambda _name: None)

    result = run("refresh")

    assert (result.exit_code, result.stderr) == (
        1,
        "Error: boto3 is not installed: install requirements-aws.txt\n",
    )


@pytest.fixture
def organization(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An organization in moto; the id of its only member that is in a unit."""
    moto = pytest.importorskip("moto")
    import boto3

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with moto.mock_aws():
        client = boto3.client("organizations", region_name="us-east-1")
        client.create_organization(FeatureSet="ALL")
        root = client.list_roots()["Roots"][0]["Id"]
        unit = client.create_organizational_unit(ParentId=root, Name="Data")["OrganizationalUnit"]["Id"]
        for number in range(45):  # three pages
            made = client.create_account(AccountName=f"team-{number}", Email=f"{number}@example.org")
        member = str(made["CreateAccountStatus"]["AccountId"])
        client.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
        client.tag_resource(ResourceId=member, Tags=[{"Key": "owner", "Value": "ana"}])
        yield member


def test_it_reads_the_organization_of_moto(organization: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(accounts(Settings(data_dir=tmp_path, live="off")), ["refresh"])

    found = Accounts(History(tmp_path)).accounts(TENANT)
    assert (result.exit_code, len(found)) == (0, 46)  # 45 and the management account
    assert found[organization] == Account(
        id=organization, name="team-44", status="ACTIVE", ou="Root/Data", tags={"owner": "ana"}
    )
    assert sum(one.ou == "Root" for one in found.values()) == 45


def test_names_belong_to_the_tenant_that_is_named(run: Run, stored: Accounts) -> None:
    run("refresh", "--tenant", "b")
    wrong = run("refresh", "--tenant", "no tenant")

    assert (len(stored.accounts("b")), stored.accounts(TENANT)) == (3, {})
    assert wrong.exit_code == 2
