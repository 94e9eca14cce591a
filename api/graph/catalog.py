"""Regions and what is sold there, as the JSON interface lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.alias_generators import to_camel

from api.edge.lists import Page
from api.endpoints.instances import InstancesParameters
from api.endpoints.locations import LocationsParameters, rows_of
from api.endpoints.regions import RegionParameters, RegionsParameters
from api.graph.question import Arguments
from api.graph.turn import Asking, Turn
from api.questions import names
from api.shapes.catalog import InstanceRow, InstancesAnswer
from api.shapes.location_list import LocationsAnswer
from api.shapes.parts import Listed
from api.shapes.reading import Json
from api.shapes.regions import RegionAnswer, RegionsAnswer, region_rows


class RegionNode(dict[str, object]):
    """The answer about one region, which knows how it was asked."""

    def __init__(self, body: Mapping[str, object], turn: Turn, details: Any) -> None:
        super().__init__(body)
        self.turn = turn
        self.details = details


def regions(asking: Asking, arguments: Arguments) -> Json:
    """Regions that a customer can open."""
    question, turn = asking.begin(RegionsParameters, arguments)
    listed = turn.session.regions(question.query())
    return turn.answer(RegionsAnswer.of(Listed(region_rows(listed.rows, turn.session), listed)))


def region(asking: Asking, arguments: Arguments) -> Json:
    """One region."""
    rest = {key: value for key, value in arguments.items() if key != "region"}
    question, turn = asking.begin(RegionParameters, rest)
    key = names.noted_region(turn.session.mapping, arguments["region"], question.provider, turn.zone_notes).key
    details = turn.session.region_details(key)
    return RegionNode(turn.answer(RegionAnswer.of(details, turn.session)), turn, details)


def instances(asking: Asking, arguments: Arguments) -> Json:
    """Machine types and sized services."""
    question, turn = asking.begin(InstancesParameters, arguments)
    types = turn.session.instances(question.query())
    rows = [InstanceRow.of(kind) for kind in types[question.offset :][: question.limit]]
    page = Page(total=len(types), limit=question.limit, offset=question.offset)
    return turn.answer(InstancesAnswer.of(Listed(rows, page)))


def prices(asking: Asking, arguments: Arguments) -> Json:
    """Regions of all clouds by carbon, spot score and price."""
    question, turn = asking.begin(LocationsParameters, arguments)
    session, oldest = turn.session, turn.exchange.service.max_age_minutes
    query = question.query(oldest, provider=None, countries=None, airports=None)
    locations = session.locations(query)
    notes = {to_camel(name): note for name, note in turn.notes().items()}
    return {**LocationsAnswer.of(Listed(rows_of(locations, query, session), locations), session), **notes}
