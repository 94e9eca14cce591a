"""Questions in GraphQL to the service over the shipped catalog, offline, at a fixed time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.fakes.service import offline

Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def client() -> FlaskClient:
    return offline().test_client()


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    """POST a document; gives the data, after a check that nothing failed."""

    def asked(query: str, **variables: object) -> Any:
        response = client.post("/graphql", json={"query": query, "variables": variables})
        body = response.get_json(force=True)
        assert response.status_code == 200, body
        assert "errors" not in body, body["errors"]
        return body["data"]

    return asked
