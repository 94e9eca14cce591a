"""The grid as one session reads it: the hours of zones now and to come, their past, and what each source says."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from carbon import units
from carbon.events import ZoneLook
from carbon.history import ZoneYear
from carbon.intensity import CarbonIntensity, Signal
from carbon.points import Point, StepForecast
from carbon.reading import Observation, ZoneReading
from carbon.results import GridShares, ZoneSources
from carbon.spans import Span
from carbon.workload import CalculateQuery
from catalog.profiles import hour_of
from grid.source import GridSnapshot, MissingPast
from mapping import CloudMap
from planning.history.gaps import gaps_to_fetch
from planning.history.issued import LOOK_BACK, newest_issued
from planning.history.mean import past_mean, usual_mean
from planning.history.skill import scores_of_zone
from planning.history.span_points import past_points, usual_forecast, usual_points
from planning.history.year import YEAR, zone_year
from planning.ledger.past_hours import PastHours, past_hours
from planning.outlook.agreement import parted
from planning.outlook.forecast_choice import NO_FORECASTS, RecentForecast, RecentForecasts
from planning.outlook.level import past_at_corrected_level
from planning.outlook.outlooks import Outlooks
from planning.outlook.present import sources_of, usual_values, values_of_now
from planning.outlook.recent_hours import recent_forecast, recent_span
from planning.outlook.rolling import FORECAST_HOURS, points_ahead
from planning.outlook.stored_skill import NO_SKILLS, ForecastSkills
from planning.outlook.zone_hours import start_of
from planning.outlook.zones import Outlook
from planning.push.issued import issued_forecast
from store.history.readings import PastPin, Readings, time_of
from store.history.scores import NoScores, ScoreStore

DAYS_SCORED = 40  # of issue; readings of the past may have come, or have been corrected, since the last time
OWN_FACTOR = "own-factor"  # why no live value is used: the operator's own factor replaces it


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionGrid:
    """Live values, usual hours and stored readings of zones at one time; used by one thread at a time.

    outlooks: of the facts, shared by all sessions. issued: where forecasts as issued are found. recent: our own
    forecasts of the signal. skills: how good stored forecasts of it were.
    """

    now: datetime
    outlooks: Outlooks
    live: GridSnapshot
    history: PastPin
    issued: ScoreStore = field(default_factory=NoScores)
    recent: RecentForecasts = NO_FORECASTS
    skills: ForecastSkills = NO_SKILLS

    @property
    def mapping(self) -> CloudMap:
        """The facts whose levels, profiles and factors are used."""
        return self.outlooks.mapping

    @property
    def signal(self) -> Signal:
        """What the live values and the outlooks count."""
        return self.outlooks.signal

    def of_signal(self, signal: Signal) -> SessionGrid:
        """The grid at the same moment by another signal."""
        if signal is self.signal:
            return self
        return replace(
            self,
            outlooks=self.outlooks.of_signal(signal),
            live=self.live.of_signal(signal),
            recent=NO_FORECASTS,
            skills=NO_SKILLS,
        )

    def without_waiting(self) -> SessionGrid:
        """The grid from what is in memory: values that are due are fetched in the background."""
        return replace(self, live=self.live.without_waiting())

    @property
    def _own_zones(self) -> Collection[str]:
        """Zones whose figures are the operator's own: averages."""
        return self.mapping.own_zones if self.signal is Signal.AVERAGE_LIFECYCLE else ()

    def percentile(self, zone: str) -> float | None:
        """Where a marginal intensity stands among those of its zone, if a source tells: 0 is the cleanest, 100 the
        dirtiest.
        """
        if self.signal is not Signal.MARGINAL:
            return None
        percentile = self.live.percentile(zone, now=self.now)
        return None if percentile is None else percentile.percentile

    @property
    def version(self) -> str:
        """A name of all values that were read: equal versions have equal values at one time."""
        return f"{self.version_of_now}{self.history.version}"

    @property
    def version_of_now(self) -> str:
        """The same without the readings of the past."""
        return f"{self.live.version}{self.recent.version}{self.skills.version}"

    def outlook(self, zones: Sequence[str], *, hours: int, max_age_minutes: float | None = None) -> Outlook:
        """The hours of distinct zones, from the present hour on. max_age_minutes: of live values; None: all count."""
        return self._outlook(zones, self._readings(zones), hours, max_age_minutes)

    def looks(self, zones: Sequence[str]) -> dict[str, ZoneLook]:
        """The value now of each of distinct zones, and the forecast that its hours to come rest on."""
        readings = self._readings(zones)
        outlook = self._outlook(zones, readings, 1, None)
        upcoming = {zone: reading.forecast for zone, reading in self.outlooks.of_now(readings, self.now).items()}
        recent = self.recent.by_zone
        return {
            zone: ZoneLook(
                zone=zone,
                now=outlook.current(zone),
                forecast=issued_forecast(upcoming[zone], recent.get(zone), self.now),
            )
            for zone in zones
        }

    def _readings(self, zones: Sequence[str]) -> Mapping[str, ZoneReading]:
        own = self._own_zones
        readings = self.live.read([zone for zone in zones if zone not in own], now=self.now, forecast=True)
        if replaced := [zone for zone in zones if zone in own]:
            readings = {**readings, **dict.fromkeys(replaced, ZoneReading(reason=OWN_FACTOR))}
        return readings

    def _outlook(
        self, zones: Sequence[str], readings: Mapping[str, ZoneReading], hours: int, max_age_minutes: float | None
    ) -> Outlook:
        outlook = self.outlooks.of(
            zones,
            readings,
            self.live.version,
            now=self.now,
            hours=hours,
            max_age_minutes=max_age_minutes,
            recent=self.recent,
            skills=self.skills,
        )
        if shares := outlook.disagreements:
            self.live.note_disagreement(*parted(shares))
        return outlook

    def past(self, zone: str, signal: Signal, start: datetime, end: datetime) -> list[Readings]:
        """The stored readings in [start, end) of each source, in the order of trust. Raises StateUnavailable."""
        readings = self.history.readings(signal, zone, start, end)
        factor = self.mapping.level_factors.get(zone) if signal is Signal.AVERAGE_LIFECYCLE else None
        return past_at_corrected_level(readings, factor)

    def fill_past(self, spans: Sequence[tuple[str, datetime, datetime]]) -> None:
        """Have sources asked for the hours of zones, [start, end), that are over and not stored, where a plan has them.

        What came within the deadline is stored when this returns. Raises StateUnavailable.
        """
        until = start_of(hour_of(self.now))
        over = [(zone, start, min(end, until)) for zone, start, end in dict.fromkeys(spans) if start < until]
        turns = {zone: self.live.past_sources(zone) for zone, _, _ in over if zone not in self._own_zones}
        for turn in range(max(map(len, turns.values()), default=0)):
            missing = [
                MissingPast(source=turns[zone][turn], zone=zone, spans=gaps)
                for zone, start, end in over
                if len(turns.get(zone, ())) > turn
                and (gaps := self._gaps_to_fetch(turns[zone][turn], zone, start, end))
            ]
            if missing:
                self.live.fetch_past(missing)

    def _gaps_to_fetch(self, source: str, zone: str, start: datetime, end: datetime) -> list[Span]:
        return gaps_to_fetch(source, self.history.readings(self.signal, zone, start, end), start, end)

    def past_hours(self, zone: str, first: int, last: int) -> PastHours:
        """The hours from `first` up to `last` (UTC hours since 1970): readings, and usual values where none are stored.

        Of a zone with a factor of the operator's own: that factor. Raises StateUnavailable.
        """
        start, end = time_of(60 * first), time_of(60 * last)
        sources = [] if zone in self._own_zones else self.past(zone, self.signal, start, end)
        return past_hours(zone, sources, self.outlooks.profiles, first, last)

    def year(self, zone: str) -> ZoneYear:
        """A current zone by month and hour of the day; of one with a factor of the operator's own, that factor.

        Raises StateUnavailable.
        """
        is_own = zone in self._own_zones
        past = [] if is_own else self.past(zone, self.signal, self.now - YEAR, self.now)
        return zone_year(zone, self.outlooks.profiles, past, self.now)

    def recent_forecasts(self) -> Iterator[tuple[str, RecentForecast | None]]:
        """Our own forecast of each zone of which readings are stored, or None; one after the other, for a thread in the
        background. Raises StateUnavailable.
        """
        for zone in self.history.zones(self.signal):
            if zone in self.mapping.zones and zone not in self._own_zones:
                past = self.past(zone, self.signal, *recent_span(self.now))
                yield zone, recent_forecast(zone, past, self.mapping.profiles, self.mapping.forecasts, now=self.now)

    def score_forecasts(self, scores: ScoreStore) -> Iterator[None]:
        """Score the stored forecasts of each zone against the readings of the hours that are over, and store the sums;
        one zone after the other, for a thread in the background. Raises StateUnavailable.
        """
        for signal in (Signal.AVERAGE_LIFECYCLE, Signal.MARGINAL):
            for zone in self.history.zones(signal):
                start = self.now - timedelta(days=DAYS_SCORED)
                if issued := scores.issued(signal, zone, start, self.now):
                    past = self.history.readings(signal, zone, start, self.now)
                    factor = self.mapping.level_factors.get(zone) if signal is Signal.AVERAGE_LIFECYCLE else None
                    corrected = past_at_corrected_level(past, factor)
                    scores.keep(list(scores_of_zone(signal, zone, issued, past, corrected, hour_of(self.now))))
                yield

    def points(self, zone: str, start: datetime, end: datetime, outlook: Outlook) -> tuple[Point, ...]:
        """What is known of [start, end): stored readings up to the present hour, the outlook from then on.

        Raises StateUnavailable.
        """
        until = min(end, outlook.first_hour_at)
        before: tuple[Point, ...] = ()
        if start < until and zone in self._own_zones:
            before = usual_points(zone, self.mapping.profiles, start, until)
        elif start < until:
            before = past_points(self.past(zone, self.signal, start, until), start, until)
        return before + points_ahead(outlook, zone, start, end)

    def forecast_issued(self, zone: str, moment: datetime) -> StepForecast:
        """The stored forecast that was the newest one at a moment; of a zone with a factor of the operator's own, the
        hours that follow from that. Raises HistoryIncomplete, StateUnavailable.
        """
        if zone in self._own_zones:
            return usual_forecast(zone, self.mapping.profiles, moment, FORECAST_HOURS)
        issued = self.issued.issued(self.signal, zone, moment - LOOK_BACK, moment + units.HOUR)
        factor = self.mapping.level_factors.get(zone) if self.signal is Signal.AVERAGE_LIFECYCLE else None
        return newest_issued(zone, issued, self.history.trust(), factor, moment)

    def mean_of_run(self, query: CalculateQuery, outlook: Outlook) -> CarbonIntensity:
        """The mean intensity while the query's machine runs. Raises HistoryIncomplete, StateUnavailable."""
        start, zone = query.start_at or self.now, self.mapping.regions[query.region].zone
        seconds = query.duration_hours * units.HOUR_SECONDS
        if start >= outlook.first_hour_at:
            return outlook.mean(zone, outlook.seconds_to(start), seconds)
        return self.mean(zone, start, start + timedelta(seconds=seconds), outlook)

    def mean(self, zone: str, start: datetime, end: datetime, outlook: Outlook) -> CarbonIntensity:
        """The mean intensity over [start, end): of readings up to the present hour, of the outlook from then on.

        Raises HistoryIncomplete, StateUnavailable.
        """
        if start >= outlook.first_hour_at:
            return outlook.mean(zone, outlook.seconds_to(start), (end - start).total_seconds())
        if zone in self._own_zones:
            return usual_mean(zone, self.mapping.profiles, start, end)
        past = self.past(zone, self.signal, start, min(end, outlook.first_hour_at))
        return past_mean(zone, past, outlook, start, end)

    def shares(self, zone: str) -> GridShares | None:
        """The live shares of renewable and fossil-free generation, if a source has them and the zone's are not own."""
        if zone in self._own_zones:
            return None
        return GridShares.live(self.live.shares(zone, now=self.now))

    def sources(self, zone: str, outlook: Outlook) -> ZoneSources:
        """What each source that covers the zone says. outlook: the hours that the answer is made of."""
        by_source = self.live.by_source(zone, now=self.now)
        readings = {source: self.outlooks.of_now({zone: one}, self.now)[zone] for source, one in by_source.items()}
        return sources_of(zone, readings, outlook)

    def present_values(self) -> Mapping[str, Observation]:
        """The live value of every zone that has one in memory and no factor of the operator's own; makes no call."""
        zones = [zone for zone in self.mapping.zones if zone not in self._own_zones]
        values = self.live.peek(zones, now=self.now)
        return values_of_now(values, self.mapping, self.now) if self.signal is Signal.AVERAGE_LIFECYCLE else values

    def baselines(self) -> Mapping[str, float]:
        """The usual gCO2e/kWh at this hour of every zone with a figure; asks no source."""
        return usual_values(self.mapping, self.now)
