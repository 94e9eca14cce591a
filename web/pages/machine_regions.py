"""What a machine emits and costs in every region that offers it: the rows of a compare, and those that have none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from api.edge.problems import problem_of
from api.endpoints.compare import CompareRequest
from api.shapes.emissions import Cost, EmissionRow
from carbon.bands import Band, band_of
from carbon.errors import CarbonError
from carbon.intensity import CarbonIntensity
from carbon.listings import RegionsQuery
from carbon.results import Emission
from carbon.workload import ALL_PARTITIONS
from catalog.model import InstanceType, Region
from mapping import CloudMap
from planning.placing.costs import cost_of
from session import Session
from web.marks import Standing, standing_of
from web.pages.page import Content, asked

PATH = "/api/v1/compare"


class Order(StrEnum):
    """What the rows are ordered by. carbon: as compare does."""

    CARBON = "carbon"
    PRICE = "price"
    SPOT = "spot"
    REGION = "region"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A region that offers the machine. cost: of an hour. json: its row of compare; None where it is not compared."""

    region: Region
    cost: Content
    intensity: CarbonIntensity | None
    json: Content | None = None

    @property
    def gco2e_per_kwh(self) -> float | None:
        """Of the present hour."""
        return None if self.intensity is None else self.intensity.gco2e_per_kwh

    @property
    def band(self) -> Band | None:
        return band_of(self.gco2e_per_kwh)

    @property
    def standing(self) -> Standing:
        return Standing.UNKNOWN if self.intensity is None else standing_of(self.intensity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The regions. body: the question of compare; None where the machine's power is not modelled.

    listed: whether a source says which regions offer it; if none does they are all of its cloud's. problem: why no
    region has a figure.
    """

    rows: tuple[Place, ...]
    body: Content | None
    listed: bool
    problem: Content | None = None


def places_of(machine: InstanceType, utilization: float, session: Session) -> Places:
    """Every region that offers the machine, greenest first; those without a figure are last."""
    regions, listed = _offering(machine, session.mapping)
    if machine.power is None or not regions:
        return Places(rows=_without_figure(regions, machine, session), body=None, listed=listed)
    options = [{"region": region.key, "instance_type": machine.instance_type} for region in regions]
    body: Content = {"options": options, "utilization": utilization}
    try:
        comparison = session.compare(asked(CompareRequest, body).queries())
    except CarbonError as error:
        rows = _without_figure(regions, machine, session)
        return Places(rows=rows, body=body, listed=listed, problem=problem_of(error))
    compared = tuple(_compared(emission, session) for emission in comparison.rows)
    done = {place.region.key for place in compared}
    rest = _without_figure([region for region in regions if region.key not in done], machine, session)
    return Places(rows=(*compared, *rest), body=body, listed=listed)


def _offering(machine: InstanceType, mapping: CloudMap) -> tuple[list[Region], bool]:
    own = [region for region in mapping.regions.values() if region.provider == machine.provider]
    offered = {region.key: mapping.is_offered(region.key, machine.instance_type) for region in own}
    listed = any(answer is not None for answer in offered.values())
    return [region for region in own if offered[region.key] is (True if listed else None)], listed


def _compared(emission: Emission, session: Session) -> Place:
    json: Content = EmissionRow.of(emission, session)
    cost: Content = json["cost"]
    return Place(region=session.mapping.regions[emission.region], cost=cost, intensity=emission.now, json=json)


def _without_figure(regions: Sequence[Region], machine: InstanceType, session: Session) -> tuple[Place, ...]:
    if not regions:
        return ()
    now = session.regions(RegionsQuery(providers=(machine.provider,), partition=ALL_PARTITIONS))
    intensities = {row.region: row.intensity for row in now.rows}
    costs = [cost_of(session.mapping.price(region.key, machine.instance_type), 1.0, 1) for region in regions]
    return tuple(
        Place(region=region, cost=Cost.of(cost, session), intensity=intensities.get(region.key))
        for region, cost in zip(regions, costs, strict=True)
    )


_VALUES: dict[Order, Callable[[Place], float | str | None]] = {
    Order.CARBON: lambda place: None if place.json is None else place.json["co2_emissions_g"],
    Order.PRICE: lambda place: place.cost["on_demand_usd_per_hour"],
    Order.SPOT: lambda place: place.cost["spot_usd_per_hour"],
    Order.REGION: lambda place: place.region.key,
}


def ordered(rows: Sequence[Place], order: Order, *, down: bool) -> list[Place]:
    """The rows by one column, in the present order where it is equal; those without a value are last either way."""
    value = _VALUES[order]
    present = [row for row in rows if value(row) is not None]
    absent = [row for row in rows if value(row) is None]
    return sorted(present, key=value, reverse=down) + absent  # type: ignore[arg-type]  # none of them is None
