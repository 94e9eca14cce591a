"""The verbs of a scheduler extender: which nodes a pod may run on, and how green each of them is.

On doubt every node stays and all have equal scores: a pod never waits for us. Nothing waits for a source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

import foreign_questions
from api.edge import costly, problems
from api.edge.exchange import JSON, current
from api.edge.roles import needs
from api.foreign.kubernetes.objects import Place, name_of, places_of, wishes_of
from api.questions.parse import UNREADABLE
from carbon.errors import UnknownName
from carbon.node_scores import NodeScore, NodesQuery
from carbon.roles import Role

bp = Blueprint("kubernetes", __name__)

LIGHT_BODY_BYTES = 1_048_576  # a longer body takes more than 10 ms of the processor
LEAST_BYTES_OF_A_PART = 10  # objects and lists of a cluster are longer; empty ones fill the memory of a worker
MOST_NODES = 20_000
MOST_PLACES = 500  # distinct ones in a request; nodes of further ones are of unknown region


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What the scheduler sends. nodes: NodeList, or None. node_names: or None. One of the two is there."""

    pod: Any
    nodes: dict[str, Any] | None
    node_names: list[Any] | None

    @classmethod
    def of(cls, body: bytes) -> Arguments:
        """Raises BadRequest for what no scheduler sends."""
        if body.count(b"{") + body.count(b"[") > max(1000, len(body) // LEAST_BYTES_OF_A_PART):
            raise BadRequest("the body has too many empty parts")
        try:
            members = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise BadRequest(f"the body is not valid JSON: {error}") from None
        if not isinstance(members, dict):
            raise BadRequest("the body must be an object: ExtenderArgs")
        fields = {name.lower(): value for name, value in members.items()}  # as Go reads names of fields
        nodes, names = fields.get("nodes"), fields.get("nodenames")
        arguments = cls(
            pod=fields.get("pod"),
            nodes=nodes if isinstance(nodes, dict) else None,
            node_names=names if isinstance(names, list) else None,
        )
        if len(arguments.items) + len(arguments.names) > MOST_NODES:
            raise BadRequest(f"more than {MOST_NODES:,} nodes")
        return arguments

    @property
    def items(self) -> list[Any]:
        """The Node objects."""
        items = None if self.nodes is None else self.nodes.get("items")
        return items if isinstance(items, list) else []

    @property
    def names(self) -> list[Any]:
        """The names of the nodes that come without objects."""
        return self.node_names or []


@bp.post("/k8s/filter")
@needs(Role.READ)
def filter_nodes() -> Response:
    """The nodes without those that are dirtier than the pod allows; all of them if it says nothing."""
    arguments = _arguments()
    limit = wishes_of(arguments.pod).max_gco2e_per_kwh
    scores = {} if limit is None else _scores(arguments)  # most pods have no limit
    dropped = {
        name: f"intensity {score.gco2e_per_kwh:.0f} g/kWh above the limit of {limit:g}"
        for name, score in scores.items()
        if not score.is_wanted and score.gco2e_per_kwh is not None
    }
    nodes = arguments.nodes
    if nodes is not None and dropped:
        nodes = {**nodes, "items": [item for item in arguments.items if name_of(item) not in dropped]}
    names = arguments.node_names
    if names is not None and dropped:
        names = [name for name in names if not isinstance(name, str) or name not in dropped]
    answer = {
        "Nodes": nodes,
        "NodeNames": names,
        "FailedNodes": dropped,
        "FailedAndUnresolvableNodes": dropped,  # no pod is worth evicting from a node for the sake of its grid
        "Error": "",
    }
    return Response(orjson.dumps(answer), content_type=JSON)


@bp.post("/k8s/prioritize")
@needs(Role.READ)
def prioritize() -> Response:
    """A score of 0 to 10 for every node."""
    scores = _scores(_arguments())
    rows = [{"Host": name, "Score": score.score} for name, score in scores.items()]
    return Response(orjson.dumps(rows), content_type=JSON)


def _arguments() -> Arguments:
    request.max_content_length = current().service.settings.extender_max_body_bytes
    if (request.content_length or LIGHT_BODY_BYTES + 1) > LIGHT_BODY_BYTES:
        costly.begin()
    try:
        return Arguments.of(request.get_data())
    except UNREADABLE:
        raise BadRequest("the body ended early or its chunks are malformed") from None


def _scores(arguments: Arguments) -> Mapping[str, NodeScore]:
    """The score of each node by its name, in the order of the request."""
    regions = _Regions()
    by_name = {name: regions.of(name, places_of(item)) for item in arguments.items if (name := name_of(item))}
    by_name |= {name: regions.of(name, ()) for name in arguments.names if isinstance(name, str)}
    wishes = wishes_of(arguments.pod)
    query = NodesQuery(
        regions=tuple(by_name.values()),
        deadline=wishes.deadline,
        duration_hours=wishes.duration_hours,
        interruptible=wishes.interruptible,
        max_gco2e_per_kwh=wishes.max_gco2e_per_kwh,
    )
    return dict(zip(by_name, foreign_questions.node_scores(current().session, query), strict=True))


class _Regions:
    """The regions of nodes; each place of a request is looked up once."""

    def __init__(self) -> None:
        self._mapping = current().mapping
        self._by_place: dict[Place, str | None] = {}

    def of(self, node: str, places: Sequence[Place] | Any) -> str | None:
        """The operator's own map before what the node says of itself; None where neither is known."""
        region = self._mapping.nodes.region_of(node)
        if region is not None:
            return region
        return next((key for place in places if (key := self._key(place)) is not None), None)

    def _key(self, place: Place) -> str | None:
        if place in self._by_place:
            return self._by_place[place]
        if len(self._by_place) >= MOST_PLACES:
            return None
        provider, name = place
        try:
            key = self._mapping.region_and_kind(name, provider)[0].key
        except UnknownName:
            key = None
        self._by_place[place] = key
        return key


@bp.errorhandler(Exception)
def answer_error(error: Exception) -> Response:
    """Any refusal as ExtenderFilterResult: the scheduler logs it, and goes on alone if the extender is ignorable."""
    response = problems.answer(error)
    if response.status_code >= 400:
        response.set_data(orjson.dumps({"Error": response.get_json(force=True)["detail"]}))
        response.content_type = JSON
    return response
