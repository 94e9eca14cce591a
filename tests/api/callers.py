"""Callers of a guarded service, with their keys."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from api.edge.access import Access
from tests.fakes.access import access, record
from tests.fakes.service import service

KEY = "cao_" + "k" * 43
OTHER = "cao_" + "o" * 43
REVOKED = "cao_" + "r" * 43
ASKED = "/api/v1/workloads"


def client(rules: Access, **settings: Any) -> FlaskClient:
    return service(None, rules=rules, **settings).test_client()


def guarded(**rules: Any) -> FlaskClient:
    keys = (record(KEY), record(OTHER, name="other"), record(REVOKED, name="old", revoked=True))
    return client(access(*keys, **rules))


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
