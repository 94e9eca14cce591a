"""One optimize question with its facts: turns ranked offers into rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from carbon import units
from carbon.intensity import CarbonIntensity
from carbon.placements import PlacementRow
from carbon.results import Emission, GridShares, RegionNow, Window
from carbon.workload import OptimizeQuery
from catalog.columns import BoolArray, FloatArray
from catalog.model import InstanceType, Provider
from catalog.offers import IntArray, Offers
from catalog.prices import PriceTable
from planning.outlook.zones import Outlook
from planning.placing.candidates import Candidates
from planning.placing.emission import emission, sustained
from planning.placing.rank import ACCELERATED, PLAIN, Ranked, TypeRates, rank
from planning.scheduling.windows import Best

WORK_UNITS = {ACCELERATED: "tflop/s-hours", PLAIN: "vcpu-hours"}


@dataclass(frozen=True, slots=True)
class Timing:
    """When the work may run: it starts in [earliest, latest] and its carbon is the mean of ranking_hours."""

    earliest: datetime
    latest: datetime
    duration_hours: float
    ranking_hours: float
    flexible: bool

    def hours_from(self, now: datetime) -> int:
        """Full hours an outlook from `now` must hold."""
        end = self.latest + timedelta(hours=max(self.ranking_hours, self.duration_hours))
        return int((end - now).total_seconds() // units.HOUR_SECONDS) + 2


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decision rests on.

    zone_row: per region of `offers`, its row in the outlook; -1 for regions that play no part.
    requested: index of the caller's region. today_day: days since 1970-01-01, for the age of spot prices.
    """

    offers: Offers
    providers: Mapping[str, Provider]
    shares: Mapping[str, GridShares]
    outlook: Outlook
    zone_row: IntArray
    requested: int | None
    prices: PriceTable
    today_day: int


