"""What schedule is asked: a job, where it may run, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from api.questions import names
from api.questions.fields import (
    CAUTIOUS_MARGINAL,
    MAX_HOURS,
    Count,
    Deadline,
    Duration,
    MachineParts,
    Name,
    Pue,
    SignalField,
    StartAfter,
    scope_of,
)
from api.questions.interruptions import Interruptible, InterruptionFields
from api.questions.job_place import JobPlaceFields
from api.questions.job_prices import CarbonPrice, MaxPricePerHour, Spot
from api.questions.own_forecast import ForecastFields, checked_forecast
from api.questions.phases import SAME_HOURS, PhaseFields, Phases
from api.questions.record import RecordFields
from api.questions.repeat import RepeatFields
from api.questions.schedule_weight import (
    BLACKOUT_OF_A_RUN,
    LIGHT_PLACES,
    LIGHT_SEARCH,
    LIGHT_SQUARE_HOURS,
    MAX_PLACES,
    count_places,
    weight_of_place,
)
from api.questions.times import Blackouts, Exclude
from carbon import units
from carbon.intensity import SignalName
from carbon.jobs import OwnSeries, Risk, ScheduleQuery
from carbon.power import PowerCurve
from carbon.workload import CalculateQuery, OwnMachine
from mapping import CloudMap
from planning.scheduling.span import DEFAULT_SEARCH_HOURS

MAX_OPTIONS = 500
MAX_SEARCH_HOURS = 168
# Fields that describe machines, with their defaults: they need machine or instance_type.
OF_MACHINES = {
    "pue": None,
    "count": 1,
    "utilization": None,
    "accelerator_utilization": None,
    "power_model": PowerCurve.CONCAVE,
}


class ScheduleRequest(JobPlaceFields, RecordFields):
    """Where a job may run, its length, the time in which it may run, and the machines on which it runs."""

    max_options: int = Field(
        5, ge=0, le=MAX_OPTIONS, description="Most places in options. Only read where several are searched."
    )
    forecast: Annotated[ForecastFields, AfterValidator(checked_forecast)] | None = Field(
        None,
        description="Your own forecast in place of all figures of the grid: with region an object with starts_at, "
        "step_minutes and values, with regions one such object for each, by its name in regions. The job "
        "runs only in times that it covers. The answer then has no ranges.",
    )
    phases: Phases = None
    duration_hours: Duration = 1.0
    start_after: StartAfter = None
    deadline: Deadline = None
    search_hours: Annotated[float, Field(ge=1, le=MAX_HOURS)] | None = Field(
        None,
        description="The job starts at most this number of hours after its earliest start: at most 168, with forecast "
        "8,760. Default: 24 without a deadline, any time that meets the deadline with one.",
    )
    repeat: RepeatFields | None = Field(
        None,
        description="The job comes back: each run has a window of its own in occurrences, from when it is due until "
        "flex_hours later; the fields beside describe the first run that can be scheduled. Takes the place of deadline "
        "and search_hours. No run starts before start_after.",
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

    @field_validator("duration_hours")
    @classmethod
    def _hours_of_the_phases(cls, value: float, info: ValidationInfo) -> float:
        phases = info.data.get("phases")
        if phases and abs(value - _hours_of(phases)) > SAME_HOURS:
            detail = f"must be {_hours_of(phases):g}, the hours of phases together, or be left out"
            raise names.refusal("other_duration", detail)
        return value

    @field_validator("interruptible")
    @classmethod
    def _in_one_piece(cls, value: InterruptionFields | None, info: ValidationInfo) -> InterruptionFields | None:
        if value is not None and info.data.get("phases"):
            detail = "cannot be combined with phases: leave out one of the two, or send each phase as a job of its own"
            raise names.refusal("phases_in_one_piece", detail)
        return value

    @field_validator("search_hours")
    @classmethod
    def _within_the_forecast(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and value > MAX_SEARCH_HOURS and info.data.get("forecast", "wrong") is None:
            raise names.refusal("less_than_equal", f"must be less than or equal to {MAX_SEARCH_HOURS} without forecast")
        return value

    @field_validator("repeat")
    @classmethod
    def _runs(cls, value: RepeatFields | None, info: ValidationInfo) -> RepeatFields | None:
        """A number of runs that can be answered. Fields that are wrong have their own errors."""
        data = info.data
        for name, other in (("deadline", "flex_hours and until"), ("search_hours", "flex_hours")):
            if value is not None and data.get(name) is not None:
                raise names.refusal("repeat_or_deadline", f"cannot be combined with {name}: set {other} in its place")
        if value is not None and {"phases", "duration_hours", "start_after"} <= data.keys():
            hours = _hours_of(data["phases"]) if data["phases"] else data["duration_hours"]
            value.count(max(names.facts(info).now, data["start_after"] or names.facts(info).now), hours)
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
        phases = info.data.get("phases") or []
        if machine is not None or any(phase.power_w is not None for phase in phases):
            return None
        if phases:
            raise names.refusal("missing", "is required with utilization in phases, or machine in its place")
        for name, default in OF_MACHINES.items():
            if info.data.get(name, default) != default:
                raise names.refusal("missing", f"is required with {name}, or machine in its place")
        return None

    @property
    def hours(self) -> float:
        """Length of the job."""
        return _hours_of(self.phases) if self.phases else self.duration_hours

    @model_validator(mode="after")
    def _within_limit(self, info: ValidationInfo) -> ScheduleRequest:
        if (self.phases or self.repeat) and self.weight(names.facts(info)) > MAX_PLACES:
            change = "an earlier until" if self.repeat else "fewer search_hours"
            detail = f"takes longer than a search of {MAX_PLACES:,} places: send fewer places or phases, or {change}"
            raise names.refusal("too_many_places", detail)
        return self

    def is_costly(self, facts: names.Facts) -> bool:
        """Many places, phases, blackouts or pauses over a long search, many ways to pause, or a record of it."""
        if self.record:
            return True
        if self.region is None and (self.regions is None or len(self.regions) > LIGHT_PLACES):
            return True
        if (self.phases or self.repeat) and self.weight(facts) > LIGHT_PLACES:
            return True
        is_long = self.deadline is not None and self.deadline - facts.now > LIGHT_SEARCH
        if self.interruptible is None:
            return bool(self.blackout) and is_long
        if is_long or timedelta(hours=self.hours) > LIGHT_SEARCH:
            return True
        square_hours = self.hours * self._search_hours(facts)
        return not self.interruptible.interruption.is_free and square_hours > LIGHT_SQUARE_HOURS

    def weight(self, facts: names.Facts) -> float:
        """How long the answer takes, in places of a job in one piece over a week."""
        places = 1 if self.region is not None else len(self.regions or ())
        weight = (places or count_places(facts, self.providers, self.countries)) * weight_of_place(
            self.hours,
            self._search_hours(facts),
            blackouts=len(self.blackout),
            interruption=None if self.interruptible is None else self.interruptible.interruption,
            phases=[one.phase for one in self.phases or ()],
        )
        if self.repeat is None:
            return weight
        runs = self.repeat.count(max(facts.now, self.start_after or facts.now), self.hours)
        return runs * (weight + len(self.blackout) * BLACKOUT_OF_A_RUN)

    def _search_hours(self, facts: names.Facts) -> float:
        if self.repeat is not None:
            return self.repeat.flex_hours
        if self.deadline is not None:
            return max((self.deadline - facts.now) / units.HOUR, 0.0)
        return self.search_hours or DEFAULT_SEARCH_HOURS

    def query(self, mapping: CloudMap) -> ScheduleQuery:
        return ScheduleQuery(
            region=self.region,
            regions=tuple(self.regions or ()),
            providers=scope_of(self.providers or []),
            countries=tuple(self.countries or ()),
            alternatives=self.max_options,
            duration_hours=self.hours,
            start_after=self.start_after,
            deadline=self.deadline,
            search_hours=self.search_hours,
            exclusions=tuple(item.interval for item in self.exclude),
            blackouts=tuple(item.blackout for item in self.blackout),
            interruption=None if self.interruptible is None else self.interruptible.interruption,
            forecast=self._series(mapping),
            repeat=None if self.repeat is None else self.repeat.repeat,
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
        if self.instance_type is None and self.machine is None and self.phases is None:
            return None
        return CalculateQuery(
            region=self.region or "",  # that of each place in turn
            instance_type=self.instance_type,
            machine=None if self.machine is None else OwnMachine(**self.machine.model_dump()),
            pue=self.pue,
            duration_hours=self.hours,
            load=replace(self.load, phases=tuple(one.phase for one in self.phases or ())),
            count=self.count,
        )


def _hours_of(phases: Sequence[PhaseFields]) -> float:
    return sum(phase.hours for phase in phases)
