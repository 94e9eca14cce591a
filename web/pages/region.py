"""GET /regions/{region}: a region now and in the hours to come, what sources say of it, what machines emit there."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response
from pydantic import Field

from api.edge.exchange import current
from api.questions import names
from api.questions.fields import ProviderKey
from api.shapes.regions import RegionAnswer
from api.shapes.zone_notes import zone_notes
from carbon.bands import band_of
from carbon.intensity import Signal
from catalog.model import Region
from session import Session
from web.marks import sources_in_words, standing_of
from web.pages import page, region_hours, region_machines, region_month, region_past
from web.pages.addresses import machine_page, region_page
from web.pages.page import PageState, link
from web.pages.panels import forecast_panel
from web.pages.region_machines import MachineOrder, Machines, MachinesState
from web.pages.region_month import Month, MonthState
from web.pages.region_past import Days, Past

bp = page.blueprint("region", __name__)
JOB_HOURS = 4.0  # of the job whose best window is shown
WRONG = 400  # a field of a form


class RegionState(MachinesState, MonthState, PageState):
    """How far the hours reach to both sides, which machines are listed, and which one runs for a month."""

    provider: ProviderKey | None = None
    hours: int = Field(48, ge=6, le=168)
    days: Days = Days.WEEK


@bp.get("/regions/<name>")
def region(name: str) -> Response:
    """The page of a region that is named as in /api/v1/regions/{region}."""
    state = page.state_of(RegionState)
    exchange = current()
    session = exchange.session
    place = names.noted_region(session.mapping, name, state.provider, exchange.zone_notes)
    details = session.region_details(place.key)
    machines = region_machines.machines_of(place, state, session)
    past = region_past.past_of(place, state.days, session)
    month = region_month.month_of(place, state, session)
    address, json = region_page(place.key), f"/api/v1/regions/{place.key}"
    return page.filled(
        "region.html",
        state,
        status=WRONG if any(one.problem and one.problem["status"] == WRONG for one in (machines, month)) else 200,
        address=address,
        machine_page=machine_page,
        region_page=region_page,
        region=place,
        country=session.mapping.places.countries.get(place.country, place.country),
        provider=session.mapping.providers[place.provider],
        notes=[*(note["detail"] for note in zone_notes(exchange.zone_notes)), *(note.text for note in session.notes)],
        facts=RegionAnswer.of(details, session)["region_details"],
        band=band_of(details.now.intensity.gco2e_per_kwh),
        standing=standing_of(details.now.intensity),
        sources=sources_in_words([details.now.intensity]),
        green=region_hours.green_hours(details),
        marginal=_marginal(place, session),
        ahead=forecast_panel(place.key, state.hours, JOB_HOURS, session),
        past=past,
        machines=machines,
        orders=MachineOrder,
        month=month,
        json=json,
        curls=_commands(place, state, past, machines, month),
    )


def _commands(
    region: Region, state: RegionState, past: Past | None, machines: Machines, month: Month
) -> dict[str, str]:
    """The command of each panel."""
    zone = f"/api/v1/zones/{region.zone}"
    return {
        "now": page.curl(f"/api/v1/regions/{region.key}"),
        "forecast": page.curl(link(f"{zone}/forecast", None, hours=state.hours)),
        "sources": page.curl(f"{zone}/sources"),
        "past": "" if past is None else page.curl(past.path),
        "machines": page.curl(region_machines.PATH, machines.body),
        "month": page.curl(region_month.PATH, month.body),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Marginal:
    """The marginal intensity of now. percentile: among those of the grid zone, 0 is the cleanest."""

    gco2e_per_kwh: float | None
    percentile: float | None


def _marginal(region: Region, session: Session) -> Marginal | None:
    """None where no source says anything of it."""
    details = session.about(Signal.MARGINAL).zone_details(region.zone)
    value = details.intensity.gco2e_per_kwh
    if value is None and details.percentile is None:
        return None
    return Marginal(gco2e_per_kwh=value, percentile=details.percentile)