@dataclass(frozen=True, slots=True)
class Job:
    """The question, its facts, the best window of each zone, and every type's rates at the caller's load."""

    query: OptimizeQuery
    facts: Facts
    when: Timing
    windows: Best
    rates: TypeRates

    def region_means(self) -> FloatArray:
        """Per region of the offers: mean intensity of its window; NaN where it plays no part."""
        means: FloatArray = np.append(self.windows.means, np.nan)[self.facts.zone_row]
        return means

    def gco2e_per_kwh_it(self) -> FloatArray:
        """Per region: grams per kWh of IT load, PUE applied."""
        pue = np.array([self.facts.providers[r.provider].pue for r in self.facts.offers.regions])
        adjusted: FloatArray = self.region_means() * pue
        return adjusted

    def intensity_constraint(self) -> dict[str, BoolArray]:
        """Regions whose window's mean is not above the caller's maximum, if one is set."""
        most = self.query.max_carbon_intensity
        return {} if most is None else {"max_carbon_intensity": self.region_means() <= most}

    def rank(self, found: Candidates, per_region: int) -> Ranked:
        """The offers found, by the query's priority."""
        return rank(
            found,
            self.facts.offers.columns,
            self.rates,
            priority=self.query.priority,
            gco2e_per_kwh_it=self.gco2e_per_kwh_it(),
            include_embodied=self.query.include_embodied,
            per_region=per_region,
            region_order=self.facts.offers.region_order,
            usd_per_hour=self.usd_per_hour(),
            carbon_usd_per_tonne=self.query.carbon_usd_per_tonne,
        )

    def usd_per_hour(self) -> FloatArray:
        """Per offer: the price the question pays, NaN unknown."""
        prices = self.facts.prices
        return prices.usable_spot(self.facts.today_day) if self.query.spot else prices.on_demand_usd_per_hour

    def price_constraints(self) -> dict[str, BoolArray]:
        """Per offer: whether it meets each bound on its price; an unknown price meets none."""
        query, masks = self.query, dict[str, BoolArray]()
        if not query.spot and query.max_usd_per_hour is None and query.max_cost_usd is None:
            return masks
        usd = self.usd_per_hour()
        masks["no_spot_price" if query.spot else "no_price"] = np.isfinite(usd)
        if query.max_usd_per_hour is not None:
            masks["max_price_per_hour"] = usd <= query.max_usd_per_hour
        if query.max_cost_usd is not None:
            masks["max_cost"] = usd * self.when.duration_hours <= query.max_cost_usd
        return masks

    def work(self, type_index: int) -> float:
        """Work a type does over the duration; NaN if unrated."""
        return float(self.rates.work_per_hour[type_index]) * self.when.duration_hours

    def row(self, ranked: Ranked, index: int, *, best: Ranked) -> PlacementRow:
        """Row `index` of `ranked`, set against the first row of `best`."""
        region, type_index = int(ranked.region[index]), int(ranked.type[index])
        instance, outlook = self.facts.offers.columns.types[type_index], self.facts.outlook
        zone_row, seconds = int(self.facts.zone_row[region]), self.when.ranking_hours * units.HOUR_SECONDS
        start = float(self.windows.starts[zone_row])
        mean = outlook.describe(zone_row, float(self.windows.means[zone_row]), start, seconds)
        at_once = outlook.mean(outlook.names[zone_row], outlook.seconds_to(self.when.earliest), seconds)
        emitted = self.emission(region, instance, mean, int(ranked.offer[index]))
        unit, grams = WORK_UNITS.get(int(ranked.kind[index])), _known(ranked.gco2e_per_work[index])
        comparable = unit is not None and grams is not None and bool(ranked.kind[index] == best.kind[0])
        speed = _known(self.facts.offers.columns.performance[type_index])
        return PlacementRow(
            emission=emitted,
            window=Window(
                starts_at=outlook.at(start),
                ends_at=outlook.at(start + seconds),
                duration_hours=self.when.ranking_hours,
                mean=mean,
            ),
            start_now_gco2e=emitted.energy_kwh * (at_once.gco2e_per_kwh or 0.0),
            start_now_used=at_once,
            work_unit=unit,
            performance=speed,
            performance_basis=_performance_basis(instance),
            relative_performance=speed / self.best_speed(best) if comparable and speed is not None else None,
            gco2e_per_unit_work=grams,
            gco2e_for_same_work=grams * self.work(int(best.type[0])) if comparable and grams is not None else None,
            usd_per_unit_work=_known(ranked.usd_per_work[index]),
            carbon_usd=emitted.total_gco2e * self.query.carbon_usd_per_tonne / units.GRAMS_PER_TONNE
            if self.query.carbon_usd_per_tonne
            else None,
            within_uncertainty_of_best=grams <= units.INDISTINGUISHABLE_RATIO * self.least_grams(best)
            if comparable and grams is not None
            else None,
            score=_known(ranked.score[index]),
            is_requested_region=region == self.facts.requested,
        )

    def best_speed(self, best: Ranked) -> float:
        """The highest performance among all qualifying offers whose work is counted like row 1's."""
        return float(self.facts.offers.columns.performance[best.type[0]] / best.relative[0])

    def least_grams(self, best: Ranked) -> float:
        """The fewest grams per unit of work among rows whose work is counted like row 1's."""
        return float(best.gco2e_per_work[best.kind == best.kind[0]].min())

    def emission(self, region: int, instance: InstanceType, used: CarbonIntensity, offer: int) -> Emission:
        """One machine's emission over the duration at the mean `used`."""
        place = self.facts.offers.regions[region]
        return emission(
            region=place.key,
            provider=self.facts.providers[place.provider],
            instance=instance,
            offered=True,
            load=sustained(instance, self.query.load),
            duration_hours=self.when.duration_hours,
            count=1,
            include_embodied=self.query.include_embodied,
            now=self.facts.outlook.current(place.zone),
            used=used,
            shares=self.shares(region),
            price=self.facts.prices.price_of_offer(offer),
        )

    def shares(self, region: int) -> GridShares:
        """Annual shares of a region's zone."""
        return self.facts.shares[self.facts.offers.regions[region].zone]

    def region_now(self, region: int) -> RegionNow:
        """A region's grid alone."""
        place = self.facts.offers.regions[region]
        return RegionNow(region=place.key, intensity=self.facts.outlook.current(place.zone), shares=self.shares(region))


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _performance_basis(instance: InstanceType) -> str | None:
    return instance.accelerator.performance_basis if instance.accelerator else instance.performance_basis
