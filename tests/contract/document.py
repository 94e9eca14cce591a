"""The OpenAPI document as the tests walk it: every schema and every description, each with its place."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from tests.fakes.service import offline

DOCUMENT: dict[str, Any] = offline().test_client().get("/openapi.json").get_json()
COMPONENTS: dict[str, dict[str, Any]] = DOCUMENT["components"]["schemas"]
OPERATIONS: list[tuple[str, str, dict[str, Any]]] = [
    (path, method, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
]
# Those that answer with JSON; the others answer with pictures.
JSON_OPERATIONS = [
    one for one in OPERATIONS if "application/json" in one[2]["responses"].get("200", {}).get("content", {})
]
Placed = Iterator[tuple[str, dict[str, Any]]]


def schemas() -> Placed:
    """Every schema of the document, those within others included."""
    for name, schema in COMPONENTS.items():
        yield from within(name, schema)
    for place, part in described_parts():
        for kind, media in part.get("content", {}).items():
            yield from within(f"{place} {kind}", media["schema"])
        if "schema" in part:
            yield from within(place, part["schema"])


def within(place: str, schema: dict[str, Any]) -> Placed:
    """A schema and all in it."""
    yield place, schema
    for name, part in schema.get("properties", {}).items():
        yield from within(f"{place}.{name}", part)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from within(f"{place}[]", schema[key])
    for key in ("anyOf", "oneOf", "allOf"):
        for index, part in enumerate(schema.get(key, [])):
            yield from within(f"{place}|{index}", part)


def described_parts() -> Placed:
    """Every parameter, body, answer and header."""
    for path, method, operation in OPERATIONS:
        place = f"{method} {path}"
        for parameter in operation["parameters"]:
            yield f"{place} ?{parameter['name']}", parameter
        if "requestBody" in operation:
            yield f"{place} body", operation["requestBody"]
        for status, response in operation["responses"].items():
            if "$ref" not in response:
                yield from _response(f"{place} {status}", response)
    for name, response in DOCUMENT["components"]["responses"].items():
        yield from _response(name, response)


def _response(place: str, response: dict[str, Any]) -> Placed:
    yield place, response
    for name, header in response.get("headers", {}).items():
        yield f"{place} {name}", header


def name_of(schema: Mapping[str, Any]) -> str | None:
    """The component that a schema refers to, the first of several; None where it refers to none."""
    for kind in schema.get("anyOf", [schema]):
        if "$ref" in kind:
            name = kind["$ref"].rpartition("/")[2]
            return name_of(COMPONENTS[name]) or name
    return None


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The component that a schema refers to, alone or beside null; the schema itself where it refers to none."""
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind != {"type": "null"}]
    if len(kinds) == 1 and "$ref" in kinds[0]:
        return COMPONENTS[kinds[0]["$ref"].rpartition("/")[2]]
    return schema


def strict(schema: Any) -> Any:
    """The schema with every object closed, so that a field it does not name is an error."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: strict(value) for name, value in schema.items()}
    if "properties" in closed and isinstance(closed.get("type"), str):
        closed.setdefault("additionalProperties", False)
    return closed


def check(instance: object, schema: Mapping[str, Any]) -> None:
    """Raises ValidationError for an instance that is not as the schema says, or has a field that it does not name."""
    whole = {**copy.deepcopy(strict(schema)), "components": strict(DOCUMENT["components"])}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(instance)


def answer_schema(operation: Mapping[str, Any]) -> dict[str, Any]:
    """What a success of the operation is as JSON."""
    schema: dict[str, Any] = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return schema
