"""The command as a process of its own: pipes, signals, exit codes, completion in a real shell."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from carbon_client.cli.completion import candidates
from carbon_client.cli.main import parser
from tests.clients.python.conftest import NOWHERE, served
from tests.deploy.tools import ROOT, program

CARBON = (sys.executable, "-m", "carbon_client")
RUN = ("run", "--for", "2h", "--region", "us-west-2")
PATIENCE_SECONDS = 20


def environment(url: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "clients" / "python" / "src"), "CARBON_URL": url}


def carbon(url: str, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [*CARBON, *words], env=environment(url), input=stdin, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def ready() -> Iterator[str]:
    """A service that always says: start now."""
    app = Flask("now")
    window = {"start_time": "2020-01-01T00:00:00Z", "end_time": "2020-01-01T02:00:00Z", "avg_carbon_intensity": 80.0}
    app.post("/api/v1/schedule")(lambda: {"provider": "aws", "region": "us-west-2", "optimal_window": window})
    with served(app) as url:  # type: ignore[arg-type]
        yield url


def _interruptible() -> None:
    """A shell that starts its jobs in the background has them ignore Ctrl-C, and so would what they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def _ended(process: subprocess.Popen[Any]) -> Iterator[None]:
    """Kill the process in the end, so that a test that fails does not wait for it."""
    try:
        yield
    finally:
        process.kill()


def test_run_becomes_the_command_with_its_input_output_and_exit_code(ready: str) -> None:
    result = carbon(ready, *RUN, "--", "sh", "-c", 'cat; echo "$CARBON_REGION"; echo oops >&2; exit 7', stdin="words\n")

    assert result.returncode == 7
    assert result.stdout == "words\naws:us-west-2\n"
    assert result.stderr.splitlines() == ["aws:us-west-2: 80 gCO2e/kWh; starts now", "oops"]


def test_a_signal_reaches_the_command_and_its_death_is_that_of_carbon(ready: str) -> None:
    script = "trap 'echo caught; exit 9' USR1; echo up; while :; do sleep 0.1; done"
    with (
        subprocess.Popen(  # noqa: S603
            [*CARBON, *RUN, "--", "sh", "-c", script], env=environment(ready), stdout=subprocess.PIPE, text=True
        ) as one,
        _ended(one),
    ):
        assert one.stdout is not None
        assert one.stdout.readline() == "up\n"
        one.send_signal(signal.SIGUSR1)
        assert one.stdout.readline() == "caught\n"
        assert one.wait(PATIENCE_SECONDS) == 9

    result = carbon(ready, *RUN, "--", "sh", "-c", "kill -TERM $$")
    assert result.returncode == -signal.SIGTERM


def test_the_command_gets_the_usual_broken_pipe(ready: str) -> None:
    result = carbon(ready, *RUN, "--", "sh", "-c", "grep SigIgn /proc/self/status")

    ignored = int(result.stdout.split()[1], 16)
    assert not ignored & (1 << (signal.SIGPIPE - 1))


def test_ctrl_c_during_the_wait_ends_it_with_130_and_runs_nothing(tmp_path: Path) -> None:
    app = Flask("later")
    window = {"start_time": "2099-01-01T00:00:00Z", "end_time": "2099-01-01T02:00:00Z", "avg_carbon_intensity": 80.0}
    app.post("/api/v1/schedule")(lambda: {"provider": "aws", "region": "us-west-2", "optimal_window": window})
    trace = tmp_path / "ran"
    with (
        served(app) as url,  # type: ignore[arg-type]
        subprocess.Popen(  # noqa: S603
            [*CARBON, *RUN, "--", "touch", str(trace)],
            env=environment(url),
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_interruptible,
        ) as waiting,
        _ended(waiting),
    ):
        assert waiting.stderr is not None
        assert "starts 2099-01-01T00:00:00Z" in waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        assert waiting.wait(PATIENCE_SECONDS) == 130
        assert waiting.stderr.read() == ""

    assert not trace.exists()


def test_a_reader_that_goes_away_is_no_error(address: str) -> None:
    with (
        subprocess.Popen(  # noqa: S603
            [*CARBON, "rank", "--limit", "1000", "--format", "json"],
            env=environment(address),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as writing,
        _ended(writing),
    ):
        assert writing.stdout is not None
        assert writing.stderr is not None
        writing.stdout.close()
        assert writing.stderr.read() == b""
        assert writing.wait(PATIENCE_SECONDS) == 141


def test_the_command_line_is_checked_before_anything_is_asked() -> None:
    wrong = carbon(NOWHERE, "when", "--for", "4 fortnights", "--region", "us-west-2")
    listing = carbon(NOWHERE, "--help")

    assert wrong.returncode == 2
    assert "'4 fortnights' is no length of time such as 4h" in wrong.stderr
    assert listing.returncode == 0
    assert "121  the service cannot be reached" in listing.stdout


def test_the_key_comes_from_the_environment_alone() -> None:
    assert not [word for word in candidates(parser(), ["rank", "--"]) if "key" in word]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([""], ["calc", "ci", "completion", "plan", "rank", "run", "watch", "when"]),
        (["wa"], ["watch"]),
        (["rank", "--format", ""], ["csv", "json", "text"]),
        (["rank", "--limit", ""], []),
        (["run", "--fall"], ["--fallback"]),
        (["run", "--fallback", "n"], ["now"]),
        (["completion", "f"], ["fish"]),
        (["run", "--for", "2h", "--", "ran"], []),
    ],
)
def test_completion_offers_what_may_follow(words: list[str], expected: list[str]) -> None:
    assert candidates(parser(), words) == expected


def test_completion_works_in_bash(tmp_path: Path) -> None:
    bash = program("bash", "bash")
    command = tmp_path / "carbon"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m carbon_client "$@"\n')
    command.chmod(0o755)
    script = (
        'eval "$(carbon completion bash)"; COMP_WORDS=(carbon run --fallback ""); COMP_CWORD=3; _carbon; '
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    environ = {**environment(NOWHERE), "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}

    result = subprocess.run(  # noqa: S603
        [bash, "--norc", "-c", script], env=environ, capture_output=True, text=True, check=True, timeout=60
    )

    assert result.stdout.split() == ["fail", "now"]


def test_help_and_completion_start_without_the_library_for_http() -> None:
    script = (
        "import sys; from carbon_client.cli.main import main; main(['complete', '']); print('requests' in sys.modules)"
    )

    result = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script], env=environment(NOWHERE), capture_output=True, text=True, check=True, timeout=60
    )

    assert result.stdout.splitlines()[-1] == "False"
