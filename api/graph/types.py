"""Python annotations of shapes and questions -> types of GraphQL: names, enumerations, objects, inputs.

A type has the name of its class, as in the OpenAPI document. What has no closed form in GraphQL is the scalar JSON:
objects whose keys are names of the data, and unions in questions. Words that are no names in GraphQL, such as 1h, stay
text, so that every value is written as in the JSON interface.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum, StrEnum
from keyword import iskeyword
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Optional, Union, cast, get_args, get_origin

import strawberry
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from strawberry.annotation import StrawberryAnnotation
from strawberry.scalars import JSON
from strawberry.tools import create_type
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField
from typing_extensions import TypeAliasType

from api.graph.question import Question
from api.shapes.shape import CamelShape

_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
_RESERVED = {"true", "false", "null"}
_SCALARS = (bool, int, float, str)
Field = Callable[["Types", Question], StrawberryField]


class Types:
    """The types made so far, by name.

    edges: further fields of answers, by the name of the shape. field: makes one of them.
    """

    def __init__(self, edges: Mapping[str, Sequence[Question]], field: Field) -> None:
        self._types: dict[str, Any] = {}
        self._models: dict[str, type[BaseModel]] = {}
        self._edges = edges
        self._make = field

    def answer(self, shape: type[BaseModel]) -> Any:
        """The object type of a shape. Its fields have the names of /api/v1; of shapes in camelCase, in snake_case."""
        if (known := self._known(shape)) is not None:
            return known
        camel = issubclass(shape, CamelShape)
        fields = [
            StrawberryField(
                python_name=_source_key(name, info),
                graphql_name=name if camel else info.alias or name,
                type_annotation=StrawberryAnnotation(self._field(info, optional=not info.is_required())),
                description=description(info),
            )
            for name, info in shape.model_fields.items()
        ]
        fields += [self._make(self, edge) for edge in self._edges.get(shape.__name__, ())]
        made = create_type(shape.__name__, fields, description=shape.__doc__)
        return self._types.setdefault(shape.__name__, made)

    def arguments(self, question: type[BaseModel], *, without: Sequence[str] = ()) -> list[StrawberryArgument]:
        """The arguments of a field that a question's model describes. without: fields of the JSON interface alone."""
        return [
            StrawberryArgument(
                python_name=info.alias or name,
                graphql_name=name,
                type_annotation=StrawberryAnnotation(self._asked(info)),
                description=_with_default(info),
            )
            for name, info in question.model_fields.items()
            if name not in without
        ]

    def question(self, model: type[BaseModel], *, without: Sequence[str] = ()) -> Any:
        """The input type of a question's model; its value is a dict by the names of the JSON interface."""
        if (known := self._known(model)) is not None:
            return known
        fields = [
            StrawberryField(
                python_name=name,
                graphql_name=info.alias or name,
                type_annotation=StrawberryAnnotation(self._asked(info)),
                description=_with_default(info),
                default=strawberry.UNSET,
            )
            for name, info in model.model_fields.items()
            if name not in without
        ]
        made = create_type(model.__name__, fields, is_input=True, description=model.__doc__)
        get_object_definition(made, strict=True).from_input = lambda _type, value, _context: without_nulls(value)
        return self._types.setdefault(model.__name__, made)

    def _known(self, model: type[BaseModel]) -> Any:
        """Raises TypeError where two classes have one name."""
        if self._models.setdefault(model.__name__, model) is not model:
            raise TypeError(f"two models are named {model.__name__}")
        return self._types.get(model.__name__)

    def _field(self, info: FieldInfo, *, optional: bool) -> Any:
        kind = self._kind(info.annotation, asked=False)
        return Optional[kind] if optional else kind  # noqa: UP045

    def _asked(self, info: FieldInfo) -> Any:
        kind = self._kind(info.annotation, asked=True)
        return kind if info.is_required() else Optional[kind]  # noqa: UP045

    def _kind(self, annotation: Any, *, asked: bool) -> Any:
        origin = get_origin(annotation)
        if isinstance(annotation, TypeAliasType):
            return self._alias(annotation, asked=asked)
        if origin is Annotated:
            return self._kind(get_args(annotation)[0], asked=asked)
        if origin is Union or origin is UnionType:
            return self._union(annotation, asked=asked)
        if origin is list:
            return list[self._kind(get_args(annotation)[0], asked=asked)]  # type: ignore[misc]
        if origin is Literal:
            return type(get_args(annotation)[0])
        return JSON if origin is not None else self._class(annotation, asked=asked)

    def _class(self, kind: type, *, asked: bool) -> Any:
        if kind is AwareDatetime:
            return str
        if issubclass(kind, Enum):
            return self._words(kind.__name__, [item.value for item in kind], kind.__doc__)
        if issubclass(kind, BaseModel):
            if not asked:
                return self.answer(kind)
            return JSON if kind.model_config.get("extra") == "allow" else self.question(kind)
        return next(scalar for scalar in _SCALARS if issubclass(kind, scalar))

    def _alias(self, alias: TypeAliasType, *, asked: bool) -> Any:
        inner, origin = alias.__value__, cast("Any", get_origin(alias.__value__))
        kind = get_args(inner)[0] if origin is Annotated else inner
        if get_origin(kind) is Literal:
            text = next((item.description for item in getattr(inner, "__metadata__", ()) if _is_info(item)), None)
            return self._words(alias.__name__, get_args(kind), text)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return self._words(alias.__name__, [item.value for item in kind], kind.__doc__)
        return self._kind(inner, asked=asked)

    def _words(self, name: str, values: Sequence[Any], text: str | None) -> Any:
        """An enumeration, or the type of its values where one of them is no name in GraphQL."""
        if not all(isinstance(value, str) and _NAME.fullmatch(value) and value not in _RESERVED for value in values):
            return type(values[0])
        if name not in self._types:
            words = StrEnum(name, [(value, value) for value in values])  # type: ignore[misc]
            self._types[name] = strawberry.enum(words, name=name, description=text)
        return self._types[name]

    def _union(self, annotation: Any, *, asked: bool) -> Any:
        kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
        # Of an answer the first is the whole form, from which GraphQL picks fields.
        kind = JSON if asked and len(kinds) > 1 else self._kind(kinds[0], asked=asked)
        return Optional[kind] if NoneType in get_args(annotation) else kind  # noqa: UP045


