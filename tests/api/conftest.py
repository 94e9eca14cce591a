"""The service over the shipped catalog, offline, at a fixed time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fakes.service import offline

Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def client() -> FlaskClient:
    return offline().test_client()


@pytest.fixture
def post(client: FlaskClient) -> Ask:
    """POST a body under /api/v1; gives the answer's JSON, after a check of its status."""

    def ask(path: str, body: object, *, status: int = 200) -> Any:
        return _checked(client.post(f"/api/v1/{path}", json=body), status)

    return ask


@pytest.fixture
def get(client: FlaskClient) -> Ask:
    """GET a path; gives the answer's JSON, after a check of its status."""

    def ask(path: str, *, status: int = 200) -> Any:
        return _checked(client.get(path), status)

    return ask


def _checked(response: TestResponse, status: int) -> Any:
    assert response.status_code == status, response.get_data(as_text=True)
    return response.get_json(force=True)
