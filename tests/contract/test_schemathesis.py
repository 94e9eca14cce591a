"""Generated requests against the OpenAPI document: no 5xx, and nothing answered outside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import checks

from tests.fakes.service import offline

if TYPE_CHECKING:
    from schemathesis.specs.openapi.schemas import OpenApiOperation

# A stream ends only when its client does: tests/streams asks for those.
schema = schemathesis.openapi.from_wsgi("/openapi.json", offline()).exclude(path="/api/v1/stream")

# Names in a question must be in the catalog, which a schema cannot say: a well-formed body may be a 400,
# and one with an unknown field or a number as text always is.
UNSAID = (checks.positive_data_acceptance,)
# A batch is answered although jobs of it are wrong: each of those has its own problem.
IN_PARTS = (*UNSAID, checks.negative_data_rejection)


@schema.parametrize()
@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_no_request_is_answered_outside_the_document(case: schemathesis.Case[OpenApiOperation]) -> None:
    excluded = IN_PARTS if case.operation.path.endswith("/batch") else UNSAID
    case.call_and_validate(excluded_checks=list(excluded), headers={"Accept-Encoding": "identity"})  # it unpacks none
