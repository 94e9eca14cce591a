"""GET /instances: the machine types and sized services of all clouds, which a reader searches and filters."""

from __future__ import annotations

from typing import Any

from flask import Response
from pydantic import Field

from api.edge.exchange import current
from api.endpoints.instances import InstancesParameters
from api.questions.fields import scope_of
from api.shapes.catalog import InstanceRow
from catalog.columns import TypeColumns
from catalog.memo import table_cache
from mapping import CloudMap, type_names
from web.pages import page
from web.pages.addresses import Addresses
from web.pages.page import PageState, link

bp = page.blueprint("machines", __name__)
ROWS = 50
_API = "/api/v1/instances"
_NEAREST = 5


class MachinesState(InstancesParameters, PageState):
    """The parameters of the API's list."""

    limit: int = Field(ROWS, ge=1, le=200)

    @property
    def filters(self) -> dict[str, Any]:
        """What is asked for, without how it is shown."""
        return self.model_dump(exclude_defaults=True, exclude={"theme", "limit", "offset"})


@bp.get("/instances")
def machines() -> Response:
    """The list, by cloud and name; those whose size is not known come last."""
    state = page.state_of(MachinesState)
    exchange = current()
    mapping = exchange.mapping
    kinds = exchange.session.instances(state.query())
    shown = kinds[state.offset :][: state.limit]
    to = Addresses(state.theme)
    source = link(_API, None, **state.filters, limit=state.limit, offset=state.offset or None)
    return page.filled(
        "machines.html",
        state,
        total=len(kinds),
        rows=[(mapping.providers[kind.provider].name, InstanceRow.of(kind)) for kind in shown],
        to=to,
        clouds=[(key, mapping.providers[key].name) for key in _sellers(mapping.columns)],
        chosen=scope_of(state.provider),
        categories=_categories(mapping.columns),
        nearest=_nearest(state.q, mapping, to) if not kinds else [],
        before=link("/instances", state, offset=max(0, state.offset - state.limit) or None) if state.offset else "",
        after=link("/instances", state, offset=state.offset + state.limit)
        if state.offset + state.limit < len(kinds)
        else "",
        source=source,
        curl=page.curl(source),
    )


@table_cache(None)
def _sellers(columns: TypeColumns) -> tuple[str, ...]:
    """The clouds that sell machines."""
    return tuple(dict.fromkeys(kind.provider for kind in columns.types))


@table_cache(None)
def _categories(columns: TypeColumns) -> tuple[str, ...]:
    return tuple(sorted({kind.category for kind in columns.types}))


def _nearest(text: str | None, mapping: CloudMap, to: Addresses) -> list[tuple[str, str]]:
    """Names like a text that no name contains, with their pages."""
    names = () if text is None else type_names(mapping, None).nearest(text, n=_NEAREST)
    kinds = (mapping.catalog.find_type(key, name) for name in names for key in mapping.providers)
    return [(kind.instance_type, to.machine(kind.provider, kind.instance_type)) for kind in kinds if kind]
