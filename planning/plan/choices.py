"""The choices of one job: each place with its best window, as far as they can be among the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from carbon.errors import IntensityUnknown
from carbon.jobs import ScheduleQuery
from carbon.plans import Choice, PlanJob, PlanQuery
from carbon.schedules import ExpectedSavings, Schedule, Segment, Window
from carbon.units import GRAMS_PER_TONNE, HOUR_SECONDS
from catalog.columns import FloatArray, IntArray
from planning.outlook.series import Series
from planning.outlook.zones import Outlook
from planning.placing.job_rank import Rate, restart_weight, schedule_in
from planning.plan.sites import Site, Sites
from planning.scheduling.bounds import span_bounds
from planning.scheduling.pauses import soonest_spans
from planning.scheduling.risk import decisive
from planning.scheduling.span import RunSpan

ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class _Rates:
    """What an hour in each of several places takes, and the move of the data; a price that is not known is 0.

    rows: of their zones in the outlook.
    """

    rows: IntArray
    kwh_per_hour: FloatArray
    usd_per_hour: FloatArray
    moved_gco2e: FloatArray
    moved_usd: FloatArray

    @classmethod
    def of(cls, sites: Sequence[Site], outlook: Outlook) -> _Rates:
        """In the order of the places."""
        return cls(
            rows=np.array([outlook.zones[site.region.zone] for site in sites]),
            kwh_per_hour=np.array([site.kwh_per_hour for site in sites]),
            usd_per_hour=np.array([site.usd_per_hour or 0.0 for site in sites]),
            moved_gco2e=np.array([site.transfer.gco2e if site.transfer else 0.0 for site in sites]),
            moved_usd=np.array([site.usd_of_data or 0.0 for site in sites]),
        )


class Choices:
    """Finds and prices choices over one outlook; what a zone offers to jobs of equal times is worked out once.

    Keys with the id of an object hold as long as the object does, which therefore stands beside what they lead to.
    """

    def __init__(self, query: PlanQuery, outlook: Outlook, sites: Sites) -> None:
        self._query, self._outlook, self._sites = query, outlook, sites
        self._series: Series = outlook.series()
        self._bounds: dict[object, FloatArray] = {}
        self._pieces: dict[object, list[tuple[datetime, datetime]]] = {}
        self._schedules: dict[object, Schedule | None] = {}
        self._rates: dict[int, tuple[Sequence[Site], _Rates]] = {}
        self._rankings: dict[object, tuple[Sequence[Site], list[tuple[Site, Schedule]]]] = {}
        self._at_once: dict[object, Window] = {}
        self._choices: dict[object, tuple[Site, Window, Choice]] = {}

    def best(self, job: PlanJob, span: RunSpan, sites: Sequence[Site], count: int) -> list[Choice]:
        """The `count` best places, best first; of equals in the order of the sites.

        Places of unknown intensity are left out, for a cautious plan those of an unknown range too. A place is looked
        at only if the lowest hours of its zone could cost less than the best ones so far.
        """
        key = (id(sites), span, job.times.interruption, count)
        if key not in self._rankings:
            self._rankings[key] = (sites, self._ranking(job, span, sites, count))
        return [self.of(job, site, plan.best, plan.expected) for site, plan in self._rankings[key][1]]

    def _ranking(self, job: PlanJob, span: RunSpan, sites: Sequence[Site], count: int) -> list[tuple[Site, Schedule]]:
        """As best; the same for all jobs of these sites and times."""
        times, lowest = self._query.times(job), self._lowest_costs(job, span, sites)
        ranking: list[tuple[float, int, Schedule]] = []
        for index in np.argsort(lowest, kind="stable").tolist():
            if len(ranking) >= count and lowest[index] > ranking[count - 1][0] * (1 + ROUNDING):
                break
            schedule = self._schedule(job, times, span, sites[index])
            if schedule is None or (figure := decisive(schedule.best.mean, self._query.risk)) is None:
                continue
            hours = schedule.best.duration_hours
            ranking.append((self._cost(sites[index], figure * hours, hours), index, schedule))
            ranking.sort(key=lambda row: row[:2])
        return [(sites[index], schedule) for _, index, schedule in ranking[:count]]

    def at_once(self, job: PlanJob, span: RunSpan, site: Site) -> Window:
        """The job as early as it may run: in one piece, or in segments where excluded times pause it.

        Raises DoesNotFit if the segments fit nowhere between them.
        """
        rule, outlook = job.times.interruption, self._outlook
        if (span, rule) not in self._pieces:
            if rule is None:
                pieces = [(span.earliest, span.earliest + timedelta(hours=span.duration_hours))]
            else:
                pieces = [(outlook.at(low), outlook.at(high)) for low, high in soonest_spans(outlook, span, rule)]
            self._pieces[span, rule] = pieces
        pieces = self._pieces[span, rule]
        key = (site.region.zone, id(pieces))
        if key not in self._at_once:
            self._at_once[key] = self.window(site, pieces, segments=rule is not None)
        return self._at_once[key]

    def window(self, site: Site, pieces: Sequence[tuple[datetime, datetime]], *, segments: bool) -> Window:
        """Pieces of time in a place, with their mean intensity."""
        zone, seconds_to = site.region.zone, self._outlook.seconds_to
        spans = [(seconds_to(start), seconds_to(end)) for start, end in pieces]
        means = [self._outlook.mean(zone, start, end - start).gco2e_per_kwh for start, end in spans]
        hours = [(end - start) / HOUR_SECONDS for start, end in spans]
        return Window(
            starts_at=pieces[0][0],
            ends_at=pieces[-1][1],
            duration_hours=sum(hours),
            mean=self._outlook.mean_of_spans(zone, spans),
            segments=tuple(
                Segment(starts_at=start, ends_at=end, duration_hours=length, gco2e_per_kwh=mean)
                for (start, end), length, mean in zip(pieces, hours, means, strict=True)
            )
            if segments
            else (),
        )

    def of(self, job: PlanJob, site: Site, window: Window, expected: ExpectedSavings | None = None) -> Choice:
        """A choice with its figures. The window's intensity is known. expected: from waiting, as backtests had it.

        Jobs of equal machines share those of one place and window.
        """
        key = (job.run, id(site), id(window), expected)
        if key not in self._choices:
            self._choices[key] = (site, window, self._of(job, site, window, expected))
        return self._choices[key][2]

    def _of(self, job: PlanJob, site: Site, window: Window, expected: ExpectedSavings | None) -> Choice:
        emission = self._sites.emission(job, site, window.duration_hours, window.mean)
        usd = None
        if site.usd_per_hour is not None and site.usd_of_data is not None:
            usd = site.usd_per_hour * window.duration_hours + site.usd_of_data
        moved = 0.0 if site.transfer is None else site.transfer.gco2e
        figure = decisive(window.mean, self._query.risk) or window.mean.gco2e_per_kwh or 0.0
        return Choice(
            region=site.region.key,
            window=replace(window, operational_gco2e=emission.operational_gco2e),
            emission=emission,
            transfer=site.transfer,
            usd=usd,
            cost=self._query.cost(emission.energy_kwh * figure + moved, usd),
            expected=expected,
        )

    def _cost(self, site: Site, grams_per_kw: float, hours: float) -> float:
        """By the objective, of a constant power over hours that emit so many grams for each kW."""
        moved = 0.0 if site.transfer is None else site.transfer.gco2e
        usd = (site.usd_per_hour or 0.0) * hours + (site.usd_of_data or 0.0)
        return self._query.cost(site.kwh_per_hour * grams_per_kw + moved, usd)

    def _lowest_costs(self, job: PlanJob, span: RunSpan, sites: Sequence[Site]) -> FloatArray:
        """What no schedule of each place undercuts, by the objective."""
        rates = self._rates_of(sites)
        grams = rates.kwh_per_hour * self._lowest(job, span)[rates.rows] + rates.moved_gco2e
        price = self._query.carbon_usd_per_tonne
        if price is None:
            return grams
        return grams * price / GRAMS_PER_TONNE + rates.usd_per_hour * span.duration_hours + rates.moved_usd

    def _rates_of(self, sites: Sequence[Site]) -> _Rates:
        """The rates of places; those of a list that jobs share are made once."""
        if id(sites) not in self._rates:
            self._rates[id(sites)] = (sites, _Rates.of(sites, self._outlook))  # the list is kept, and so its id
        return self._rates[id(sites)][1]

    def _lowest(self, job: PlanJob, span: RunSpan) -> FloatArray:
        """For each zone the grams for each kW that no window or segments undercut; 0 where hours are not known."""
        key = (span, job.times.interruption is None)
        if key not in self._bounds:
            totals = span_bounds(self._outlook, self._series, span, pauses=job.times.interruption is not None)
            self._bounds[key] = totals / HOUR_SECONDS * (1 - ROUNDING)
        return self._bounds[key]

    def _schedule(self, job: PlanJob, times: ScheduleQuery, span: RunSpan, site: Site) -> Schedule | None:
        """The schedule of a place; None if its intensity is not known. times: of the job, with what decides."""
        usd = site.usd_per_hour
        machine_usd = None if usd is None else usd / job.run.count
        rate = Rate(region=site.region, kwh_per_hour=site.kwh_per_hour, usd_per_hour=machine_usd)
        key = (site.region.zone, span, times.interruption, restart_weight(times, rate))
        if key not in self._schedules:
            try:
                self._schedules[key] = schedule_in(rate, times, self._outlook, span, 0)
            except IntensityUnknown:
                self._schedules[key] = None
        return self._schedules[key]
