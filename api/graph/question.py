"""A field of the graph that asks something: its arguments, the shape of its answer, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from api.graph.turn import Asking
from api.questions.fields import Body, Parameters
from api.shapes.reading import Json

Arguments = Mapping[str, Any]
Sizes = Mapping[str, int]  # the most rows of lists in an answer, by the name of their field


def no_lists(_arguments: Arguments) -> Sizes:
    """Of an answer whose lists have no size of their own."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """name: of the field. text: what it answers. shape: of the answer.

    ask: the answer, from the questions of the request, what the field belongs to, and its arguments. model: of the
    arguments: each field of Parameters is one, and a Body is the argument `input`. without: fields of the model that
    only the JSON interface has. names: further arguments, texts that are required, each with its description. weight:
    what the answer costs apart from its fields, in the unit of measure.py. sizes: of the lists in the answer, from
    arguments that are not checked.
    """

    name: str
    text: str
    shape: type[BaseModel]
    ask: Callable[[Asking, Any, Arguments], Json]
    model: type[Parameters] | type[Body] | None = None
    without: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    weight: int
    sizes: Callable[[Arguments], Sizes] = no_lists
