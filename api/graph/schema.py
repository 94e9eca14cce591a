"""The schema, made once in a process: questions of the root, and fields that lead from one answer to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from threading import Lock
from typing import Any, Optional

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import create_type
from strawberry.types import ExecutionContext
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from api.graph import edges, questions
from api.graph.limits import Limits
from api.graph.question import Question
from api.graph.turn import INPUT, Asking
from api.graph.types import Types, without_nulls
from api.questions.fields import Body
from carbon.errors import FieldError, InvalidRequest

MOST_CHARACTERS = 100  # of a name, as in bodies
DOCUMENTS_KEPT = 32  # parsed: up to 0.7 MB each
_KEYS = {"from_": "from"}  # fields whose name in an answer is a word of Python
_lock = Lock()


class Schema(strawberry.Schema):
    """A schema whose errors are logged by the wire, which knows their problems."""

    def process_errors(self, errors: list[Any], execution_context: ExecutionContext | None = None) -> None:
        """Leaves them to the wire."""


def schema() -> Schema:
    """The schema; the first call makes it, in half a second, and others wait for it."""
    with _lock:
        return _schema()


@cache
def _schema() -> Schema:
    types = Types(edges.EDGES, _field)
    query = create_type("Query", [_field(types, question) for question in questions.QUESTIONS])
    config = StrawberryConfig(auto_camel_case=False, default_resolver=_value)
    caches: Sequence[Callable[[], Any]] = (
        Limits,
        lambda: ParserCache(maxsize=DOCUMENTS_KEPT),
        lambda: ValidationCache(maxsize=DOCUMENTS_KEPT),
    )
    return Schema(query, config=config, extensions=caches)


def _field(types: Types, question: Question) -> StrawberryField:
    """A field with a question of its own."""

    def resolve(root: Any, info: strawberry.Info[None, Asking], **arguments: Any) -> Any:
        for name in question.names:
            if len(arguments[name]) > MOST_CHARACTERS:
                detail = f"must have at most {MOST_CHARACTERS} characters"
                raise InvalidRequest([FieldError(location=(name,), code="string_too_long", detail=detail)])
        return question.ask(info.root_value, root, without_nulls(arguments))

    kind: Any = Optional[types.answer(question.shape)]  # noqa: UP045
    field = StrawberryField(
        python_name=question.name,
        graphql_name=question.name,
        base_resolver=StrawberryResolver(resolve, type_override=kind),
        description=question.text,
    )
    field.arguments = _arguments(types, question)
    return field


def _arguments(types: Types, question: Question) -> list[StrawberryArgument]:
    arguments = [
        StrawberryArgument(
            python_name=name, graphql_name=name, type_annotation=StrawberryAnnotation(str), description=text
        )
        for name, text in question.names.items()
    ]
    if question.model is None:
        return arguments
    if not issubclass(question.model, Body):
        return arguments + types.arguments(question.model, without=question.without)
    kind = types.question(question.model, without=question.without)
    text = "The question, as the body of the JSON interface."
    annotation = StrawberryAnnotation(kind)
    return [
        *arguments,
        StrawberryArgument(python_name=INPUT, graphql_name=INPUT, type_annotation=annotation, description=text),
    ]


def _value(source: Any, name: str) -> object:
    """A field of an answer; None where the answer lacks it."""
    return source.get(_KEYS.get(name, name))
