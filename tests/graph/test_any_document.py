"""Whatever valid document is sent, the answer is data, a problem or both, and never a 5xx."""

from __future__ import annotations

import json

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis_graphql import queries

from api.graph.schema import schema

SLOW = [
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
]


@settings(max_examples=25, suppress_health_check=SLOW)
@given(document=queries(schema().as_str()))
def test_any_document_is_answered_or_refused_with_a_problem(document: str, client: FlaskClient) -> None:
    answer = client.post("/graphql", data=json.dumps({"query": document}), content_type="application/json")

    body = answer.get_json()
    assert answer.status_code in (200, 400)
    assert "errors" in body or body["data"]
    for error in body.get("errors", ()):
        assert error["extensions"]["status"] in (400, 404, 422), error