def without_nulls(values: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments, or fields of an input, that were given: clients send null for a variable that they leave out."""
    return {name: value for name, value in values.items() if value is not None}


def _source_key(name: str, info: FieldInfo) -> str:
    """The key under which a body of the JSON interface has a field; of a word of Python, the field's own name."""
    key = info.alias or name
    return name if iskeyword(key) else key


def _is_info(item: object) -> bool:
    return isinstance(item, FieldInfo)


def description(info: FieldInfo) -> str | None:
    """What a field means: its own text, or that of its type."""
    return info.description or next(_texts(info.annotation), None)


def _texts(annotation: Any) -> Iterator[str]:
    """What a type says of itself, and what those within it say."""
    if isinstance(annotation, TypeAliasType):
        yield from _texts(annotation.__value__)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel | Enum) and annotation.__doc__:
        yield annotation.__doc__
    for item in getattr(annotation, "__metadata__", ()):
        text = item.description if _is_info(item) else getattr(item, "json_schema", {}).get("description")
        if text:
            yield text
    for inner in get_args(annotation) if get_origin(annotation) is not Literal else ():
        if not _is_info(inner):
            yield from _texts(inner)


def _with_default(info: FieldInfo) -> str | None:
    """With the default, which GraphQL is not told: a question that leaves a field out is the JSON interface's own."""
    text, default = description(info), info.default
    if default in (None, [], PydanticUndefined):
        return text
    words = ", ".join(map(str, default)) if isinstance(default, list) else str(default).lower()
    return f"{text or ''} Default: {words}.".lstrip()
