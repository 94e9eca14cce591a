"""The fields of the root: each asks what an endpoint of the JSON interface asks, in the same way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api.endpoints.instances import InstancesParameters
from api.endpoints.locations import LocationsParameters
from api.endpoints.optimize import OptimizeRequest
from api.endpoints.plan import PlanRequest
from api.endpoints.regions import RegionParameters, RegionsParameters
from api.endpoints.zones import ZoneParameters
from api.graph import catalog, decisions, sizes, zones
from api.graph.question import Arguments, Question
from api.graph.sizes import MOST_REGIONS, page
from api.graph.turn import Asking
from api.graph.zones import ZonesAnswer, ZonesParameters
from api.questions.schedule import ScheduleRequest
from api.shapes.catalog import InstancesAnswer
from api.shapes.location_list import LocationsAnswer
from api.shapes.placement import OptimizeAnswer
from api.shapes.plan import PlanAnswer
from api.shapes.reading import Json
from api.shapes.regions import RegionAnswer, RegionsAnswer, ZoneAnswer
from api.shapes.schedule import ScheduleAnswer

RECORDED = ("record", "tags")  # a question in GraphQL changes nothing, so that it stores nothing


def _of_root(ask: Callable[[Asking, Arguments], Json]) -> Callable[[Asking, Any, Arguments], Json]:
    return lambda asking, _root, arguments: ask(asking, arguments)


QUESTIONS = (
    Question(
        name="regions",
        text="The regions a customer of the partition can open now, greenest first.",
        shape=RegionsAnswer,
        ask=_of_root(catalog.regions),
        model=RegionsParameters,
        without=("format",),
        weight=100,
        sizes=page("regions", MOST_REGIONS),
    ),
    Question(
        name="region",
        text="One region's grid now and over the next 24 hours.",
        shape=RegionAnswer,
        ask=_of_root(catalog.region),
        model=RegionParameters,
        names={"region": "A region's id, or provider:region."},
        weight=60,
    ),
    Question(
        name="zones",
        text="The current values of grid zones, their yearly figures, and the regions in them.",
        shape=ZonesAnswer,
        ask=_of_root(zones.zones),
        model=ZonesParameters,
        weight=100,
        sizes=page("zones", 100),
    ),
    Question(
        name="zone",
        text="The current value of a grid zone, its yearly figures, and the regions in it. A retired zone name is "
        "answered with its successor.",
        shape=ZoneAnswer,
        ask=_of_root(zones.zone),
        model=ZoneParameters,
        names={"zone": "Grid zone, as Electricity Maps names it."},
        weight=40,
    ),
    Question(
        name="instances",
        text="Instance types and sized services by provider and name, including those whose power is not modelled.",
        shape=InstancesAnswer,
        ask=_of_root(catalog.instances),
        model=InstancesParameters,
        weight=100,
        sizes=page("instances", 100),
    ),
    Question(
        name="prices",
        text="The regions of all clouds by lowest carbon, then highest spot score, lowest spot price: GET /v1/by-rank.",
        shape=LocationsAnswer,
        ask=_of_root(catalog.prices),
        model=LocationsParameters,
        without=("format", "fields"),
        weight=600,
        sizes=page("regions", MOST_REGIONS),
    ),
    Question(
        name="optimize",
        text="The regions, instance types and time window that fit a workload best.",
        shape=OptimizeAnswer,
        ask=_of_root(decisions.optimize),
        model=OptimizeRequest,
        without=RECORDED,
        weight=1500,
        sizes=sizes.ranking,
    ),
    Question(
        name="schedule",
        text="The window of lowest mean intensity for a job, in one region or the best of several.",
        shape=ScheduleAnswer,
        ask=_of_root(decisions.schedule),
        model=ScheduleRequest,
        without=RECORDED,
        weight=300,
        sizes=sizes.windows,
    ),
    Question(
        name="plan",
        text="Where and when each of several jobs runs. Plans in the background are made by POST /api/v1/plan.",
        shape=PlanAnswer,
        ask=_of_root(decisions.plan),
        model=PlanRequest,
        without=("background", *RECORDED),
        weight=2500,
        sizes=sizes.jobs,
    ),
)
