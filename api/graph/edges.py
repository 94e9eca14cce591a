"""Fields that lead from a region or zone to its past, its forecast, its machines and its zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from api.endpoints.forecast import ZoneForecastParameters
from api.endpoints.history import HistoryParameters
from api.endpoints.instances import InstancesParameters
from api.endpoints.zones import ZoneParameters
from api.graph import sizes
from api.graph.catalog import instances
from api.graph.question import Arguments, Question
from api.graph.turn import Asking, Turn
from api.graph.zones import zone_facts
from api.shapes.catalog import InstancesAnswer
from api.shapes.forecast import ZoneForecastAnswer
from api.shapes.history import PointRow, RegionHistoryAnswer, RegionPast, ZoneHistoryAnswer
from api.shapes.parts import Listed
from api.shapes.reading import Json
from api.shapes.regions import RegionRow, ZoneFacts, region_rows
from carbon.history import ZoneHistory

Place = Callable[[Any], Json]  # the body, in that of an answer, that names a region or zone


def _now(_asking: Asking, region: Any, _arguments: Arguments) -> Json:
    return region_rows([region.details.now], region.turn.session)[0]


def _history(asking: Asking, zone: str, arguments: Arguments) -> tuple[Listed[ZoneHistory], Turn]:
    question, turn = asking.begin(HistoryParameters, arguments)
    past = turn.session.history(zone, question.query(turn.session.now))
    return Listed([PointRow.of(point) for point in past.points], past), turn


def _zone_edges(place: Place) -> tuple[Question, ...]:
    def history(asking: Asking, parent: Any, arguments: Arguments) -> Json:
        past, turn = _history(asking, str(place(parent)["zone"]), arguments)
        return turn.answer(ZoneHistoryAnswer.of(past))

    return (
        Question(
            name="history",
            text="The carbon intensity as it was, as far as this service has received it.",
            shape=ZoneHistoryAnswer,
            ask=history,
            model=HistoryParameters,
            weight=100,
            sizes=sizes.points,
        ),
        _forecast(place),
    )


def _region_edges(place: Place) -> tuple[Question, ...]:
    def key(parent: Any) -> str:
        return f"{place(parent)['provider']}:{place(parent)['region']}"

    def history(asking: Asking, parent: Any, arguments: Arguments) -> Json:
        past, turn = _history(asking, str(place(parent)["zone"]), arguments)
        return turn.answer(RegionHistoryAnswer.of(RegionPast(past, turn.session.mapping.regions[key(parent)])))

    return (
        Question(
            name="history",
            text="The carbon intensity of the grid zone as it was, as far as this service has received it.",
            shape=RegionHistoryAnswer,
            ask=history,
            model=HistoryParameters,
            weight=100,
            sizes=sizes.points,
        ),
        _forecast(place),
        Question(
            name="instances",
            text="The instance types that the region offers, by name.",
            shape=InstancesAnswer,
            ask=lambda asking, parent, arguments: instances(asking, {**arguments, "region": key(parent)}),
            model=InstancesParameters,
            without=("provider", "region"),
            weight=100,
            sizes=sizes.page("instances", 100),
        ),
        Question(
            name="zone_details",
            text="The grid zone of the region.",
            shape=ZoneFacts,
            ask=lambda asking, parent, arguments: zone_facts(asking, str(place(parent)["zone"]), arguments),
            model=ZoneParameters,
            weight=40,
        ),
    )


def _forecast(place: Place) -> Question:
    def forecast(asking: Asking, parent: Any, arguments: Arguments) -> Json:
        question, turn = asking.begin(ZoneForecastParameters, arguments)
        ahead = turn.session.zone_forecast(str(place(parent)["zone"]), question.basis, question.hours)
        return turn.answer(ZoneForecastAnswer.of(ahead, turn.session))

    return Question(
        name="forecast",
        text="The carbon intensity that is expected, hour by hour, from the present hour on.",
        shape=ZoneForecastAnswer,
        ask=forecast,
        model=ZoneForecastParameters,
        without=("format",),
        weight=60,
        sizes=sizes.hours,
    )


# By the name of the shape that the fields are added to.
EDGES: Mapping[str, Sequence[Question]] = {
    "RegionRow": _region_edges(lambda row: row),
    "RegionAnswer": (
        Question(name="now", text="The region as `regions` lists it.", shape=RegionRow, ask=_now, weight=5),
        *_region_edges(lambda answer: answer["region_details"]),
    ),
    "ZoneFacts": _zone_edges(lambda facts: facts),
    "ZoneAnswer": _zone_edges(lambda answer: answer["zone_details"]),
}
