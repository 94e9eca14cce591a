"""Compiles the fields of a shape into one function that is a dict literal: as fast as one written by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from inspect import signature
from types import CodeType, NoneType
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from api.shapes.reading import FieldReader, Json, Reader, Reading, Shown

Fields = Mapping[str, FieldInfo]
Readers = Mapping[str, FieldReader]


def readers_of(fields: Fields) -> dict[str, FieldReader]:
    """The readers of a shape's fields, by the fields' names in Python."""
    return {name: item for name, info in fields.items() for item in info.metadata if isinstance(item, FieldReader)}


def json_names(fields: Fields) -> dict[str, FieldInfo]:
    """The fields by their names in an answer, in order."""
    return {info.alias or name: info for name, info in fields.items()}


def compiled(
    name: str, fields: Fields, readers: Readers, source: Reading[Any], *, is_half: bool = False
) -> Callable[..., Json]:
    """A function from a source, which reaches all of these fields, and an At to their JSON body.

    name: of the shape. is_half: in place of an At, the function takes the body of the other fields and adds to it.
    Raises TypeError for a field that is no attribute of its source.
    """
    code = _Code(["**at"] if is_half else [])
    for field, reader in readers.items():
        if reader.source in source.cached_bodies:
            code.add_cached(source.cached_bodies[reader.source])
            continue
        if reader.read is None and not reader.source.has(field):
            raise TypeError(f"{name}.{field}: the source has no attribute of this name")
        variable = "source" if reader.source is source else code.part(source.parts[reader.source])
        code.add_field(field, fields[field], reader, variable, may_lack=reader.source in source.nullable)
    return code.function(name)


def unreached(name: str) -> Callable[..., Json]:
    """What stands in place of that function where no source reaches all fields."""

    def of(_source: object, _at: object = None) -> Json:
        raise TypeError(f"no source reaches all fields of {name}: declare its parts, or render its halves")

    return of


class _Code:
    """The text of a function, and the values that its names stand for."""

    def __init__(self, entries: list[str]) -> None:
        self._values: dict[str, object] = {}
        self._names: dict[Reader, str] = {}
        self._parts: dict[Reader, str] = {}
        self._entries = entries
        self._optional = list[str]()

    def part(self, get: Reader) -> str:
        """The variable that holds a part of the source."""
        return self._parts.setdefault(get, f"part_{len(self._parts)}")

    def add_cached(self, get: Reader) -> None:
        """All fields of a cached body; nothing if they are there already."""
        entry = f"**{self._call(get, 'source')}"
        if entry not in self._entries:
            self._entries.append(entry)

    def add_field(self, name: str, info: FieldInfo, reader: FieldReader, variable: str, *, may_lack: bool) -> None:
        """One field. variable: holds the value from which it is read. may_lack: that may be None."""
        json_name, may_be_null = repr(info.alias or name), NoneType in get_args(info.annotation)
        value = f"{variable}.{name}" if reader.read is None else self._call(reader.read, variable)
        if may_lack:
            value = f"(None if {variable} is None else {value})"
        write = None if reader.is_rendered else _writer(info)
        is_list = get_origin(info.annotation) is list
        if reader.when is not None:
            expression = "value" if write is None else self._call(write, "value")
            condition = self._call(reader.when, variable)
            line = f"if {condition}: body[{json_name}] = None if (value := {value}) is None else {expression}"
            self._optional.append(line)
        elif reader.is_optional and not may_be_null:
            expression = "value" if write is None else self._call(write, "item" if is_list else "value")
            expression = f"[{expression} for item in value]" if is_list and write is not None else expression
            self._optional.append(f"if (value := {value}) is not None: body[{json_name}] = {expression}")
        elif write is None:
            self._entries.append(f"{json_name}: {value}")
        elif is_list:
            self._entries.append(f"{json_name}: [{self._call(write, 'item')} for item in {value}]")
        elif may_be_null:
            expression = self._call(write, "value")
            self._entries.append(f"{json_name}: None if (value := {value}) is None else {expression}")
        else:
            self._entries.append(f"{json_name}: {self._call(write, value)}")

    def function(self, name: str) -> Callable[..., Json]:
        """The function itself."""
        parts = [f"{variable} = {self._call(get, 'source')}" for get, variable in self._parts.items()]
        lines = [*parts, f"body = {{{', '.join(self._entries)}}}", *self._optional, "return body"]
        text = "def of(source, at=None):\n" + "".join(f"    {line}\n" for line in lines)
        code = compile(text, f"<{name}.of>", "exec")
        # The text holds only names of fields and variables of this folder.
        exec(code, self._values)  # noqa: S102  # nosec B102
        function: Callable[..., Json] = self._values["of"]  # type: ignore[assignment]
        return function

    def _call(self, function: Reader, argument: str) -> str:
        """The value of a function; one that only follows attributes is written out, which saves the call."""
        if (path := _attributes(function)) is not None:
            return ".".join((argument, *path))
        name = self._names.setdefault(function, f"f{len(self._names)}")
        self._values[name] = function
        return f"{name}({argument}, at)" if len(signature(function).parameters) == 2 else f"{name}({argument})"


def _attributes(function: Reader) -> Sequence[str] | None:
    """The attributes that a function of one argument follows to its value, such as `lambda e: e.now.provenance`.

    None for any other function: one that Python does not compile as it compiles exactly that expression.
    """
    code = getattr(function, "__code__", None)
    if code is None or code.co_argcount != 1:
        return None
    follows = _following(code.co_names)
    return code.co_names if (code.co_code, code.co_names) == (follows.co_code, follows.co_names) else None


@cache
def _following(names: tuple[str, ...]) -> CodeType:
    """The code of a function that follows these attributes of its argument."""
    path = compile(f"lambda e: {'.'.join(('e', *names))}", "<path>", "eval")
    return next(value for value in path.co_consts if isinstance(value, CodeType))


def _writer(info: FieldInfo) -> Callable[..., object] | None:
    """How a value of this type, or each of a list, is written where it is not null; None: as it is."""
    if (shape := shape_within(info.annotation)) is not None:
        of: Callable[..., object] = shape.of  # type: ignore[attr-defined]
        return of
    items = (item for kind in get_args(info.annotation) for item in getattr(kind, "__metadata__", ()))
    return next((item.write for item in (*info.metadata, *items) if isinstance(item, Shown)), None)


def shape_within(annotation: object) -> type[BaseModel] | None:
    """The shape that a field is: alone, beside null, or in a list."""
    kinds = (annotation, *get_args(annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
