"""The OpenAPI document: what APIFlask collects from the decorators, completed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from api.edge.access import HEADER
from api.edge.freshness import is_described
from api.edge.guard import is_api
from api.edge.problem_types import BY_ERROR, BY_STATUS
from api.edge.problems import MEDIA_TYPE
from api.openapi.path_parameters import PATH_PARAMETERS
from api.openapi.schema import REF_TEMPLATE, schema_of, without_null
from api.openapi.tables import TABLE_SCHEMAS, TABLES
from api.shapes.problems import Problem
from api.shapes.stream import StreamEvent, StreamNote
from api.shapes.webhook_body import WebhookMessage

EXAMPLES: Mapping[str, Any] = orjson.loads(Path(__file__).with_name("examples.json").read_bytes())
TITLE = "Carbon-Aware Cloud Optimizer"
DESCRIPTION = """Says where, when and on which machine to run a cloud workload so that it emits the least carbon.

All intensities are average (not marginal), lifecycle and consumption-based, in gCO2e per kWh. Each carries
`is_estimate`, `data_quality`, `source`, `datetime` and `age_seconds`; `is_estimate` is false only for measured values.
Calculated numbers have four significant digits; catalog values are unchanged. Times are UTC.
Once an API key exists, `/v1`, `/api/v1`, `/charts` and `/badge` require one: `Authorization: Bearer KEY` or
`X-API-Key: KEY`. The header `RateLimit` says how many requests are left; after a 429, `Retry-After` says how
long to wait.
Every error is a problem (RFC 9457) of media type `application/problem+json`."""
TAGS = [
    {"name": "Decisions", "description": "Choose, calculate, compare, schedule."},
    {"name": "Scheduling", "description": "Regions of all clouds, ranked."},
    {"name": "Regions", "description": "Cloud regions and grid zones."},
    {"name": "Pictures", "description": "Maps, charts and badges as SVG or PNG, for pages, chats and READMEs."},
    {"name": "Streams", "description": "What changes in regions and zones, as it happens."},
    {"name": "Catalog", "description": "Instance types and workloads."},
    {"name": "Webhooks", "description": "The same, sent to a URL of yours."},
    {"name": "Ledger", "description": "What was used, and what it emitted."},
    {"name": "Operation", "description": "Health of the service."},
]
CONFIG: Mapping[str, object] = {
    "OPENAPI_VERSION": "3.1.0",
    "DESCRIPTION": DESCRIPTION,
    "SERVERS": [{"url": "/"}],
    "AUTO_SERVERS": False,
    "AUTO_200_RESPONSE": False,
    "AUTO_404_RESPONSE": False,
    "AUTO_VALIDATION_ERROR_RESPONSE": False,
}
_REQUEST_ID_HEADER = {
    "description": "Id of this request: your own if it matches [A-Za-z0-9._-]{1,128}, otherwise a new one.",
    "schema": {"type": "string"},
}
_REQUEST_ID_PARAMETER = {
    "name": "X-Request-ID",
    "in": "header",
    "required": False,
    "description": "Your id for this request; used if it matches [A-Za-z0-9._-]{1,128}.",
    "schema": {"type": "string"},
}
_VERSION_HEADER = {
    "X-Data-Version": {"description": "Version of the data behind the answer.", "schema": {"type": "string"}},
}
_RATE_HEADERS = {
    "RateLimit-Policy": {
        "description": "Requests (q) allowed in any w seconds; absent if there is no limit.",
        "schema": {"type": "string", "examples": ['"default";q=60;w=60']},
    },
    "RateLimit": {
        "description": "Requests left (r), and seconds (t) until the oldest counted request no longer counts.",
        "schema": {"type": "string", "examples": ['"default";r=59;t=60']},
    },
}
# Headers of answers that stay the same for a minute.
_FRESHNESS_HEADERS = {
    "ETag": {
        "description": "Weak ETag; depends on the data, the minute and the request. For past readings and the skill "
        "of forecasts: on what the answer says.",
        "schema": {"type": "string"},
    },
    "Cache-Control": {
        "description": "private once the service has keys, otherwise public; max-age lasts to the end of the minute, "
        "for pictures five minutes; no-cache for past readings and the skill of forecasts.",
        "schema": {"type": "string", "examples": ["public, max-age=53"]},
    },
    "Vary": {"description": "Request headers that the answer depends on.", "schema": {"type": "string"}},
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "ETags of answers you have: 304 if one of them is still current; *: 304 for any valid request.",
    "schema": {"type": "string"},
}
_LINK_HEADER = {
    "Link": {
        "description": "With `limit`: links to the neighbouring pages (RFC 8288); absent if there are none.",
        "schema": {"type": "string", "examples": ['</api/v1/regions?limit=20&offset=20>; rel="next"']},
    },
}
_NOTES_HEADER = {
    "X-Fact-Notes": {
        "description": "Of a table: the texts of `fact_notes` as a JSON list; absent if there are none.",
        "schema": {"type": "string", "examples": ['["region aws:us-* is forbidden: personal data stays in Europe"]']},
    },
}
# Requests that the server refuses before they reach the service.
_UNREAD = {
    414: "The path and the query string are too long: the first line of a request has at most 4,094 bytes",
    431: "The headers are too many or too long: at most 64, each of at most 8,190 bytes",
}
_OWN_HEADERS: Mapping[int, Mapping[str, Any]] = {
    401: {"WWW-Authenticate": {"description": "The scheme to use.", "schema": {"type": "string"}}},
    403: {"WWW-Authenticate": {"description": "The role to use, as scope.", "schema": {"type": "string"}}},
    415: {"Accept-Encoding": {"description": "identity, if the body was encoded.", "schema": {"type": "string"}}},
    429: {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}},
    503: {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}},
}
_SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key; required once the service has any."},
    "apiKey": {"type": "apiKey", "in": "header", "name": HEADER, "description": "The same key in another header."},
}
_LOCATION = {"description": "Where it is.", "schema": {"type": "string", "format": "uri-reference"}}
_ACCEPTED_HEADERS = {
    "Location": _LOCATION,
    "Retry-After": {"description": "Seconds after which to ask there.", "schema": {"type": "integer", "minimum": 1}},
}
# Operations that also answer with another success: its status, the name of its example, the answer, the headers.
_OTHER_SUCCESS = {
    "planJobs": ("202", "planJobsAccepted", "QueuedPlanAnswer", _ACCEPTED_HEADERS),
    "putBudget": ("201", "putBudget", "BudgetAnswer", {"Location": _LOCATION}),
}
_SUCCESSES = ("200", "201", "202", "204")


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """APIFlask's document with shared schemas, problems, headers, required bodies and examples."""
    document["tags"] = TAGS
    document["components"] = {
        "schemas": _schemas(document["components"]["schemas"]),
        "responses": dict(_problem_responses()),
        "securitySchemes": _SECURITY_SCHEMES,
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete_operation(operation, guarded=is_api(path))
            _describe(operation, document["components"]["schemas"])
            if method == "get" and is_described(path):
                _add_freshness(operation)
    return document


def _complete_operation(operation: dict[str, Any], *, guarded: bool) -> None:
    for parameter in operation["parameters"]:
        _complete_parameter(parameter)
    operation["parameters"].append(_REQUEST_ID_PARAMETER)
    _add_other_success(operation)
    for response in operation["responses"].values():
        own_headers = {**_RATE_HEADERS, **_VERSION_HEADER} if guarded else {}
        response["headers"] = {**response.get("headers", {}), "X-Request-ID": _REQUEST_ID_HEADER, **own_headers}
    takes_body, takes_input = "requestBody" in operation, len(operation["parameters"]) > 1
    if takes_body:
        operation["requestBody"]["required"] = True
    own = {int(status) for status in operation["responses"] if status not in _SUCCESSES}
    statuses = own | {405, 500, *_UNREAD} | ({400, 413, 415} if takes_body else {400} if takes_input else set())
    if guarded:
        statuses |= {401, 429, 503}
    # A guarded path takes no key while the service has none; an open path never takes one.
    operation["security"] = [{}, {"bearer": []}, {"apiKey": []}] if guarded else []
    for status in sorted(statuses):
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/{_response_name(status)}"}
    if "204" in operation["responses"]:  # the answer has no body
        return
    if "200" in operation["responses"]:
        _add_tables(operation)
    if operation["operationId"] == "getProblemType":
        operation["responses"]["200"]["content"]["text/html"] = {"schema": {"type": "string"}}
    _add_examples(operation)


def _add_other_success(operation: dict[str, Any]) -> None:
    """The answer of an operation that goes on in the background, or has created something."""
    if (other := _OTHER_SUCCESS.get(operation["operationId"])) is not None:
        status, example, model, headers = other
        content: dict[str, Any] = {"schema": {"$ref": REF_TEMPLATE.format(model=model)}}
        if example in EXAMPLES:
            content["example"] = EXAMPLES[example].get("answer", EXAMPLES[example])
        operation["responses"][status] = {"content": {"application/json": content}, "headers": headers}


def _describe(operation: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """The body and the answer in the words of their models."""
    for part in (operation.get("requestBody"), *map(operation["responses"].get, _SUCCESSES)):
        if part is not None and "application/json" in part.get("content", {}):
            model = part["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            part["description"] = schemas[model]["description"]


def _add_tables(operation: dict[str, Any]) -> None:
    """The other media types of the answer, and the links of an answer in pages."""
    answer, example = operation["responses"]["200"], EXAMPLES.get(operation["operationId"], {})
    if operation["operationId"] == "getHealth":
        answer["content"]["text/plain"] = {"schema": {"type": "string"}, "example": example["text/plain"]}
        return
    for kind, name in TABLES.items():
        if kind in example:
            schema = {"$ref": REF_TEMPLATE.format(model=name)}
            answer["content"][kind] = {"schema": schema, "example": example[kind]}
    if any(parameter["name"] == "offset" for parameter in operation["parameters"]):
        answer["content"].setdefault("text/csv", {"schema": {"$ref": REF_TEMPLATE.format(model="CsvTable")}})
        answer["headers"] |= _LINK_HEADER
    if not answer["content"].keys().isdisjoint(TABLES):
        answer["headers"] |= _NOTES_HEADER


def _add_freshness(operation: dict[str, Any]) -> None:
    """An answer that stays the same for a minute."""
    operation["parameters"].append(_IF_NONE_MATCH)
    answer = operation["responses"]["200"]
    answer["headers"] |= _FRESHNESS_HEADERS
    operation["responses"]["304"] = {
        "description": "The answer you already have is still current.",
        "headers": answer["headers"],
    }


def _complete_parameter(parameter: dict[str, Any]) -> None:
    """Lifts the description out of the schema; says what a path parameter is."""
    schema = parameter["schema"] = without_null(parameter["schema"])
    if parameter["in"] == "path":
        parameter["required"] = True
        if parameter["name"] in PATH_PARAMETERS:
            parameter["description"], parameter["example"] = PATH_PARAMETERS[parameter["name"]]
    elif "description" in schema:
        parameter["description"] = schema.pop("description")


def _schemas(collected: Mapping[str, Any]) -> dict[str, Any]:
    """Every model once: APIFlask names a nested one Parent.Child, our references say Child."""
    problem = schema_of(Problem)
    schemas = {name.rpartition(".")[2]: schema for name, schema in collected.items()}
    schemas |= problem.pop("$defs") | {"Problem": problem, **TABLE_SCHEMAS}
    for model in (StreamEvent, StreamNote, WebhookMessage):  # of events, which APIFlask does not know
        schema = schema_of(model)
        schemas |= schema.pop("$defs", {}) | {model.__name__: schema}
    del schemas["HTTPError"]  # APIFlask's own error body, which no answer has
    return dict(sorted(schemas.items()))


def _response_name(status: int) -> str:
    return f"Problem{status}"


def _problem_responses() -> Iterator[tuple[str, dict[str, Any]]]:
    for status in (400, 401, 403, 404, 405, 409, 413, 414, 415, 422, 429, 431, 500, 501, 503):
        kinds = {kind.name: kind for kind in (*BY_STATUS.values(), *BY_ERROR.values()) if kind.status == status}
        yield (
            _response_name(status),
            {
                "description": _UNREAD.get(status) or "; ".join(kind.title for kind in kinds.values()),
                "headers": {
                    "X-Request-ID": _REQUEST_ID_HEADER,
                    **({} if status in _UNREAD else _RATE_HEADERS),
                    **_OWN_HEADERS.get(status, {}),
                },
                "content": {
                    MEDIA_TYPE: {
                        "schema": {"$ref": REF_TEMPLATE.format(model="Problem")},
                        "example": EXAMPLES[_response_name(status)],
                    }
                },
            },
        )


def _add_examples(operation: dict[str, Any]) -> None:
    """Real questions with their real answers, where tools/make_examples.py has them."""
    example = EXAMPLES.get(operation["operationId"])
    if example is None:
        return
    if "requestBody" in operation:
        operation["requestBody"]["content"]["application/json"]["example"] = example["question"]
    success = next(operation["responses"][status] for status in _SUCCESSES if status in operation["responses"])
    success["content"]["application/json"]["example"] = example["answer"]
