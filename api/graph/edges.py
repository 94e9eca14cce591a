"""Fields that lead from a region or zone to its past, its forecast, its machines and its zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.edge.lists import Page
from api.endpoints.instances import InstancesParameters
from api.graph.question import Arguments, Question
from api.graph.turn import Turn
from api.shapes.catalog import InstanceRow, InstancesAnswer
from api.shapes.parts import Listed
from api.shapes.reading import Json
from api.shapes.regions import RegionRow, region_rows


class RegionNode(dict[str, object]):
    """The answer about one region, which knows how it was asked."""

    def __init__(self, body: Mapping[str, object], turn: Turn, details: Any) -> None:
        super().__init__(body)
        self.turn = turn
        self.details = details


def instances_of(turn: Turn, question: InstancesParameters) -> Json:
    """The machine types that match, as the JSON interface lists them."""
    types = turn.session.instances(question.query())
    rows = [InstanceRow.of(kind) for kind in types[question.offset :][: question.limit]]
    page = Page(total=len(types), limit=question.limit, offset=question.offset)
    return turn.answer(InstancesAnswer.of(Listed(rows, page)))


def _now(node: RegionNode, _arguments: Arguments) -> Json:
    return region_rows([node.details.now], node.turn.session)[0]


EDGES: Mapping[str, Sequence[Question]] = {
    "RegionAnswer": (Question(name="now", text="The region as `regions` lists it.", shape=RegionRow, ask=_now),),
}
