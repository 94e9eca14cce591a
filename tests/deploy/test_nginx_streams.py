"""deploy/nginx passes on streams as they come, of both kinds."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from websocket import create_connection

from tests.deploy.replicas import Pair, running
from tests.fakes.patience import PATIENCE_SECONDS
from tests.streams.stream_clients import following


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with running(tmp_path_factory.mktemp("pair")) as pair:
        yield pair


def test_events_come_through_nginx_before_the_stream_ends(pair: Pair) -> None:
    with following(pair.port, "zone=DE") as client:
        event = client.next()

    assert (event.name, event.data["zone"]) == ("current", "DE")


def test_a_websocket_comes_through_nginx(pair: Pair) -> None:
    connection = create_connection(f"ws://127.0.0.1:{pair.port}/api/v1/ws?zone=DE", timeout=PATIENCE_SECONDS)
    message = json.loads(connection.recv())
    connection.close()

    assert message["event"] == "current"
