"""GET /instances/{provider}:{type}: a machine's watts, hardware and work, its regions, and what is like it."""

from __future__ import annotations

from typing import Literal

from flask import Response, redirect
from flask.typing import ResponseReturnValue
from pydantic import Field

from api.edge.exchange import current
from api.questions.fields import Share
from api.shapes.catalog import InstanceRow
from carbon import emissions
from carbon.errors import UnknownInstanceType, UnknownName
from catalog.dates import day_of
from catalog.model import InstanceType
from mapping import CloudMap, type_names
from planning.placing.similar import similar
from session import Session
from web.pages import machine_power, page
from web.pages.addresses import Addresses, machine_page
from web.pages.machine_regions import PATH, Order, Place, Places, ordered, places_of
from web.pages.page import Content, PageState, link

bp = page.blueprint("machine", __name__)
ROWS = 20
_NEAREST = 5
_GREENEST = 3  # of the regions, which are compared side by side


class MachineState(PageState):
    """How busy the machine is, and how its regions are ordered."""

    utilization: Share | None = None
    sort: Order = Order.CARBON
    dir: Literal["asc", "desc"] | None = None
    rows: int = Field(ROWS, ge=1, le=1000)

    @property
    def down(self) -> bool:
        """Whether the rows are ordered from the highest value down."""
        return self.dir == "desc"


@bp.get("/instances/<path:name>")
def machine(name: str) -> ResponseReturnValue:
    """The page of a machine type or sized service; other spellings lead to the one of the catalog."""
    state = page.state_of(MachineState)
    exchange = current()
    session, mapping = exchange.session, exchange.mapping
    try:
        kind = _named(name, mapping)
    except UnknownName as error:
        return _unknown(name, error, state, mapping)
    if machine_page(kind.provider, kind.instance_type) != machine_page(*_parts(name)):
        return redirect(link(machine_page(kind.provider, kind.instance_type), state))
    to = Addresses(state.theme)
    used = machine_power.usual_utilization(kind) if state.utilization is None else state.utilization
    watts, places = machine_power.watts_of(kind, used), places_of(kind, used, session)
    priced = [place for place in places.rows if place.cost["on_demand_usd_per_hour"] is not None]
    is_in_list = (kind.provider, kind.instance_type) in mapping.offers.type_index
    facts = link("/api/v1/instances", None, provider=kind.provider, q=kind.instance_type) if is_in_list else ""
    of_power = machine_power.question(kind, places.rows[0].region.key) if watts and places.rows else None
    return page.filled(
        "machine.html",
        state,
        address=machine_page(kind.provider, kind.instance_type),
        kind=kind,
        json=InstanceRow.of(kind),
        cloud=mapping.providers[kind.provider].name,
        gone=kind.retired_on is not None and kind.retired_on <= f"{session.now:%Y-%m-%d}",
        used=used,
        watts=watts,
        power_curl="" if of_power is None else page.curl(PATH, of_power),
        hourly_g=None if kind.embodied_kgco2e is None else emissions.embodied_gco2e(kind.embodied_kgco2e, 1.0),
        places=places,
        rows=ordered(places.rows, state.sort, down=state.down)[: state.rows],
        priced_on=sorted({place.cost["price_as_of"] for place in priced}),
        cheapest=min(priced, key=lambda place: place.cost["on_demand_usd_per_hour"], default=None),
        places_curl="" if places.body is None else page.curl(PATH, places.body),
        compare=_side_by_side(kind, places.rows, state),
        alternatives=_alternatives(kind, session, to),
        instead=[(one, to.machine(kind.provider, one)) for one in mapping.nearest_modelled(kind)]
        if watts is None
        else [],
        facts=facts,
        facts_curl=page.curl(facts),
        by_rank=_by_rank(kind, places),
        to=to,
    )


def _parts(name: str) -> tuple[str, str]:
    provider, _, instance_type = name.partition(":")
    return provider, instance_type


def _named(name: str, mapping: CloudMap) -> InstanceType:
    """The type of provider:type, or of a name that one cloud alone sells. Raises UnknownName."""
    provider, instance_type = _parts(name)
    if instance_type:
        try:
            return mapping.instance_type(mapping.provider(provider).provider, instance_type)
        except UnknownName:
            pass  # its name may have a colon
    kinds = [kind for provider in mapping.providers if (kind := mapping.catalog.find_type(provider, name))]
    if len(kinds) == 1:
        return kinds[0]
    if instance_type:
        return mapping.instance_type(mapping.provider(provider).provider, instance_type)
    raise UnknownInstanceType(name)


def _unknown(name: str, error: UnknownName, state: MachineState, mapping: CloudMap) -> Response:
    """The page that says so, with the nearest names as links."""
    provider, instance_type = _parts(name)
    names = (instance_type or name, *type_names(mapping, None).nearest(instance_type or name, n=_NEAREST))
    if provider in mapping.providers:
        names = (instance_type, *type_names(mapping, provider).nearest(instance_type, n=_NEAREST))
    kinds = [mapping.catalog.find_type(key, one) for one in names for key in mapping.providers]
    pairs = dict.fromkeys((kind.provider, kind.instance_type) for kind in kinds if kind is not None)
    nearest = [(f"{key}:{one}", Addresses(state.theme).machine(key, one)) for key, one in pairs]
    return page.filled("unknown_machine.html", state, 404, name=name, why=str(error), nearest=nearest)


def _side_by_side(kind: InstanceType, rows: tuple[Place, ...], state: MachineState) -> str:
    """The comparison of the machine in its greenest regions; empty where it has no figures."""
    places = [place for place in rows if place.json is not None][:_GREENEST]
    options = [f"{place.region.key},{kind.instance_type}" for place in places]
    return link("/compare", None, option=options, theme=state.theme) if len(options) > 1 else ""


def _alternatives(kind: InstanceType, session: Session, to: Addresses) -> list[tuple[str, str, Content]]:
    """Cloud, address and facts of the machines of other clouds that are most like it."""
    mapping = session.mapping
    kinds = similar(kind, mapping.columns, day_of(session.now))
    return [
        (mapping.providers[one.provider].name, to.machine(one.provider, one.instance_type), InstanceRow.of(one))
        for one in kinds
    ]


def _by_rank(kind: InstanceType, places: Places) -> list[tuple[str, str]]:
    """Intensities and prices in its regions as data; none for what no list says to be sold."""
    if not places.listed or kind.retired_on is not None or not places.rows:
        return []
    address = link("/v1/by-rank", None, provider=kind.provider, instanceType=kind.instance_type)
    return [("JSON", address), ("CSV", f"{address}&format=csv"), ("text", f"{address}&format=text")]
