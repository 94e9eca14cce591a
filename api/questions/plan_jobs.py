"""The jobs of a plan, and the caller's own plan, as a question gives them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from api.questions import names
from api.questions.fields import (
    COUNTRY_WORDS,
    Body,
    Count,
    Countries,
    Deadline,
    Duration,
    LoadFields,
    MachineParts,
    Moment,
    Name,
    Pue,
    RegionKey,
    StartAfter,
    one_machine,
    scope_of,
)
from api.questions.interruptions import Interruptible
from api.questions.job_prices import MaxPricePerHour, Spot
from api.questions.provider_scope import MAX_NAMES, ProviderScope
from api.questions.times import Blackouts, Exclude
from carbon.jobs import ScheduleQuery
from carbon.plans import JobData, LatencyBound, OwnAssignment, PlanJob
from carbon.units import HOUR
from carbon.workload import CalculateQuery, OwnMachine
from catalog.model import Region
from planning.scheduling.span import DEFAULT_SEARCH_HOURS

MOST_DAYS = 14  # that a deadline may be ahead
MOST_PIECES = 1000
HOURS_A_WEEK = 168.0
FINE_STEPS = 12  # of an hour in the search for segments, where times are no whole hours


class LatencyFields(Body):
    """Where the users of a job are, and how far they may be."""

    lat: float = Field(ge=-90, le=90, description="Degrees north.", examples=[52.5])
    lon: float = Field(ge=-180, le=180, description="Degrees east.", examples=[13.4])
    max_ms: float = Field(
        gt=0,
        le=10_000,
        description="Longest round trip in milliseconds, estimated from the great-circle distance: 2.1 times its way "
        "through fibre and back, and 1 ms. It ranks places and replaces no measurement.",
        examples=[60],
    )


def _not_too_far(deadline: datetime | None, info: ValidationInfo) -> datetime | None:
    if deadline is not None and deadline > names.facts(info).now + timedelta(days=MOST_DAYS):
        raise names.refusal("too_far_ahead", f"must be at most {MOST_DAYS} days ahead in a plan")
    return deadline


class PlanJobFields(LoadFields):
    """A job: its length and times, its machines, and where it may run."""

    id: Name = Field(description="Your name of the job; each job has its own.", examples=["train"])
    duration_hours: Annotated[Duration, Field(le=24 * MOST_DAYS)]
    start_after: StartAfter = None
    deadline: Annotated[Deadline, AfterValidator(_not_too_far)] = Field(
        None,
        description=f"Latest end, ISO 8601 with offset, at most {MOST_DAYS} days ahead. Default: the job starts within "
        "24 hours of its earliest start.",
    )
    home: RegionKey | None = Field(
        None,
        description="Region in which the job runs unless it is moved; it is always allowed, and the baseline of the "
        "savings.",
        examples=["aws:us-east-1"],
    )
    regions: list[RegionKey] = Field(
        [],
        max_length=MAX_NAMES,
        description="Regions in which the job may run besides home.",
        examples=[["aws:us-west-2", "aws:eu-north-1"]],
    )
    providers: ProviderScope | None = Field(
        None, description="Clouds in whose open regions the job may run; with countries, both hold. Not with regions."
    )
    countries: Countries = Field(
        [], max_length=MAX_NAMES, description=f"Countries in which the job may run: {COUNTRY_WORDS}. Not with regions."
    )
    machine: MachineParts | None = Field(
        None,
        description="A machine by its parts, in place of instance_type, such as your own server. It has no price, so "
        "objective cannot be set.",
    )
    instance_type: Name | None = Field(
        None,
        validate_default=True,
        description="An instance type or sized service. The job runs only where it is offered. Required without "
        "machine.",
        examples=["m7g.large"],
    )
    count: Count = 1
    pue: Pue = None
    spot: Spot = None
    max_price_per_hour: MaxPricePerHour = None
    exclude: Exclude = Field([])
    blackout: Blackouts = Field([])
    interruptible: Interruptible = None
    data_gb: Annotated[float, Field(gt=0, le=10_000_000)] | None = Field(
        None, description="GB (10^9 bytes) that are moved once to where the job runs.", examples=[500]
    )
    data_in: RegionKey | None = Field(
        None, description="Region of these data. Default: home.", examples=["aws:us-east-1"]
    )
    usd_per_gb: Annotated[float, Field(ge=0, le=1000)] | None = Field(
        None, description="Your price of moving a GB. Default: the first paid tier of the data's region."
    )
    kwh_per_gb: Annotated[float, Field(ge=0, le=10)] | None = Field(
        None,
        description="Your figure of the network's energy for a GB. Default: 0.001 within a cloud and 0.004 between "
        "clouds; published figures go from 0.001 to 0.06.",
    )
    latency_from: LatencyFields | None = Field(None, description="The job's users: places farther away are left out.")

    @field_validator("instance_type")
    @classmethod
    def _known(cls, value: str | None, info: ValidationInfo) -> str | None:
        """The spelling of the home's provider, or of any without a home; one of the places needs to sell it."""
        home, scope = info.data.get("home"), info.data.get("regions")
        wider = info.data.get("providers", "wrong") is not None or bool(info.data.get("countries", "wrong"))
        if info.data.get("home", "wrong") is None and scope == [] and not wider:
            raise names.refusal("missing", "needs home, regions, providers or countries: where may the job run?")
        if scope and (info.data.get("providers") is not None or info.data.get("countries")):
            raise names.refusal("one_place", "regions cannot be combined with providers or countries")
        if not one_machine(value, info) or value is None:
            return None
        if home is None:
            return names.any_instance_type(value, info)
        return names.instance_type_name(home.partition(":")[0], value, info)

    @field_validator("data_in")
    @classmethod
    def _of_data(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("data_gb", "wrong") is None:
            raise names.refusal("missing", "needs data_gb, how many GB are moved")
        return value

    @property
    def job(self) -> PlanJob:
        """The job as the planner takes it."""
        run = CalculateQuery(
            region="",  # that of each place in turn
            instance_type=self.instance_type,
            machine=None if self.machine is None else OwnMachine(**self.machine.model_dump()),
            pue=self.pue,
            duration_hours=self.duration_hours,
            load=self.load,
            count=self.count,
        )
        source, data, near = self.data_in or self.home, None, self.latency_from
        if self.data_gb is not None and source is not None:
            data = JobData(gb=self.data_gb, source=source, usd_per_gb=self.usd_per_gb, kwh_per_gb=self.kwh_per_gb)
        times = ScheduleQuery(
            regions=tuple(self.regions),
            providers=scope_of(self.providers or []),
            countries=tuple(self.countries),
            duration_hours=self.duration_hours,
            start_after=self.start_after,
            deadline=self.deadline,
            exclusions=tuple(item.interval for item in self.exclude),
            blackouts=tuple(item.blackout for item in self.blackout),
            interruption=None if self.interruptible is None else self.interruptible.interruption,
            run=run,
            spot=bool(self.spot),
            max_usd_per_hour=self.max_price_per_hour,
        )
        latency = None if near is None else LatencyBound(latitude=near.lat, longitude=near.lon, most_ms=near.max_ms)
        return PlanJob(id=self.id, times=times, run=run, home=self.home, data=data, latency=latency)

    def may_use(self, region: Region) -> bool:
        """Whether the job may run there, as far as its places tell."""
        if region.key == self.home or region.key in self.regions:
            return True
        times = self.job.times
        if not times.providers and not times.countries:
            return self.providers is not None and not self.regions
        return (not times.providers or region.provider in times.providers) and (
            not times.countries or region.country in times.countries
        )

    def cells(self, now: datetime) -> float:
        """The size of the search for segments: 0 where it is none, or a small one."""
        if self.interruptible is None or self.interruptible.interruption.is_free:
            return 0.0
        return FINE_STEPS**2 * self.duration_hours * (self._hours(now) - self.duration_hours)

    def closed_times(self, now: datetime) -> float:
        """How many times exclude and blackout close."""
        weeks = self._hours(now) / HOURS_A_WEEK
        return len(self.exclude) + weeks * sum(len(blackout.days) for blackout in self.blackout)

    @property
    def times_key(self) -> tuple[object, ...]:
        """Jobs of equal keys may run at the same times."""
        times = self.job.times
        when = (times.duration_hours, times.start_after, times.deadline, times.interruption)
        return (*when, times.exclusions, times.blackouts)

    def _hours(self, now: datetime) -> float:
        """Of the times in which the job may run."""
        start = max(now, self.start_after or now)
        hours = (self.deadline - start) / HOUR if self.deadline else DEFAULT_SEARCH_HOURS + self.duration_hours
        return max(hours, self.duration_hours)


class PieceFields(Body):
    """A time in which a job runs without a pause."""

    start_time: Moment = Field(description="ISO 8601 with offset.")
    end_time: Moment = Field(description="ISO 8601 with offset; exclusive.")


class AssignmentFields(Body):
    """Where and when you mean to run a job."""

    job: Name = Field(description="The id of the job.", examples=["train"])
    region: RegionKey = Field(description="provider:region.", examples=["aws:us-east-1"])
    segments: list[PieceFields] = Field(
        min_length=1,
        max_length=MOST_PIECES,
        description="When it runs: one time, or several of a job that may pause, in order; together at least as long "
        "as the job.",
    )

    @field_validator("segments")
    @classmethod
    def _in_order(cls, value: list[PieceFields]) -> list[PieceFields]:
        edges = [edge for piece in value for edge in (piece.start_time, piece.end_time)]
        if edges != sorted(edges) or any(piece.start_time == piece.end_time for piece in value):
            raise names.refusal("not_in_order", "each must end after it starts, and start after the one before ends")
        return value

    @property
    def assignment(self) -> OwnAssignment:
        """As the planner takes it."""
        return OwnAssignment(region=self.region, pieces=tuple((one.start_time, one.end_time) for one in self.segments))
