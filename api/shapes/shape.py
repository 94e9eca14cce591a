"""One description of an answer: each line of a shape names a field, its type, what it means, and how it is read.

    of_emission = Reading(Emission)

    class Row(Shape):
        duration_hours: Hours = of_emission("Number of hours that the figures cover.")
        co2_emissions_g: Grams = of_emission("gCO2e emitted by the grid.", lambda e: e.operational_gco2e)

The JSON Schema comes from pydantic, the body from `Row.of(emission)`, and the columns of a table from the order of the
fields. `of` is compiled when the class is defined, as dataclasses compile their methods.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from api.shapes.compiler import compiled, json_names, readers_of, unreached
from api.shapes.reading import Json, Reading, S


class Shape(BaseModel):
    """Base of every part of an answer.

    of: the JSON body of a source; takes the source, and an At, which may be left out where no reader takes one. Fields
    without a reader are added by the caller. Where no source reaches all fields, `of` raises TypeError: the halves of
    such a shape are rendered apart, with `half_of`, because one of them is kept.
    """

    model_config = ConfigDict(defer_build=True)
    of: ClassVar[Callable[..., Json]]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Compiles `of`. Raises TypeError for a field whose source has no attribute of its name."""
        readers = readers_of(cls.model_fields)
        sources = dict.fromkeys(reader.source for reader in readers.values())
        whole = [source for source in sources if all(map(source.reaches, sources))]
        of = compiled(cls.__name__, cls.model_fields, readers, whole[0]) if whole else unreached(cls.__name__)
        cls.of = staticmethod(of)

    @classmethod
    def half_of(cls, source: Reading[S]) -> Callable[[S, Json], Json]:
        """Renders the fields that one source reaches, after others that are rendered. No reader takes an At."""
        readers = readers_of(cls.model_fields).items()
        half = {name: reader for name, reader in readers if source.reaches(reader.source)}
        return compiled(cls.__name__, cls.model_fields, half, source, is_half=True)

    @classmethod
    def names(cls, *, optional: bool = True) -> tuple[str, ...]:
        """The fields' names in an answer, in order. optional: also those that some answers lack."""
        fields = json_names(cls.model_fields).items()
        return tuple(name for name, info in fields if optional or info.is_required())


class CamelShape(Shape):
    """Base of the parts whose fields are written in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel)
