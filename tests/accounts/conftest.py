"""An imitated AWS, and credentials that are none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from accounts.aws import client
from cli.accounts import accounts
from settings import Settings
from store.history.history import History
from store.ledger.accounts import Accounts
from tests.fakes.aws_accounts import FakeAws
from tests.fakes.service import NOW

Run = Callable[..., Result]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    pytest.importorskip("boto3", reason="an extra: requirements-aws.txt")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-that-nobody-else-has")
    with FakeAws().serving() as server:
        yield server


@pytest.fixture
def settings(aws: FakeAws, tmp_path: Path) -> Settings:
    urls = ("aws_organizations_base_url", "aws_cost_explorer_base_url", "aws_sustainability_base_url")
    return Settings(data_dir=tmp_path / "var", live="off", **dict.fromkeys(urls, aws.base_url))  # type: ignore[arg-type]


@pytest.fixture
def run(settings: Settings) -> Run:
    """`flask accounts ...`, where AWS is tried twice at most."""

    def run(*words: str) -> Result:
        group = accounts(settings, lambda: NOW, lambda service, url: client(service, url, attempts=2))
        return CliRunner().invoke(group, words)

    return run


@pytest.fixture
def stored(settings: Settings) -> Accounts:
    return Accounts(History(settings.data_dir))
