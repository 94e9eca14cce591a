"""GraphQL over HTTP: a request to a document and its variables, a result to an answer with a status.

https://graphql.github.io/graphql-over-http/draft/
"""

from __future__ import annotations

from typing import Any

import orjson
from flask import Request, Response
from graphql import GraphQLError
from pydantic import ConfigDict, Field
from pydantic import Json as JsonText
from pydantic.alias_generators import to_camel
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from api.edge import problems
from api.edge.exchange import JSON, current
from api.edge.formats import preferred
from api.graph.limits import MOST_CHARACTERS
from api.graph.measure import TooMuch
from api.graph.schema import schema
from api.graph.turn import Asking
from api.questions.fields import Body, Parameters
from api.questions.parse import parse_body, parse_query
from api.shapes.reading import Json
from carbon.errors import FieldError, InvalidRequest

GRAPHQL = "application/graphql-response+json"
MOST_ERRORS = 100  # of one answer
FIELDS_IN_MESSAGE = 3
_QUERY = ("query",)


class GraphQLRequest(Body):
    """A document, and what it is asked with."""

    model_config = ConfigDict(alias_generator=to_camel)

    query: str = Field(min_length=1, max_length=MOST_CHARACTERS)
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None


class GraphQLParameters(Parameters):
    """The same in a query string; variables as JSON."""

    model_config = ConfigDict(alias_generator=to_camel)

    query: str = Field(min_length=1, max_length=MOST_CHARACTERS)
    variables: JsonText[dict[str, Any]] | None = None
    operation_name: str | None = None
    extensions: JsonText[dict[str, Any]] | None = None


def answered(request: Request) -> Response:
    """The answer to a request. Raises what is wrong with the request itself, as the JSON interface does."""
    facts = current().facts
    asked: GraphQLRequest | GraphQLParameters
    if request.method == "POST":
        asked = parse_body(GraphQLRequest, request, facts)
    else:
        asked = parse_query(GraphQLParameters, request, facts)
    return _answer(_result(asked))


def refused(error: Exception) -> Response:
    """The answer to a request that fails as a whole: an error with the problem, and its status."""
    problem = problems.answer(error)
    if problem.status_code < 400:
        return problem
    body = {"errors": [_with_problem({}, orjson.loads(problem.get_data()))]}
    response = Response(orjson.dumps(body), problem.status_code, problem.headers)
    response.content_type = _media_type()
    return response


def _result(asked: GraphQLRequest | GraphQLParameters) -> ExecutionResult:
    try:
        return schema().execute_sync(
            asked.query,
            variable_values=asked.variables,
            root_value=Asking(),
            operation_name=asked.operation_name,
            allowed_operation_types=(OperationType.QUERY,),
        )
    except CannotGetOperationTypeError:
        detail = "must name one of the document's operations; it may be left out if there is only one"
        raise InvalidRequest(
            [FieldError(location=("operationName",), code="unknown_operation", detail=detail)]
        ) from None
    except InvalidOperationTypeError:
        detail = "must be a query: there is nothing to change or to subscribe to"
        raise InvalidRequest([FieldError(location=_QUERY, code="not_a_query", detail=detail)]) from None


def _answer(result: ExecutionResult) -> Response:
    """Where nothing was answered, the status is that of the first error; in application/json a wrong document is 200,
    as clients of that media type expect.
    """
    if not result.errors:
        return Response(orjson.dumps({"data": result.data}), content_type=_media_type())
    errors = [_error(error) for error in result.errors[:MOST_ERRORS]]
    if result.data is not None:
        return Response(orjson.dumps({"errors": errors, "data": result.data}), content_type=_media_type())
    first, kind = result.errors[0].original_error, _media_type()
    if first is not None and not isinstance(first, TooMuch | RecursionError | GraphQLError):
        return refused(first)  # too busy, or unexpected
    return Response(orjson.dumps({"errors": errors}), 200 if kind == JSON else 400, content_type=kind)


def _error(error: GraphQLError) -> Json:
    """An error as the specification writes it, with the problem of the JSON interface in its extensions."""
    cause = error.original_error
    if cause is None or isinstance(cause, TooMuch | RecursionError | GraphQLError):
        cause = _wrong_document(error, cause)
    problem = orjson.loads(problems.answer(cause).get_data())
    return _with_problem(dict(error.formatted), problem)


def _wrong_document(error: GraphQLError, cause: Exception | None) -> InvalidRequest:
    code = getattr(cause, "code", "too_deep" if isinstance(cause, RecursionError) else "invalid_document")
    detail = "is nested too deep" if isinstance(cause, RecursionError) else error.message
    wrong = InvalidRequest([FieldError(location=_QUERY, code=code, detail=detail)])
    wrong.args = (detail,)  # what GraphQL says is the message
    return wrong


def _with_problem(error: Json, problem: Any) -> Json:
    """The message is the problem's detail, with the first wrong fields, as many clients show nothing else."""
    detail, wrong = problem.pop("detail"), problem.get("errors", ())[:FIELDS_IN_MESSAGE]
    fields = [f"{_place(field)} {field['detail']}" for field in wrong if field["detail"] != detail]
    message = f"{detail}: {'; '.join(fields)}" if fields else detail
    return {**error, "message": message, "extensions": problem}


def _place(field: Json) -> str:
    """A wrong field, as a person names it."""
    return str(field.get("parameter") or field["pointer"]).lstrip("#/").replace("/", ".") or "the body"


def _media_type() -> str:
    return preferred((GRAPHQL, JSON), GRAPHQL)
