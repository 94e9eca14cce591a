"""GraphQL over HTTP: a request to a document and its variables, a result to an answer with a status.

https://graphql.github.io/graphql-over-http/draft/
"""

from __future__ import annotations

from typing import Any

import orjson
from flask import Request, Response
from graphql import GraphQLError
from pydantic import ConfigDict
from pydantic.alias_generators import to_camel
from strawberry.types.graphql import OperationType

from api.edge import problems
from api.edge.exchange import JSON, current
from api.graph.schema import schema
from api.graph.turn import Asking
from api.questions.fields import Body, Parameters
from api.questions.parse import parse_body, parse_query
from api.shapes.reading import Json

GRAPHQL = "application/graphql-response+json"


class GraphQLRequest(Body):
    """A document, and what it is asked with."""

    model_config = ConfigDict(alias_generator=to_camel)

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None


class GraphQLParameters(Parameters):
    """The same in a query string."""

    model_config = ConfigDict(alias_generator=to_camel)

    query: str
    variables: str | None = None
    operation_name: str | None = None
    extensions: str | None = None

    def request(self) -> GraphQLRequest:
        variables = None if self.variables is None else orjson.loads(self.variables)
        return GraphQLRequest(query=self.query, variables=variables, operationName=self.operation_name)


def answered(request: Request) -> Response:
    """The answer to a request."""
    facts = current().facts
    if request.method == "GET":
        asked = parse_query(GraphQLParameters, request, facts).request()
    else:
        asked = parse_body(GraphQLRequest, request, facts)
    result = schema().execute_sync(
        asked.query,
        variable_values=asked.variables,
        root_value=Asking(),
        operation_name=asked.operation_name,
        allowed_operation_types=(OperationType.QUERY,),
    )
    body: Json = {"data": result.data}
    if result.errors:
        body = {"errors": [_error(error) for error in result.errors], **body}
    return Response(orjson.dumps(body), content_type=JSON)


def _error(error: GraphQLError) -> Json:
    body: Json = dict(error.formatted)
    if error.original_error is not None:
        problem = orjson.loads(problems.answer(error.original_error).get_data())
        body["message"] = problem.pop("detail")
        body["extensions"] = problem
    return body
