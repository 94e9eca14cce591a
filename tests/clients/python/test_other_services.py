"""What `carbon` does where something else answers in the place of the service, and with words that mean nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from carbon_client import Client, ServiceUnreachable
from tests.clients.python.conftest import Shell, served

JOB = ("--for", "2h", "--region", "us-west-2")
DEEP = "[" * 100_000
NO_TIME = {
    "provider": "aws",
    "region": "us-west-2",
    "optimal_window": {"start_time": "soon", "end_time": None, "avg_carbon_intensity": 80.0},
}
FOREIGN: tuple[Any, ...] = ({}, {"ok": True}, {"regions": 3, "calculation": 7, "optimal_window": "x"}, NO_TIME, DEEP)


@pytest.fixture(params=FOREIGN, ids=["empty", "other", "other-types", "no-time", "deep"])
def shell(request: pytest.FixtureRequest) -> Iterator[Shell]:
    app = Flask("foreign")
    app.add_url_rule("/<path:path>", view_func=lambda path: request.param, methods=["GET", "POST"])
    with served(app) as url:  # type: ignore[arg-type]
        yield Shell(url=url, code=7)


@pytest.mark.parametrize(
    "words",
    [
        ("when", *JOB),
        ("rank",),
        ("calc", "--region", "us-west-2", "--instance-type", "m5.large"),
        ("plan", "--id", "1"),
        ("watch", "--region", "us-west-2", "--every", "10s"),
        ("run", *JOB, "--", "true"),
    ],
    ids=lambda words: words[0],
)
def test_an_answer_of_something_else_ends_with_121_and_one_line(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell.carbon(*words) == 121

    assert shell.err.getvalue().startswith("carbon: ")
    assert shell.out.getvalue() == ""
    assert shell.executed == []


def test_run_falls_back_where_something_else_answers(shell: Shell) -> None:
    assert shell.carbon("run", *JOB, "--fallback", "now", "--", "true") == 7

    assert [command for command, _ in shell.executed] == [["true"]]


def test_an_answer_without_a_body_is_one_only_to_an_order_to_delete() -> None:
    app = Flask("empty")
    app.add_url_rule("/<path:path>", view_func=lambda path: ("", 204), methods=["GET", "DELETE"])
    with served(app) as url, Client(url) as client:  # type: ignore[arg-type]
        client.delete_webhook("1")
        with pytest.raises(ServiceUnreachable, match="does not answer as this service does"):
            client.regions()


@pytest.mark.parametrize("moment", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "2026-02-11T18:00"])
def test_a_moment_that_no_utc_clock_shows_is_an_error_of_the_command_line(
    shell: Shell, moment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        shell.carbon("when", *JOB, "--by", moment)

    assert "is no time with an offset" in capsys.readouterr().err


@pytest.mark.parametrize("grams", ["nan", "inf", ""])
def test_an_intensity_that_nothing_reaches_is_an_error_of_the_command_line(shell: Shell, grams: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        shell.carbon("watch", "--region", "us-west-2", "--below", grams)


def test_an_empty_id_of_a_plan_is_asked_for_and_refused(address: str) -> None:
    shell = Shell(url=address)

    assert shell.carbon("plan", "--id", "") == 122


@pytest.mark.parametrize("url", ["http://a..b", "http://.x", "http://ex ample", "http://h\n/x", "http://*"])
def test_an_address_of_no_host_is_refused_at_once_and_never_falls_back(url: str) -> None:
    shell = Shell(url=url)

    assert shell.carbon("run", *JOB, "--fallback", "now", "--", "true") == 2
    assert shell.executed == []
