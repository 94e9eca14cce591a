"""The questions the engine answers: what runs, where it may run, and when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, time, tzinfo
from enum import StrEnum

from carbon.power import AcceleratorLoad, PowerCurve

COMMERCIAL = "commercial"
ALL_PARTITIONS = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneNote:
    """A zone of a cloud that the caller named in place of its region.

    kind: "availability zone", "local zone" or "wavelength zone". region: provider:region.
    """

    name: str
    kind: str
    region: str


class WorkloadType(StrEnum):
    """What kind of work runs."""

    TRAINING = "training"
    INFERENCE = "inference"
    GENERAL = "general"
    DATABASE = "database"
    CONTAINERS = "containers"
    SERVERLESS = "serverless"


class Priority(StrEnum):
    """What decides between offers."""

    CARBON = "carbon"
    PERFORMANCE = "performance"
    BALANCED = "balanced"
    COST = "cost"


class RankBy(StrEnum):
    """The carbon and cost that are compared: of a unit of work, or of one machine for the whole duration."""

    WORK = "work"
    MACHINE = "machine"


class Allowance(StrEnum):
    """Whether machines of some kind take part, or only they do."""

    EXCLUDE = "exclude"
    ALLOW = "allow"
    ONLY = "only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A part of a job with a load of its own: either a utilisation, 0 to 1, or the watts of one machine before PUE."""

    hours: float
    utilization: float | None = None
    power_w: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How busy the machine is. None: the default of its type (0.5, or a burstable type's baseline).

    accelerator_utilization None: as the CPU's where that is given, else as `assumed`.
    phases: of a job whose load changes, in order, all with a utilisation or all with watts; empty: it does not change.
    """

    utilization: float | None = None
    accelerator_utilization: float | None = None
    curve: PowerCurve = PowerCurve.CONCAVE
    assumed: AcceleratorLoad | None = None
    phases: tuple[Phase, ...] = ()

    @property
    def has_watts(self) -> bool:
        """Whether its phases say the watts, so that neither utilisation nor power model counts."""
        return any(phase.power_w is not None for phase in self.phases)

    @property
    def by_phase(self) -> tuple[tuple[float, Load], ...]:
        """Hours and load of each phase; of a job whose load does not change any hours, and its load."""
        if not self.phases:
            return ((1.0, self),)
        return tuple((one.hours, replace(self, utilization=one.utilization, phases=())) for one in self.phases)

    @property
    def assumed_accelerator(self) -> AcceleratorLoad | None:
        """The accelerators' load that is assumed; None where the caller gave a utilisation."""
        return self.assumed if self.utilization is None and self.accelerator_utilization is None else None

    @property
    def accelerator(self) -> float | None:
        """The accelerators' utilisation, 0 to 1; None: as the CPU's."""
        assumed = self.assumed_accelerator
        return self.accelerator_utilization if assumed is None else assumed.utilization


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """What each machine must at least have; None and 0 mean no demand, except gpus=0 and accelerators=0: none wanted.

    gpus: of kind gpu; accelerators: of any kind (GPU, TPU, ASIC). gpu_memory_gb: of all accelerators of the machine
    together. max_*: what it may at most have; max_gpus counts accelerators of any kind. burstable, shared_cores:
    machines whose sustained speed is below their size.
    """

    vcpus: float | None = None
    memory_gb: float | None = None
    gpus: float | None = None
    accelerators: float | None = None
    gpu_model: str | None = None
    gpu_memory_gb: float | None = None
    arch: str | None = None
    max_vcpus: float | None = None
    max_memory_gb: float | None = None
    max_gpus: float | None = None
    burstable: Allowance = Allowance.EXCLUDE
    shared_cores: Allowance = Allowance.EXCLUDE

    @property
    def sized(self) -> bool:
        """Whether they say how big the machine must be; else the workload's own size stands."""
        return any((self.vcpus, self.memory_gb, self.gpus, self.accelerators, self.gpu_memory_gb))

    @property
    def asks_accelerators(self) -> bool:
        """Whether they say which or how many accelerators."""
        return bool(self.gpus or self.accelerators or self.gpu_model or self.gpu_memory_gb)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMachine:
    """A machine that the caller describes by its parts.

    vcpus: threads. arch: "x86_64" | "arm64". cpu_model, gpu_model: the catalog's names; None: not known, or no
    accelerators. tdp_w: of one processor of cpu_model; without one, of a processor with as many threads as vcpus.
    pue: of the place where it stands; None: as if no machine were described.
    """

    vcpus: float
    memory_gb: float
    arch: str
    cpu_model: str | None = None
    tdp_w: float | None = None
    gpus: float = 0.0
    gpu_model: str | None = None
    pue: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentMachines:
    """What runs today: `count` machines of one type. region: provider:region. utilization None: as in Load.

    Either instance_type or machine.
    """

    region: str
    instance_type: str | None = None
    machine: OwnMachine | None = None
    count: int = 1
    utilization: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizeQuery:
    """Where and when should this run? Regions are provider:region keys; providers empty means all.

    duration_hours None: a service without an end; figures are then for one hour.
    flexible None: the workload's own default. spot True: pays spot prices and needs one; False: on-demand only;
    None: ranks by on-demand prices, and shows both kinds on the front of cost against carbon.
    partition None: that of region, else of current, else that of regions if they share one, else the commercial one.
    max_cost_usd: for duration_hours and all machines. carbon_usd_per_tonne: added to the cost of a gram where cost
    decides. rank_by None: the default of the question (planning/placing/measure.py). count: equal machines for one job.
    """

    workload: WorkloadType
    priority: Priority
    region: str | None = None
    duration_hours: float | None = None
    providers: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    partition: str | None = None
    exclude_regions: tuple[str, ...] = ()
    instance_types: tuple[str, ...] = ()
    requirements: Requirements | None = None
    load: Load = field(default_factory=Load)
    include_embodied: bool = False
    max_carbon_intensity: float | None = None
    flexible: bool | None = None
    start_after: datetime | None = None
    deadline: datetime | None = None
    max_usd_per_hour: float | None = None
    max_cost_usd: float | None = None
    spot: bool | None = None
    carbon_usd_per_tonne: float = 0.0
    rank_by: RankBy | None = None
    current: CurrentMachines | None = None
    count: int = 1
    limit: int = 5
    per_region: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CalculateQuery:
    """What does this machine emit here, from start_at on? region: provider:region. start_at: in the past; None: now.

    Either instance_type or machine. pue: None for the region's; the machine's own comes first.
    """

    region: str
    instance_type: str | None = None
    machine: OwnMachine | None = None
    pue: float | None = None
    duration_hours: float = 1.0
    load: Load = field(default_factory=Load)
    include_embodied: bool = False
    count: int = 1
    start_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """The time [starts_at, ends_at)."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Blackout:
    """Hours of a week in which nothing may run, by the clock of a time zone.

    weekdays: those on which it begins, 0 is Monday. begins, ends: local time; one that does not end after it begins
    ends on the next day.
    """

    weekdays: frozenset[int]
    begins: time
    ends: time
    time_zone: tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """How a job may be interrupted. Times in seconds.

    min_run: least length of a segment, its restart not counted; a shorter job is one segment. max_segments: None for
    any number. restart: time that each segment but the first runs before it continues the work, at full power.
    """

    min_run: float = 0.0
    max_segments: int | None = None
    restart: float = 0.0

    @property
    def is_free(self) -> bool:
        """Whether any cut is allowed and costs nothing."""
        return self.min_run == 0 and self.restart == 0 and self.max_segments is None
