"""How APIFlask's decorators work here: requests are checked by parse.py, answers are sent unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from apiflask.schema_adapters.pydantic import PydanticAdapter
from apiflask.schema_adapters.registry import registry
from flask import Request
from pydantic import BaseModel

from api.edge import costly
from api.edge.exchange import current
from api.questions.fields import Body, Parameters
from api.questions.parse import parse_body, parse_query

REF_TEMPLATE = "#/components/schemas/{model}"
NULL = {"type": "null"}


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of a model, each nested model being referred to by its own name."""
    return for_clients(model.model_json_schema(ref_template=REF_TEMPLATE))


def for_clients(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON Schema in the form that generators of clients take.

    No titles: generators name types by them. No defaults: generators take a property with a default for one that is
    always sent; the description says the default instead. A simple type that may be null is a list of two types.
    """
    schema = _nullable(schema)
    tidy = {key: value for key, value in schema.items() if key not in ("title", "default")}
    for key in ("properties", "$defs"):
        if key in tidy:
            tidy[key] = {name: for_clients(part) for name, part in tidy[key].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(tidy.get(key), dict):
            tidy[key] = for_clients(tidy[key])
    if "anyOf" in tidy:
        tidy["anyOf"] = [for_clients(part) for part in tidy["anyOf"]]
    if (default := schema.get("default")) not in (None, []):
        text = (
            ", ".join(map(_in_words, default))
            if isinstance(default, list)
            else orjson.dumps(default).decode().strip('"')
        )
        tidy["description"] = f"{tidy.get('description', '')} Default: {text}.".lstrip()
    return tidy


def _in_words(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a query parameter: what arrives as text is never null."""
    if isinstance(schema.get("type"), list):
        return {**schema, "type": schema["type"][0]}
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != NULL]
    if len(kinds) != 1:
        return dict(schema)
    return {**kinds[0]} | {key: value for key, value in schema.items() if key != "anyOf"}


def _nullable(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    kinds = schema.get("anyOf", ())
    if len(kinds) != 2 or kinds[1] != NULL or not isinstance(kinds[0].get("type"), str) or "const" in kinds[0]:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**kinds[0], **rest, "type": [kinds[0]["type"], "null"]}


class EdgeAdapter(PydanticAdapter):
    """Replaces APIFlask's own: that one takes text for numbers, loses repeated parameters and validates answers."""

    def validate_input(self, request: Request, location: str, **kwargs: Any) -> Any:
        """The question of a request; location: "json" or "query"."""
        facts = current().facts
        parse = parse_body if location == "json" else parse_query
        question = parse(self.model_class, request, facts)
        if isinstance(question, Body | Parameters) and question.is_costly(facts):
            costly.begin()
        return question

    def serialize_output(self, data: Any, many: bool = False) -> Any:
        """The answer, which a shape built from checked values."""
        return data

    def get_openapi_schema(self, **kwargs: Any) -> dict[str, Any]:
        """The model's schema, as generators of clients take it."""
        return schema_of(self.model_class)


def install() -> None:
    """Make APIFlask use it; called before the first decorator runs."""
    registry.register("pydantic", EdgeAdapter)
