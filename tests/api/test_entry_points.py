"""How the service is started, and what it logs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.fakes.own_facts import write
from tests.fakes.service import service

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_importing_the_module_reads_no_settings() -> None:
    result = run("-c", "import app; assert 'app' not in vars(app)", PORT="nonsense")

    assert result.returncode == 0, result.stderr


def test_the_application_is_built_once_when_asked_for() -> None:
    result = run("-c", "import app; assert app.app is app.app; print(app.app.name)")

    assert (result.returncode, result.stdout.strip()) == (0, "app"), result.stderr


def test_flask_finds_the_application() -> None:
    result = run("-m", "flask", "--app", "app", "routes")

    assert "/api/v1/optimize" in result.stdout, result.stderr


def test_commands_work_while_a_wrong_overlay_keeps_the_service_from_starting(tmp_path: Path) -> None:
    write(tmp_path / "overlay", zones="zone,gco2e_per_kwh,source,as_of\nZA,many,agency,2025\n")
    commands = ("keys list", f"backup {tmp_path / 'copy'}", "run --port 0")

    with ThreadPoolExecutor(len(commands)) as pool:
        one = partial(run, "-m", "flask", "--app", "app", DATA_DIR=str(tmp_path))
        *done, service = pool.map(lambda command: one(*command.split()), commands)

    assert [each.returncode for each in done] == [0, 0], [each.stderr for each in done]
    assert (tmp_path / "copy" / "overlay" / "zones.csv").exists()
    why = "overlay:zones.csv row 2: gco2e_per_kwh is not a number: 'many' (column 2)\n"
    assert (service.returncode, service.stderr) == (1, why)


def test_a_wrong_setting_ends_the_start_with_its_name_and_no_traceback() -> None:
    result = run("app.py", PORT="nonsense")

    assert result.returncode == 1
    assert "PORT" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_development_server_answers() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port)}
    server = subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        assert _health(port)["status"] == "healthy"
    finally:
        server.terminate()
        server.wait(timeout=10)


def _health(port: int) -> dict[str, object]:
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as response:
                answer: dict[str, object] = json.load(response)
                return answer
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server did not come up")


def test_a_log_line_is_one_json_object_with_the_requests_id() -> None:
    program = (
        "from api.edge import logs; import logging; logs.configure('INFO'); logs.configure('INFO');"
        "logging.getLogger('somewhere').warning('late: %s', 'zone')"
    )

    (line,) = run("-c", program).stderr.splitlines()

    entry = json.loads(line)
    assert (entry["level"], entry["logger"], entry["message"]) == ("WARNING", "somewhere", "late: zone")
    assert entry["request_id"] == "-"
    assert entry["time"]


def test_each_application_answers_from_its_own_engine_and_settings() -> None:
    with_key, without = service(el_maps_api_key="secret"), service()

    assert with_key.test_client().get("/health").get_json()["api_configured"] is True
    assert without.test_client().get("/health").get_json()["api_configured"] is False
