"""deploy/systemd: the unit is one that systemd accepts, and hardened by systemd's own measure."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.deploy.replicas import free_port
from tests.deploy.tools import DEPLOY, ROOT, complaints, program

UNIT = DEPLOY / "systemd" / "carbon-optimizer@.service"
INSTALLED = "/srv/carbon-optimizer"


@pytest.fixture
def analyze() -> str:
    return program("systemd-analyze", "systemd")


def test_systemd_accepts_the_unit(analyze: str, tmp_path: Path) -> None:
    """With this interpreter's gunicorn for the installed one, because the program must exist."""
    placed = UNIT.read_text().replace(f"{INSTALLED}/.venv/bin/gunicorn", f"{sys.executable} -m gunicorn")
    unit = tmp_path / UNIT.name
    unit.write_text(placed.replace(f"{INSTALLED}\n", f"{ROOT}\n"))

    result = subprocess.run(  # noqa: S603
        [analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False, timeout=60
    )

    about_this_unit = [line for line in result.stderr.splitlines() if "carbon-optimizer" in line]
    assert (result.returncode, about_this_unit) == (0, [])


def test_its_exposure_is_low_by_systemds_own_measure(analyze: str) -> None:
    """On a scale from 0 to 10; the threshold is in tenths."""
    assert complaints(analyze, "security", "--offline=true", "--threshold=15", UNIT) == ""


def test_its_command_listens_where_its_name_says_and_tells_systemd_when_it_is_ready(tmp_path: Path) -> None:
    (command,) = re.findall(r"^ExecStart=\S+ (.+)$", UNIT.read_text(), re.MULTILINE)
    port = free_port()
    environ = {**os.environ, "DATA_DIR": str(tmp_path), "NOTIFY_SOCKET": str(tmp_path / "notify")}
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        notified.bind(environ["NOTIFY_SOCKET"])
        notified.settimeout(30)

        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "gunicorn", *command.replace("%i", str(port)).split()],
            cwd=ROOT, env=environ, stderr=subprocess.PIPE,
        )  # fmt: skip

        message = notified.recv(1024)
        # A worker that is told to stop before it answers is waited for in vain, for gunicorn's 30 s.
        urlopen(f"http://127.0.0.1:{port}/health", timeout=30).close()
        process.terminate()
        _, log = process.communicate(timeout=40)
    assert b"READY=1" in message
    assert f"Listening at: http://127.0.0.1:{port}" in log.decode()
