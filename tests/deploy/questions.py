"""Questions to replicas behind nginx."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection

from tests.deploy.replicas import Pair

QUESTION = json.dumps({"region": "us-east-1", "instance_type": "m5.large", "duration_hours": 4}).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        decoded: dict[str, object] = json.loads(self.body)
        return decoded


def ask(
    pair: Pair, path: str, *, method: str = "", body: bytes | None = None, client: str = "127.0.0.1", **headers: str
) -> Answer:
    """One answer on a connection of its own, from an address of the loopback network. Header names with _ for -."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    if body is not None:
        named["Content-Type"] = "application/json"
    with closing(HTTPConnection("127.0.0.1", pair.port, timeout=10, source_address=(client, 0))) as connection:
        connection.request(method or ("GET" if body is None else "POST"), path, body=body, headers=named)
        answer = connection.getresponse()
        return Answer(status=answer.status, headers=dict(answer.getheaders()), body=answer.read())
