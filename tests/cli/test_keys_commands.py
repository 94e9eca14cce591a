"""`flask --app app keys create|list|revoke`: for people at a terminal and for scripts."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.keys import keys
from settings import Settings
from store.keys.table import FILE
from store.redis_link import TIMEOUT_SECONDS
from tests.fakes import redis_server
from tests.fakes.service import offline


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var"


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(keys(Settings(data_dir=folder)), arguments)


def test_the_application_has_the_commands() -> None:
    assert "keys" in offline().cli.list_commands(None)  # type: ignore[arg-type]


def test_create_prints_the_key_alone_on_standard_output(folder: Path) -> None:
    result = run(folder, "create", "ci")

    assert result.exit_code == 0
    assert re.fullmatch(r"cao_[\w-]{43}\n", result.stdout)
    assert result.stderr == "Save it now: it cannot be shown again.\n"


def test_list_prints_a_line_a_key_and_never_the_key(folder: Path) -> None:
    key = run(folder, "create", "ci", "--rate", "600 per minute").stdout.strip()
    run(folder, "create", "laptop")
    run(folder, "revoke", "laptop")

    lines = run(folder, "list").stdout.splitlines()

    rows = [line.split("\t") for line in lines]
    assert [(row[1], row[3], row[4].partition(" ")[0]) for row in rows] == [
        ("ci", "600 per minute", "in"),
        ("laptop", "default", "revoked"),
    ]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row[2]) for row in rows)
    assert key not in "".join(lines)


def test_list_ends_with_role_and_tenant_which_are_write_and_default_unless_given(folder: Path) -> None:
    run(folder, "create", "ci")
    run(folder, "create", "dashboard", "--role", "read", "--tenant", "search")

    rows = [line.split("\t") for line in run(folder, "list").stdout.splitlines()]

    assert [(row[1], *row[5:]) for row in rows] == [("ci", "write", "default"), ("dashboard", "read", "search")]


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("--role", "owner"), 2, "'owner' is not one of 'read', 'write', 'admin'"),
        (("--tenant", "no spaces"), 1, "'no spaces' is not a valid name: start with a letter"),
    ],
)
def test_a_wrong_role_or_tenant_makes_no_key(folder: Path, arguments: tuple[str, ...], code: int, text: str) -> None:
    result = run(folder, "create", "ci", *arguments)

    assert (result.exit_code, result.stdout) == (code, "")
    assert text in result.stderr
    assert not folder.exists()


def test_list_prints_nothing_where_there_is_nothing(folder: Path) -> None:
    result = run(folder, "list")

    assert (result.exit_code, result.output) == (0, "")
    assert not folder.exists()


def test_an_id_from_the_list_revokes_its_key(folder: Path) -> None:
    run(folder, "create", "ci")
    key_id = run(folder, "list").stdout.split("\t")[0]

    result = run(folder, "revoke", key_id)

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"{key_id} is revoked\n")
    assert "\trevoked " in run(folder, "list").stdout


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("create", "ci"), "Error: a key named 'ci' is in force: revoke it first, or choose another name"),
        (("create", "no spaces"), "Error: 'no spaces' is not a valid name: start with a letter, use up to 64 letters"),
        (("revoke", "nobody"), "Error: no key with the name or id 'nobody' is in force"),
    ],
)
def test_a_refusal_is_one_line_and_exit_code_1(folder: Path, arguments: tuple[str, ...], line: str) -> None:
    run(folder, "create", "ci")

    result = run(folder, *arguments)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(line)
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("rate", ["fast", "0 per minute", "1 per month", ""])
def test_a_rate_nobody_can_count_by_is_refused_before_a_key_is_made(folder: Path, rate: str) -> None:
    result = run(folder, "create", "ci", "--rate", rate)

    assert result.exit_code == 2
    assert "must be off or 1 to 100000 requests per second, minute, hour or day" in result.stderr
    assert not folder.exists()


@pytest.mark.parametrize("arguments", [("create", "ci"), ("list",), ("revoke", "ci")])
def test_a_file_that_cannot_be_used_is_one_line_with_the_reason(folder: Path, arguments: tuple[str, ...]) -> None:
    folder.mkdir()
    (folder / FILE).write_bytes(b"no database at all " * 500)

    result = run(folder, *arguments)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {FILE} cannot be used: file is not a database\n"


def test_a_command_waits_longer_for_redis_than_a_request_does(folder: Path) -> None:
    with redis_server.running() as server:
        settings = Settings(data_dir=folder, redis_url=server.url)
        with ThreadPoolExecutor(1) as pool, server.hanging():
            command = pool.submit(CliRunner().invoke, keys(settings), ["create", "ci"])
            time.sleep(4 * TIMEOUT_SECONDS)
            assert not command.done()
        result = command.result()

    assert (result.exit_code, result.output[:4]) == (0, "cao_")
