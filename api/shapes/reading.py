"""Fields as a shape declares them: from which type a field is read, how, and what it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from inspect import get_annotations
from typing import Any, Generic, Protocol, TypeVar, get_origin, overload

from pydantic import Field
from pydantic.fields import FieldInfo

from mapping import CloudMap

Json = dict[str, object]
Reader = Callable[..., Any]  # of a source, or of a source and an At
S = TypeVar("S")
P = TypeVar("P")


class At(Protocol):
    """What a reader may look up beside its source: the catalog, and the minute for which the answer is valid."""

    @property
    def mapping(self) -> CloudMap: ...

    @property
    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """Part of an annotated type: how a value that is not None is written, such as grams as kilograms."""

    write: Callable[[Any], object]


class Reading(Generic[S]):
    """Declares the fields that are read from values of one type, and where those values hold others.

    text: a field's description; None: that of its type. read: how it is read; None: the attribute of its name.
    more: examples and constraints, as pydantic's Field takes them.
    parts: how to get the value of another reading. nullable: those that may be None. cached_bodies: how to get the
    rendered fields of another reading.
    """

    def __init__(self, source: type[S]) -> None:
        self.source = source
        self.parts: dict[Reading[Any], Reader] = {}
        self.cached_bodies: dict[Reading[Any], Reader] = {}
        self.nullable = set[Reading[Any]]()

    @overload
    def __call__(self, text: str | None = None, read: Callable[[S], object] | None = None, **more: Any) -> Any: ...
    @overload
    def __call__(self, text: str | None = None, *, read: Callable[[S, At], object], **more: Any) -> Any: ...
    @overload
    def __call__(self, text: str, read: Callable[[S, At], object], **more: Any) -> Any: ...
    def __call__(self, text: str | None = None, read: Reader | None = None, **more: Any) -> Any:
        """A field that every answer has."""
        return _field(text, FieldReader(self, read), more)

    def optional(
        self,
        text: str,
        read: Callable[[S], object] | None = None,
        *,
        when: Callable[[S], object] | None = None,
        **more: Any,
    ) -> Any:
        """A field that some answers lack. Unless its type is nullable, it is left out where None is read.

        when: whether it is there, in place of that rule.
        """
        return _field(text, FieldReader(self, read, is_optional=True, when=when), {"default": None, **more})

    def rendered(self, text: str | None = None, read: Callable[[S], object] | None = None, **more: Any) -> Any:
        """A field whose value is JSON already."""
        return _field(text, FieldReader(self, read, is_rendered=True), more)

    @overload
    def part(self, other: Reading[P], get: Callable[[S], P | None], *, may_lack: bool = False) -> None: ...
    @overload
    def part(self, other: Reading[P], get: Callable[[S, At], P | None], *, may_lack: bool = False) -> None: ...
    def part(self, other: Reading[P], get: Reader, *, may_lack: bool = False) -> None:
        """Where fields of another reading find their value. may_lack: it may be None, and then they are null."""
        self.parts[other] = get
        if may_lack:
            self.nullable.add(other)

    @overload
    def cached(self, other: Reading[P], get: Callable[[S], Json]) -> None: ...
    @overload
    def cached(self, other: Reading[P], get: Callable[[S, At], Json]) -> None: ...
    def cached(self, other: Reading[P], get: Reader) -> None:
        """Where fields of another reading are found rendered: all of them in one body, which is read only."""
        self.cached_bodies[other] = get

    def has(self, name: str) -> bool:
        """Whether the values have an attribute of this name."""
        kind: type = get_origin(self.source) or self.source
        return hasattr(kind, name) or any(name in get_annotations(base) for base in kind.__mro__)

    def reaches(self, other: Reading[Any]) -> bool:
        """Whether fields of another reading can be read from a value of this one."""
        return other is self or other in self.parts or other in self.cached_bodies


@dataclass(frozen=True, slots=True)
class FieldReader:
    """How a field is read: part of its metadata."""

    source: Reading[Any]
    read: Reader | None
    is_optional: bool = False
    is_rendered: bool = False
    when: Reader | None = None


def _field(text: str | None, reader: FieldReader, constraints: Mapping[str, Any]) -> Any:
    info: FieldInfo = Field(**constraints) if text is None else Field(description=text, **constraints)
    info.metadata.append(reader)
    return info
