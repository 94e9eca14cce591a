"""Grid zones: one, as the JSON interface answers it, and several that are read at once."""

from __future__ import annotations

from pydantic import Field

from api.edge.lists import PageParameters
from api.endpoints.zones import ZoneParameters
from api.graph.question import Arguments
from api.graph.turn import Asking
from api.questions.fields import SignalField, ZoneKey
from api.shapes.parts import GridAnswer
from api.shapes.reading import Json
from api.shapes.regions import ZoneAnswer, ZoneFacts
from carbon.intensity import SignalName

MOST_NAMES = 500


class ZonesParameters(PageParameters):
    """Which zones, and of which signal."""

    zone: list[ZoneKey] = Field([], max_length=MOST_NAMES, description="Grid zones. Default: all, by name.")
    signal: SignalField = SignalName.AVERAGE
    limit: int = Field(100, ge=1, le=1000, description="Maximum number of zones.")


class ZonesAnswer(GridAnswer):
    """Grid zones now."""

    total_zones: int = Field(description="Number of zones asked for, before limit and offset.", ge=0)
    zones: list[ZoneFacts] = Field(description="The zones from offset on, up to the limit, in the order asked for.")


def zones(asking: Asking, arguments: Arguments) -> Json:
    """Several zones."""
    question, turn = asking.begin(ZonesParameters, arguments)
    names = list(dict.fromkeys(question.zone)) or sorted(turn.session.mapping.zones)
    details = turn.session.zones(names[question.offset :][: question.limit])
    rows = [ZoneFacts.of(each, turn.session) for each in details]
    return turn.answer({"total_zones": len(names), "zones": rows})


def zone(asking: Asking, arguments: Arguments) -> Json:
    """One zone."""
    _, turn = asking.begin(ZoneParameters, {key: value for key, value in arguments.items() if key != "zone"})
    return turn.answer(ZoneAnswer.of(turn.session.zone_details(arguments["zone"]), turn.session))


def zone_facts(asking: Asking, zone: str, arguments: Arguments) -> Json:
    """The zone of a region."""
    _, turn = asking.begin(ZoneParameters, arguments)
    return ZoneFacts.of(turn.session.zone_details(zone), turn.session)
