"""What docs/security.md promises and no other test shows: a clean scan, and no address of a caller is ever visited."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from settings import Settings
from tests.deploy.replicas import free_port
from tests.deploy.tools import ROOT, complaints, program

PRODUCT = ("*.py", ":!tests", ":!bench", ":!tools")


def test_bandit_finds_nothing_in_what_serves() -> None:
    result = subprocess.run(["git", "ls-files", *PRODUCT], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603, S607

    assert complaints(program("bandit", "bandit"), "--quiet", *result.stdout.split()) == ""


@pytest.fixture
def trap() -> Iterator[socket.socket]:
    """A listening socket that nobody has a reason to connect to."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """A service with a key, so that it asks its upstream; nothing listens there."""
    upstream = f"http://127.0.0.1:{free_port()}"
    return create_app(
        Settings(
            sources="electricity-maps",
            el_maps_api_key="a-key",
            el_maps_base_url=upstream,
            data_dir=tmp_path,
            rate_limit="off",
            upstream_retries=0,
            upstream_deadline_seconds=0.2,
        )
    ).test_client()


def test_no_address_that_a_caller_gives_is_visited(client: FlaskClient, trap: socket.socket) -> None:
    url = f"http://127.0.0.1:{trap.getsockname()[1]}/latest/meta-data"
    headers = dict.fromkeys(("Referer", "Origin", "X-Forwarded-Host", "Forwarded", "X-Callback-URL"), url)
    document = client.get("/openapi.json").get_json()

    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            named = [item["name"] for item in operation.get("parameters", []) if item["in"] == "query"]
            place = re.sub(r"{[^}]+}", url.replace("/", "%2F"), path)
            client.open(place, method=method, query_string=dict.fromkeys(named, url), headers=headers)
            if method == "post":
                client.post(place, headers=headers, json=dict.fromkeys(("region", "zone", "provider", "workload"), url))
                usable = {"region": "us-east-1", "instance_type": "m5.large", "duration_hours": 4, "callback": url}
                client.post(place, headers=headers, json=usable)

    with pytest.raises(BlockingIOError):  # nobody is waiting to be accepted
        trap.accept()


def test_the_trap_notices_a_visit(trap: socket.socket) -> None:
    with socket.create_connection(trap.getsockname()):
        visitor, _ = trap.accept()

    visitor.close()
