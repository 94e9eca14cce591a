"""Documents that ask for everything, and answers of the JSON interface in the form of the graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLObjectType, get_named_type
from pydantic.alias_generators import to_snake

from api.graph.limits import QUESTIONS_BY_FIELD
from api.graph.schema import schema


def everything(type_name: str) -> str:
    """All fields of a type, and of those within it, but for those that ask a further question."""
    kind = schema()._schema.type_map[type_name]
    assert isinstance(kind, GraphQLObjectType)
    parts = []
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if (type_name, name) not in QUESTIONS_BY_FIELD:
            parts.append(f"{name} {everything(inner.name)}" if isinstance(inner, GraphQLObjectType) else name)
    return f"{{{' '.join(parts)}}}"


def in_snake_case(answer: Any) -> Any:
    """An answer of /v1 with the names of the graph."""
    if isinstance(answer, list):
        return [in_snake_case(item) for item in answer]
    if isinstance(answer, dict):
        return {to_snake(name): in_snake_case(value) for name, value in answer.items()}
    return answer


def differences(graph: Any, answer: Any, place: str = "") -> list[str]:
    """Where an answer of the graph is not that of the JSON interface, in which an absent field is null here."""
    if isinstance(graph, Mapping) and isinstance(answer, Mapping):
        lost = [f"{place}.{name} is not in the graph" for name in answer if name not in graph]
        return lost + [
            part for name, value in graph.items() for part in differences(value, answer.get(name), f"{place}.{name}")
        ]
    if isinstance(graph, list) and isinstance(answer, list) and len(graph) == len(answer):
        pairs = zip(graph, answer, strict=True)
        return [
            part for index, (one, other) in enumerate(pairs) for part in differences(one, other, f"{place}.{index}")
        ]
    return [] if graph == answer else [f"{place}: {graph!r} is not {answer!r}"]
