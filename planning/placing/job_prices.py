"""What a job costs in a place: the price that counts, and why a place is too dear."""

from __future__ import annotations

from carbon import units
from carbon.jobs import ScheduleQuery
from carbon.schedules import JobCost, Schedule
from mapping import CloudMap
from planning.scheduling.risk import decisive

NO_PRICE = "no price of the instance type is known there"
NO_SPOT_PRICE = "no spot price of the last 365 days is known there"
TOO_DEAR = "the price is above max_price_per_hour"
# gCO2e per kWh that an hour of machines weighs at most, which is what it weighs where carbon costs nothing.
MOST_WEIGHT = 1e6


def usd_per_hour(
    mapping: CloudMap, region: str, instance_type: str | None, *, spot: bool, today_day: int
) -> float | None:
    """The price of one machine in a region, spot or on-demand; None if it is not known, or no type is sold.

    today_day: days since 1970-01-01.
    """
    price = mapping.price(region, instance_type) if instance_type else None
    if price is None:
        return None
    return price.usable_spot(today_day) if spot else price.on_demand_usd_per_hour


def why_too_dear(query: ScheduleQuery, usd: float | None) -> str | None:
    """Why a place of this price cannot be taken; None if it can."""
    if usd is None:
        return (NO_SPOT_PRICE if query.spot else NO_PRICE) if query.needs_price else None
    is_above = query.max_usd_per_hour is not None and usd > query.max_usd_per_hour
    return TOO_DEAR if is_above else None


def machine_hour_weight(query: ScheduleQuery, usd: float | None, kwh_per_hour: float) -> float:
    """gCO2e per kWh by which an hour of all machines is worse because of its price; 0 if only emissions count."""
    if query.carbon_usd_per_tonne is None or usd is None:
        return 0.0
    usd_per_kwh = usd * _count(query) / kwh_per_hour
    carbon_usd_per_gram = query.carbon_usd_per_tonne / units.GRAMS_PER_TONNE
    return min(usd_per_kwh / carbon_usd_per_gram, MOST_WEIGHT) if carbon_usd_per_gram else MOST_WEIGHT


def job_cost(query: ScheduleQuery, plan: Schedule, usd: float | None, kwh_per_hour: float) -> JobCost | None:
    """The cost of the best window of a plan; None if no price is asked for. kwh_per_hour: of all machines."""
    if usd is None or not query.needs_price:
        return None
    carbon_usd, hours, price = None, plan.best.duration_hours, query.carbon_usd_per_tonne
    if price is not None:
        grams = kwh_per_hour * hours * (decisive(plan.best.mean, query.risk) or 0.0)
        carbon_usd = grams * price / units.GRAMS_PER_TONNE
    return JobCost(is_spot=query.spot, usd_per_hour=usd, usd=usd * _count(query) * hours, carbon_usd=carbon_usd)


def score(query: ScheduleQuery, usd: float | None, grams: float, hours: float) -> float:
    """By which places are ranked: USD with priced emissions, or grams. hours: of the machines."""
    if query.carbon_usd_per_tonne is None or usd is None:
        return grams
    return usd * _count(query) * hours + grams * query.carbon_usd_per_tonne / units.GRAMS_PER_TONNE


def _count(query: ScheduleQuery) -> int:
    return 1 if query.run is None else query.run.count
