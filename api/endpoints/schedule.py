"""POST /api/v1/schedule: when a job should start in a region."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from api.edge.exchange import current
from api.questions import names
from api.questions.fields import (
    CAUTIOUS_MARGINAL,
    COUNTRY_WORDS,
    MAX_HOURS,
    PROVIDER_OF_REGION,
    Count,
    Countries,
    Deadline,
    Duration,
    LoadFields,
    MachineParts,
    Name,
    ProviderKey,
    Pue,
    RegionBesideProvider,
    RegionKey,
    SignalField,
    StartAfter,
    scope_of,
)
from api.questions.interruptions import Interruptible
from api.questions.job_prices import CarbonPrice, MaxPricePerHour, Spot
from api.questions.own_forecast import ForecastFields, checked_forecast
from api.questions.provider_scope import MAX_NAMES, ProviderScope
from api.questions.times import Blackouts, Exclude
from api.shapes.schedule import ScheduleAnswer
from carbon import units
from carbon.intensity import SignalName
from carbon.jobs import OwnSeries, Risk, ScheduleQuery
from carbon.power import PowerCurve
from carbon.workload import CalculateQuery, OwnMachine
from mapping import CloudMap
from planning.scheduling.span import DEFAULT_SEARCH_HOURS

bp = APIBlueprint("schedule", __name__, tag="Decisions")


# Ten blackouts a day take 13 ms over a week, and 0.4 s over a year.
LIGHT_SEARCH = timedelta(days=31)
# A job of 4 h in segments that are limited takes 22 ms over a week, one of 6 h takes 2 ms over a day.
LIGHT_SQUARE_HOURS = 280.0
SQUARE_HOURS_OF_A_PLACE = LIGHT_SQUARE_HOURS / 20  # 10 ms are 20 places
LIGHT_PLACES = 10  # a region takes 0.5 ms
MAX_OPTIONS = 500
MAX_SEARCH_HOURS = 168
PLACES = ("regions", "providers", "countries")
# Fields that describe machines, with their defaults: they need machine or instance_type.
OF_MACHINES = {
    "pue": None,
    "count": 1,
    "utilization": None,
    "accelerator_utilization": None,
    "power_model": PowerCurve.CONCAVE,
}


class ScheduleRequest(LoadFields):
    """Where a job may run, its length, the time in which it may run, and the machines on which it runs."""

    regions: list[RegionKey] | None = Field(
        None,
        min_length=1,
        max_length=MAX_NAMES,
        description="Regions in which the job may run, in place of region. The answer names the best.",
        examples=[["us-west-2", "gcp:europe-north1"]],
    )
    providers: ProviderScope | None = Field(
        None, description="Clouds in whose open regions the job may run, in place of region; with countries, both hold."
    )
    countries: Countries | None = Field(
        None,
        min_length=1,
        max_length=MAX_NAMES,
        description=f"Countries in which the job may run, in place of region: {COUNTRY_WORDS}.",
    )
    provider: ProviderKey | None = Field(None, description=PROVIDER_OF_REGION)
    region: RegionBesideProvider | None = Field(
        None,
        validate_default=True,
        description="A region's id, or provider:region. If several clouds use the same id, the provider is required. "
        "Required without regions, providers and countries.",
        examples=["us-east-1"],
    )
    max_options: int = Field(
        5, ge=0, le=MAX_OPTIONS, description="Most places in options. Only read where several are searched."
    )
    forecast: Annotated[ForecastFields, AfterValidator(checked_forecast)] | None = Field(
        None,
        description="Your own forecast in place of all figures of the grid: with region an object with starts_at, "
        "step_minutes and values, with regions one such object for each, by its name in regions. The job "
        "runs only in times that it covers. The answer then has no ranges.",
    )
    duration_hours: Duration = 1.0
    start_after: StartAfter = None
    deadline: Deadline = None
    search_hours: Annotated[float, Field(ge=1, le=MAX_HOURS)] | None = Field(
        None,
        description="The job starts at most this number of hours after its earliest start: at most 168, with forecast "
        "8,760. Default: 24 without a deadline, any time that meets the deadline with one.",
    )
    exclude: Exclude = Field([])
    blackout: Blackouts = Field([])
    interruptible: Interruptible = None
    signal: SignalField = SignalName.AVERAGE
    risk: Risk = Field(
        Risk.EXPECTED,
        description="Which figure decides between windows and places: the mean that is expected (expected), or high, "
        "the 90th centile of that mean (cautious). A place whose range is unknown is left out of several with its "
        "reason, and alone it is a 422. cautious cannot be combined with forecast or with signal marginal.",
    )
    count: Count = 1
    pue: Pue = None
    machine: MachineParts | None = Field(
        None, description="A machine by its parts, in place of instance_type, such as your own server."
    )
    instance_type: Name | None = Field(
        None,
        validate_default=True,
        description="An instance type or sized service of the region's provider. With it the answer says what the job "
        "emits in each window, and of several regions those compete that offer it, with their PUE.",
        examples=["m7g.large"],
    )
    spot: Spot = None
    max_price_per_hour: MaxPricePerHour = None
    carbon_price_usd_per_tonne: CarbonPrice = None

    @field_validator("region")
    @classmethod
    def _one_way_to_say_where(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Exactly one of region, regions, and providers or countries. A wrong one has its own errors."""
        set_fields = [name for name in PLACES if info.data.get(name, "wrong") is not None]
        if value is None and not set_fields:
            raise names.refusal("missing", "is required, or regions, providers or countries in its place")
        if value is not None and set_fields:
            raise names.refusal("one_place", f"cannot be combined with {set_fields[0]}: send one of the two")
        if "regions" in set_fields and len(set_fields) > 1:
            raise names.refusal("one_place", f"regions cannot be combined with {set_fields[1]}: send one of the two")
        return value

    @field_validator("search_hours")
    @classmethod
    def _within_the_forecast(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and value > MAX_SEARCH_HOURS and info.data.get("forecast", "wrong") is None:
            raise names.refusal("less_than_equal", f"must be less than or equal to {MAX_SEARCH_HOURS} without forecast")
        return value

    @field_validator("signal")
    @classmethod
    def _no_other_signal_than_the_forecast(cls, value: SignalName, info: ValidationInfo) -> SignalName:
        if value is SignalName.MARGINAL and info.data.get("forecast") is not None:
            raise names.refusal("signal_or_forecast", "cannot be combined with forecast, which says what is counted")
        return value

    @field_validator("risk")
    @classmethod
    def _risk_with_ranges(cls, value: Risk, info: ValidationInfo) -> Risk:
        if value is Risk.CAUTIOUS and info.data.get("forecast") is not None:
            raise names.refusal("risk_without_ranges", "cautious cannot be combined with forecast, which has no ranges")
        if value is Risk.CAUTIOUS and info.data.get("signal") is SignalName.MARGINAL:
            raise names.refusal("risk_without_ranges", CAUTIOUS_MARGINAL)
        return value

    @field_validator("instance_type")
    @classmethod
    def _type_in_region(cls, value: str | None, info: ValidationInfo) -> str | None:
        machine = info.data.get("machine", "wrong")
        if value is not None and machine is not None:
            raise names.refusal("machine_or_instance_type", "cannot be combined with machine: send one of the two")
        if value is not None:
            return names.type_in_region(value, info)
        if machine is not None:
            return None
        for name, default in OF_MACHINES.items():
            if info.data.get(name, default) != default:
                raise names.refusal("missing", f"is required with {name}, or machine in its place")
        return None

    def is_costly(self, facts: names.Facts) -> bool:
        """Many places, blackouts or pauses over a long search, or many ways to pause."""
        if self.region is None and (self.regions is None or len(self.regions) > LIGHT_PLACES):
            return True
        is_long = self.deadline is not None and self.deadline - facts.now > LIGHT_SEARCH
        if self.interruptible is None:
            return bool(self.blackout) and is_long
        if is_long or timedelta(hours=self.duration_hours) > LIGHT_SEARCH:
            return True
        search_hours = self.search_hours or DEFAULT_SEARCH_HOURS
        if self.deadline is not None:
            search_hours = (self.deadline - facts.now) / units.HOUR
        return not self.interruptible.interruption.is_free and self.duration_hours * search_hours > LIGHT_SQUARE_HOURS

    def weight(self, facts: names.Facts) -> float:
        """How long the answer takes, in places of a job in one piece over a week, each of some 0.5 ms."""
        places = 1 if self.region is not None else len(self.regions or ())
        if not places:
            scope, countries = scope_of(self.providers or []), self.countries or ()
            places = sum(
                (not scope or region.provider in scope) and (not countries or region.country in countries)
                for region in facts.mapping.catalog.regions
            )
        search_hours = self.search_hours or DEFAULT_SEARCH_HOURS
        if self.deadline is not None:
            search_hours = max((self.deadline - facts.now) / units.HOUR, 0.0)
        weeks = (self.duration_hours + search_hours) / MAX_SEARCH_HOURS
        if self.interruptible is not None and not self.interruptible.interruption.is_free:
            weeks += self.duration_hours * search_hours / SQUARE_HOURS_OF_A_PLACE
        return places * (1.0 + weeks * (1 + len(self.blackout)))

    def query(self, mapping: CloudMap) -> ScheduleQuery:
        return ScheduleQuery(
            region=self.region,
            regions=tuple(self.regions or ()),
            providers=scope_of(self.providers or []),
            countries=tuple(self.countries or ()),
            alternatives=self.max_options,
            duration_hours=self.duration_hours,
            start_after=self.start_after,
            deadline=self.deadline,
            search_hours=self.search_hours,
            exclusions=tuple(item.interval for item in self.exclude),
            blackouts=tuple(item.blackout for item in self.blackout),
            interruption=None if self.interruptible is None else self.interruptible.interruption,
            forecast=self._series(mapping),
            risk=self.risk,
            run=self._run(),
            spot=bool(self.spot),
            max_usd_per_hour=self.max_price_per_hour,
            carbon_usd_per_tonne=self.carbon_price_usd_per_tonne,
        )

    def _series(self, mapping: CloudMap) -> Mapping[str, OwnSeries] | None:
        if self.forecast is None:
            return None
        keys = [(name, names.noted_region(mapping, name, None, []).key) for name in self.forecast.by_name]
        return self.forecast.series(self.region, keys)

    def _run(self) -> CalculateQuery | None:
        if self.instance_type is None and self.machine is None:
            return None
        return CalculateQuery(
            region=self.region or "",  # that of each place in turn
            instance_type=self.instance_type,
            machine=None if self.machine is None else OwnMachine(**self.machine.model_dump()),
            pue=self.pue,
            duration_hours=self.duration_hours,
            load=self.load,
            count=self.count,
        )


@bp.post("/api/v1/schedule")
@bp.input(ScheduleRequest, arg_name="body")
@bp.output(ScheduleAnswer)
@bp.doc(operation_id="scheduleJob", responses=[422])
def schedule(body: ScheduleRequest) -> Response:
    """Find the window of lowest mean intensity for a job, in one region or the best of several.

    Exact for any start minute and length; of equal windows the earliest is chosen. With a deadline the job ends by
    it; without one it starts within search_hours, regardless of its length. No window overlaps exclude or blackout.
    With interruptible, optimal_window has the segments of least emissions, exact on the grid of grid_minutes; all of
    them end where a job in one piece would end at the latest, and exclude and blackout pause it.

    With risk cautious the 90th centile of a window's mean decides in place of the mean; its range is in low and high.

    Regions are ranked by the emissions of the job: with instance_type or machine those of the machines with the PUE of
    each region, else per kWh; with carbon_price_usd_per_tonne by the cost of the job and of its emissions. region, zone
    and optimal_window are those of the best; options lists the next best.
    """
    exchange = current()
    session = exchange.about(body.signal)
    return exchange.success(ScheduleAnswer.of(session.schedule(body.query(session.mapping)), session))
