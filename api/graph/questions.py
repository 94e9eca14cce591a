"""The fields of the root: each asks what an endpoint of the JSON interface asks, in the same way."""

from __future__ import annotations

from api.endpoints.regions import RegionParameters, RegionsParameters
from api.graph.edges import RegionNode
from api.graph.question import Arguments, Question
from api.graph.turn import Asking
from api.questions import names
from api.shapes.parts import Listed
from api.shapes.reading import Json
from api.shapes.regions import RegionAnswer, RegionsAnswer, region_rows

REGION = {"region": "A region's id, or provider:region."}


def _regions(asking: Asking, arguments: Arguments) -> Json:
    question, turn = asking.begin(RegionsParameters, arguments)
    regions = turn.session.regions(question.query())
    rows = region_rows(regions.rows, turn.session)
    return turn.answer(RegionsAnswer.of(Listed(rows, regions)))


def _region(asking: Asking, arguments: Arguments) -> Json:
    name, *_ = (arguments[each] for each in REGION)
    rest = {key: value for key, value in arguments.items() if key not in REGION}
    question, turn = asking.begin(RegionParameters, rest)
    key = names.noted_region(turn.session.mapping, name, question.provider, turn.zone_notes).key
    details = turn.session.region_details(key)
    return RegionNode(turn.answer(RegionAnswer.of(details, turn.session)), turn, details)


QUESTIONS = (
    Question(
        name="regions",
        text="The regions a customer of the partition can open now, greenest first.",
        shape=RegionsAnswer,
        ask=_regions,
        model=RegionsParameters,
        without=("format",),
    ),
    Question(
        name="region",
        text="One region's grid now and over the next 24 hours.",
        shape=RegionAnswer,
        ask=_region,
        model=RegionParameters,
        names=REGION,
    ),
)
