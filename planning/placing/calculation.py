"""What machines of one type emit in one region."""

from __future__ import annotations

from dataclasses import replace

from carbon.intensity import CarbonIntensity, Signal
from carbon.results import Emission
from carbon.workload import CalculateQuery
from catalog.model import InstanceType
from catalog.utilization import OTHER
from mapping import CloudMap
from planning.outlook.unknown import intensity_unknown
from planning.placing.emission import Machines, Site, emission, pue_of, utilization
from planning.placing.phases import mean_of_phases


def calculate(
    query: CalculateQuery,
    machine: InstanceType,
    mapping: CloudMap,
    *,
    now: CarbonIntensity,
    used: CarbonIntensity,
    signal: Signal = Signal.AVERAGE_LIFECYCLE,
) -> Emission:
    """Energy, grams and cost of the query's machines. Raises PowerNotModelled, IntensityUnknown.

    machine: that of the query. now: the intensity of this hour. used: the mean over the hours they run, by their
    energy. signal: what both count.
    """
    region, name = mapping.regions[query.region], machine.instance_type
    if used.gco2e_per_kwh is None:
        raise intensity_unknown(signal, {region.zone: used})
    load = replace(query.load, assumed=mapping.accelerator_loads[OTHER])
    busy, draw = utilization(machine, load), None
    if load.phases and not load.has_watts:
        busy, draw = mean_of_phases(machine, load)
    machines = Machines(
        instance=machine,
        utilization=busy,
        duration_hours=query.duration_hours,
        count=query.count,
        include_embodied=query.include_embodied,
        own=query.machine,
        draw=draw,
        has_watts=load.has_watts,
    )
    pue, pue_basis = pue_of(query.machine, query.pue, region)
    site = Site(
        region=region.key,
        pue=pue,
        pue_basis=pue_basis,
        now=now,
        used=used,
        shares=mapping.annual_shares[region.zone],
        offered=mapping.is_offered(region.key, name) if name else None,
        price=mapping.price(region.key, name) if name else None,
    )
    return emission(machines, site)
