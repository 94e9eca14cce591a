"""One optimize question with the facts it is decided on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from carbon import units
from carbon.placements import MachineSize, RankedBy
from carbon.workload import OptimizeQuery, RankBy
from catalog.columns import FloatArray
from catalog.offers import Offers
from mapping import CloudMap, pue_by_region
from planning.outlook.zones import Outlook
from planning.placing.machine_type import machine_type
from planning.placing.measure import machine_size, ranked_by, with_size_of
from planning.placing.named_services import with_named_services
from planning.placing.rates import TypeRates
from planning.placing.scope import RegionScope
from planning.scheduling.span import RunSpan
from planning.scheduling.starts import NO_ZONE, RegionStarts
from planning.scheduling.waiting import worth_waiting_for
from planning.scheduling.windows import best_windows


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """The question, its facts, and what follows from both for each region, type and offer. NaN is unknown.

    today_day: days since 1970-01-01. starts: the advised window of each region to be read. rates: of every type at the
    caller's load. gco2e_per_kwh_it: per region, grams per kWh of IT load, PUE applied. usd_per_hour: per offer, the
    price the question pays.
    """

    query: OptimizeQuery
    mapping: CloudMap
    scope: RegionScope
    span: RunSpan
    outlook: Outlook
    today_day: int
    starts: RegionStarts
    rates: TypeRates
    gco2e_per_kwh_it: FloatArray
    usd_per_hour: FloatArray
    ranked_by: RankedBy
    size: MachineSize

    @classmethod
    def of(
        cls,
        query: OptimizeQuery,
        mapping: CloudMap,
        scope: RegionScope,
        span: RunSpan,
        outlook: Outlook,
        today_day: int,
    ) -> Job:
        """The outlook holds the zones of scope.to_read for the whole span.

        Services that the query names compete too, and accelerators are assumed to be as busy as is usual for its kind.
        """
        query = replace(query, load=replace(query.load, assumed=mapping.accelerator_loads[query.workload]))
        mapping = with_named_services(mapping, query.instance_types)
        measure = ranked_by(query)
        sized, current = query, query.current
        if current is not None:
            sized = with_size_of(machine_type(current, mapping), query, measure.by)
        size = machine_size(sized, is_of_current=sized is not query)
        starts = _starts(mapping.offers, scope, span, outlook)
        prices = mapping.prices
        usd_per_hour = prices.usable_spot(today_day) if query.spot else prices.on_demand_usd_per_hour
        rates, gco2e_per_kwh_it = (
            TypeRates.at(mapping.columns, query.load),
            starts.gco2e_per_kwh * pue_by_region(mapping),
        )
        facts = (sized, mapping, scope, span, outlook, today_day)
        return cls(*facts, starts, rates, gco2e_per_kwh_it, usd_per_hour, measure, size)

    @property
    def offers(self) -> Offers:
        """Every offer of the catalog."""
        return self.mapping.offers

    @property
    def machine_hours(self) -> float:
        """Hours of all machines of the job together."""
        return self.span.duration_hours * self.query.count

    def work(self, type_index: int) -> float:
        """Units of work that the machines of a type do over the duration; NaN if unrated."""
        return float(self.rates.work_per_hour[type_index]) * self.machine_hours

    def amount(self, type_index: int) -> float:
        """How many units of what is compared a type stands for: of work, or hours of one machine."""
        return self.work(type_index) if self.ranked_by.by is RankBy.WORK else self.machine_hours


def _starts(offers: Offers, scope: RegionScope, span: RunSpan, outlook: Outlook) -> RegionStarts:
    """The windows with the lowest means, or the earliest where waiting for the lowest is not worth it."""
    earliest, duration = outlook.seconds_to(span.earliest), span.window_hours * units.HOUR_SECONDS
    best = best_windows(outlook.series(), earliest=earliest, latest=outlook.seconds_to(span.latest), duration=duration)
    best = worth_waiting_for(best, outlook, earliest=earliest, duration=duration)
    zone_row = np.full(len(offers.regions), NO_ZONE, dtype=np.intp)
    zone_row[scope.to_read] = [outlook.zones[offers.regions[i].zone] for i in scope.to_read.tolist()]
    return RegionStarts.of(zone_row, best.starts, best.means)
