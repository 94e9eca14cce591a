"""The bodies, parameters and answers of the service. Made by `python -m tools.make_client`; do not edit."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

AdviceKind: TypeAlias = Literal["architecture", "region", "time", "utilization", "idle_hours", "spot"]
"""What a hint proposes to change."""


AdvicePeriod: TypeAlias = Literal["job", "month"]
"""job: the whole duration; month: 730 hours of a service without an end."""


Allowance: TypeAlias = Literal["exclude", "allow", "only"]
"""Whether machines of some kind take part, or only they do."""


Arch: TypeAlias = Literal["arm64", "x86_64"]
"""Instruction set of the machine's CPU."""


class BadgeAnswer(TypedDict):
    """A badge for services that draw badges from JSON."""

    schemaVersion: Literal[1]
    """Version of this form."""
    label: str
    """Left half."""
    message: str
    """Right half: intensity and band, after ≈ if it was not measured; or no data."""
    color: str
    """Colour of the band, without #; grey for no data."""


BaselineBasis: TypeAlias = Literal["current", "requested region", "median region"]
"""What savings are compared with: what runs today, the requested region, or the median region if the request names neither."""


Basis: TypeAlias = Literal["location", "market"]
"""Of the grid where the electricity is used, or of a power contract or a residual mix."""


BudgetPeriod: TypeAlias = Literal["day", "week", "month", "quarter", "year"]
"""How often a budget begins anew. A week is that of ISO 8601, which begins on Monday."""


class BudgetPeriodAnswer(TypedDict):
    """What was spent and reserved in a period. What is not known is in no sum; its hours are named."""

    period_start: str
    """When it begins."""
    period_end: str
    """When it is over, and the next one begins."""
    spent_kg: float | None
    """kgCO2e of usage that count; null if usage is there of which none is known."""
    spent_usd: float | None
    """Cost of usage; null if usage is there of which none is known."""
    reserved_kg: float
    """kgCO2e that placements have reserved, and usage has not taken the place of yet."""
    reserved_usd: float
    """The same in US dollars."""
    left_kg: float | None
    """What may still be reserved; negative beyond the limit, null without one."""
    left_usd: float | None
    """The same in US dollars."""
    used_percent_kg: float | None
    """Spent and reserved, of the limit; null without one, or if it is 0."""
    used_percent_usd: float | None
    """The same in US dollars."""
    exceeded: bool
    """Whether a limit is passed."""
    projected_kg: float | None
    """What the period comes to at the pace so far: what was spent over the share of the period that is over; null within its first hour."""
    projected_usd: float | None
    """The same in US dollars."""
    co2_emissions_kg: float
    """Of usage: kgCO2e of the grid."""
    embodied_emissions_kg: float
    """Of usage: the hardware's share. It counts only with include_embodied."""
    open_reservations: int
    """Decisions with a reservation that is open."""
    unknown_hours: float
    """Hours of usage without grams."""
    no_embodied_hours: float
    """Hours of usage without a figure of the hardware."""
    no_price_hours: float
    """Hours of usage without a price."""
    reserved_unknown_hours: float
    """Machine hours that are reserved without grams."""


Threshold: TypeAlias = float


class CameFigures(TypedDict):
    """What the hours of a run really brought, for the energy that was promised."""

    co2_emissions_g: float | None
    """gCO2e; null if unknown."""
    measured_g: float | None
    """Of these: by readings that were measured."""
    estimated_g: float | None
    """Of these: by readings that were estimated."""
    baseline_g: float | None
    """Of these: with what is usual in the zone, since no reading is stored."""
    carbon_intensity: float | None
    """Mean over the energy, in gCO2e/kWh."""
    may_change: bool
    """Whether better readings may still come."""
    unknown: str | None
    """Why figures are null; null if none is."""


class CapacityFields(TypedDict):
    """What a region holds at every moment, for all jobs together."""

    region: str
    """provider:region."""
    machines: NotRequired[int | None]
    """Machines that run at once, of any type. Exactly one of machines and kw."""
    kw: NotRequired[float | None]
    """kW of all machines at their load, before PUE."""


class CiBadge(TypedDict):
    """A badge in the form that services which draw badges read."""

    schemaVersion: Literal[1]
    """Version of this form."""
    label: str
    """Left half."""
    message: str
    """Right half; no data if nothing is known."""
    color: str
    """Colour of the mean intensity's band, without #."""


CiService: TypeAlias = Literal["github", "gitlab", "own"]
"""GitHub Actions, GitLab CI, or runners of your own."""


class ComparedMonthAnswer(TypedDict):
    """
    A month, and the parts of the difference that can be counted: difference_g is remaining_g, less
    aws_without_usage_g and aws_other_services_g, plus ours_without_aws_g.
    """

    power_consumption_kwh: float | None
    """Ours: energy, PUE applied."""
    co2_emissions_g: float | None
    """Ours: gCO2e of the grid."""
    embodied_emissions_g: float | None
    """Ours: the hardware's share of its making."""
    total_emissions_g: float | None
    """Ours: grid and hardware."""
    unknown_hours: float | None
    """Ours: hours without energy or intensity, not in the grams."""
    aws_location_based_g: float | None
    """AWS: gCO2e by location."""
    aws_market_based_g: float | None
    """AWS: gCO2e by market."""
    aws_scope_1_g: float | None
    """Of aws_location_based_g: fuels on site."""
    aws_scope_2_g: float | None
    """Of aws_location_based_g: electricity."""
    aws_scope_3_g: float | None
    """Of aws_location_based_g: hardware, buildings, upstream of energy."""
    aws_model_version: str | None
    """Version of AWS's model; several are separated by commas."""
    difference_g: float | None
    """total_emissions_g less aws_location_based_g."""
    ratio: float | None
    """total_emissions_g over aws_location_based_g."""
    month: str
    """Month in UTC."""
    is_published: bool
    """Whether AWS's figures of this month are stored here."""
    aws_without_usage_g: float | None
    """AWS's, of accounts and regions without usage in the ledger."""
    ours_without_aws_g: float | None
    """Ours, of accounts and regions that AWS has no figure of."""
    aws_other_services_g: float | None
    """AWS's, where both have figures, of services that no row of the ledger is of; null (and within remaining_g) where the tag service does not say it."""
    remaining_g: float | None
    """What is left: the methods differ, see methods. Not split further."""
    market_less_location_g: float | None
    """AWS's by market less by location: the effect of its purchases."""


class ComparedRow(TypedDict):
    """An account and region in a month."""

    power_consumption_kwh: float | None
    """Ours: energy, PUE applied."""
    co2_emissions_g: float | None
    """Ours: gCO2e of the grid."""
    embodied_emissions_g: float | None
    """Ours: the hardware's share of its making."""
    total_emissions_g: float | None
    """Ours: grid and hardware."""
    unknown_hours: float | None
    """Ours: hours without energy or intensity, not in the grams."""
    aws_location_based_g: float | None
    """AWS: gCO2e by location."""
    aws_market_based_g: float | None
    """AWS: gCO2e by market."""
    aws_scope_1_g: float | None
    """Of aws_location_based_g: fuels on site."""
    aws_scope_2_g: float | None
    """Of aws_location_based_g: electricity."""
    aws_scope_3_g: float | None
    """Of aws_location_based_g: hardware, buildings, upstream of energy."""
    aws_model_version: str | None
    """Version of AWS's model; several are separated by commas."""
    difference_g: float | None
    """total_emissions_g less aws_location_based_g."""
    ratio: float | None
    """total_emissions_g over aws_location_based_g."""
    month: str
    """Month in UTC."""
    account: str | None
    """Id of the account; null: the rows have no tag account."""
    account_name: str | None
    """Its name; null if AWS Organizations was not asked."""
    region: str | None
    """provider:region; null: AWS names none."""


class Cost(TypedDict):
    """Cost of the machines in USD, for Linux, before tax. Null means unknown."""

    on_demand_usd_per_hour: float | None
    """USD per hour for one machine."""
    spot_usd_per_hour: float | None
    """USD per hour for one machine, regardless of the age of the price."""
    on_demand_usd: float | None
    """USD for all machines over duration_hours."""
    spot_usd: float | None
    """USD for all machines over duration_hours."""
    price_as_of: str | None
    """Date of the on-demand price, as its source gives it."""
    spot_price_as_of: str | None
    """Date of the spot price, as its source gives it."""
    price_age_days: int | None
    """Whole days from the date of the price to the UTC day of the answer; of a month, a year or a span, from its first day. Null without a price."""
    spot_price_age_days: int | None
    """Whole days from the date of the price to the UTC day of the answer; of a month, a year or a span, from its first day. Null without a price."""
    price_source: str | None
    """Source of the on-demand price."""
    spot_price_source: str | None
    """Source of the spot price."""
    is_estimate: bool
    """True if the on-demand price is that of us-east-1 times the region's usual factor."""


CostBasis: TypeAlias = Literal["billed", "list_price"]
"""billed: as sent; list_price: by today's price list."""


CrossingState: TypeAlias = Literal["entered", "left"]
"""entered: the value is on that side of the limit now; left: not any more."""


CsvTable: TypeAlias = str
"""A table with a header (RFC 4180, but with Unix line ends), one column for each field; nested fields as spotPrice.perHour; unknown values are empty."""


DataQuality: TypeAlias = Literal["measured", "estimated", "forecast", "baseline"]
"""How an intensity was obtained, best first; a mean has the worst quality of its hours."""


DecisionKindName: TypeAlias = Literal["optimize", "schedule", "plan"]
"""The question that was answered."""


class DecisionOffer(TypedDict):
    """What an offer cost when the answer was made."""

    region: str
    """provider:region."""
    instance_type: str
    """The provider's name of the type."""
    offered: bool | None
    """Whether the region sells it; null where no source lists it."""
    on_demand_usd_per_hour: float | None
    """USD an hour; null if unknown."""
    price_as_of: str | None
    """Its date, as its source gives it."""
    price_source: str | None
    """Its source."""
    spot_usd_per_hour: float | None
    """USD an hour; null if unknown."""
    spot_price_as_of: str | None
    """Its date."""
    spot_price_source: str | None
    """Its source."""


class DecisionReplay(TypedDict):
    """The question asked again of what was kept: at the time, of the grid and of the facts of the answer."""

    equal: bool | None
    """Whether the answer is equal to the byte; null if it could not be asked again."""
    differs: list[str]
    """JSON pointers of what differs, the first 20."""
    reason: str | None
    """Why the question has no answer today, or could not be asked; else null."""
    made_by: str | None
    """Release that made the answer; null if it cannot be read."""
    replayed_by: str
    """Release that asked again."""


class DecisionRun(TypedDict):
    """Machines that run without a pause, as the answer placed them."""

    run: str
    """The id of the job in a plan, else run; further pieces of it have /2, /3 and so on."""
    region: str
    """provider:region."""
    instance_type: str | None
    """Null for a described machine, or where none was named."""
    count: float
    """Number of machines; of a comparison by work not necessarily whole."""
    start: str
    """When it begins."""
    end: str
    """When it ends."""
    power_consumption_kwh: float | None
    """kWh of all machines, with PUE; null if no machine was named."""
    co2_emissions_g: float | None
    """gCO2e of the grid as promised."""
    embodied_emissions_g: float | None
    """The hardware's share; null unless asked for and known."""
    cost_usd: float | None
    """USD as promised; null if unknown."""
    came: CameFigures | None
    """What came; null until its hours are over."""


DeliveredEvent: TypeAlias = Literal["intensity", "forecast", "crossing", "budget", "test"]
"""What a delivery tells."""


DeliveryState: TypeAlias = Literal["pending", "delivered", "dead"]
"""What became of a delivery."""


Estimates: TypeAlias = Literal["include", "exclude"]
"""include: intensities of any quality; exclude: measured ones only."""


class ExcludedRegion(TypedDict):
    """A region that is left out, and why."""

    region: str
    """provider:region."""
    reason: str
    """Why its intensity is not known."""


class ExclusionFields(TypedDict):
    """A time in which no part of the job may run."""

    start: str
    """ISO 8601 with offset."""
    end: str
    """ISO 8601 with offset; exclusive."""


class ExpectedSavings(TypedDict):
    """What waiting as advised saved before, in per cent of starting now. All 0 if the advice is to start now."""

    median: float
    """The 50th centile."""
    low: float
    """The 10th centile; negative where waiting made it worse."""
    high: float
    """The 90th centile."""
    chance_of_saving: float
    """Share of the jobs that saved anything, 0 to 1."""
    basis: str | None
    """Where this was seen: backtest with its years, or stored forecasts of the zone with the number of days on which they were issued (from 14 on); null if the advice is to start now."""


FactNoteKind: TypeAlias = Literal["basis", "policy"]
"""Figures of the grid and of contracts are in one order, or a rule of the operator applies."""


class FieldProblem(TypedDict):
    """One wrong field: `pointer` in a body, `parameter` in a query string or path."""

    pointer: NotRequired[str]
    """Place in the body, a JSON Pointer as a URI fragment; absent for a parameter."""
    parameter: NotRequired[str]
    """Name of the parameter; absent for a field of the body."""
    code: str
    """Stable code for programs."""
    detail: str
    """Explanation for people."""
    nearest: NotRequired[list[str]]
    """Valid values similar to the one sent; absent if there are none."""


class Figures(TypedDict):
    """What was used and emitted, as far as it is known; the hours of what is not known are named."""

    hours: float
    """Hours that rows cover, not multiplied with the number of machines."""
    power_consumption_kwh: float | None
    """Energy of the facility, PUE applied."""
    co2_emissions_g: float | None
    """gCO2e of the grid in these hours."""
    measured_g: float | None
    """Of these: with an intensity that was measured in that hour."""
    estimated_g: float | None
    """Of these: with an intensity that its source estimated."""
    baseline_g: float | None
    """Of these: with what is usual in the zone, since no reading is stored."""
    embodied_emissions_g: float | None
    """The hardware's share of its making (SCI); null if unknown."""
    total_emissions_g: float | None
    """Grid and hardware."""
    carbon_intensity: float | None
    """Mean over the energy."""
    cost_usd: float | None
    """As billed, else at the list price of today's catalog."""
    unknown_hours: float
    """Hours of which energy or intensity is not known: not in the grams."""
    no_embodied_hours: float
    """Hours without a figure of the hardware."""
    no_price_hours: float
    """Hours without a price."""


FollowedEvent: TypeAlias = Literal["intensity", "forecast", "crossing"]
"""A kind of event that can be followed."""


class Forecast(TypedDict):
    """The next 24 hours; is_estimate to age_seconds describe the average."""

    is_estimate: bool
    """False only for measured values."""
    data_quality: DataQuality
    source: str
    """A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in -corrected."""
    datetime: str
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."""
    fallback_reason: NotRequired[str]
    """Why no fresh live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baseline_from: NotRequired[str]
    """For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses none, or only that."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flow_traced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    low: float | None
    """gCO2e/kWh: the 10th centile of what may come, from backtests; null if unknown."""
    high: float | None
    """gCO2e/kWh: the 90th centile of what may come, from backtests; null if unknown."""
    average: float | None
    """Mean from now on, in gCO2e/kWh."""
    minimum: float | None
    """Lowest hourly value in gCO2e/kWh; null if unknown."""
    maximum: float | None
    """Highest hourly value in gCO2e/kWh; null if unknown."""


ForecastBasis: TypeAlias = Literal["outlook", "recent-hours"]
"""What the hours to come of a zone are made from."""


Value: TypeAlias = float | None


class ForecastRow(TypedDict):
    """One full UTC hour."""

    starts_at: str
    """Start of the hour."""
    value: float
    """gCO2e/kWh: about half of what came was below in backtests."""
    low: float | None
    """gCO2e/kWh: the 10th centile of what may come; null if unknown."""
    high: float | None
    """gCO2e/kWh: the 90th centile of what may come; null if unknown."""


Format: TypeAlias = Literal["json", "text", "csv"]
"""The form of a list."""


class GapRow(TypedDict):
    """A time on which no point rests."""

    starts_at: str
    """Start of the gap."""
    ends_at: str
    """End of the gap; exclusive."""


class HealthAnswer(TypedDict):
    """The process is alive."""

    status: Literal["healthy"]
    """The process answers."""
    service: Literal["carbon-optimizer"]
    """Name of the service."""
    timestamp: str
    """UTC time in ISO 8601, with whole seconds and Z."""
    api_configured: bool
    """True if an Electricity Maps key is set."""


HistoryStep: TypeAlias = Literal["5m", "15m", "1h", "1d", "1mo"]
"""What a point of a history stands for: minutes, an hour, a UTC day, a month in UTC."""


class Hour(TypedDict):
    """One UTC hour; `datetime` belongs to the value, which for the current hour may be an earlier one."""

    is_estimate: bool
    """False only for measured values."""
    data_quality: DataQuality
    source: str
    """A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in -corrected."""
    datetime: str
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."""
    fallback_reason: NotRequired[str]
    """Why no fresh live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baseline_from: NotRequired[str]
    """For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses none, or only that."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flow_traced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    low: float | None
    """gCO2e/kWh: the 10th centile of what may come, from backtests; null if unknown."""
    high: float | None
    """gCO2e/kWh: the 90th centile of what may come, from backtests; null if unknown."""
    starts_at: str
    """Start of the hour."""
    carbon_intensity: float | None
    """Mean of the hour in gCO2e/kWh; null if unknown."""


class ImpossiblePlace(TypedDict):
    """A region of the question in which the job cannot run or be rated, and why."""

    region: str
    """provider:region."""
    reason: str
    """Why."""


class InterruptionFields(TypedDict):
    """How a job may be interrupted: in any way if no field is set."""

    min_run_minutes: NotRequired[float]
    """Least length of a segment, without its restart. Default: 0."""
    max_segments: NotRequired[int | None]
    """Most segments. Default: any number."""
    restart_minutes: NotRequired[float]
    """Time that each segment but the first needs to restore the state of the job. It counts in time, energy, emissions and cost. Default: 0."""


class LastWeekAnswer(TypedDict):
    """This pipeline before."""

    runs: int
    """Stored runs that began on the 7 UTC days before and had the same jobs."""
    co2_emissions_g: float
    """Mean gCO2e of the grid of these jobs."""


class LatencyFields(TypedDict):
    """Where the users of a job are, and how far they may be."""

    lat: float
    """Degrees north."""
    lon: float
    """Degrees east."""
    max_ms: float
    """Longest round trip in milliseconds, estimated from the great-circle distance: 2.1 times its way through fibre and back, and 1 ms. It ranks places and replaces no measurement."""


class LeftOutRow(TypedDict):
    """A region that was requested but is not listed."""

    gid: str
    """provider-region; unique."""
    reason: str
    """no-matching-machine; retired-machine: the named type is no longer sold; policy: and the operator's reason; or, with estimates=exclude, why there is no measured value: stale, no-key, estimated, ..."""


LevelStatus: TypeAlias = Literal["uncontested", "corrected", "doubtful", "none"]
"""Whether other figures contradict a zone's annual level. corrected: they do, and a better one is used; doubtful: they do, but no better one exists (the note gives both); none: there is no level."""


LimitSide: TypeAlias = Literal["below", "above"]
"""A side of a limit of the intensity."""


Limited: TypeAlias = Literal["kg", "usd"]
"""What a limit is of."""


class Limits(TypedDict):
    """How long a job may run: from now or notBefore, whichever is later, to notAfter."""

    seconds: int
    """Whole seconds."""
    minutes: int
    """The same in minutes, rounded half up."""
    hours: int
    """The same in hours, rounded half up."""


class MachineParts(TypedDict):
    """A machine by its parts: a server on your own premises, or a node of a cluster."""

    vcpus: float
    """Threads that the operating system shows."""
    memory_gb: float
    """GB."""
    arch: Arch
    """Instruction set of the CPU."""
    cpu_model: NotRequired[str | None]
    """The processor, such as EPYC 7763, with or without its maker. Default: a typical one of arch, with a wide range of uncertainty."""
    tdp_w: NotRequired[float | None]
    """TDP of one processor in watts, in place of that of cpu_model. Without cpu_model the machine is taken for one processor with vcpus threads: give the sum for several processors, and its share for a virtual machine."""
    gpus: NotRequired[float]
    """Number of accelerators. Default: 0."""
    gpu_model: NotRequired[str | None]
    """The accelerator, such as NVIDIA L4; required with gpus."""
    pue: NotRequired[float | None]
    """PUE of the place: energy of the facility divided by the energy of its IT equipment. Default: that of the region. The mean of the industry is 1.56."""


MarkdownTable: TypeAlias = str
"""Tables of GitHub's Markdown, for people and job summaries; scripts read JSON or CSV."""


class MedianAnswer(TypedDict):
    """What the same machines would have emitted elsewhere."""

    region: str
    """The region in the middle of all of the clouds that were used, by usual intensity and PUE."""
    co2_emissions_g: float
    """gCO2e there, by the hours of its zone."""


class MethodRow(TypedDict):
    """How a part of the figures is made."""

    topic: str
    """Which part."""
    ours: str
    """In the ledger."""
    aws: str
    """In AWS's own figures."""


class MissingTime(TypedDict):
    """A time without a stored reading."""

    starts_at: str
    """Start of the time; UTC."""
    ends_at: str
    """End of the time; exclusive."""


MixBasis: TypeAlias = Literal["annual", "live"]
"""annual: mean of a year; live: now."""


class Money(TypedDict):
    """Price of a machine for Linux with shared tenancy, before tax."""

    perSecond: float
    """USD per second: perHour / 3600, with ten significant digits."""
    perHour: float
    """USD per hour, as in the price list."""
    currency: Literal["USD"]
    """Currency of both prices."""


class NearestOffer(TypedDict):
    """The offer nearest to a bound that stands in the way: it meets everything but that and what is disregarded."""

    constraint: str
    """The field of the request that sets the bound."""
    requested: float
    """The bound."""
    nearest: float
    """What the offer has, costs or emits, in the unit of the bound."""
    region: str
    """As provider:region."""
    instance_type: str
    """The provider's name of the type."""
    count: int | None
    """How many of these machines have what is requested; null for other bounds."""
    disregarded: list[str]
    """Other bounds that it does not meet, if several stand in the way together; usually empty."""


class NearestWindow(TypedDict):
    """Machines that could run in a window without a pause."""

    region: str
    """As provider:region."""
    instance_type: str | None
    """Null for a described machine."""
    count: float
    """Number of machines."""
    start: str
    """When they start; UTC."""
    end: str
    """When they end; UTC."""
    co2_emissions_g: float | None
    """gCO2e of the grid; null if unknown."""
    embodied_emissions_g: float | None
    """The hardware's share; null if unknown."""
    cost_usd: float | None
    """Cost; null if unknown."""


class NotComparedRow(TypedDict):
    """An option that is not ranked."""

    index: int
    """Its place among the options of the request, from 0."""
    instance_type: str | None
    """The provider's name of the type; null for a machine of the request."""
    reason: str
    """Why it has no figure to rank by."""
    nearest_modelled: NotRequired[list[str]]
    """Similar types that can be ranked; only for the first ten types."""


class NotCompetingProvider(TypedDict):
    """A requested cloud that cannot take part."""

    provider: str
    """Key of the provider."""
    reason: str
    """Why, as text."""
    constraint: str | None
    """The constraint that removed the last of its offers, as in removed; null if that is not why."""


class ObjectiveFields(TypedDict):
    """What a plan makes as small as possible: cost with emissions at a price."""

    carbon_price_usd_per_tonne: float
    """USD per tonne of CO2e. Machines, moved data and emissions at this price together decide."""


class OccurrenceTotals(TypedDict):
    """All runs that can be scheduled, together."""

    scheduled: int
    """Number of runs with a window."""
    not_scheduled: int
    """Number of runs that cannot be scheduled."""
    avg_carbon_intensity: float
    """Mean of their optimal windows."""
    co2_emissions_g: NotRequired[float]
    """gCO2e of all runs in their optimal windows; present with instance_type, machine or phases."""
    start_as_scheduled_co2_g: NotRequired[float]
    """gCO2e of all runs if each starts as scheduled; present with co2_emissions_g."""
    savings_co2_g: NotRequired[float]
    """The difference of both; present with co2_emissions_g."""
    savings_percentage: float
    """The same in per cent; without co2_emissions_g of the sum of the mean intensities."""


OnExceed: TypeAlias = Literal["warn", "refuse"]
"""What becomes of a placement beyond the limit."""


class OneBudget(TypedDict):
    """A budget, its present period and former ones."""

    name: str
    """Name of the budget."""
    tags: dict[str, str]
    """Usage with all of these counts."""
    period: BudgetPeriod
    """How often it begins anew."""
    time_zone: str
    """Its midnights begin periods."""
    limit_kg: float | None
    """kgCO2e of a period; null: no such limit."""
    limit_usd: float | None
    """US dollars of a period; null: no such limit."""
    on_exceed: OnExceed
    """What becomes of placements beyond a limit."""
    include_embodied: bool
    """Whether the hardware's share counts."""
    thresholds: list[float]
    """Percent of which webhooks are told."""
    current: BudgetPeriodAnswer
    """The period that holds the present."""
    former: list[BudgetPeriodAnswer]
    """Former periods, the latest first, by today's limits."""


Region: TypeAlias = str


Country: TypeAlias = str


ExcludeRegion: TypeAlias = str


InstanceType: TypeAlias = str


class Option(TypedDict):
    """A machine in a region; its own utilisation and PUE override the common ones."""

    provider: NotRequired[str | None]
    """The provider of the region. Default: aws if it has a region with this id."""
    region: str
    """A region's id, or provider:region. If several clouds use the same id, the provider is required."""
    machine: NotRequired[MachineParts | None]
    """A machine by its parts, in place of instance_type, such as your own server."""
    instance_type: NotRequired[str | None]
    """An instance type or sized service of the region's provider. Required without machine."""
    utilization: NotRequired[float | None]
    """CPU utilisation, 0 to 1. Default: 0.5; for burstable types their baseline."""
    accelerator_utilization: NotRequired[float | None]
    """Accelerator utilisation, 0 to 1. Default: the same as utilization; if that is missing too, 0.75 for training, 0.4 for inference and 0.5 otherwise, from published measurements."""
    count: NotRequired[int]
    """Number of machines of this type. Default: 1."""
    pue: NotRequired[float | None]
    """PUE of the place: energy of the facility divided by the energy of its IT equipment. Default: that of the region. The mean of the industry is 1.56."""


class Origin(TypedDict):
    """Where an intensity comes from, and its range."""

    is_estimate: bool
    """False only for measured values."""
    data_quality: DataQuality
    source: str
    """A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in -corrected."""
    datetime: str
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."""
    fallback_reason: NotRequired[str]
    """Why no fresh live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baseline_from: NotRequired[str]
    """For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses none, or only that."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flow_traced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    low: float | None
    """gCO2e/kWh: the 10th centile of what may come, from backtests; null if unknown."""
    high: float | None
    """gCO2e/kWh: the 90th centile of what may come, from backtests; null if unknown."""


class OverlayErrorRow(TypedDict):
    """Where the newest overlay is wrong; the log says why. The earlier one stays in force."""

    since: str
    """When it was refused."""
    file: str | None
    """The file."""
    line: int | None
    """The line, counted from 1; null if it is no single one."""
    column: int | None
    """The column, counted from 1; null if it is no single one."""


Palette: TypeAlias = Literal["colour", "grey"]
"""Whether a picture has colours."""


Partition: TypeAlias = Literal["commercial", "gov", "china", "sovereign"]
"""Part of a cloud that a region belongs to; each part has its own customers."""


PartitionScope: TypeAlias = Literal["commercial", "gov", "china", "sovereign", "all"]
"""Regions of this part of their cloud; all: of every part."""


class PastPercentiles(TypedDict):
    """What the intensity did not exceed in a part of the time with readings."""

    p10: float
    """gCO2e/kWh: in 10 % of the time it was at most this."""
    p50: float
    """gCO2e/kWh: in 50 % of the time it was at most this."""
    p90: float
    """gCO2e/kWh: in 90 % of the time it was at most this."""


PerformanceBasis: TypeAlias = Literal["published", "recalled", "derived", "estimate"]
"""How the performance index is known, best first; recalled: published, but not looked up again."""


class PhaseFields(TypedDict):
    """A part of a job: its length, and either utilization or power_w."""

    hours: float
    """Length of the phase in hours."""
    utilization: NotRequired[float | None]
    """Utilisation of CPU and accelerators, 0 to 1; needs instance_type or machine. accelerator_utilization beside phases is that of the accelerators in all phases."""
    power_w: NotRequired[float | None]
    """Watts of one machine before PUE, in place of the power model; needs neither instance_type nor machine."""


class PieceFields(TypedDict):
    """A time in which a job runs without a pause."""

    start_time: str
    """ISO 8601 with offset."""
    end_time: str
    """ISO 8601 with offset; exclusive."""


class Place(TypedDict):
    """A cloud's region and its grid zone."""

    region: str
    """The provider's id of the region."""
    provider: str
    """The provider's key."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    partition: Partition


class PlanSaved(TypedDict):
    """Baseline minus plan."""

    co2_emissions_g: float
    """gCO2e; negative if the plan emits more."""
    percentage: float
    """The same in per cent of the baseline."""
    cost_usd: float | None
    """USD; negative if the plan costs more; null if unknown."""
    chance_of_saving: float | None
    """Chance from 0 to 1 that the plan emits less than the baseline, from the ranges of the grid's figures: those of different moves count as independent; null if a range is unknown."""


class PlanShadowPrice(TypedDict):
    """What one more unit of a shared limit would save."""

    limit: str
    """The field of the request."""
    region: str | None
    """Of a capacity; null for others."""
    unit: str
    """machine or kW at all times, USD, or kg of CO2e."""
    saving: float
    """gCO2e, or USD with objective; 0 where the limit is not reached."""


class PlanSolver(TypedDict):
    """How good the plan is."""

    status: str
    """exact: each job is where it is best by itself, and shared limits, if there are any, change nothing. Else the jobs are placed together: optimal: no plan is better by more than 0.01 per cent; feasible: the best plan that was found; heuristic: the solver was busy or did not answer, or the time was over, so that the plan is a first one."""
    gap: float | None
    """Share of the plan's objective by which a better plan may at most be lower, 0 to 1; 0 if the plan is exact; null if it is not known, because the time was over too early."""
    bound: float | None
    """No plan that leaves out as many jobs has a lower objective: gCO2e, or USD with objective. null if the plan is exact."""
    unplaced_at_least: int
    """So many of the jobs have no place beside the others in any plan."""
    seconds: float
    """Seconds that the jobs took to place together, the wait for other plans included."""
    grid_minutes: float | None
    """Steps of time in which shared limits are kept and times are searched; null if the plan is exact."""


PlanState: TypeAlias = Literal["waiting", "running", "done", "failed", "cancelled"]
"""What became of a plan."""


class PlanSums(TypedDict):
    """Sums over the jobs that are placed."""

    co2_emissions_g: float
    """gCO2e of machines and transfers."""
    cost_usd: float | None
    """USD; null if that of a job is unknown."""


class PointRow(TypedDict):
    """One step. All figures are weighted by the time for which each reading stands."""

    starts_at: str
    """Start of the step."""
    value: float
    """gCO2e/kWh in this step: the mean over the time with readings."""
    min: float
    """Lowest reading, in gCO2e/kWh."""
    mean: float
    """The same as value."""
    max: float
    """Highest reading, in gCO2e/kWh."""
    percentiles: PastPercentiles
    data_quality: DataQuality
    """The worst quality of the readings."""
    source: str
    """The source whose readings cover most of the step."""


class Power(TypedDict):
    """Watts by component, for all machines together."""

    cpu: float
    """Watts of all machines together."""
    memory: float
    """Watts of all machines together."""
    accelerator: float
    """Watts of all machines together."""
    storage: float
    """Watts of all machines together."""
    it: float
    """Sum of the components."""
    facility: float
    """it x pue."""


PowerCurve: TypeAlias = Literal["concave", "linear"]
"""Shape between idle and full CPU power."""


Priority: TypeAlias = Literal["carbon", "performance", "balanced", "cost"]
"""What decides between offers."""


ProblemType: TypeAlias = Literal[
    "/problems/ambiguous-region",
    "/problems/body-too-large",
    "/problems/budget-exceeded",
    "/problems/busy",
    "/problems/does-not-fit",
    "/problems/form-refused",
    "/problems/history-incomplete",
    "/problems/intensity-unknown",
    "/problems/internal-error",
    "/problems/invalid-request",
    "/problems/key-refused",
    "/problems/key-required",
    "/problems/method-not-allowed",
    "/problems/no-feasible-placement",
    "/problems/not-found",
    "/problems/nothing-found",
    "/problems/png-unavailable",
    "/problems/power-not-modelled",
    "/problems/range-not-satisfiable",
    "/problems/rate-limited",
    "/problems/role-insufficient",
    "/problems/state-unavailable",
    "/problems/unknown-airport",
    "/problems/unknown-budget",
    "/problems/unknown-country",
    "/problems/unknown-decision",
    "/problems/unknown-instance-type",
    "/problems/unknown-plan",
    "/problems/unknown-provider",
    "/problems/unknown-region",
    "/problems/unknown-usage",
    "/problems/unknown-webhook",
    "/problems/unknown-zone",
    "/problems/unsupported-media-type",
    "/problems/webhook-conflict",
    "about:blank",
]
"""The kind of problem, for programs. A path leads to its explanation; about:blank means that the status says it all."""


ProfileBasis: TypeAlias = Literal["history", "modelled", "flat"]
"""history: measured hours of past years; modelled: shape from a model; flat: the same all year."""


ProviderScopeItem: TypeAlias = str


ProviderScope: TypeAlias = Literal["all"] | list[ProviderScopeItem]
"""Keys of providers, or all."""


Purchase: TypeAlias = Literal["on-demand", "spot"]
"""How the machine is paid for."""


class QuotaRow(TypedDict):
    """Calls to a source within sixty minutes, by all workers together."""

    calls_per_hour: int
    """Calls that the budget allows."""
    calls_used: int
    """Calls in the last sixty minutes."""
    calls_left: int
    """Calls left in the budget."""
    resets_at: str | None
    """When the oldest calls no longer count; null if there are none."""


class RangedFigures(TypedDict):
    """Figures with their range."""

    hours: float
    """Hours that rows cover, not multiplied with the number of machines."""
    power_consumption_kwh: float | None
    """Energy of the facility, PUE applied."""
    co2_emissions_g: float | None
    """gCO2e of the grid in these hours."""
    measured_g: float | None
    """Of these: with an intensity that was measured in that hour."""
    estimated_g: float | None
    """Of these: with an intensity that its source estimated."""
    baseline_g: float | None
    """Of these: with what is usual in the zone, since no reading is stored."""
    embodied_emissions_g: float | None
    """The hardware's share of its making (SCI); null if unknown."""
    total_emissions_g: float | None
    """Grid and hardware."""
    carbon_intensity: float | None
    """Mean over the energy."""
    cost_usd: float | None
    """As billed, else at the list price of today's catalog."""
    unknown_hours: float
    """Hours of which energy or intensity is not known: not in the grams."""
    no_embodied_hours: float
    """Hours without a figure of the hardware."""
    no_price_hours: float
    """Hours without a price."""
    co2_emissions_low_g: float | None
    """10th centile of co2_emissions_g: what rows share (grid zone, machine type) does not average out."""
    co2_emissions_high_g: float | None
    """90th centile."""
    at_submission_g: float | None
    """gCO2e of the grid had all of it run at once when submitted; what has no such figure counts as it ran."""
    without_submission_g: float
    """Of these: grams of rows that only count as they ran."""


RankBy: TypeAlias = Literal["work", "machine"]
"""The carbon and cost that are compared: of a unit of work, or of one machine for the whole duration."""


class Ranking(TypedDict):
    """What the carbon and cost of the rows are compared for."""

    by: RankBy
    reason: str
    """Why, as text."""


class RecentHistory(TypedDict):
    """What was measured, without gaps in time: null stands for a step whose value is not known."""

    step_minutes: NotRequired[int]
    """Length of a step; a divisor of 60. Default: 60."""
    starts_at: str
    """Start of the first step, ISO 8601 with offset; a full step in UTC."""
    values: list[Value]
    """gCO2e/kWh by step, the oldest first, null where unknown. The last 336 hours are used; may be empty: then the profile of the zone is the answer."""


RefreshOutcome: TypeAlias = Literal["replaced", "unchanged", "refused", "skipped", "untried"]
"""What became of the last attempt to refresh prices from a list."""


RegionSort: TypeAlias = Literal["carbon_intensity", "renewable_percentage", "region"]
"""The order of a list of regions: greenest first, most renewable first, or by region id."""


RegionStatus: TypeAlias = Literal["available", "limited", "listed", "announced", "retired"]
"""available: open to any customer; limited: on request; listed: named by the provider, but not confirmed as open; announced: not yet open; retired: closed."""


class RepeatFields(TypedDict):
    """When the runs of a job are due, and how far each of them may be put off."""

    cron: str
    """When a run is due: minute, hour, day of month, month and day of week, as in crontab. A time that is skipped when the clocks go forward is due right after the change, one that comes twice is due the first time; with a star in minute or hour runs follow the hours as they pass."""
    time_zone: NotRequired[str]
    """Name in the IANA database; summer time is followed. Default: UTC."""
    flex_hours: float
    """A run starts at most this number of hours after it is due. It has to end before the next one is due: with the duration of the job this is at most the time between two runs."""
    until: NotRequired[str | None]
    """No run is due later, ISO 8601 with offset. Default: 7 days after start_after, or after now. At most 200 runs."""


ReportForm: TypeAlias = Literal["json", "csv", "markdown"]
"""The form of a report."""


class ReportRowAnswer(TypedDict):
    """One group in one step."""

    hours: float
    """Hours that rows cover, not multiplied with the number of machines."""
    power_consumption_kwh: float | None
    """Energy of the facility, PUE applied."""
    co2_emissions_g: float | None
    """gCO2e of the grid in these hours."""
    measured_g: float | None
    """Of these: with an intensity that was measured in that hour."""
    estimated_g: float | None
    """Of these: with an intensity that its source estimated."""
    baseline_g: float | None
    """Of these: with what is usual in the zone, since no reading is stored."""
    embodied_emissions_g: float | None
    """The hardware's share of its making (SCI); null if unknown."""
    total_emissions_g: float | None
    """Grid and hardware."""
    carbon_intensity: float | None
    """Mean over the energy."""
    cost_usd: float | None
    """As billed, else at the list price of today's catalog."""
    unknown_hours: float
    """Hours of which energy or intensity is not known: not in the grams."""
    no_embodied_hours: float
    """Hours without a figure of the hardware."""
    no_price_hours: float
    """Hours without a price."""
    co2_emissions_low_g: float | None
    """10th centile of co2_emissions_g: what rows share (grid zone, machine type) does not average out."""
    co2_emissions_high_g: float | None
    """90th centile."""
    at_submission_g: float | None
    """gCO2e of the grid had all of it run at once when submitted; what has no such figure counts as it ran."""
    without_submission_g: float
    """Of these: grams of rows that only count as they ran."""
    starts_on: str
    """First UTC day."""
    ends_on: str
    """Last UTC day, included."""
    group: list[str | None]
    """The value of each name in `by`, in its order; null: the rows have none."""
    rows: int
    """Rows in it; one that runs over midnight counts on each day."""


ReportStep: TypeAlias = Literal["total", "day", "month"]
"""How a report cuts time: not at all, into UTC days, or into calendar months in UTC."""


class RequirementsBody(TypedDict):
    """What each machine must have, at least or at most."""

    vcpus: NotRequired[float | None]
    """Minimum number of vCPUs."""
    memory_gb: NotRequired[float | None]
    """GB."""
    gpus: NotRequired[float | None]
    """Minimum number of GPUs; 0: only machines without any accelerator."""
    accelerators: NotRequired[float | None]
    """Minimum number of accelerators of any kind (GPU, TPU, Trainium, Inferentia); 0: none."""
    gpu_model: NotRequired[str | None]
    """Part of an accelerator's name."""
    gpu_memory_gb: NotRequired[float | None]
    """Minimum memory in GB of all accelerators of the machine together."""
    arch: NotRequired[Arch | None]
    """Instruction set of the machine's CPU."""
    max_vcpus: NotRequired[float | None]
    """Maximum number of vCPUs."""
    max_memory_gb: NotRequired[float | None]
    """Maximum memory in GB."""
    max_gpus: NotRequired[float | None]
    """Maximum number of accelerators of any kind."""
    burstable: NotRequired[Allowance]
    """Burstable types, which sustain less than their vCPUs. Types you name take part. Default: exclude."""
    shared_cores: NotRequired[Allowance]
    """Types that share their cores with other customers. Types you name take part. Default: exclude."""


class ReservedAnswer(TypedDict):
    """What is left of a budget after an answer has reserved in it."""

    name: str
    """Name of the budget."""
    exceeded: bool
    """Whether a limit is passed, in a budget that only warns."""
    periods: list[BudgetPeriodAnswer]
    """The periods in which the placement lies, with it."""


Risk: TypeAlias = Literal["expected", "cautious"]
"""Which figure of a window decides: the mean that is expected, or the 90th centile of that mean."""


Role: TypeAlias = Literal["read", "write", "admin"]
"""What a key may do; each role may do all that those before it may."""


RunnerConfidence: TypeAlias = Literal["documented", "indicative"]
"""documented: by the service itself; indicative: by others, or not in so many words."""


RunnerPlan: TypeAlias = Literal["public", "private"]
"""Hosted runners of public repositories are larger."""


class Saved(TypedDict):
    """Grams of the grid and USD that the comparisons of answers would have taken more."""

    decisions: int
    """Decisions in these sums."""
    losses: int
    """Of these: that emitted more than what they were compared with."""
    promised_g: float
    """gCO2e by the figures of the answers."""
    realised_g: float
    """gCO2e by what came: saved_g less lost_g."""
    saved_g: float
    """gCO2e of the decisions that saved."""
    lost_g: float
    """gCO2e of the decisions that lost, as a positive number."""
    realised_share: float | None
    """realised_g over promised_g; null if nothing was promised."""
    baseline_share: float | None
    """How much of the compared grams rests on what is usual in a zone, since no reading is stored, 0 to 1."""
    promised_usd: float | None
    """USD by the answers; null, as the next three, if no decision has a price."""
    realised_usd: float | None
    """USD as billed, else at the list price of today's catalog: saved_usd less lost_usd."""
    saved_usd: float | None
    """USD of the decisions that cost less."""
    lost_usd: float | None
    """USD of the decisions that cost more, as a positive number."""
    realised_usd_share: float | None
    """realised_usd over promised_usd; null if nothing was promised."""
    no_price_decisions: int
    """Decisions that are in no sum of USD."""


class SavingsFigures(TypedDict):
    """Decisions by what became of them."""

    decisions: int
    """All decisions made on these days, by the signal of the question."""
    pending: int
    """Whose hours are not over: in no sum."""
    no_comparison: int
    """Whose answers compare with nothing: in no sum."""
    unknown: int
    """Of which grams that were promised or came are not known: in no sum."""
    not_followed: int
    """Named by usage that ran in another region or on another machine: in no sum."""
    followed: Saved
    """Named by usage: its grams and cost, beside the comparison for as much energy."""
    not_reported: Saved
    """Named by no usage: what was saved if they were followed."""


class SavingsPotential(TypedDict):
    """Savings from waiting, per kWh and, with instance_type, machine or phases, of the job."""

    current_vs_optimal_gco2_kwh: float | None
    """Current intensity minus the mean of the optimal window, in gCO2e/kWh; negative in a short dip."""
    start_now_vs_optimal_gco2_kwh: float
    """Mean of start_now minus the mean of the optimal window, in gCO2e/kWh. The energy of restarts counts, so this is per kWh of the job without them."""
    start_now_vs_optimal_percentage: float
    """The same as a percentage of start_now."""
    start_now_vs_optimal_co2_g: NotRequired[float]
    """gCO2e of start_now minus those of the optimal window; present with instance_type, machine or phases."""


class SavingsRowAnswer(TypedDict):
    """One group in one step."""

    decisions: int
    """All decisions made on these days, by the signal of the question."""
    pending: int
    """Whose hours are not over: in no sum."""
    no_comparison: int
    """Whose answers compare with nothing: in no sum."""
    unknown: int
    """Of which grams that were promised or came are not known: in no sum."""
    not_followed: int
    """Named by usage that ran in another region or on another machine: in no sum."""
    followed: Saved
    """Named by usage: its grams and cost, beside the comparison for as much energy."""
    not_reported: Saved
    """Named by no usage: what was saved if they were followed."""
    starts_on: str
    """First UTC day."""
    ends_on: str
    """Last UTC day, included."""
    group: list[str | None]
    """The value of each name in `by`, in its order; null: the decisions have none, several: more than one."""


Scope: TypeAlias = Literal["service", "machine", "worker"]
"""Which workers share: those of all machines, those of one machine, or each worker alone."""


class Segment(TypedDict):
    """A part of an interruptible job that runs without a pause. A restart at its beginning is included."""

    start_time: str
    """UTC time in ISO 8601, with whole seconds and Z."""
    end_time: str
    """UTC time in ISO 8601, with whole seconds and Z."""
    avg_carbon_intensity: float | None
    """Mean over the segment; null if unknown."""
    duration_hours: float
    """Hours."""


SignalName: TypeAlias = Literal["average", "marginal"]
"""
What a question asks for.

average: of all plants that run. marginal: of the plants that answer a change of load.
"""


SizeBasis: TypeAlias = Literal["requirements", "current", "workload", "instance types"]
"""What says how big a machine must be: the requirements, the machine that runs today, the workload's reference machine, or the instance types that the request names."""


class SkillRow(TypedDict):
    """How good forecasts so many days ahead were."""

    day: int
    """1 for the first 24 hours."""
    mape_percentage: float
    """Mean relative error of the hours."""
    coverage_percentage: float | None
    """Share of the hours that were between low and high; null if unknown."""


SourceCondition: TypeAlias = Literal["ok", "degraded", "unconfigured", "untried", "off"]
"""How a source of live data is doing; unconfigured: it lacks a key or another setting; untried: no call was answered yet, or, without a key, it was never reached; off: the settings switch it off."""


class SourceFactsRow(TypedDict):
    """A source of live data: what it covers, its state and its terms of use."""

    source: str
    """The source's name, as in SOURCES and in answers."""
    title: str
    """Its name for people."""
    url: str
    """Its web page."""
    state: SourceCondition
    detail: str
    """The state as text."""
    trust: int
    """Place in the order of trust, from 1; those that are not in use come last."""
    zones: list[str] | None
    """Grid zones it covers; null if the plan of a key decides."""
    forecast_hours: int
    """How far ahead it forecasts at most; 0: not at all."""
    key_needed: bool
    """True if it needs a key."""
    key_setting: str | None
    """The setting of that key; null if none is needed."""
    signal: SignalName
    """What its figures count."""
    method: str
    """How its figures become an intensity of its signal."""
    flow_traced: bool | None
    """False if imports are not in its figures, or only one step (method); null for marginal figures."""
    licence: str
    """Licence of its data."""
    licence_url: str | None
    """Text of the licence; null if unknown."""
    attribution: str | None
    """The words that the licence asks for; null if it asks for none."""
    commercial_use: bool
    """False if the licence allows no commercial use."""


class SourceReadingRow(TypedDict):
    """What one source says of a zone now."""

    source: str
    """The source's name."""
    used: bool
    """True if answers use this value."""
    carbon_intensity: float | None
    """gCO2e/kWh now, a nowcast if the source's value is older than an hour; null if it has none."""
    data_quality: DataQuality | None
    datetime: str | None
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of what was observed; null without a value."""
    fallback_reason: str | None
    """Why there is no value, or no fresh one; null if there is."""
    method: str | None
    """How the source's figures became this value; null if it publishes it."""
    error: float | None
    """Relative error of that; null if unknown."""
    flow_traced: bool | None
    """False if imports are not in the value, or only one step (method)."""
    attribution: str | None
    """The words that the licence asks for; null if it asks for none."""
    licence: str | None
    """Licence of the value; null if unknown."""


class SourceRow(TypedDict):
    """How a source of live data is doing."""

    source: str
    """The source's name."""
    state: SourceCondition
    detail: str
    """The state as text."""
    zones_covered: int | None
    """Zones the key's plan covers; null while unknown."""
    last_success_at: str | None
    """Time of the last usable answer; null if there was none."""
    last_error: str | None
    """The last error; null if there was none."""
    calls: int
    """Number of upstream calls by this process."""
    fallbacks: dict[str, int]
    """Number of readings in this process without a fresh live value, by reason."""
    quota: QuotaRow | None
    """The hour's budget of calls; null if no limit is known."""
    breaker_open: bool | None
    """True while calls are held back; null if calls are never made."""
    shared_by: Scope | None
    """Which workers share live data and the budget now; null without a source."""


Span: TypeAlias = Literal["week", "month", "year"]
"""How much of the past a picture shows."""


SpotScoreSource: TypeAlias = Literal["aws-advisor-estimate"]
"""aws-advisor-estimate: from the band of monthly interruptions that AWS publishes; an estimate, not AWS' placement score."""


class SpotSourceRow(TypedDict):
    """A source of spot prices, and how old its prices are."""

    source: str
    """Key of the source."""
    prices: int
    """Number of spot prices from it."""
    median_age_days: int
    """Median age of these prices in days."""
    oldest_age_days: int
    """Age of the oldest one in days."""
    share_older_than_a_year: float
    """Share of them, 0 to 1, older than 365 days, which rankings and filters ignore."""


class StartNow(TypedDict):
    """The same job if it starts now."""

    is_estimate: bool
    """False only for measured values."""
    data_quality: DataQuality
    source: str
    """A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in -corrected."""
    datetime: str
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."""
    fallback_reason: NotRequired[str]
    """Why no fresh live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baseline_from: NotRequired[str]
    """For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses none, or only that."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flow_traced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    low: float | None
    """gCO2e/kWh: the 10th centile of what may come, from backtests; null if unknown."""
    high: float | None
    """gCO2e/kWh: the 90th centile of what may come, from backtests; null if unknown."""
    co2_emissions_g: float
    """gCO2e emitted by the grid: power_consumption_kwh x intensity."""
    carbon_intensity_used: float | None
    """Mean over the hours of the job, in gCO2e/kWh."""


StepLength: TypeAlias = Literal[5, 15, 30, 60]
"""Lengths of a step in minutes."""


StoreErrorPolicy: TypeAlias = Literal["local", "open", "closed"]
"""If the shared counters fail: each worker counts alone, no limit applies, or every request is refused."""


class StoredSkillRow(TypedDict):
    """Forecasts of a zone by one source, so many days ahead. Hours without a reading are left out and counted."""

    zone: str
    """Grid zone, as Electricity Maps names it."""
    source: str
    """The forecast, as answers name it."""
    lead_day: int
    """1 for the first 24 hours after a forecast was issued."""
    mape_percentage: float | None
    """Mean relative error of the hours; null for fewer than 168."""
    coverage_percentage: float | None
    """Share of the hours between low and high; null for fewer than 168, and for forecasts without a range."""
    captured_saving_percentage: float | None
    """What waiting by the forecast saved, of what it would have saved with a perfect forecast: jobs of 4 hours within 24; 0 is a start at random. On lead_day 1; null for fewer than 28 jobs, or if nothing could be saved."""
    issue_days: int
    """Days on which forecasts were issued of which an hour is scored."""
    forecasts: int
    """Their number: the first of every six hours."""
    hours: int
    """Hours with a forecast and a reading."""
    estimated_hours: int
    """Those of them whose reading is an estimate."""
    hours_without_reading: int
    """Hours that are over and have no reading."""


class StreamCrossing(TypedDict):
    """A limit that the value has crossed."""

    side: LimitSide
    limit: float
    """As the stream was asked for it."""
    hysteresis: float
    """How far beyond the limit a value must come back before it has left."""
    state: CrossingState


StreamEventName: TypeAlias = Literal["current", "intensity", "forecast", "crossing"]
"""current: the value when the stream began; intensity: the value has changed; forecast: it was renewed; crossing: the value has crossed a limit."""


class StreamForecast(TypedDict):
    """A forecast as it was issued, at our level of the zone."""

    source: str
    """Who forecasts."""
    starts_at: str
    """Start of the first hour."""
    carbon_intensity: list[float | None]
    """gCO2e/kWh hour by hour from there on, up to 48; null if unknown."""


StreamNoteName: TypeAlias = Literal["gap", "end"]
"""gap: events were missed that are not stored any more, the present values follow; end: the stream ends, come back after retry_after_seconds."""


class SubmissionAnswer(TypedDict):
    """What the same energy would have emitted in the same regions without waiting."""

    co2_emissions_g: float | None
    """gCO2e of the grid, each row from its submitted_at on."""
    rows_without_submission: int
    """Rows that count as they ran, since it is not known when they were submitted or what the grid was like then."""
    without_submission_g: float
    """Their grams, as they ran."""
    without_submission_share: float | None
    """Their share of all grams, 0 to 1; null without grams."""


SubscribedEvent: TypeAlias = Literal["intensity", "forecast", "crossing", "budget"]
"""What a webhook may be sent."""


class TableRow(TypedDict):
    """A table of the catalog. Tables of prices have ages as well, counted from now."""

    table: str
    """The table's name."""
    rows: int
    """Rows of the table."""
    as_of: str
    """The newest date in it."""
    median_age_days: NotRequired[int]
    """Median age in days of its on-demand prices; absent without any."""
    oldest_age_days: NotRequired[int]
    """Age in days of the oldest on-demand price; absent without any."""
    spot_sources: NotRequired[list[SpotSourceRow]]
    """Its sources of spot prices; only in tables of prices."""


TextTable: TypeAlias = str
"""Under /v1 one line for each row, fields separated by tabs; unknown values are empty; without `fields` only the gid. Under /api/v1 aligned columns for people, which may change: scripts read JSON or CSV."""


Theme: TypeAlias = Literal["light", "dark"]
"""The colours around the bands."""


class Transfer(TypedDict):
    """Data that move once to where the job runs."""

    data_gb: float
    """GB."""
    data_in: str
    """Region from which they move."""
    usd_per_gb: float | None
    """Price of a GB: that of the request, or the first paid tier of the region's list; null if unknown."""
    cost_usd: float | None
    """USD; null if unknown."""
    energy_kwh: float
    """The network's energy, as a share of what it uses anyway: the transfer adds less."""
    co2_emissions_g: float
    """gCO2e of that energy at the mean intensity of both ends in the first hour in which the job may run."""
    low_co2_emissions_g: float
    """By the lowest published energy of a GB, 0.001 kWh, or that of the request."""
    high_co2_emissions_g: float
    """By the highest, 0.06 kWh, or that of the request."""


class Uncertainty(TypedDict):
    """Uncertainty of the emissions, and its basis."""

    low_co2_emissions_g: float
    """gCO2e emitted by the grid: power_consumption_kwh x intensity."""
    high_co2_emissions_g: float
    """gCO2e emitted by the grid: power_consumption_kwh x intensity."""
    low_factor: float
    """low_co2_emissions_g divided by the central value."""
    high_factor: float
    """high_co2_emissions_g divided by the central value."""
    grid_low_factor: float | None
    """The grid's part: 10th centile; null if unknown."""
    grid_high_factor: float | None
    """The grid's part: 90th centile; null if unknown."""
    power_low_factor: float
    """The power model's part of low_factor."""
    power_high_factor: float
    """The power model's part of high_factor."""
    basis: str
    """Basis of the power figure."""


class UnplacedJob(TypedDict):
    """A job that cannot run."""

    job: str
    """The id of the job."""
    constraint: str
    """The field of the request, or the fact, that excludes most of its places."""
    detail: str
    """The same as a sentence."""
    removed: dict[str, int]
    """How many of its regions each reason excludes."""


UsageChangeReason: TypeAlias = Literal["readings", "replaced"]
"""readings: better ones of its hours came; replaced: another row with its id was sent."""


class UsageChangeRow(TypedDict):
    """Figures that a row had before."""

    changed_at: str
    """Until when."""
    reason: UsageChangeReason
    """Why they changed."""
    power_consumption_kwh: float | None
    """Energy then."""
    co2_emissions_g: float | None
    """gCO2e of the grid then."""
    baseline_g: float | None
    """Of these: with usual intensities."""


class UsageFields(TypedDict):
    """Machines that ran for some time, or energy that was measured."""

    id: str
    """Your own name of the row. A row sent again changes nothing; another one with this id replaces it."""
    start: str
    """When it began, ISO 8601 with offset."""
    end: NotRequired[str | None]
    """When it ended; or give hours."""
    hours: NotRequired[float | None]
    """How long it ran, in place of end."""
    provider: NotRequired[str | None]
    """The provider of the region."""
    region: str
    """A region's id, or provider:region. If several clouds use the same id, the provider is required."""
    machine: NotRequired[MachineParts | None]
    """A machine by its parts, in place of instance_type."""
    instance_type: NotRequired[str | None]
    """An instance type of the region's provider."""
    count: NotRequired[float]
    """Mean number of machines; need not be whole. Default: 1.0."""
    utilization: NotRequired[float | None]
    """CPU utilisation, 0 to 1. Default: 0.5; for burstable types their baseline."""
    kwh: NotRequired[float | None]
    """Measured energy of all machines, before PUE, in place of the power model. Send pue 1 if it is that of the whole facility."""
    pue: NotRequired[float | None]
    """PUE of the place: energy of the facility divided by the energy of its IT equipment. Default: that of the region. The mean of the industry is 1.56."""
    cost_usd: NotRequired[float | None]
    """What was billed. Default: the list price."""
    spot: NotRequired[bool]
    """Whether the list price is the spot price. Default: false."""
    tags: NotRequired[dict[str, str]]
    """Anything to report by. Default: {}."""
    decision_id: NotRequired[str | None]
    """The recorded decision that placed it; GET /api/v1/savings then says what it saved."""
    submitted_at: NotRequired[str | None]
    """When it could have begun, at most start: reports say what it would have emitted without waiting."""


class UsageRequest(TypedDict):
    """Rows of usage."""

    rows: list[UsageFields]
    """1 to 10,000 rows. They are stored all, or none of them if one is wrong."""


class UsageRowAnswer(TypedDict):
    """A row and what it emitted."""

    hours: float
    """Hours that rows cover, not multiplied with the number of machines."""
    power_consumption_kwh: float | None
    """Energy of the facility, PUE applied."""
    co2_emissions_g: float | None
    """gCO2e of the grid in these hours."""
    measured_g: float | None
    """Of these: with an intensity that was measured in that hour."""
    estimated_g: float | None
    """Of these: with an intensity that its source estimated."""
    baseline_g: float | None
    """Of these: with what is usual in the zone, since no reading is stored."""
    embodied_emissions_g: float | None
    """The hardware's share of its making (SCI); null if unknown."""
    total_emissions_g: float | None
    """Grid and hardware."""
    carbon_intensity: float | None
    """Mean over the energy."""
    cost_usd: float | None
    """As billed, else at the list price of today's catalog."""
    unknown_hours: float
    """Hours of which energy or intensity is not known: not in the grams."""
    no_embodied_hours: float
    """Hours without a figure of the hardware."""
    no_price_hours: float
    """Hours without a price."""
    id: str
    """Your name of the row."""
    start: str
    """When it began."""
    end: str
    """When it ended."""
    region: str
    """provider:region."""
    zone: str
    """Grid zone."""
    instance_type: str | None
    """Null for a described machine."""
    count: float
    """Mean number of machines."""
    tags: dict[str, str]
    """Your tags."""
    decision_id: str | None
    """Of the decision."""
    submitted_at: str | None
    """When it could have begun; null if that is not known."""
    at_submission_g: float | None
    """gCO2e of the grid of the same energy, had it run without waiting from submitted_at on; null if not known."""
    origin: str
    """api, or the format that it was imported from."""
    unknown: str | None
    """Why figures are null; null if all are known."""
    cost_basis: CostBasis | None
    """What the cost is; null without one."""
    price_as_of: str | None
    """Date of a list price."""
    changes: list[UsageChangeRow]
    """Former figures, the latest first; empty in lists."""


View: TypeAlias = Literal["world", "europe", "north-america", "asia-pacific"]
"""The part of the world that a map shows."""


class WaitingSavings(TypedDict):
    """What waiting for notBefore saved before, in per cent of starting now. All 0 if notBefore is now."""

    median: float
    """The 50th centile."""
    low: float
    """The 10th centile; negative where waiting made it worse."""
    high: float
    """The 90th centile."""
    chanceOfSaving: float
    """Share of the jobs that saved anything, 0 to 1."""
    basis: str | None
    """Where this was seen: backtest with its years, or stored forecasts of the zone with the number of days on which they were issued (from 14 on); null if the advice is to start now."""


class WebhookRequest(TypedDict):
    """Where to send what, and of which place."""

    url: str
    """Where to POST events: https, a public host, port 443 or one from 1024 on, no user name. Other hosts are those that the operator allows with WEBHOOK_ALLOW."""
    below: NotRequired[float | None]
    """gCO2e/kWh: a crossing is sent when the value falls below it, and when it comes back."""
    above: NotRequired[float | None]
    """gCO2e/kWh: a crossing is sent when the value rises above it, and when it comes back. Not with below."""
    hysteresis: NotRequired[float]
    """gCO2e/kWh by which the value must come back behind the threshold before it counts as back. Default: 0.0."""
    events: NotRequired[list[SubscribedEvent]]
    """What is sent. intensity: the current value of the zone changed; forecast: its forecast was renewed; crossing: it crossed the threshold; budget: a budget of yours passed one of its thresholds, which needs no place. Default: crossing with a threshold, intensity without."""
    secret: NotRequired[str | None]
    """Signs what is sent, with HMAC-SHA256: printable ASCII without a space. Default: one is made."""
    provider: NotRequired[str | None]
    """The provider of the region. Default: aws if it has a region with this id."""
    region: NotRequired[str | None]
    """A region, or zone in its place: events are those of its grid zone."""
    zone: NotRequired[str | None]
    """A grid zone, or region in its place. Neither is needed if only budget is sent."""


class WebhookRow(TypedDict):
    """A webhook, without its secret."""

    id: str
    """Id of the webhook."""
    url: str
    """Where events are sent."""
    events: list[SubscribedEvent]
    """What is sent."""
    zone: str | None
    """The grid zone whose events are sent; null if only budgets are told of."""
    region: str | None
    """As provider:region; null if the zone itself was named, or neither."""
    below: float | None
    """Threshold in gCO2e/kWh, or null."""
    above: float | None
    """Threshold in gCO2e/kWh, or null."""
    hysteresis: float
    """gCO2e/kWh."""
    created_at: str
    """When it was created; earlier events are not sent."""


class WebhooksAnswer(TypedDict):
    """The webhooks of the caller's tenant, the oldest first."""

    webhooks: list[WebhookRow]
    """The webhooks."""


Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
"""A day of the week."""


class Window(TypedDict):
    """A time window and its mean intensity."""

    is_estimate: bool
    """False only for measured values."""
    data_quality: DataQuality
    source: str
    """A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in -corrected."""
    datetime: str
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."""
    fallback_reason: NotRequired[str]
    """Why no fresh live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baseline_from: NotRequired[str]
    """For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses none, or only that."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flow_traced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    low: float | None
    """gCO2e/kWh: the 10th centile of what may come, from backtests; null if unknown."""
    high: float | None
    """gCO2e/kWh: the 90th centile of what may come, from backtests; null if unknown."""
    start_time: str
    """UTC time in ISO 8601, with whole seconds and Z."""
    end_time: str
    """UTC time in ISO 8601, with whole seconds and Z."""
    avg_carbon_intensity: float | None
    """Mean over the window; null if unknown."""
    duration_hours: float
    """Hours."""


WorkloadType: TypeAlias = Literal["training", "inference", "general", "database", "containers", "serverless"]
"""What kind of work runs."""


class WrittenRows(TypedDict):
    """What became of the rows that were sent."""

    added: int
    """New rows."""
    replaced: int
    """Rows whose id was there with another content; their former figures stay."""
    unchanged: int
    """Rows that were there already."""


class ZoneNote(TypedDict):
    """A zone that was named in place of its region. All figures are those of the region."""

    name: str
    """The name as it was given."""
    kind: str
    """availability zone, local zone or wavelength zone."""
    region: str
    """The region whose figures are used, as provider:region."""
    detail: str
    """The same as text."""


class ZoneSourcesFacts(TypedDict):
    """The sources of a zone side by side."""

    zone: str
    """The zone, as Electricity Maps names it."""
    disagreement: float | None
    """Highest less lowest value over their mean, of the sources with a value of the zone itself; null for fewer than two. Above 0.25 the ranges in all answers reach to what the others say."""
    sources: list[SourceReadingRow]
    """Every source that covers the zone, the most trusted first."""


ProviderItem: TypeAlias = str


CountryItem: TypeAlias = str


ExcludeItem: TypeAlias = str


class RankRegionsQuery(TypedDict):
    """Parameters of rankRegions."""

    limit: NotRequired[int]
    """Maximum number of rows. Default: all."""
    offset: NotRequired[int]
    """Number of rows to skip. Default: 0."""
    provider: NotRequired[list[ProviderItem]]
    """May be given several times. Default: all. Combined with a path: only what is in both."""
    country: NotRequired[list[CountryItem]]
    """ISO 3166 code (SE, SWE), English name, or the group EU or EEA; may be given several times. Combined with a path: only what is in both."""
    exclude: NotRequired[list[ExcludeItem]]
    """Leave out this gid, provider:region or provider; may be given several times."""
    vcpus: NotRequired[float]
    """Minimum number of vCPUs."""
    memoryGb: NotRequired[float]
    """Minimum memory in GB."""
    gpus: NotRequired[float]
    """Minimum number of GPUs; 0: only machines without any accelerator."""
    accelerators: NotRequired[float]
    """Minimum number of accelerators of any kind; 0: only machines without any."""
    gpuModel: NotRequired[str]
    """Part of an accelerator's name."""
    arch: NotRequired[Arch]
    """Instruction set of the machine's CPU."""
    maxVcpus: NotRequired[float]
    """Maximum number of vCPUs."""
    maxMemoryGb: NotRequired[float]
    """Maximum memory in GB."""
    maxGpus: NotRequired[float]
    """Maximum number of accelerators of any kind."""
    burstable: NotRequired[Allowance]
    """Burstable types, which sustain less than their vCPUs. Default: exclude."""
    sharedCores: NotRequired[Allowance]
    """Types that share their cores with other customers. Default: exclude."""
    instanceType: NotRequired[str]
    """Instance type that the prices are for, instead of a shape. Default: the region's cheapest type of the shape, without a size with at least 2 vCPUs and 8 GB; not accelerated unless the shape asks for accelerators."""
    durationHours: NotRequired[float]
    """Duration of the job in hours; intensity is then the mean over it."""
    within: NotRequired[float]
    """Start at the best time within this number of hours. Default: now."""
    maxIntensity: NotRequired[float]
    """Maximum intensity in gCO2e/kWh."""
    maxPricePerHour: NotRequired[float]
    """Maximum on-demand price in USD (with spot=only: spot price). Unknown prices are left out."""
    spot: NotRequired[Literal["only"]]
    """only: choose the type by spot price; regions without a spot price are left out."""
    signal: NotRequired[SignalName]
    """average: of all plants that run. marginal: of the plants that answer a change of load, from a WattTime account; the two are never mixed, and a place without a marginal value is unknown or left out. Default: average."""
    partition: NotRequired[PartitionScope]
    """Default: commercial."""
    status: NotRequired[RegionStatus]
    """Regions of this status. Default: available."""
    tolerance: NotRequired[str]
    """Regions within this distance count as equal: 5 (g/kWh) or 5% of the lowest in the group. Default: none."""
    estimates: NotRequired[Estimates]
    """exclude: only measured values. Default: include."""
    maxAgeMinutes: NotRequired[int]
    """Highest age in minutes of a measured value that counts as current. Default and maximum: MAX_AGE_MINUTES, at most 60."""


ListUsageQuery = TypedDict(
    "ListUsageQuery",
    {
        "from": NotRequired[str],
        "to": NotRequired[str],
        "limit": NotRequired[int],
        "offset": NotRequired[int],
    },
)


class ListRegionsQuery(TypedDict):
    """Parameters of listRegions."""

    limit: NotRequired[int]
    """Maximum number of rows. Default: all."""
    offset: NotRequired[int]
    """Number of rows to skip. Default: 0."""
    provider: NotRequired[list[ProviderItem]]
    """May be given several times; all means every provider. Default: aws."""
    country: NotRequired[list[CountryItem]]
    """ISO 3166 code (SE, SWE), English name, or the group EU or EEA; may be given several times."""
    partition: NotRequired[PartitionScope]
    """Default: commercial."""
    zone: NotRequired[str]
    """Grid zone."""
    signal: NotRequired[SignalName]
    """average: of all plants that run. marginal: of the plants that answer a change of load, from a WattTime account; the two are never mixed, and a place without a marginal value is unknown or left out. Default: average."""
    sort: NotRequired[RegionSort]
    """Sort order: greenest first, most renewable first, or by region id. Default: carbon_intensity."""


ReportSavingsQuery = TypedDict(
    "ReportSavingsQuery",
    {
        "from": NotRequired[str],
        "to": NotRequired[str],
        "by": NotRequired[str],
        "step": NotRequired[ReportStep],
        "tag": NotRequired[list[str]],
        "signal": NotRequired[SignalName],
    },
)


class ListBudgetsQuery(TypedDict):
    """Parameters of listBudgets."""

    limit: NotRequired[int]
    """Maximum number of budgets. Default: 100."""
    offset: NotRequired[int]
    """Number of budgets to skip. Default: 0."""


class ListInstanceTypesQuery(TypedDict):
    """Parameters of listInstanceTypes."""

    limit: NotRequired[int]
    """Maximum number of rows. Default: 100."""
    offset: NotRequired[int]
    """Number of rows to skip. Default: 0."""
    provider: NotRequired[list[ProviderItem]]
    """May be given several times. Default: all."""
    q: NotRequired[str]
    """Part of the type's name."""
    category: NotRequired[str]
    """What the family is made for."""
    family: NotRequired[str]
    """Family of types that differ only in size."""
    arch: NotRequired[Arch]
    """Instruction set of the machine's CPU."""
    accelerator: NotRequired[str]
    """Part of the accelerator's name."""
    min_vcpus: NotRequired[float]
    """Minimum number of vCPUs."""
    min_memory_gb: NotRequired[float]
    """Minimum memory in GB."""
    region: NotRequired[str]
    """Only types offered in this region: a region's id, or provider:region."""
    power_modelled: NotRequired[bool]
    """true: only types that calculate supports."""


class ListWorkloadsQuery(TypedDict):
    """Parameters of listWorkloads."""

    limit: NotRequired[int]
    """Maximum number of rows. Default: all."""
    offset: NotRequired[int]
    """Number of rows to skip. Default: 0."""


ListDecisionsQuery = TypedDict(
    "ListDecisionsQuery",
    {
        "from": NotRequired[str],
        "to": NotRequired[str],
        "limit": NotRequired[int],
        "offset": NotRequired[int],
    },
)


class RankRegionsNearAirportQuery(TypedDict):
    """Parameters of rankRegionsNearAirport."""

    limit: NotRequired[int]
    """Maximum number of rows. Default: all."""
    offset: NotRequired[int]
    """Number of rows to skip. Default: 0."""
    provider: NotRequired[list[ProviderItem]]
    """May be given several times. Default: all. Combined with a path: only what is in both."""
    country: NotRequired[list[CountryItem]]
    """ISO 3166 code (SE, SWE), English name, or the group EU or EEA; may be given several times. Combined with a path: only what is in both."""
    exclude: NotRequired[list[ExcludeItem]]
    """Leave out this gid, provider:region or provider; may be given several times."""
    vcpus: NotRequired[float]
    """Minimum number of vCPUs."""
    memoryGb: NotRequired[float]
    """Minimum memory in GB."""
    gpus: NotRequired[float]
    """Minimum number of GPUs; 0: only machines without any accelerator."""
    accelerators: NotRequired[float]
    """Minimum number of accelerators of any kind; 0: only machines without any."""
    gpuModel: NotRequired[str]
    """Part of an accelerator's name."""
    arch: NotRequired[Arch]
    """Instruction set of the machine's CPU."""
    maxVcpus: NotRequired[float]
    """Maximum number of vCPUs."""
    maxMemoryGb: NotRequired[float]
    """Maximum memory in GB."""
    maxGpus: NotRequired[float]
    """Maximum number of accelerators of any kind."""
    burstable: NotRequired[Allowance]
    """Burstable types, which sustain less than their vCPUs. Default: exclude."""
    sharedCores: NotRequired[Allowance]
    """Types that share their cores with other customers. Default: exclude."""
    instanceType: NotRequired[str]
    """Instance type that the prices are for, instead of a shape. Default: the region's cheapest type of the shape, without a size with at least 2 vCPUs and 8 GB; not accelerated unless the shape asks for accelerators."""
    durationHours: NotRequired[float]
    """Duration of the job in hours; intensity is then the mean over it."""
    within: NotRequired[float]
    """Start at the best time within this number of hours. Default: now."""
    maxIntensity: NotRequired[float]
    """Maximum intensity in gCO2e/kWh."""
    maxPricePerHour: NotRequired[float]
    """Maximum on-demand price in USD (with spot=only: spot price). Unknown prices are left out."""
    spot: NotRequired[Literal["only"]]
    """only: choose the type by spot price; regions without a spot price are left out."""
    signal: NotRequired[SignalName]
    """average: of all plants that run. marginal: of the plants that answer a change of load, from a WattTime account; the two are never mixed, and a place without a marginal value is unknown or left out. Default: average."""
    partition: NotRequired[PartitionScope]
    """Default: commercial."""
    status: NotRequired[RegionStatus]
    """Regions of this status. Default: available."""
    tolerance: NotRequired[str]
    """Regions within this distance count as equal: 5 (g/kWh) or 5% of the lowest in the group. Default: none."""
    estimates: NotRequired[Estimates]
    """exclude: only measured values. Default: include."""
    maxAgeMinutes: NotRequired[int]
    """Highest age in minutes of a measured value that counts as current. Default and maximum: MAX_AGE_MINUTES, at most 60."""


class RankRegionsOfProviderQuery(TypedDict):
    """Parameters of rankRegionsOfProvider."""

    limit: NotRequired[int]
    """Maximum number of rows. Default: all."""
    offset: NotRequired[int]
    """Number of rows to skip. Default: 0."""
    provider: NotRequired[list[ProviderItem]]
    """May be given several times. Default: all. Combined with a path: only what is in both."""
    country: NotRequired[list[CountryItem]]
    """ISO 3166 code (SE, SWE), English name, or the group EU or EEA; may be given several times. Combined with a path: only what is in both."""
    exclude: NotRequired[list[ExcludeItem]]
    """Leave out this gid, provider:region or provider; may be given several times."""
    vcpus: NotRequired[float]
    """Minimum number of vCPUs."""
    memoryGb: NotRequired[float]
    """Minimum memory in GB."""
    gpus: NotRequired[float]
    """Minimum number of GPUs; 0: only machines without any accelerator."""
    accelerators: NotRequired[float]
    """Minimum number of accelerators of any kind; 0: only machines without any."""
    gpuModel: NotRequired[str]
    """Part of an accelerator's name."""
    arch: NotRequired[Arch]
    """Instruction set of the machine's CPU."""
    maxVcpus: NotRequired[float]
    """Maximum number of vCPUs."""
    maxMemoryGb: NotRequired[float]
    """Maximum memory in GB."""
    maxGpus: NotRequired[float]
    """Maximum number of accelerators of any kind."""
    burstable: NotRequired[Allowance]
    """Burstable types, which sustain less than their vCPUs. Default: exclude."""
    sharedCores: NotRequired[Allowance]
    """Types that share their cores with other customers. Default: exclude."""
    instanceType: NotRequired[str]
    """Instance type that the prices are for, instead of a shape. Default: the region's cheapest type of the shape, without a size with at least 2 vCPUs and 8 GB; not accelerated unless the shape asks for accelerators."""
    durationHours: NotRequired[float]
    """Duration of the job in hours; intensity is then the mean over it."""
    within: NotRequired[float]
    """Start at the best time within this number of hours. Default: now."""
    maxIntensity: NotRequired[float]
    """Maximum intensity in gCO2e/kWh."""
    maxPricePerHour: NotRequired[float]
    """Maximum on-demand price in USD (with spot=only: spot price). Unknown prices are left out."""
    spot: NotRequired[Literal["only"]]
    """only: choose the type by spot price; regions without a spot price are left out."""
    signal: NotRequired[SignalName]
    """average: of all plants that run. marginal: of the plants that answer a change of load, from a WattTime account; the two are never mixed, and a place without a marginal value is unknown or left out. Default: average."""
    partition: NotRequired[PartitionScope]
    """Default: commercial."""
    status: NotRequired[RegionStatus]
    """Regions of this status. Default: available."""
    tolerance: NotRequired[str]
    """Regions within this distance count as equal: 5 (g/kWh) or 5% of the lowest in the group. Default: none."""
    estimates: NotRequired[Estimates]
    """exclude: only measured values. Default: include."""
    maxAgeMinutes: NotRequired[int]
    """Highest age in minutes of a measured value that counts as current. Default and maximum: MAX_AGE_MINUTES, at most 60."""


class GetZoneQuery(TypedDict):
    """Parameters of getZone."""

    signal: NotRequired[SignalName]
    """average: of all plants that run. marginal: of the plants that answer a change of load, from a WattTime account; the two are never mixed, and a place without a marginal value is unknown or left out. Default: average."""


ReportUsageQuery = TypedDict(
    "ReportUsageQuery",
    {
        "from": NotRequired[str],
        "to": NotRequired[str],
        "by": NotRequired[str],
        "step": NotRequired[ReportStep],
        "tag": NotRequired[list[str]],
        "functional_units": NotRequired[float],
    },
)


class GetForecastSkillQuery(TypedDict):
    """Parameters of getForecastSkill."""

    limit: NotRequired[int]
    """Maximum number of rows. Default: all."""
    offset: NotRequired[int]
    """Number of rows to skip. Default: 0."""
    signal: NotRequired[SignalName]
    """average: of all plants that run. marginal: of the plants that answer a change of load, from a WattTime account; the two are never mixed, and a place without a marginal value is unknown or left out. Default: average."""
    zone: NotRequired[str]
    """Grid zone. Default: all of which forecasts are stored."""
    source: NotRequired[str]
    """The forecast: the name of a source with -forecast behind it, or recent-hours-336h, -168h or -24h for our own. Default: all."""
    days: NotRequired[int]
    """Forecasts that were issued in so many full UTC days before today. Default: 30."""


class GetRegionQuery(TypedDict):
    """Parameters of getRegion."""

    provider: NotRequired[str]
    """Required if several clouds use the same id."""
    signal: NotRequired[SignalName]
    """average: of all plants that run. marginal: of the plants that answer a change of load, from a WattTime account; the two are never mixed, and a place without a marginal value is unknown or left out. Default: average."""


CompareFootprintQuery = TypedDict(
    "CompareFootprintQuery",
    {
        "from": NotRequired[str],
        "to": NotRequired[str],
    },
)


class RankRegionsInCountryQuery(TypedDict):
    """Parameters of rankRegionsInCountry."""

    limit: NotRequired[int]
    """Maximum number of rows. Default: all."""
    offset: NotRequired[int]
    """Number of rows to skip. Default: 0."""
    provider: NotRequired[list[ProviderItem]]
    """May be given several times. Default: all. Combined with a path: only what is in both."""
    country: NotRequired[list[CountryItem]]
    """ISO 3166 code (SE, SWE), English name, or the group EU or EEA; may be given several times. Combined with a path: only what is in both."""
    exclude: NotRequired[list[ExcludeItem]]
    """Leave out this gid, provider:region or provider; may be given several times."""
    vcpus: NotRequired[float]
    """Minimum number of vCPUs."""
    memoryGb: NotRequired[float]
    """Minimum memory in GB."""
    gpus: NotRequired[float]
    """Minimum number of GPUs; 0: only machines without any accelerator."""
    accelerators: NotRequired[float]
    """Minimum number of accelerators of any kind; 0: only machines without any."""
    gpuModel: NotRequired[str]
    """Part of an accelerator's name."""
    arch: NotRequired[Arch]
    """Instruction set of the machine's CPU."""
    maxVcpus: NotRequired[float]
    """Maximum number of vCPUs."""
    maxMemoryGb: NotRequired[float]
    """Maximum memory in GB."""
    maxGpus: NotRequired[float]
    """Maximum number of accelerators of any kind."""
    burstable: NotRequired[Allowance]
    """Burstable types, which sustain less than their vCPUs. Default: exclude."""
    sharedCores: NotRequired[Allowance]
    """Types that share their cores with other customers. Default: exclude."""
    instanceType: NotRequired[str]
    """Instance type that the prices are for, instead of a shape. Default: the region's cheapest type of the shape, without a size with at least 2 vCPUs and 8 GB; not accelerated unless the shape asks for accelerators."""
    durationHours: NotRequired[float]
    """Duration of the job in hours; intensity is then the mean over it."""
    within: NotRequired[float]
    """Start at the best time within this number of hours. Default: now."""
    maxIntensity: NotRequired[float]
    """Maximum intensity in gCO2e/kWh."""
    maxPricePerHour: NotRequired[float]
    """Maximum on-demand price in USD (with spot=only: spot price). Unknown prices are left out."""
    spot: NotRequired[Literal["only"]]
    """only: choose the type by spot price; regions without a spot price are left out."""
    signal: NotRequired[SignalName]
    """average: of all plants that run. marginal: of the plants that answer a change of load, from a WattTime account; the two are never mixed, and a place without a marginal value is unknown or left out. Default: average."""
    partition: NotRequired[PartitionScope]
    """Default: commercial."""
    status: NotRequired[RegionStatus]
    """Regions of this status. Default: available."""
    tolerance: NotRequired[str]
    """Regions within this distance count as equal: 5 (g/kWh) or 5% of the lowest in the group. Default: none."""
    estimates: NotRequired[Estimates]
    """exclude: only measured values. Default: include."""
    maxAgeMinutes: NotRequired[int]
    """Highest age in minutes of a measured value that counts as current. Default and maximum: MAX_AGE_MINUTES, at most 60."""


class GetZoneHistoryQuery(TypedDict):
    """Parameters of getZoneHistory."""

    limit: NotRequired[int]
    """Maximum number of rows. Default: all."""
    offset: NotRequired[int]
    """Number of rows to skip. Default: 0."""
    step: NotRequired[HistoryStep]
    """What a point stands for: minutes, an hour, a UTC day, a month in UTC. Default: 1h."""
    signal: NotRequired[SignalName]
    """What the intensities count. Default: average."""
    start: NotRequired[str]
    """ISO 8601 with offset; rounded down to a full step. Default: 24 hours before the end, 30 days for the step 1d, 365 days for 1mo."""
    end: NotRequired[str]
    """ISO 8601 with offset; exclusive. Default and latest: now. At most 3660 days and 10000 steps after start."""


class GetZoneSourcesQuery(TypedDict):
    """Parameters of getZoneSources."""

    signal: NotRequired[SignalName]
    """average: of all plants that run. marginal: of the plants that answer a change of load, from a WattTime account; the two are never mixed, and a place without a marginal value is unknown or left out. Default: average."""


class GetZoneForecastQuery(TypedDict):
    """Parameters of getZoneForecast."""

    hours: NotRequired[int]
    """Number of hours, with the present one. Default: 24."""
    basis: NotRequired[ForecastBasis]
    """outlook: the hours that every other answer is made of: live, the source's forecast as far as it reaches, our own forecast after it, and the profile where there is neither. recent-hours: our own forecast alone, from the readings that this service has stored. Default: outlook."""


class GetBudgetQuery(TypedDict):
    """Parameters of getBudget."""

    former: NotRequired[int]
    """How many former periods to show, the latest first. Default: 0."""


class GetDecisionQuery(TypedDict):
    """Parameters of getDecision."""

    replay: NotRequired[bool]
    """Answer the question again from what was kept, and compare. Default: true."""


class GetRegionHistoryQuery(TypedDict):
    """Parameters of getRegionHistory."""

    limit: NotRequired[int]
    """Maximum number of rows. Default: all."""
    offset: NotRequired[int]
    """Number of rows to skip. Default: 0."""
    step: NotRequired[HistoryStep]
    """What a point stands for: minutes, an hour, a UTC day, a month in UTC. Default: 1h."""
    signal: NotRequired[SignalName]
    """What the intensities count. Default: average."""
    start: NotRequired[str]
    """ISO 8601 with offset; rounded down to a full step. Default: 24 hours before the end, 30 days for the step 1d, 365 days for 1mo."""
    end: NotRequired[str]
    """ISO 8601 with offset; exclusive. Default and latest: now. At most 3660 days and 10000 steps after start."""
    provider: NotRequired[str]
    """Required if several clouds use the same id."""


class ListDeliveriesQuery(TypedDict):
    """Parameters of listDeliveries."""

    status: NotRequired[DeliveryState]
    """Only those of this status, such as dead. Default: all."""
    limit: NotRequired[int]
    """Most of them to list. Default: 100."""


class AccessRow(TypedDict):
    """Who may call the service, and how often."""

    keys_configured: bool
    """True if /v1 and /api/v1 need an API key."""
    keys_stale: bool
    """True if the keys cannot be read at present; the last known keys are in force."""
    rate_limit: str
    """Rate for callers without their own rate; off: no limit."""
    rate_limit_scope: Scope
    """Which workers count together now: those of all machines, those of one machine, or each worker alone."""
    rate_limit_on_store_error: StoreErrorPolicy
    rate_limit_failing: bool
    """True while the shared counters cannot be used."""
    detail: str
    """The same as text."""


AdviceDetail = TypedDict(
    "AdviceDetail",
    {
        "kind": AdviceKind,
        "text": str,
        "savings_percentage": float,
        "from": str,
        "to": str,
        "from_gco2e": float,
        "to_gco2e": float,
        "from_usd": float | None,
        "to_usd": float | None,
        "per": AdvicePeriod,
    },
)


class AheadRow(TypedDict):
    """One full UTC hour; the first holds the present. `datetime` belongs to the value."""

    is_estimate: bool
    """False only for measured values."""
    data_quality: DataQuality
    source: str
    """A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in -corrected."""
    datetime: str
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."""
    fallback_reason: NotRequired[str]
    """Why no fresh live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baseline_from: NotRequired[str]
    """For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses none, or only that."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flow_traced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    low: float | None
    """gCO2e/kWh: the 10th centile of what may come, from backtests; null if unknown."""
    high: float | None
    """gCO2e/kWh: the 90th centile of what may come, from backtests; null if unknown."""
    starts_at: str
    """Start of the hour."""
    value: float | None
    """gCO2e/kWh in this hour; null if unknown."""


class Annual(TypedDict):
    """A zone's yearly figures."""

    carbon_intensity: float | None
    """Annual mean in gCO2e/kWh; null if none is published."""
    published_carbon_intensity: float | None
    """The publisher's own annual mean, where carbon_intensity is corrected; otherwise null."""
    level_status: LevelStatus
    is_estimate: bool
    """Always true: a yearly mean is not a measured value."""
    data_quality: DataQuality
    datetime: str | None
    """Start of the year; null if none is published."""
    age_seconds: int | None
    """Always null: a yearly mean belongs to no point in time."""
    renewable_percentage: float | None
    """Share of consumption, 0 to 100; null if unknown."""
    fossil_free_percentage: float | None
    """Renewable and nuclear share of consumption, 0 to 100; null if unknown."""
    year: int | None
    """The year the figures are of; null if unknown."""
    method: str
    """How the figure was obtained."""
    source: str
    """Source of the figures."""
    as_of: str
    """Date of the source."""


class AssignmentFields(TypedDict):
    """Where and when you mean to run a job."""

    job: str
    """The id of the job."""
    region: str
    """provider:region."""
    segments: list[PieceFields]
    """When it runs: one time, or several of a job that may pause, in order; together at least as long as the job."""


class Baseline(TypedDict):
    """The region that savings are compared with."""

    region: str
    """The provider's id of the region."""
    provider: str
    """The provider's key."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    partition: Partition
    basis: BaselineBasis
    co2_emissions_kg: float | None
    """kgCO2e of its own best type for what row 1 stands for (see ranked_by); with current: of what runs today."""
    savings_kg: float | None
    """kgCO2e that row 1 saves compared with it; negative if row 1 emits more."""
    savings_percentage: float | None
    """Percentage of the larger of the two figures."""
    cost_usd: float | None
    """USD on demand; null unless basis is current and the price is known."""
    savings_usd: float | None
    """USD that row 1 saves for the same; negative if it costs more; null if cost_usd is null."""


BlackoutFields = TypedDict(
    "BlackoutFields",
    {
        "days": NotRequired[list[Weekday]],
        "from": str,
        "to": str,
        "time_zone": NotRequired[str],
    },
)


class BudgetAnswer(TypedDict):
    """One budget."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    budget: OneBudget
    """The budget."""


class BudgetRequest(TypedDict):
    """What usage with some tags may emit or cost in a period."""

    tags: NotRequired[dict[str, str]]
    """Usage with all of these tags counts. Default: all usage. Default: {}."""
    period: BudgetPeriod
    """How often it begins anew."""
    time_zone: NotRequired[str]
    """IANA name; its midnights begin periods, also over changes of the clocks. Default: UTC."""
    limit_kg: NotRequired[float | None]
    """kgCO2e of a period."""
    limit_usd: NotRequired[float | None]
    """US dollars of a period. At least one of both limits is required."""
    on_exceed: NotRequired[OnExceed]
    """Whether placements beyond a limit are refused, or placed with a remark. Default: warn."""
    include_embodied: NotRequired[bool]
    """Whether the hardware's share counts, beside the grams of the grid. Default: false."""
    thresholds: NotRequired[list[Threshold]]
    """Percent of a limit, spent or reserved, of which webhooks are told. Default: 50, 80, 100."""


class BudgetRow(TypedDict):
    """A budget and its present period."""

    name: str
    """Name of the budget."""
    tags: dict[str, str]
    """Usage with all of these counts."""
    period: BudgetPeriod
    """How often it begins anew."""
    time_zone: str
    """Its midnights begin periods."""
    limit_kg: float | None
    """kgCO2e of a period; null: no such limit."""
    limit_usd: float | None
    """US dollars of a period; null: no such limit."""
    on_exceed: OnExceed
    """What becomes of placements beyond a limit."""
    include_embodied: bool
    """Whether the hardware's share counts."""
    thresholds: list[float]
    """Percent of which webhooks are told."""
    current: BudgetPeriodAnswer
    """The period that holds the present."""


class BudgetsAnswer(TypedDict):
    """The budgets of the caller's tenant."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    total: int
    """Number of budgets, before limit and offset."""
    budgets: list[BudgetRow]
    """By name."""


class CalculateRequest(TypedDict):
    """A machine, a region, and how it is used."""

    utilization: NotRequired[float | None]
    """CPU utilisation, 0 to 1. Default: 0.5; for burstable types their baseline."""
    accelerator_utilization: NotRequired[float | None]
    """Accelerator utilisation, 0 to 1. Default: the same as utilization; if that is missing too, 0.75 for training, 0.4 for inference and 0.5 otherwise, from published measurements."""
    power_model: NotRequired[PowerCurve]
    """Shape between idle and full CPU power: measured (concave) or a straight line (linear). Default: concave."""
    provider: NotRequired[str | None]
    """The provider of the region. Default: aws if it has a region with this id."""
    region: str
    """A region's id, or provider:region. If several clouds use the same id, the provider is required."""
    machine: NotRequired[MachineParts | None]
    """A machine by its parts, in place of instance_type, such as your own server."""
    instance_type: NotRequired[str | None]
    """An instance type or sized service of the region's provider. Required without machine."""
    duration_hours: NotRequired[float]
    """Duration of the job in hours; at most a year. Default: 1.0."""
    include_embodied: NotRequired[bool]
    """Add the emissions of manufacturing the hardware (M in SCI). Default: false."""
    count: NotRequired[int]
    """Number of machines of this type. Default: 1."""
    pue: NotRequired[float | None]
    """PUE of the place: energy of the facility divided by the energy of its IT equipment. Default: that of the region. The mean of the industry is 1.56."""
    signal: NotRequired[SignalName]
    """average: of all plants that run. marginal: of the plants that answer a change of load, from a WattTime account; the two are never mixed, and a place without a marginal value is unknown or left out. Default: average."""
    start_at: NotRequired[str | None]
    """Start of the run, ISO 8601 with offset, in the past: the stored readings are used then, up to the present hour. Default: now."""


class CarbonSavings(TypedDict):
    """Comparison of regions, each with its own best qualifying type, for what row 1 stands for (see ranked_by)."""

    potential_savings_kg: float | None
    """kgCO2e saved by the best region compared with the worst; null if there is only one."""
    potential_savings_percentage: float | None
    """Percentage of the worst region's emissions, 0 to 100."""
    comparison: str
    """The same as text."""
    best_region: Place | None
    """The greenest region; with another priority it may not be first in the list."""
    worst_region: Place | None
    """The region that emits the most."""
    baseline: Baseline | None
    """The region that savings are compared with; null if nothing is rated."""


class CiJobAnswer(TypedDict):
    """Where a job ran, and what its machine rests on."""

    id: str
    """Name of the job."""
    region: str
    """provider:region."""
    region_assumed: bool
    """Whether nothing says where it ran: the median region of the cloud stands for it."""
    vcpus: float | None
    """Of a hosted runner; null for other machines."""
    runner_confidence: RunnerConfidence | None
    """How sure that is; null for other machines."""
    runner_source: str | None
    """Who says it."""
    runner_as_of: str | None
    """Date of the source."""


class CiJobFields(TypedDict):
    """A job that ran: when, on what, and where."""

    id: str
    """Name of the job, the same in every run: the runs of the last week are compared by it."""
    start: str
    """When it began, ISO 8601 with offset."""
    end: NotRequired[str | None]
    """When it ended; or give seconds."""
    seconds: NotRequired[float | None]
    """How long it ran, in place of end."""
    provider: NotRequired[str | None]
    """The provider of the region."""
    region: NotRequired[str | None]
    """Where it ran, as id or provider:region. Default: that of the runner; where its service promises none, the median region of its cloud, marked as assumed. Required for all other machines."""
    plan: NotRequired[RunnerPlan | None]
    """Whose repository, for hosted runners. Default: the documented, larger machine."""
    machine: NotRequired[MachineParts | None]
    """A machine by its parts, in place of runner."""
    instance_type: NotRequired[str | None]
    """An instance type of the region's provider, in place of runner."""
    runner: NotRequired[str | None]
    """Label of a hosted runner, in place of machine and instance_type."""


class CiReportAnswer(TypedDict):
    """What the jobs of a pipeline emitted."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    total: Figures
    """Sums over the jobs."""
    in_median_region: MedianAnswer | None
    """The same IT energy in the same hours in the median region; null if a figure is not known."""
    against_median_percent: float | None
    """How much more than there; below 0: less."""
    last_week: LastWeekAnswer | None
    """The same jobs in the last week; null where no run with all of them is stored."""
    against_last_week_percent: float | None
    """How much more than its mean; below 0: less."""
    jobs: list[CiJobAnswer]
    """In your order."""
    markdown: str
    """The report for a job summary."""
    badge: CiBadge
    """The report as a badge."""
    written: WrittenRows | None
    """What became of the rows of usage; null if not stored."""
    usage: list[UsageRowAnswer]
    """The jobs as rows of usage, in your order."""


class CiReportRequest(TypedDict):
    """The jobs of one run of a pipeline."""

    provider: CiService
    """Whose CI it is."""
    pipeline: str
    """Name of the pipeline, the same in every run."""
    run_id: str
    """Number of the run."""
    jobs: list[CiJobFields]
    """Jobs with different ids."""
    tags: NotRequired[dict[str, str]]
    """Tags of the rows of usage, beside ci_pipeline and ci_job. Default: {}."""
    store: NotRequired[bool]
    """Whether the jobs become rows of usage; sent again they change nothing. Default: true."""


class CompareRequest(TypedDict):
    """Options of any provider, all for the same hours."""

    utilization: NotRequired[float | None]
    """CPU utilisation, 0 to 1. Default: 0.5; for burstable types their baseline."""
    accelerator_utilization: NotRequired[float | None]
    """Accelerator utilisation, 0 to 1. Default: the same as utilization; if that is missing too, 0.75 for training, 0.4 for inference and 0.5 otherwise, from published measurements."""
    power_model: NotRequired[PowerCurve]
    """Shape between idle and full CPU power: measured (concave) or a straight line (linear). Default: concave."""
    options: list[Option]
    """What to compare."""
    duration_hours: NotRequired[float]
    """Duration of the job in hours; at most a year. Default: 1.0."""
    include_embodied: NotRequired[bool]
    """Add the emissions of manufacturing the hardware (M in SCI). Default: false."""
    signal: NotRequired[SignalName]
    """average: of all plants that run. marginal: of the plants that answer a change of load, from a WattTime account; the two are never mixed, and a place without a marginal value is unknown or left out. Default: average."""
    pue: NotRequired[float | None]
    """PUE of the place: energy of the facility divided by the energy of its IT equipment. Default: that of the region. The mean of the industry is 1.56."""


class ComparisonAnswer(TypedDict):
    """The ledger beside AWS's own figures. They are made in different ways, so they are not expected to be equal."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    from_month: str
    """First month."""
    to_month: str
    """Last month, included."""
    months: list[ComparedMonthAnswer]
    """Each month, in order."""
    comparison: list[ComparedRow]
    """By month, the most grams first."""
    methods: list[MethodRow]
    """Why both differ, in words."""


class CurrentBody(TypedDict):
    """What runs today: an instance type, or a machine of your own at the grid of `region`."""

    provider: NotRequired[str | None]
    """The provider of the region. Default: aws if it has a region with this id."""
    region: str
    """A region's id, or provider:region. If several clouds use the same id, the provider is required."""
    machine: NotRequired[MachineParts | None]
    """A machine by its parts, in place of instance_type, such as your own server."""
    instance_type: NotRequired[str | None]
    """An instance type or sized service of the region's provider. Required without machine."""
    count: NotRequired[int]
    """Number of machines of this type. Default: 1."""
    utilization: NotRequired[float | None]
    """CPU utilisation, 0 to 1. Default: 0.5; for burstable types their baseline."""


class DecisionHead(TypedDict):
    """A decision without its runs."""

    decision_id: str
    """Its id."""
    kind: DecisionKindName
    """Which question was answered."""
    made_at: str
    """When."""
    ends_at: str | None
    """When the last of its runs is over; null without any."""
    signal: SignalName
    """marginal if the intensities are; absent for averages."""
    tags: dict[str, str]
    """Your tags."""
    budget: str | None
    """The budget it counts against; null without one."""
    co2_emissions_g: float | None
    """gCO2e promised, of all runs; null if one is unknown."""
    instead_co2_emissions_g: float | None
    """gCO2e of what that is compared with; null if unknown, or if nothing is."""
    runs: int
    """Number of runs that were placed."""


class DecisionListAnswer(TypedDict):
    """Decisions that were made in the span."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    total: int
    """Number of decisions, before limit and offset."""
    decisions: list[DecisionHead]
    """By time, the earliest first."""


class DecisionZone(TypedDict):
    """The hours of a zone as the answer used them."""

    zone: str
    """Grid zone."""
    hours: list[AheadRow]
    """UTC hours, from the first to the last in which something that was placed runs."""


class DeliveryRow(TypedDict):
    """One event on its way to a webhook."""

    id: str
    """Id of the delivery, in the header X-Carbon-Delivery of each attempt."""
    event: DeliveredEvent
    """What is sent."""
    event_id: int | None
    """Id of the event, as in streams; null for a test and a budget."""
    status: DeliveryState
    """pending: it is tried again until a day after created_at or its replay; delivered: the receiver answered with a 2xx; dead: it was given up."""
    attempts: int
    """Attempts so far, since the last replay."""
    created_at: str
    """When the event happened."""
    next_attempt_at: str | None
    """When it is tried again; null once it has ended."""
    attempted_at: str | None
    """When it was last tried; null before the first attempt."""
    last_status: int | None
    """HTTP status of the last reply; null without one."""
    last_error: str | None
    """Why the last attempt did not count, as a sentence; null if it did."""


class DescribedMachine(TypedDict):
    """The machine of the request as it was calculated. Null means that the request leaves it open, or unknown."""

    vcpus: float
    """Threads."""
    memory_gb: float
    """GB."""
    arch: Arch
    cpu_model: str | None
    """The processor, as the catalog names it."""
    tdp_w: float | None
    """TDP of the processor in watts, from the request."""
    gpus: float
    """Number of accelerators."""
    gpu_model: str | None
    """The accelerator, as the catalog names it."""
    pue: float | None
    """PUE of the machine, from the request."""
    power_basis: str
    """Basis of the power figures. generic: the request names no CPU model, so that a typical CPU of this arch is calculated, and the uncertainty covers all of them. With GPUs their basis follows."""
    performance_index: float | None
    """Work of one vCPU relative to a Cascade Lake thread."""
    performance_basis: PerformanceBasis | None
    """How the performance index is known; null without one."""


class EmissionRow(TypedDict):
    """What a machine emits. is_estimate to age_seconds describe carbon_intensity_gco2_kwh."""

    region: str
    """The provider's id of the region."""
    provider: str
    """The provider's key."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    partition: Partition
    count: int
    """Number of machines of this type."""
    offered: bool | None
    """Whether the region offers the type; null if unknown."""
    retired_on: NotRequired[str]
    """Day from which the provider no longer sells the type; from then on optimize and by-rank leave it out. Absent if none is announced."""
    pue: float
    """Energy of the facility divided by the energy of its IT equipment."""
    pue_basis: str
    """region figure and its year: the provider publishes one for the region; fleet figure: the provider's mean; industry average: the provider publishes none; request: the request states it."""
    utilization: float
    """CPU utilisation, 0 to 1."""
    utilization_defaulted: bool
    """True if the request gave no utilization."""
    accelerator_utilization: float | None
    """Accelerator utilisation, 0 to 1; null without accelerators."""
    power_model: PowerCurve
    uncertainty: Uncertainty
    embodied_gco2e: NotRequired[float | None]
    """gCO2e of manufacturing the hardware; null if unknown; present with include_embodied."""
    total_gco2e: NotRequired[float | None]
    """gCO2e of grid and hardware; null if unknown; present with include_embodied."""
    is_estimate: bool
    """False only for measured values."""
    data_quality: DataQuality
    source: str
    """A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in -corrected."""
    datetime: str
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."""
    fallback_reason: NotRequired[str]
    """Why no fresh live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baseline_from: NotRequired[str]
    """For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses none, or only that."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flow_traced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    renewable_percentage: float | None
    """Share of consumption, 0 to 100; null if unknown."""
    fossil_free_percentage: float | None
    """Renewable and nuclear share of consumption, 0 to 100; null if unknown."""
    renewable_percentage_basis: MixBasis
    renewable_percentage_as_of: str | None
    """The year of the figures, or the time of a live value."""
    renewable_percentage_source: str
    """Source of the shares."""
    instance_type: str | None
    """The provider's name of the type; null for a machine of the request."""
    machine: NotRequired[DescribedMachine]
    """The machine of the request; absent for an instance type."""
    duration_hours: float
    """Hours."""
    power_consumption_kwh: float
    """Energy of the facility in kWh, including PUE."""
    co2_emissions_g: float
    """gCO2e emitted by the grid: power_consumption_kwh x intensity."""
    co2_emissions_kg: float
    """kgCO2e emitted by the grid."""
    carbon_intensity_used: float | None
    """Mean over duration_hours from now, or from start_at, in gCO2e/kWh."""
    carbon_intensity_used_origin: Origin
    cost: Cost
    carbon_intensity_gco2_kwh: float | None
    """Current value in gCO2e/kWh; null if unknown."""


class FactNote(TypedDict):
    """A remark on facts of the operator's own."""

    kind: FactNoteKind
    """basis: figures of the grid and of contracts are in one order; policy: a rule of the operator concerns the answer. What a rule forbids is never proposed."""
    source: str
    """The file that it is from."""
    reason: str | None
    """The operator's reason for the rule; null if the remark is about no rule."""
    text: str
    """The remark as text."""


class ForecastFields(TypedDict):
    """One series for region, or for regions an object with a series of each, by the names in regions."""

    step_minutes: NotRequired[StepLength | None]
    starts_at: NotRequired[str | None]
    """Start of the first step, ISO 8601 with offset; a full step in UTC."""
    values: NotRequired[list[Value] | None]
    """gCO2e/kWh by step, null where unknown, in at most 1,000 runs; at most 35,040 in all series together."""


class ForecastRequest(TypedDict):
    """A place and its recent history."""

    zone: NotRequired[str | None]
    """Grid zone; region may be sent in its place. A zone that the service does not have is answered from its history alone."""
    provider: NotRequired[str | None]
    """The provider of the region. Default: aws if it has a region with this id."""
    region: NotRequired[str | None]
    """A region's id, or provider:region, in place of zone."""
    history: RecentHistory
    horizon_hours: NotRequired[int]
    """Hours to forecast, after the end of history. Default: 24."""


class ForecastSkillAnswer(TypedDict):
    """How good stored forecasts were."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    signal: SignalName
    """What the intensities count."""
    starts_at: str
    """Forecasts issued from here on count."""
    ends_at: str
    """The end of that time; exclusive."""
    total: int
    """Number of rows, before limit and offset."""
    skill: list[StoredSkillRow]
    """By zone, source and day ahead."""


class InstanceRow(TypedDict):
    """A machine, or a service of a certain size, that a provider sells. Null means unknown."""

    provider: str
    """The provider's key."""
    instance_type: str
    """The provider's name of the type."""
    family: str
    """Family of types that differ only in size."""
    category: str
    """What the family is made for."""
    vcpus: float | None
    """vCPUs as sold."""
    reserved_vcpus: float | None
    """vCPUs that the host reserves."""
    memory_gb: float | None
    """GB."""
    arch: Arch | None
    """Instruction set of the machine's CPU; null if unknown."""
    cpu_model: str | None
    """The processor, as its maker names it."""
    microarchitecture: str | None
    """Design of the processor's cores."""
    burstable: bool
    """Whether full speed is available only while saved credits last."""
    shared_core: bool
    """Whether a vCPU is only a part of a processor thread."""
    baseline_utilization: float | None
    """Share of the CPU that a burstable type can use permanently, 0 to 1."""
    accelerator: str | None
    """Model of the accelerators; null without."""
    accelerator_kind: str | None
    """gpu, tpu, asic, fpga or media; null without."""
    accelerator_count: float
    """Accelerators of the machine; 0 without."""
    accelerator_memory_gb: float | None
    """Memory of one accelerator in GB."""
    power_modelled: bool
    """Whether its power can be calculated."""
    idle_power_w: float | None
    """Watts before PUE, idle; null if not modelled."""
    full_power_w: float | None
    """The same, fully used; null if not modelled."""
    power_basis: str | None
    """Basis of the power figures; null if not modelled. generic: the provider does not name the CPU, so that a typical CPU of the generations it may be is calculated, the uncertainty covers all of them, and the performance index is an estimate. With accelerators their basis follows."""
    embodied_kgco2e: float | None
    """kgCO2e of making its share of the hardware, for the whole lifetime."""
    performance_index: float | None
    """Work of one vCPU relative to a Cascade Lake thread."""
    performance_basis: PerformanceBasis | None
    """How the performance index is known; null without one."""
    not_modelled: str | None
    """Why its power cannot be calculated; null if it can."""
    retired_on: str | None
    """Day from which the provider no longer sells it; null if none is announced."""
    source: str
    """Source of the facts about the type."""
    as_of: str
    """Date of the source."""


class InstancesAnswer(TypedDict):
    """Instance types that match, by provider and name; those whose size is not known come last."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    total_instances: int
    """Types that match, before limit and offset."""
    limit: int
    """Maximum number of rows."""
    offset: int
    """Number of rows skipped."""
    instances: list[InstanceRow]
    """The types from offset on, in this order."""


InterruptionChoice: TypeAlias = InterruptionFields | bool
"""How a job may be interrupted; true: in any way, false: not at all."""


class JobCost(TypedDict):
    """What the job costs in optimal_window, at the price by which regions are compared."""

    purchase: Purchase
    usd_per_hour: float
    """USD per hour for one machine."""
    cost_usd: float
    """USD for all machines, restarts included."""
    carbon_cost_usd: NotRequired[float]
    """The emissions at carbon_price_usd_per_tonne, with risk cautious their 90th centile; present with that price."""
    total_usd: float
    """cost_usd plus carbon_cost_usd."""


class JobMachines(TypedDict):
    """The machines on which the job runs. uncertainty describes the emissions in the optimal window."""

    count: int
    """Number of machines of this type."""
    offered: bool | None
    """Whether the region offers the type; null if unknown."""
    retired_on: NotRequired[str]
    """Day from which the provider no longer sells the type; from then on optimize and by-rank leave it out. Absent if none is announced."""
    pue: float
    """Energy of the facility divided by the energy of its IT equipment."""
    pue_basis: str
    """region figure and its year: the provider publishes one for the region; fleet figure: the provider's mean; industry average: the provider publishes none; request: the request states it."""
    utilization: float | None
    """CPU utilisation, 0 to 1, the mean of phases; null if phases have power_w."""
    utilization_defaulted: bool
    """True if the request gave neither utilization nor power_w."""
    accelerator_utilization: float | None
    """Accelerator utilisation, 0 to 1; null without accelerators."""
    power_model: PowerCurve
    uncertainty: Uncertainty
    embodied_gco2e: NotRequired[float | None]
    """gCO2e of manufacturing the hardware; null if unknown; present with include_embodied."""
    total_gco2e: NotRequired[float | None]
    """gCO2e of grid and hardware; null if unknown; present with include_embodied."""
    instance_type: str | None
    """The provider's name of the type; null for a machine of the request, and for phases of power_w without one."""
    machine: NotRequired[DescribedMachine]
    """The machine of the request; absent for an instance type."""
    power_consumption_kwh: float
    """kWh of all machines for the job, with PUE."""
    cost: Cost
    """Cost of the job in any window."""


class JobWindow(TypedDict):
    """
    A time window, its mean intensity, and what the machines emit in it.

    With interruptible the window goes from the start of the first segment to the end of the last; its duration_hours
    and its mean are those of the segments together. With phases avg_carbon_intensity is the mean by energy: each
    hour counts by the power of the job in it.
    """

    is_estimate: bool
    """False only for measured values."""
    data_quality: DataQuality
    source: str
    """A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in -corrected."""
    datetime: str
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."""
    fallback_reason: NotRequired[str]
    """Why no fresh live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baseline_from: NotRequired[str]
    """For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses none, or only that."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flow_traced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    low: float | None
    """gCO2e/kWh: the 10th centile of what may come, from backtests; null if unknown."""
    high: float | None
    """gCO2e/kWh: the 90th centile of what may come, from backtests; null if unknown."""
    start_time: str
    """UTC time in ISO 8601, with whole seconds and Z."""
    end_time: str
    """UTC time in ISO 8601, with whole seconds and Z."""
    avg_carbon_intensity: float | None
    """Mean over the window; null if unknown."""
    duration_hours: float
    """Hours."""
    segments: NotRequired[list[Segment]]
    """The times in which the job runs, in order; present with interruptible."""
    co2_emissions_g: NotRequired[float]
    """gCO2e emitted by the grid for all machines in this window; present with instance_type, machine or phases."""


class LackingAmount(TypedDict):
    """What a placement takes of a limit of a budget, and what is left of it."""

    period_start: str
    """When the period begins; UTC."""
    period_end: str
    """When it is over; UTC."""
    limit: Limited
    """Of kgCO2e or of US dollars."""
    needed: float | None
    """What the placement takes; null if that is not known."""
    left: float
    """What is left of the limit."""


class LayersRow(TypedDict):
    """What is laid over the shipped tables."""

    version: str
    """Version of all facts together."""
    changed_at: str
    """Since when they are in force."""
    overlay: dict[str, int]
    """Rows of each file of the operator's overlay."""
    overlay_error: OverlayErrorRow | None
    """Why the newest overlay is not in force; null if it is."""
    refreshed: dict[str, str]
    """Tables of refreshed prices, and when each was read from its provider."""
    unreadable: list[str]
    """Such tables that are damaged; the shipped prices are used instead."""


class LocationRow(TypedDict):
    """A region of a cloud: its carbon intensity, its prices, and how long it stays as green. Null means unknown."""

    gid: str
    """provider-region; unique."""
    id: str
    """The provider's own id."""
    intensity: float | None
    """gCO2e/kWh now; with durationHours the mean over the job; with only `within` that of the best hour."""
    spotScore: int | None
    """How rarely spot capacity is interrupted: 1 often, 10 hardly ever. Estimates never give 1 or 10."""
    spotPrice: Money | None
    """Spot price of instanceType. When sorting and filtering, one older than 365 days is treated as unknown."""
    instancePrice: Money | None
    """On-demand price of instanceType."""
    notBefore: str
    """Now, or the best start time."""
    notAfter: str
    """Until when the hourly values, from the hour of notBefore on, stay at or below 1.10 x intensity."""
    scheduleLimits: Limits
    fits: NotRequired[bool]
    """Whether the job ends by notAfter; present with durationHours."""
    expectedSavings: WaitingSavings | None
    """Savings from waiting for notBefore, as backtests had them; null without `within`, or if unknown."""
    provider: str
    """The provider's key."""
    name: str
    """The provider's name of the region."""
    city: str
    """The city at or near it."""
    country: str
    """ISO 3166 code."""
    iata: str
    """Nearest large airport; by-iata searches for it."""
    iataAlso: list[str]
    """Other airports near it."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    latitude: float
    """Degrees north."""
    longitude: float
    """Degrees east."""
    instanceType: str | None
    """Instance type that the prices are for; null if none fits."""
    arch: Arch | None
    """Instruction set of instanceType's CPU."""
    renewablePercentage: float | None
    """Share of the yearly consumption, 0 to 100."""
    renewablePercentageAsOf: str | None
    """The year of the share."""
    renewablePercentageSource: str
    """Source of the share."""
    isEstimate: bool
    """False only if intensity is measured."""
    dataQuality: DataQuality
    source: str
    """Source of intensity: one of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years) or annual. Those of a zone whose level is corrected end in -corrected."""
    dataAsOf: str | None
    """Start of the interval that intensity describes; null for a baseline, which is not an observation."""
    ageSeconds: int | None
    """Seconds since the end of that interval, at least 0; null for a baseline."""
    low: float | None
    """The 10th centile of what may come instead of intensity, from backtests; null if unknown."""
    high: float | None
    """The 90th centile of what may come instead of intensity, from backtests; null if unknown."""
    fallbackReason: NotRequired[str]
    """Why no live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baselineFrom: NotRequired[str]
    """Time from which a mean uses the profile; absent if none."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flowTraced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    priceAsOf: str | None
    """Date of instancePrice."""
    priceAgeDays: int | None
    """Whole days from the date of the price to the UTC day of the answer; of a month, a year or a span, from its first day. Null without a price."""
    priceIsEstimate: bool | None
    """True if the price is another region's times a factor."""
    priceSource: str | None
    """Source of instancePrice."""
    spotPriceAsOf: str | None
    """Date of spotPrice."""
    spotPriceAgeDays: int | None
    """Whole days from the date of the price to the UTC day of the answer; of a month, a year or a span, from its first day. Null without a price."""
    spotPriceSource: str | None
    """Source of spotPrice."""
    spotScoreSource: SpotScoreSource | None
    """How the spot score was made; null without one."""
    spotScoreAsOf: str | None
    """Date of spotScore."""
    spotScoreIsOld: NotRequired[bool]
    """True if the date of spotScore is more than a day ago; otherwise absent."""


class NewWebhook(TypedDict):
    """A webhook as it was created: the only answer with its secret."""

    id: str
    """Id of the webhook."""
    url: str
    """Where events are sent."""
    events: list[SubscribedEvent]
    """What is sent."""
    zone: str | None
    """The grid zone whose events are sent; null if only budgets are told of."""
    region: str | None
    """As provider:region; null if the zone itself was named, or neither."""
    below: float | None
    """Threshold in gCO2e/kWh, or null."""
    above: float | None
    """Threshold in gCO2e/kWh, or null."""
    hysteresis: float
    """gCO2e/kWh."""
    created_at: str
    """When it was created; earlier events are not sent."""
    secret: str
    """Signs what is sent; it is not shown again."""


class Occurrence(TypedDict):
    """One run of a job that comes back. All but scheduled_at and reason is null if it cannot be scheduled."""

    scheduled_at: str
    """When the run is due."""
    region: str | None
    """The provider's id of the best region for this run."""
    provider: str | None
    """The provider's key."""
    zone: str | None
    """Grid zone of the region."""
    optimal_window: JobWindow | None
    """The window to take, as that of the answer."""
    start_as_scheduled: JobWindow | None
    """The same run started when it is due, or as early after that as now, start_after, exclude and blackout allow."""
    savings_percentage: float | None
    """What optimal_window saves of the emissions of start_as_scheduled, in per cent."""
    expected_savings: ExpectedSavings | None
    """As that of the answer."""
    latest_start_time: str | None
    """Latest start that was considered."""
    job_cost: NotRequired[JobCost]
    """Present with spot, max_price_per_hour or carbon_price_usd_per_tonne."""
    reason: NotRequired[str]
    """Why the run cannot be scheduled; absent if it can."""


class OptimizeRequest(TypedDict):
    """A workload, a priority, and constraints."""

    record: NotRequired[bool]
    """Keep question, answer and all that it rests on: decision_id of the answer names it, and GET /api/v1/decisions/{id} replays it and shows what came. Default: false."""
    tags: NotRequired[dict[str, str]]
    """Tags of the decision, as usage has them; with record alone. Default: {}."""
    budget: NotRequired[str | None]
    """Name of a budget in which the answer reserves what it places; with record alone. Beyond the limit of a budget that refuses it is a 422 with the nearest placement that fits."""
    utilization: NotRequired[float | None]
    """CPU utilisation, 0 to 1. Default: 0.5; for burstable types their baseline."""
    accelerator_utilization: NotRequired[float | None]
    """Accelerator utilisation, 0 to 1. Default: the same as utilization; if that is missing too, 0.75 for training, 0.4 for inference and 0.5 otherwise, from published measurements."""
    power_model: NotRequired[PowerCurve]
    """Shape between idle and full CPU power: measured (concave) or a straight line (linear). Default: concave."""
    workload: WorkloadType
    priority: Priority
    """carbon: least gCO2e; cost: least USD (both of what rank_by says); performance: work per vCPU (or accelerator); balanced: an option with twice the gCO2e must be twice as fast."""
    rank_by: NotRequired[RankBy | None]
    """work: gCO2e and USD per unit of work, since a batch job ends sooner on a faster machine; machine: of the machine for the whole duration. Default: machine for database, containers, serverless and inference and if requirements name a size; otherwise work. priority performance always uses work."""
    provider: NotRequired[str | None]
    """The provider of `region`."""
    region: NotRequired[str | None]
    """The region you use today; savings are compared with it."""
    current: NotRequired[CurrentBody | None]
    """What runs today: savings are compared with it. It also gives region and utilization if they are missing, and, if ranked by machine, the size of the machine."""
    signal: NotRequired[SignalName]
    """average: of all plants that run. marginal: of the plants that answer a change of load, from a WattTime account; the two are never mixed, and a place without a marginal value is unknown or left out. Default: average."""
    count: NotRequired[int]
    """Number of machines of this type. Default: 1."""
    duration_hours: NotRequired[float | None]
    """Duration of the job in hours. Default: figures for one hour."""
    regions: NotRequired[list[Region]]
    """Only these regions."""
    countries: NotRequired[list[Country]]
    """Only these countries: ISO 3166 code (SE, SWE), English name, or the group EU or EEA."""
    partition: NotRequired[PartitionScope | None]
    """Regions of this part of their cloud; all: of every part. Default: the part of `region`, else that of `regions` if they are all of one, else commercial."""
    exclude_regions: NotRequired[list[ExcludeRegion]]
    """Not these regions."""
    instance_types: NotRequired[list[InstanceType]]
    """Only these types, regardless of their size; sized services and database classes too, such as lambda-arm64-512mb or db.r7g.large."""
    providers: NotRequired[ProviderScope | None]
    """Clouds to search, or all. Default: aws and the clouds of the named regions and types."""
    requirements: NotRequired[RequirementsBody | None]
    """If no size is given: types between one and four times the workload's reference machine."""
    include_embodied: NotRequired[bool]
    """Add the emissions of manufacturing the hardware (M in SCI). Default: false."""
    max_carbon_intensity: NotRequired[float | None]
    """Maximum mean intensity of the window in gCO2e/kWh."""
    max_price_per_hour: NotRequired[float | None]
    """Maximum price in USD per hour; offers with an unknown price are left out."""
    max_cost: NotRequired[float | None]
    """Maximum cost in USD of all machines for duration_hours; offers with an unknown price are left out."""
    spot: NotRequired[bool | None]
    """true: use spot prices; only offers whose spot price is at most 365 days old qualify. false: use on-demand prices only. Default: rank by on-demand prices and show both in pareto."""
    carbon_price_usd_per_tonne: NotRequired[float]
    """Price of carbon in USD per tonne of CO2e, added to the cost if priority is cost. Default: 0.0."""
    flexible: NotRequired[bool | None]
    """Whether the job may wait for a greener window. Default: depends on the workload."""
    start_after: NotRequired[str | None]
    """Earliest start, ISO 8601 with offset; a time in the past means now."""
    deadline: NotRequired[str | None]
    """Latest end, ISO 8601 with offset."""
    limit: NotRequired[int]
    """Maximum number of rows; the requested region's row is added. Default: 5."""
    per_region: NotRequired[int]
    """Maximum number of types for each region. Default: 1."""


class ParetoPoint(TypedDict):
    """A choice for which no other is better in both cost and carbon."""

    region: str
    """The provider's id of the region."""
    provider: str
    """The provider's key."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    partition: Partition
    instance_type: str
    """The provider's name of the type."""
    purchase: Purchase
    cost_usd: float
    """USD."""
    co2_emissions_g: float
    """gCO2e emitted by the grid: power_consumption_kwh x intensity."""
    price_as_of: str | None
    """Date of the price, as its source gives it."""
    price_age_days: int | None
    """Whole days from the date of the price to the UTC day of the answer; of a month, a year or a span, from its first day. Null without a price."""
    price_is_estimate: bool
    """True if the price is another region's times a factor."""
    g_saved_by_next_usd: float | None
    """gCO2e saved for each additional dollar up to the next point; null for the last."""


class PlanAlternative(TypedDict):
    """The next best place of a job; of a job with an assignment of the request, the best place."""

    region: str
    """The provider's id of the region."""
    provider: str
    """The provider's key."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    partition: Partition
    instance_type: str | None
    """The provider's name of the type; null for a machine of the request."""
    machine: NotRequired[DescribedMachine]
    """The machine of the request; absent for an instance type."""
    count: int
    """Number of machines."""
    window: JobWindow
    """When it runs; co2_emissions_g is that of the machines alone."""
    power_consumption_kwh: float
    """kWh of all machines for the job, with PUE."""
    co2_emissions_g: float
    """gCO2e of machines and transfer."""
    low_co2_emissions_g: float
    """The 10th centile: grid, power model and transfer together."""
    high_co2_emissions_g: float
    """The 90th centile."""
    cost_usd: float | None
    """USD of machines and transfer, at the spot price for a job with spot; null if unknown."""
    transfer: Transfer | None
    """The move of its data; null if none moves."""
    job: str
    """The id of the job."""
    more_co2_emissions_g: float
    """gCO2e more than the assignment; negative if less."""
    more_cost_usd: float | None
    """USD more; negative if less; null if unknown."""


class PlanAssignment(TypedDict):
    """Where and when a job runs."""

    region: str
    """The provider's id of the region."""
    provider: str
    """The provider's key."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    partition: Partition
    instance_type: str | None
    """The provider's name of the type; null for a machine of the request."""
    machine: NotRequired[DescribedMachine]
    """The machine of the request; absent for an instance type."""
    count: int
    """Number of machines."""
    window: JobWindow
    """When it runs; co2_emissions_g is that of the machines alone."""
    power_consumption_kwh: float
    """kWh of all machines for the job, with PUE."""
    co2_emissions_g: float
    """gCO2e of machines and transfer."""
    low_co2_emissions_g: float
    """The 10th centile: grid, power model and transfer together."""
    high_co2_emissions_g: float
    """The 90th centile."""
    cost_usd: float | None
    """USD of machines and transfer, at the spot price for a job with spot; null if unknown."""
    transfer: Transfer | None
    """The move of its data; null if none moves."""
    job: str
    """The id of the job."""
    why: str
    """Why this place and time, in one sentence."""


class PlanBaselineRow(TypedDict):
    """A job as it would run without a plan."""

    region: str
    """The provider's id of the region."""
    provider: str
    """The provider's key."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    partition: Partition
    instance_type: str | None
    """The provider's name of the type; null for a machine of the request."""
    machine: NotRequired[DescribedMachine]
    """The machine of the request; absent for an instance type."""
    count: int
    """Number of machines."""
    window: JobWindow
    """When it runs; co2_emissions_g is that of the machines alone."""
    power_consumption_kwh: float
    """kWh of all machines for the job, with PUE."""
    co2_emissions_g: float
    """gCO2e of machines and transfer."""
    low_co2_emissions_g: float
    """The 10th centile: grid, power model and transfer together."""
    high_co2_emissions_g: float
    """The 90th centile."""
    cost_usd: float | None
    """USD of machines and transfer, at the spot price for a job with spot; null if unknown."""
    transfer: Transfer | None
    """The move of its data; null if none moves."""
    job: str
    """The id of the job."""
    basis: str
    """home, or median region: that of the allowed ones, without a home."""


class PlanJobFields(TypedDict):
    """A job: its length and times, its machines, and where it may run."""

    utilization: NotRequired[float | None]
    """CPU utilisation, 0 to 1. Default: 0.5; for burstable types their baseline."""
    accelerator_utilization: NotRequired[float | None]
    """Accelerator utilisation, 0 to 1. Default: the same as utilization; if that is missing too, 0.75 for training, 0.4 for inference and 0.5 otherwise, from published measurements."""
    power_model: NotRequired[PowerCurve]
    """Shape between idle and full CPU power: measured (concave) or a straight line (linear). Default: concave."""
    id: str
    """Your name of the job; each job has its own."""
    duration_hours: float
    """Duration of the job in hours; at most a year."""
    start_after: NotRequired[str | None]
    """Earliest start, ISO 8601 with offset; a time in the past means now."""
    deadline: NotRequired[str | None]
    """Latest end, ISO 8601 with offset, at most 14 days ahead. Default: the job starts within 24 hours of its earliest start."""
    home: NotRequired[str | None]
    """Region in which the job runs unless it is moved; it is always allowed, and the baseline of the savings."""
    regions: NotRequired[list[Region]]
    """Regions in which the job may run besides home."""
    providers: NotRequired[ProviderScope | None]
    """Clouds in whose open regions the job may run; with countries, both hold. Not with regions."""
    countries: NotRequired[list[Country]]
    """Countries in which the job may run: ISO 3166 code (SE, SWE), English name, or the group EU or EEA. Not with regions."""
    machine: NotRequired[MachineParts | None]
    """A machine by its parts, in place of instance_type, such as your own server. It has no price, so objective cannot be set."""
    instance_type: NotRequired[str | None]
    """An instance type or sized service. The job runs only where it is offered. Required without machine."""
    count: NotRequired[int]
    """Number of machines of this type. Default: 1."""
    pue: NotRequired[float | None]
    """PUE of the place: energy of the facility divided by the energy of its IT equipment. Default: that of the region. The mean of the industry is 1.56."""
    spot: NotRequired[bool | None]
    """true: use spot prices; only regions whose spot price is at most 365 days old qualify. Default: on-demand prices."""
    max_price_per_hour: NotRequired[float | None]
    """Maximum price in USD per hour of one machine; regions with an unknown price are left out too."""
    exclude: NotRequired[list[ExclusionFields]]
    """Times in which no part of the job may run."""
    blackout: NotRequired[list[BlackoutFields]]
    """Hours of every week in which no part of the job may run."""
    interruptible: NotRequired[InterruptionChoice | None]
    """Whether the job may pause and go on later. true: any number of segments of any length, without restarts. Times of exclude and blackout then pause the job. Default: it runs in one piece."""
    data_gb: NotRequired[float | None]
    """GB (10^9 bytes) that are moved once to where the job runs."""
    data_in: NotRequired[str | None]
    """Region of these data. Default: home."""
    usd_per_gb: NotRequired[float | None]
    """Your price of moving a GB. Default: the first paid tier of the data's region."""
    kwh_per_gb: NotRequired[float | None]
    """Your figure of the network's energy for a GB. Default: 0.001 within a cloud and 0.004 between clouds; published figures go from 0.001 to 0.06."""
    latency_from: NotRequired[LatencyFields | None]
    """The job's users: places farther away are left out."""


class PlanRequest(TypedDict):
    """Jobs, each with its own times and places, and the limits that they share."""

    record: NotRequired[bool]
    """Keep question, answer and all that it rests on: decision_id of the answer names it, and GET /api/v1/decisions/{id} replays it and shows what came. Default: false."""
    tags: NotRequired[dict[str, str]]
    """Tags of the decision, as usage has them; with record alone. Default: {}."""
    budget: NotRequired[str | None]
    """Name of a budget in which the answer reserves what it places; with record alone. Beyond the limit of a budget that refuses it is a 422 with the nearest placement that fits."""
    jobs: list[PlanJobFields]
    """The jobs."""
    objective: NotRequired[ObjectiveFields | None]
    """What decides. Default: emissions alone, those of moved data included."""
    assignments: NotRequired[list[AssignmentFields]]
    """Your own plan: these jobs are priced where and when you run them, and alternatives says what the best choice would change. Other jobs are planned."""
    capacity: NotRequired[list[CapacityFields]]
    """What regions hold at every moment, for all jobs together. A region without a limit holds any number of jobs."""
    max_cost_usd: NotRequired[float | None]
    """What all jobs together may cost: machines and moved data. Places whose price is unknown are then left out."""
    max_co2_kg: NotRequired[float | None]
    """What all jobs together may emit, moved data included; with risk cautious the 90th centile counts."""
    signal: NotRequired[SignalName]
    """average: of all plants that run. marginal: of the plants that answer a change of load, from a WattTime account; the two are never mixed, and a place without a marginal value is unknown or left out. Default: average."""
    risk: NotRequired[Risk]
    """Which figure of the grid decides between times and places: the mean that is expected (expected), or the 90th centile of that mean (cautious). A transfer counts at its expected grams. A place whose range is unknown is left out. cautious cannot be combined with signal marginal. Default: expected."""
    background: NotRequired[bool]
    """Make the plan in the background: the answer is a 202, and GET /api/v1/plans/{id} has the plan later. It is kept for a day. Default: false."""


class PriceListRow(TypedDict):
    """A provider's price list, and what became of the last attempt to refresh prices from it."""

    list: str
    """The list's name."""
    provider: str
    """The provider."""
    outcome: RefreshOutcome
    """Outcome of the last attempt; unchanged: the list was read before; skipped: a setting is missing."""
    reason: str | None
    """Why it was refused, in a word, or which setting is missing; null otherwise."""
    attempted_at: str | None
    """Time of the last attempt; null if there was none."""
    succeeded_at: str | None
    """Time of the last attempt that was not refused; null if there was none."""
    prices: int
    """Number of its figures that are stored."""


class Problem(TypedDict):
    """A problem as defined in RFC 9457. A 422 has additional members with the reasons."""

    type: ProblemType
    title: str
    """The type as text."""
    status: int
    """The HTTP status."""
    detail: str
    """What is wrong with this request, for people."""
    instance: NotRequired[str]
    """The path of the request; absent if the request could not be read."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    errors: NotRequired[list[FieldProblem]]
    """Every wrong field; absent if none is."""
    nearest: NotRequired[list[str]]
    """Known names similar to the one in the path; absent if the path contains no unknown name."""
    nearest_offers: NotRequired[list[NearestOffer]]
    """For each bound that stands in the way: the offer nearest to it; absent unless no offer qualifies."""
    budget: NotRequired[str]
    """Name of the budget into which the placement does not fit; absent for other problems."""
    lacking: NotRequired[list[LackingAmount]]
    """What the budget lacks, by period and limit; absent for other problems."""
    nearest_placement: NotRequired[list[NearestWindow] | None]
    """What fits into the budget in its place, window by window; null if none was found, absent for other problems."""
    needed_role: NotRequired[Role]
    """The role that the request needs; absent unless its key has too little of one."""
    role: NotRequired[Role]
    """The role of the key; absent unless it is too little."""
    missing: NotRequired[list[MissingTime]]
    """The first times without a stored reading; absent unless past readings are lacking."""


class ProblemTypeAnswer(TypedDict):
    """What a kind of problem means."""

    type: ProblemType
    title: str
    """The type as text."""
    status: int
    """The HTTP status of this problem."""
    meaning: str
    """What happened."""
    action: str
    """What the caller can do."""
    example: Problem


class Profile(TypedDict):
    """The profile by time of year and hour that is used when there is no live value."""

    basis: ProfileBasis
    zone: str
    """The zone whose shape is used."""
    years: str
    """The years from which it was made."""
    from_estimates: bool
    """True if the hours from which it was made were themselves estimates."""
    weekend_factor: float
    """Mean weekend intensity divided by mean weekday intensity; 1 if the profile has no weekend factor."""


class ReadyAnswer(TypedDict):
    """The service can answer. degraded: some answers use baselines instead of live data."""

    status: Literal["ready"]
    """The service answers."""
    degraded: bool
    """True if a configured source, a shared store or the newest overlay cannot be used."""
    service: Literal["carbon-optimizer"]
    """Name of the service."""
    timestamp: str
    """UTC time in ISO 8601, with whole seconds and Z."""
    access: AccessRow
    sources: list[SourceRow]
    """Every source of live data."""
    catalog: list[TableRow]
    """Every table of the catalog."""
    layers: LayersRow | None
    """What is laid over the shipped tables; null where nothing ever is."""
    price_lists: list[PriceListRow]
    """Every price list that prices are refreshed from."""


class Recommendation(TypedDict):
    """
    One offer. is_estimate to age_seconds describe carbon_intensity_gco2_kwh.

    If no machine of the requested region could be rated, its row (qualifies false) has null for all figures of a
    machine, and the fields that describe the machine are absent.
    """

    region: str
    """The provider's id of the region."""
    provider: str
    """The provider's key."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    partition: Partition
    is_estimate: bool
    """False only for measured values."""
    data_quality: DataQuality
    source: str
    """A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in -corrected."""
    datetime: str
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."""
    fallback_reason: NotRequired[str]
    """Why no fresh live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baseline_from: NotRequired[str]
    """For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses none, or only that."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flow_traced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    renewable_percentage: float | None
    """Share of consumption, 0 to 100; null if unknown."""
    fossil_free_percentage: float | None
    """Renewable and nuclear share of consumption, 0 to 100; null if unknown."""
    renewable_percentage_basis: MixBasis
    renewable_percentage_as_of: str | None
    """The year of the figures, or the time of a live value."""
    renewable_percentage_source: str
    """Source of the shares."""
    instance_type: str | None
    """The provider's name of the type."""
    carbon_intensity_gco2_kwh: float | None
    """Current value in gCO2e/kWh; null if unknown."""
    estimated_co2_emissions_kg: float | None
    """kgCO2e emitted by the grid."""
    estimated_co2_emissions_g: float | None
    """gCO2e: power_consumption_kwh x carbon_intensity_used."""
    power_consumption_kwh: float | None
    """kWh of the facility, including PUE."""
    duration_hours: float | None
    """Number of hours that the figures cover."""
    carbon_intensity_used: float | None
    """Mean of the window in gCO2e/kWh."""
    carbon_intensity_used_origin: Origin | None
    """Where carbon_intensity_used comes from."""
    expected_savings: ExpectedSavings | None
    """Savings from waiting for the window, as backtests had them; null if unknown."""
    optimal_time_window: Window | None
    """When to start."""
    start_now: StartNow | None
    """The same job if it starts now."""
    is_requested_region: bool
    """True for the requested region."""
    qualifies: bool
    """False if a constraint excludes it; it is then listed only for comparison."""
    refused_by: NotRequired[list[str]]
    """Constraints that it fails; absent if none."""
    vcpus: NotRequired[float | None]
    """vCPUs as sold; absent where the region was not rated."""
    memory_gb: NotRequired[float | None]
    """Memory in GB; absent where the region was not rated."""
    arch: NotRequired[Arch | None]
    """Instruction set of the machine's CPU; absent where the region was not rated."""
    accelerator: NotRequired[str | None]
    """Model of the accelerators; null without; absent where the region was not rated."""
    accelerator_count: NotRequired[float]
    """Accelerators of the machine; absent where the region was not rated."""
    work_unit: NotRequired[str | None]
    """Unit of work; null without a sourced index; absent where the region was not rated."""
    co2_g_per_unit_work: NotRequired[float | None]
    """gCO2e per unit of work; absent where the region was not rated."""
    co2_g_for_same_work: NotRequired[float | None]
    """gCO2e for the work of row 1; absent where the region was not rated."""
    compared_co2_g: NotRequired[float | None]
    """gCO2e that the ranking compares: by machine for the whole duration, by work for the work of row 1; null if it cannot be compared with row 1; absent where the region was not rated."""
    compared_usd: NotRequired[float | None]
    """USD for the same, at the price used for ranking; null if unknown; absent where the region was not rated."""
    performance_index: NotRequired[float | None]
    """Work per vCPU (or accelerator); null if unknown; absent where the region was not rated."""
    performance_basis: NotRequired[PerformanceBasis | None]
    """Basis of performance_index; absent where the region was not rated."""
    relative_performance: NotRequired[float | None]
    """Performance relative to the best with the same unit of work, 0 to 1; absent where the region was not rated."""
    within_uncertainty_of_best: NotRequired[bool | None]
    """True if the ranges of this row and the greenest one overlap, leaving out what both share, so that it is not certain which one is greener; absent where the region was not rated."""
    score: NotRequired[float | None]
    """Value by which the rows are sorted; absent where the region was not rated."""
    count: NotRequired[int]
    """Machines of this type; absent where the region was not rated."""
    offered: NotRequired[bool | None]
    """Whether the region offers the type; null if unknown; absent where the region was not rated."""
    retired_on: NotRequired[str]
    """Day from which the provider no longer sells the type; absent if none is announced; absent where the region was not rated."""
    pue: NotRequired[float]
    """Energy of the facility over energy of its IT equipment; absent where the region was not rated."""
    pue_basis: NotRequired[str]
    """Whether pue is of the region, the provider or the industry; absent where the region was not rated."""
    utilization: NotRequired[float]
    """CPU utilisation, 0 to 1; absent where the region was not rated."""
    utilization_defaulted: NotRequired[bool]
    """True if the question gave no utilization; absent where the region was not rated."""
    accelerator_utilization: NotRequired[float | None]
    """0 to 1; null without accelerators; absent where the region was not rated."""
    power_model: NotRequired[PowerCurve]
    """Shape between idle and full CPU power; absent where the region was not rated."""
    uncertainty: NotRequired[Uncertainty]
    """Uncertainty of the emissions; absent where the region was not rated."""
    cost: NotRequired[Cost]
    """USD; absent where the region was not rated."""
    usd_per_unit_work: NotRequired[float | None]
    """USD per unit of work at the price used for ranking; absent where the region was not rated."""
    carbon_cost_usd: NotRequired[float | None]
    """The row's emissions at carbon_price_usd_per_tonne; absent where the region was not rated."""
    embodied_gco2e: NotRequired[float]
    """gCO2e of manufacturing the hardware; present with include_embodied."""
    total_gco2e: NotRequired[float]
    """gCO2e of grid and hardware; present with include_embodied."""


class RegionFacts(TypedDict):
    """One region now and over the next 24 hours; is_estimate to age_seconds describe the value now."""

    renewable_percentage: float | None
    """Share of consumption, 0 to 100; null if unknown."""
    fossil_free_percentage: float | None
    """Renewable and nuclear share of consumption, 0 to 100; null if unknown."""
    renewable_percentage_basis: MixBasis
    renewable_percentage_as_of: str | None
    """The year of the figures, or the time of a live value."""
    renewable_percentage_source: str
    """Source of the shares."""
    is_estimate: bool
    """False only for measured values."""
    data_quality: DataQuality
    source: str
    """A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in -corrected."""
    datetime: str
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."""
    fallback_reason: NotRequired[str]
    """Why no fresh live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baseline_from: NotRequired[str]
    """For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses none, or only that."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flow_traced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    low: float | None
    """gCO2e/kWh: the 10th centile of what may come, from backtests; null if unknown."""
    high: float | None
    """gCO2e/kWh: the 90th centile of what may come, from backtests; null if unknown."""
    region: str
    """The provider's id of the region."""
    provider: str
    """The provider's key."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    partition: Partition
    name: str
    """The provider's name of the region."""
    city: str
    """The city at or near it."""
    country: str
    """ISO 3166 code."""
    latitude: float
    """Degrees north."""
    longitude: float
    """Degrees east."""
    iata: str
    """IATA code of the nearest large airport."""
    region_status: RegionStatus
    zone_published: str | None
    """The zone to which Electricity Maps itself assigns the region."""
    note: str | None
    """Remark about the region, such as a doubt about its grid zone."""
    zone_level_status: LevelStatus
    zone_note: str | None
    """Remark about the grid zone, such as a correction of its level."""
    pue: float
    """Power usage effectiveness of the region, or of its provider."""
    pue_basis: str
    """region figure and its year: the provider publishes one for the region; fleet figure: the provider's mean; industry average: the provider publishes none; request: the request states it."""
    current_carbon_intensity: float | None
    """Current value in gCO2e/kWh; null if unknown."""
    forecast_24h: Forecast
    optimal_hours_utc: list[int]
    """The nine lowest of the next 24 hours, in order of time; empty if they differ by less than 2 %."""
    hourly_forecast: list[Hour]
    """All of the next 24 hours, including the current one."""
    sources: list[SourceReadingRow]
    """Every source that covers the zone, the most trusted first."""
    disagreement: float | None
    """Highest less lowest value over their mean, of the sources with a value of the zone itself; null for fewer than two. Above 0.25 the ranges in all answers reach to what the others say."""
    timestamp: str
    """UTC time in ISO 8601, with whole seconds and Z."""
    percentile: NotRequired[float]
    """Where the marginal intensity of now stands among those of the zone: 0 is the cleanest, 100 the dirtiest. It does not compare places; absent if no source tells it."""


class RegionHistoryAnswer(TypedDict):
    """Past carbon intensity of the grid zone of a region."""

    region: str
    """The provider's id of the region."""
    provider: str
    """The provider's key."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    partition: Partition
    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    signal: SignalName
    """What the intensities count."""
    step: HistoryStep
    """What a point stands for."""
    starts_at: str
    """Start of the first step."""
    ends_at: str
    """End of the last step, at most the present."""
    total: int
    """Number of points without limit and offset."""
    points: list[PointRow]
    """The steps with readings, the oldest first."""
    gaps: list[GapRow]
    """Times without readings from the first point to the next page; on the first page from starts_at."""


class RegionRow(TypedDict):
    """A region's grid now."""

    region: str
    """The provider's id of the region."""
    provider: str
    """The provider's key."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    partition: Partition
    name: str
    """The provider's name of the region."""
    city: str
    """The city at or near it."""
    country: str
    """ISO 3166 code."""
    latitude: float
    """Degrees north."""
    longitude: float
    """Degrees east."""
    iata: str
    """IATA code of the nearest large airport."""
    region_status: RegionStatus
    zone_published: str | None
    """The zone to which Electricity Maps itself assigns the region."""
    is_estimate: bool
    """False only for measured values."""
    data_quality: DataQuality
    source: str
    """A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in -corrected."""
    datetime: str
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."""
    fallback_reason: NotRequired[str]
    """Why no fresh live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baseline_from: NotRequired[str]
    """For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses none, or only that."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flow_traced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    low: float | None
    """gCO2e/kWh: the 10th centile of what may come, from backtests; null if unknown."""
    high: float | None
    """gCO2e/kWh: the 90th centile of what may come, from backtests; null if unknown."""
    renewable_percentage: float | None
    """Share of consumption, 0 to 100; null if unknown."""
    fossil_free_percentage: float | None
    """Renewable and nuclear share of consumption, 0 to 100; null if unknown."""
    renewable_percentage_basis: MixBasis
    renewable_percentage_as_of: str | None
    """The year of the figures, or the time of a live value."""
    renewable_percentage_source: str
    """Source of the shares."""
    carbon_intensity: float | None
    """Current value in gCO2e/kWh; null if unknown."""


class RegionsAnswer(TypedDict):
    """Regions in the requested order."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    signal: NotRequired[SignalName | None]
    """marginal if the intensities are; absent for averages."""
    fact_notes: NotRequired[list[FactNote]]
    """Remarks on facts of the operator's own that concern this answer; absent if there are none."""
    total_regions: int
    """Number of matching regions, before limit and offset."""
    regions: list[RegionRow]
    """The regions from offset on, up to the limit."""
    countries_without_regions: list[str]
    """ISO 3166 codes of the countries asked for in which the clouds and the partition asked for have no region."""
    excluded: NotRequired[list[ExcludedRegion]]
    """Regions without a known intensity, on all pages; present for signal=marginal. Otherwise they come last."""


class SavingsAnswer(TypedDict):
    """What decisions saved that were made in a span of UTC days."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    starts_on: str
    """First UTC day."""
    ends_on: str
    """Last UTC day, included."""
    by: list[str]
    """What decisions are grouped by."""
    signal: SignalName
    """What the grams count."""
    total: SavingsFigures
    """Sums over all groups and steps."""
    savings: list[SavingsRowAnswer]
    """By step, the most promised first."""


class ScheduleOption(TypedDict):
    """Another region in which the job may run, with its own best window."""

    region: str
    """The provider's id of the region."""
    provider: str
    """The provider's key."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    partition: Partition
    optimal_window: JobWindow
    """The window to take in this region."""
    current_intensity: float | None
    """Current value in gCO2e/kWh; null if unknown."""
    savings_potential: SavingsPotential
    expected_savings: ExpectedSavings | None
    """As that of the answer."""
    start_now: JobWindow
    """The same job in this region, started as early as possible."""
    machines: NotRequired[JobMachines]
    """The machines on which the job runs there; present with instance_type, machine or phases."""
    job_cost: NotRequired[JobCost]
    """Present with spot, max_price_per_hour or carbon_price_usd_per_tonne."""


class ScheduleRequest(TypedDict):
    """Where a job may run, its length, the time in which it may run, and the machines on which it runs."""

    record: NotRequired[bool]
    """Keep question, answer and all that it rests on: decision_id of the answer names it, and GET /api/v1/decisions/{id} replays it and shows what came. Default: false."""
    tags: NotRequired[dict[str, str]]
    """Tags of the decision, as usage has them; with record alone. Default: {}."""
    budget: NotRequired[str | None]
    """Name of a budget in which the answer reserves what it places; with record alone. Beyond the limit of a budget that refuses it is a 422 with the nearest placement that fits."""
    utilization: NotRequired[float | None]
    """CPU utilisation, 0 to 1. Default: 0.5; for burstable types their baseline."""
    accelerator_utilization: NotRequired[float | None]
    """Accelerator utilisation, 0 to 1. Default: the same as utilization; if that is missing too, 0.75 for training, 0.4 for inference and 0.5 otherwise, from published measurements."""
    power_model: NotRequired[PowerCurve]
    """Shape between idle and full CPU power: measured (concave) or a straight line (linear). Default: concave."""
    regions: NotRequired[list[Region] | None]
    """Regions in which the job may run, in place of region. The answer names the best."""
    providers: NotRequired[ProviderScope | None]
    """Clouds in whose open regions the job may run, in place of region; with countries, both hold."""
    countries: NotRequired[list[Country] | None]
    """Countries in which the job may run, in place of region: ISO 3166 code (SE, SWE), English name, or the group EU or EEA."""
    provider: NotRequired[str | None]
    """The provider of the region. Default: aws if it has a region with this id."""
    region: NotRequired[str | None]
    """A region's id, or provider:region. If several clouds use the same id, the provider is required. Required without regions, providers and countries."""
    max_options: NotRequired[int]
    """Most places in options. Only read where several are searched. Default: 5."""
    forecast: NotRequired[ForecastFields | None]
    """Your own forecast in place of all figures of the grid: with region an object with starts_at, step_minutes and values, with regions one such object for each, by its name in regions. The job runs only in times that it covers. The answer then has no ranges."""
    phases: NotRequired[list[PhaseFields] | None]
    """The power of the job over time, 1 to 24 phases in order, all with utilization or all with power_w. Their hours together are duration_hours, which is left out or equal. The windows are those of least emissions with each hour's intensity weighted by the energy of its phase. Cannot be combined with interruptible."""
    duration_hours: NotRequired[float]
    """Duration of the job in hours; at most a year. Default: 1.0."""
    start_after: NotRequired[str | None]
    """Earliest start, ISO 8601 with offset; a time in the past means now."""
    deadline: NotRequired[str | None]
    """Latest end, ISO 8601 with offset."""
    search_hours: NotRequired[float | None]
    """The job starts at most this number of hours after its earliest start: at most 168, with forecast 8,760. Default: 24 without a deadline, any time that meets the deadline with one."""
    repeat: NotRequired[RepeatFields | None]
    """The job comes back: each run has a window of its own in occurrences, from when it is due until flex_hours later; the fields beside describe the first run that can be scheduled. Takes the place of deadline and search_hours. No run starts before start_after."""
    exclude: NotRequired[list[ExclusionFields]]
    """Times in which no part of the job may run."""
    blackout: NotRequired[list[BlackoutFields]]
    """Hours of every week in which no part of the job may run."""
    interruptible: NotRequired[InterruptionChoice | None]
    """Whether the job may pause and go on later. true: any number of segments of any length, without restarts. Times of exclude and blackout then pause the job. Default: it runs in one piece."""
    signal: NotRequired[SignalName]
    """average: of all plants that run. marginal: of the plants that answer a change of load, from a WattTime account; the two are never mixed, and a place without a marginal value is unknown or left out. Default: average."""
    risk: NotRequired[Risk]
    """Which figure decides between windows and places: the mean that is expected (expected), or high, the 90th centile of that mean (cautious). A place whose range is unknown is left out of several with its reason, and alone it is a 422. cautious cannot be combined with forecast or with signal marginal. Default: expected."""
    count: NotRequired[int]
    """Number of machines of this type. Default: 1."""
    pue: NotRequired[float | None]
    """PUE of the place: energy of the facility divided by the energy of its IT equipment. Default: that of the region. The mean of the industry is 1.56."""
    machine: NotRequired[MachineParts | None]
    """A machine by its parts, in place of instance_type, such as your own server."""
    instance_type: NotRequired[str | None]
    """An instance type or sized service of the region's provider. With it the answer says what the job emits in each window, and of several regions those compete that offer it, with their PUE."""
    spot: NotRequired[bool | None]
    """true: use spot prices; only regions whose spot price is at most 365 days old qualify. Default: on-demand prices."""
    max_price_per_hour: NotRequired[float | None]
    """Maximum price in USD per hour of one machine; regions with an unknown price are left out too."""
    carbon_price_usd_per_tonne: NotRequired[float | None]
    """Price of carbon in USD per tonne of CO2e. With it regions are ranked by the cost of the job and of its emissions together (0: by the cost of the job, then by emissions), and a restart is counted with its price. Default: regions are ranked by emissions."""


class SeriesFields(TypedDict):
    """Intensities of one region by even steps."""

    step_minutes: NotRequired[StepLength]
    """Length of a step: 5, 15, 30 or 60. Default: 60."""
    starts_at: str
    """Start of the first step, ISO 8601 with offset; a full step in UTC."""
    values: list[Value]
    """gCO2e/kWh by step, null where unknown, in at most 1,000 runs; at most 35,040 in all series together."""


class Size(TypedDict):
    """The least size of a machine that takes part; null is no demand."""

    basis: SizeBasis
    vcpus: float | None
    """vCPUs."""
    memory_gb: float | None
    """GB."""
    gpus: float | None
    """GPUs."""
    accelerators: float | None
    """Accelerators of any kind."""


class SkillFacts(TypedDict):
    """How good forecasts from as much history were in the backtest of docs/backtest.md."""

    zones: str
    """Which zones: fossil, mostly-fossil, mixed or mostly-clean, by their share of fossil-free electricity, or all."""
    tested_year: int
    """The year of the backtest, on which the forecast was not trained."""
    days: list[SkillRow]
    """By day ahead."""
    captured_saving_percentage: float
    """What waiting saved, of what it would have saved with a perfect forecast: jobs of 4 hours within 24."""


class SourcesAnswer(TypedDict):
    """All sources that the service knows, the most trusted first."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    sources: list[SourceFactsRow]
    """The sources."""


class StreamEvent(TypedDict):
    """One event of a stream about a grid zone; is_estimate to high describe the value now."""

    is_estimate: bool
    """False only for measured values."""
    data_quality: DataQuality
    source: str
    """A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in -corrected."""
    datetime: str
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."""
    fallback_reason: NotRequired[str]
    """Why no fresh live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baseline_from: NotRequired[str]
    """For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses none, or only that."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flow_traced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    low: float | None
    """gCO2e/kWh: the 10th centile of what may come, from backtests; null if unknown."""
    high: float | None
    """gCO2e/kWh: the 90th centile of what may come, from backtests; null if unknown."""
    event: StreamEventName
    id: str | None
    """From which a stream can go on (Last-Event-ID); null if from another one only."""
    timestamp: str
    """The minute of the value."""
    zone: str
    """Grid zone."""
    regions: list[str]
    """Regions in the zone that the stream follows, as provider:region; empty for one that follows the zone itself."""
    carbon_intensity: float | None
    """Value now in gCO2e/kWh; null if unknown."""
    previous_carbon_intensity: NotRequired[float | None]
    """Of an event intensity: the value before; null if it was unknown."""
    forecast: NotRequired[StreamForecast]
    """Of an event forecast: the new one."""
    crossing: NotRequired[StreamCrossing]
    """Of an event crossing: the limit."""
    crossed: NotRequired[list[LimitSide]]
    """Of an event current in a stream with limits: the sides on which the value is."""


class StreamNote(TypedDict):
    """What a stream says of itself."""

    event: StreamNoteName
    reason: NotRequired[str]
    """Of an end: slow (the client did not read), restart (of the service) or key (revoked). Default: ."""
    detail: str
    """A sentence for people."""
    retry_after_seconds: NotRequired[int]
    """Of an end: when to come back. Default: 0."""


class UsageAnswer(TypedDict):
    """One row."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    usage: UsageRowAnswer
    """The row, with its former figures."""


class UsageListAnswer(TypedDict):
    """Rows that ran in the span."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    total: int
    """Number of rows, before limit and offset."""
    usage: list[UsageRowAnswer]
    """By first day and id."""


class UsageReportAnswer(TypedDict):
    """What was used and emitted in a span of UTC days."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    starts_on: str
    """First UTC day."""
    ends_on: str
    """Last UTC day, included."""
    by: list[str]
    """What rows are grouped by."""
    by_without_rows: list[str]
    """Of these: names that no row in the span has, which may be misspelt."""
    total: RangedFigures
    """Sums over all groups and steps."""
    in_median_region: MedianAnswer | None
    """All of it in the median region; null if that is not known."""
    at_submission: SubmissionAnswer
    """All of it at once when submitted."""
    sci_g_per_unit: float | None
    """SCI: total_emissions_g for each functional unit; null without functional_units."""
    report: list[ReportRowAnswer]
    """By step, the most grams first."""


class UsageWrittenAnswer(TypedDict):
    """What was stored, and what the rows of this request emitted."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    written: WrittenRows
    """How many rows."""
    total: Figures
    """Sums over the rows of this request."""
    usage: list[UsageRowAnswer]
    """The rows in your order, as they were settled now."""


class WebhookMessage(TypedDict):
    """The body of a delivery."""

    id: str
    """Id of the delivery: the same at every attempt."""
    type: DeliveredEvent
    created_at: str
    """The minute of the event."""
    webhook_id: str
    """Id of the webhook."""
    data: StreamEvent | None
    """The event as a stream tells it; null for a test."""


class WorkloadRow(TypedDict):
    """A workload and its reference machine. Null means no requirement."""

    workload: WorkloadType
    description: str
    """What kind of work it is."""
    reference_vcpus: float | None
    """vCPUs of the reference machine."""
    reference_memory_gb: float | None
    """Memory of the reference machine in GB."""
    reference_accelerators: float | None
    """Accelerators of the reference machine."""
    categories: list[str]
    """Categories of CPU types that serve it."""
    accelerators: list[str]
    """Kinds of accelerators that serve it."""
    services: list[str]
    """Sized services that serve it."""
    flexible_by_default: bool
    """Whether it may wait for a greener window."""


class WorkloadsAnswer(TypedDict):
    """The values that optimize accepts for workload and priority."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    total_workloads: int
    """Number of workloads, before limit and offset."""
    workloads: list[WorkloadRow]
    """The workloads from offset on, up to the limit."""
    priorities: list[Priority]
    """Every priority."""


class ZoneFacts(TypedDict):
    """Current and yearly figures of a grid zone."""

    renewable_percentage: float | None
    """Share of consumption, 0 to 100; null if unknown."""
    fossil_free_percentage: float | None
    """Renewable and nuclear share of consumption, 0 to 100; null if unknown."""
    renewable_percentage_basis: MixBasis
    renewable_percentage_as_of: str | None
    """The year of the figures, or the time of a live value."""
    renewable_percentage_source: str
    """Source of the shares."""
    is_estimate: bool
    """False only for measured values."""
    data_quality: DataQuality
    source: str
    """A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in -corrected."""
    datetime: str
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."""
    fallback_reason: NotRequired[str]
    """Why no fresh live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baseline_from: NotRequired[str]
    """For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses none, or only that."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flow_traced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    low: float | None
    """gCO2e/kWh: the 10th centile of what may come, from backtests; null if unknown."""
    high: float | None
    """gCO2e/kWh: the 90th centile of what may come, from backtests; null if unknown."""
    zone: str
    """The zone, as Electricity Maps names it."""
    country: str
    """ISO 3166 code."""
    current_carbon_intensity: float | None
    """Current value in gCO2e/kWh; null if unknown."""
    annual: Annual
    profile: Profile
    note: str
    """Remark about the zone; often empty."""
    regions: list[Place]
    """The cloud regions in it."""
    percentile: NotRequired[float]
    """Where the marginal intensity of now stands among those of the zone: 0 is the cleanest, 100 the dirtiest. It does not compare places; absent if no source tells it."""


class ZoneForecastAnswer(TypedDict):
    """The hours to come of a grid zone, from the present hour on."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    basis: ForecastBasis
    """What the hours are made from."""
    forecast: list[AheadRow]
    """The hours."""
    skill: SkillFacts | None
    """How good such forecasts were in the backtest; null for the outlook."""


class ZoneHistoryAnswer(TypedDict):
    """Past carbon intensity of a grid zone. Steps without a reading have no point: nothing is filled in."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    signal: SignalName
    """What the intensities count."""
    step: HistoryStep
    """What a point stands for."""
    starts_at: str
    """Start of the first step."""
    ends_at: str
    """End of the last step, at most the present."""
    total: int
    """Number of points without limit and offset."""
    points: list[PointRow]
    """The steps with readings, the oldest first."""
    gaps: list[GapRow]
    """Times without readings from the first point to the next page; on the first page from starts_at."""


class ZoneSourcesAnswer(TypedDict):
    """The sources of a zone side by side."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    signal: NotRequired[SignalName | None]
    """marginal if the intensities are; absent for averages."""
    zone_sources: ZoneSourcesFacts


class Analysis(TypedDict):
    """The first row compared with the last."""

    best_option: EmissionRow
    worst_option: EmissionRow
    difference_kg: float
    """kgCO2e of the worst option minus the best; includes hardware if include_embodied is set."""
    difference_percentage: float
    """Percentage of the worst option's emissions, 0 to 100."""
    total_options_compared: int
    """Number of rows."""


class Calculation(TypedDict):
    """A machine's emissions, with its power by component."""

    region: str
    """The provider's id of the region."""
    provider: str
    """The provider's key."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    partition: Partition
    count: int
    """Number of machines of this type."""
    offered: bool | None
    """Whether the region offers the type; null if unknown."""
    retired_on: NotRequired[str]
    """Day from which the provider no longer sells the type; from then on optimize and by-rank leave it out. Absent if none is announced."""
    pue: float
    """Energy of the facility divided by the energy of its IT equipment."""
    pue_basis: str
    """region figure and its year: the provider publishes one for the region; fleet figure: the provider's mean; industry average: the provider publishes none; request: the request states it."""
    utilization: float
    """CPU utilisation, 0 to 1."""
    utilization_defaulted: bool
    """True if the request gave no utilization."""
    accelerator_utilization: float | None
    """Accelerator utilisation, 0 to 1; null without accelerators."""
    power_model: PowerCurve
    uncertainty: Uncertainty
    embodied_gco2e: NotRequired[float | None]
    """gCO2e of manufacturing the hardware; null if unknown; present with include_embodied."""
    total_gco2e: NotRequired[float | None]
    """gCO2e of grid and hardware; null if unknown; present with include_embodied."""
    is_estimate: bool
    """False only for measured values."""
    data_quality: DataQuality
    source: str
    """A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in -corrected."""
    datetime: str
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."""
    fallback_reason: NotRequired[str]
    """Why no fresh live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baseline_from: NotRequired[str]
    """For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses none, or only that."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flow_traced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    renewable_percentage: float | None
    """Share of consumption, 0 to 100; null if unknown."""
    fossil_free_percentage: float | None
    """Renewable and nuclear share of consumption, 0 to 100; null if unknown."""
    renewable_percentage_basis: MixBasis
    renewable_percentage_as_of: str | None
    """The year of the figures, or the time of a live value."""
    renewable_percentage_source: str
    """Source of the shares."""
    instance_type: str | None
    """The provider's name of the type; null for a machine of the request."""
    machine: NotRequired[DescribedMachine]
    """The machine of the request; absent for an instance type."""
    duration_hours: float
    """Hours."""
    power_consumption_kwh: float
    """Energy of the facility in kWh, including PUE."""
    co2_emissions_g: float
    """gCO2e emitted by the grid: power_consumption_kwh x intensity."""
    co2_emissions_kg: float
    """kgCO2e emitted by the grid."""
    carbon_intensity_used: float | None
    """Mean over duration_hours from now, or from start_at, in gCO2e/kWh."""
    carbon_intensity_used_origin: Origin
    cost: Cost
    carbon_intensity_gco2_kwh: float | None
    """Current value in gCO2e/kWh; null if unknown."""
    power_w: Power


class CompareAnswer(TypedDict):
    """Options, greenest first."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    signal: NotRequired[SignalName | None]
    """marginal if the intensities are; absent for averages."""
    fact_notes: NotRequired[list[FactNote]]
    """Remarks on facts of the operator's own that concern this answer; absent if there are none."""
    comparisons: list[EmissionRow]
    """A row for each option, greenest first."""
    not_compared: list[NotComparedRow]
    """Options that cannot be ranked, in the order of the request; if that is all of them, the answer is a 422."""
    analysis: Analysis


class DecisionUsed(TypedDict):
    """What the answer rests on, of the runs that it placed; a replay reads all of it."""

    data_version: str
    """Version of all data."""
    zones: list[DecisionZone]
    """Their zones; none where your own forecast was used."""
    offers: list[DecisionOffer]
    """Their machines and prices."""


class DeliveriesAnswer(TypedDict):
    """Deliveries of a webhook, the newest first: delivered ones for a day, dead letters for a week."""

    total: int
    """Deliveries of that status; those beyond limit are left out."""
    deliveries: list[DeliveryRow]
    """The deliveries."""


class ForecastAnswer(TypedDict):
    """The hours to come of a grid zone."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    zone: str
    """Grid zone, as Electricity Maps names it, or as the request does."""
    region: str | None
    """The region of the request as provider:region; null for a zone."""
    method: str
    """recent-hours- and the hours of history that the model uses (336h, 168h or 24h); with less history profile-scaled-to-live or, without a profile, mean-day; profile without any."""
    forecast: list[ForecastRow]
    """The hours after the end of history."""
    skill: SkillFacts


class JobSchedule(TypedDict):
    """When to start a job; is_estimate to age_seconds describe current_intensity."""

    is_estimate: bool
    """False only for measured values."""
    data_quality: DataQuality
    source: str
    """A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in -corrected."""
    datetime: str
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."""
    fallback_reason: NotRequired[str]
    """Why no fresh live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baseline_from: NotRequired[str]
    """For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses none, or only that."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flow_traced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    region: str
    """The provider's id of the region."""
    provider: str
    """The provider's key."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    partition: Partition
    optimal_window: JobWindow
    """The window with the lowest mean, with risk cautious the lowest high, or with interruptible the least emissions; that of start_now where waiting is not worth it."""
    current_intensity: float | None
    """Current value in gCO2e/kWh; null if unknown."""
    savings_potential: SavingsPotential
    expected_savings: ExpectedSavings | None
    """Savings from waiting for optimal_window, as backtests had them; null if unknown, such as for several segments."""
    start_now: JobWindow
    """The same job started as early as start_after, exclude and blackout allow: without them, now. With interruptible it ends as early as possible."""
    next_best_windows: list[JobWindow]
    """The next-best windows. The starts of all windows differ by at least an hour, and by at least a quarter of duration_hours. With interruptible these are the best windows of one piece, and none if none fits."""
    machines: NotRequired[JobMachines]
    """The machines on which the job runs; present with instance_type, machine or phases."""
    job_cost: NotRequired[JobCost]
    """Present with spot, max_price_per_hour or carbon_price_usd_per_tonne."""
    options: NotRequired[list[ScheduleOption]]
    """The next-best regions, best first, at most max_options; present unless region was given."""
    regions_compared: NotRequired[int]
    """Number of regions that were compared; present unless region was given."""
    excluded: NotRequired[list[ImpossiblePlace]]
    """Regions of the question that were not compared; present unless region was given."""
    countries_without_regions: NotRequired[list[str]]
    """ISO 3166 codes of the countries asked for in which the clouds and the partition asked for have no region. Present unless region was given."""
    latest_start_time: str
    """Latest start of a job in one piece that was considered."""
    occurrences: NotRequired[list[Occurrence]]
    """The runs of a job that comes back, in the order in which they are due; present with repeat. The other fields of the answer describe the first of them that can be scheduled."""
    occurrence_totals: NotRequired[OccurrenceTotals]
    """Of all occurrences together; present with repeat."""
    grid_minutes: NotRequired[float]
    """Present with interruptible: starts and ends of segments, except the last end, are whole multiples of this number of minutes from the hour, and the segments are the best of all such. 0: the best of all moments. A window of one piece may begin at any minute."""


LocationItem: TypeAlias = LocationRow
"""A region with all fields; with `fields`, a region with the chosen fields."""


class LocationsAnswer(TypedDict):
    """Regions, best first. The request id is in the X-Request-ID header."""

    regions: list[LocationItem]
    """The regions, best first. A row has all fields unless `fields` selects some."""
    excluded: list[LeftOutRow]
    """Regions left out for want of a matching machine or a measured value, or by the operator's policy."""
    countriesWithoutRegions: list[str]
    """ISO 3166 codes of the countries asked for in which the clouds and the partition asked for have no region."""
    total: int
    """Number of matching regions, before limit and offset."""
    zoneNotes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    signal: NotRequired[SignalName | None]
    """marginal if the intensities are; absent for averages."""
    factNotes: NotRequired[list[FactNote]]
    """Remarks on facts of the operator's own that concern this answer; absent if there are none."""
    timestamp: str
    """The minute for which the answer is valid."""


class Metadata(TypedDict):
    """How the answer was computed."""

    ranked_by: Ranking
    size: Size
    total_regions_analyzed: int
    """Number of regions with a qualifying offer, plus the requested one."""
    regions_in_scope: int
    """Number of open regions that partition and regional constraints allow."""
    partition: PartitionScope
    """Part of each cloud that competed; all: every part."""
    countries_without_regions: list[str]
    """ISO 3166 codes of the countries asked for in which the clouds and the partition asked for have no region."""
    duration_hours: float
    """Hours."""
    ranking_hours: float
    """Number of hours whose mean intensity the ranking uses."""
    flexible: bool
    """Whether the job may wait for a greener window."""
    candidates: int
    """Number of offers (region and type) of the requested providers."""
    qualifying: int
    """Number of offers that meet every constraint."""
    removed: dict[str, int]
    """Number of offers that each constraint removed; with qualifying they add up to candidates."""
    providers: list[str]
    """Clouds whose offers qualify."""
    not_competing: list[NotCompetingProvider]
    """Requested clouds that cannot take part, each with the reason; usually empty."""
    offers_without_price: int
    """Number of qualifying offers without a known price."""
    zones: int
    """Number of grid zones considered."""
    live_zones: int
    """Number of these zones with a fresh live value."""
    forecast_zones: int
    """Number of these zones whose current value is a forecast of the upstream."""
    api_data_freshness: str
    """How much of the answer uses live data, as text."""


class Pareto(TypedDict):
    """The Pareto front of cost and carbon over all qualifying offers, cheapest first."""

    per: str | None
    """The unit of both figures: if ranked by work a unit of work (vcpu-hours, tflop/s-hours), by machine the job, which is all machines for duration_hours. Null if nothing is rated."""
    points: list[ParetoPoint]
    """The points of the front."""


class PlacementFacts(TypedDict):
    """What to run, where and when."""

    workload_type: WorkloadType
    priority: Priority
    timestamp: str
    """UTC time in ISO 8601, with whole seconds and Z."""
    recommendations: list[Recommendation]
    """The offers, best first, then the requested region if it is not among them."""
    carbon_savings: CarbonSavings
    service_optimizations: list[str]
    """Hints computed from this answer; may be empty."""
    service_optimization_details: list[AdviceDetail]
    """The same hints with their figures."""
    pareto: Pareto
    metadata: Metadata


class PlanBaseline(TypedDict):
    """Every job at its earliest at home, else in the median of its regions."""

    co2_emissions_g: float
    """gCO2e of machines and transfers."""
    cost_usd: float | None
    """USD; null if that of a job is unknown."""
    assignments: list[PlanBaselineRow]
    """The jobs."""


class RegionAnswer(TypedDict):
    """One region's grid."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    signal: NotRequired[SignalName | None]
    """marginal if the intensities are; absent for averages."""
    region_details: RegionFacts


class ScheduleAnswer(TypedDict):
    """When to start; is_estimate to age_seconds describe current_intensity."""

    is_estimate: bool
    """False only for measured values."""
    data_quality: DataQuality
    source: str
    """A source of /api/v1/sources, or that with -forecast behind it, recent-hours-336h, -168h or -24h (our own forecast, from so many hours before), profile-scaled-to-live, profile-scaled-to-forecast, profile (by season and hour of past years), annual, overlay:zones.csv for the operator's own figure, request for a forecast of the request, or none if no figure is known. Those of a zone whose level is corrected end in -corrected."""
    datetime: str
    """Start of the interval that the value describes."""
    age_seconds: int | None
    """Seconds since the end of that interval, 0 before its end; null for a baseline, which is not an observation."""
    fallback_reason: NotRequired[str]
    """Why no fresh live value is used; absent if one is used."""
    basis: NotRequired[Basis]
    """market: the figure is that of a power contract or a residual mix, from the operator's own zones.csv; absent for figures of the grid, which are location-based."""
    baseline_from: NotRequired[str]
    """For a mean: the time from which it uses the profile, at the level of the forecast before; absent if it uses none, or only that."""
    method: NotRequired[str]
    """How the source's figures became this intensity; absent if the source publishes it, or without a source."""
    error: NotRequired[float]
    """Relative error of that: the settled value is within 1 / (1 + error) and 1 + error times the figure in 80 % of hours; absent if unknown. The range from low to high contains it."""
    flow_traced: NotRequired[bool]
    """False if imports are not in the figure, or only one step (method); absent without a live source."""
    attribution: NotRequired[str]
    """The words that the licence of the source asks for; absent if it asks for none."""
    licence: NotRequired[str]
    """Licence of the source's data; absent if unknown."""
    region: str
    """The provider's id of the region."""
    provider: str
    """The provider's key."""
    zone: str
    """Grid zone, as Electricity Maps names it."""
    partition: Partition
    optimal_window: JobWindow
    """The window with the lowest mean, with risk cautious the lowest high, or with interruptible the least emissions; that of start_now where waiting is not worth it."""
    current_intensity: float | None
    """Current value in gCO2e/kWh; null if unknown."""
    savings_potential: SavingsPotential
    expected_savings: ExpectedSavings | None
    """Savings from waiting for optimal_window, as backtests had them; null if unknown, such as for several segments."""
    start_now: JobWindow
    """The same job started as early as start_after, exclude and blackout allow: without them, now. With interruptible it ends as early as possible."""
    next_best_windows: list[JobWindow]
    """The next-best windows. The starts of all windows differ by at least an hour, and by at least a quarter of duration_hours. With interruptible these are the best windows of one piece, and none if none fits."""
    machines: NotRequired[JobMachines]
    """The machines on which the job runs; present with instance_type, machine or phases."""
    job_cost: NotRequired[JobCost]
    """Present with spot, max_price_per_hour or carbon_price_usd_per_tonne."""
    options: NotRequired[list[ScheduleOption]]
    """The next-best regions, best first, at most max_options; present unless region was given."""
    regions_compared: NotRequired[int]
    """Number of regions that were compared; present unless region was given."""
    excluded: NotRequired[list[ImpossiblePlace]]
    """Regions of the question that were not compared; present unless region was given."""
    countries_without_regions: NotRequired[list[str]]
    """ISO 3166 codes of the countries asked for in which the clouds and the partition asked for have no region. Present unless region was given."""
    latest_start_time: str
    """Latest start of a job in one piece that was considered."""
    occurrences: NotRequired[list[Occurrence]]
    """The runs of a job that comes back, in the order in which they are due; present with repeat. The other fields of the answer describe the first of them that can be scheduled."""
    occurrence_totals: NotRequired[OccurrenceTotals]
    """Of all occurrences together; present with repeat."""
    grid_minutes: NotRequired[float]
    """Present with interruptible: starts and ends of segments, except the last end, are whole multiples of this number of minutes from the hour, and the segments are the best of all such. 0: the best of all moments. A window of one piece may begin at any minute."""
    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    signal: NotRequired[SignalName | None]
    """marginal if the intensities are; absent for averages."""
    fact_notes: NotRequired[list[FactNote]]
    """Remarks on facts of the operator's own that concern this answer; absent if there are none."""
    decision_id: NotRequired[str | None]
    """Under which it is kept: see GET /api/v1/decisions/{id}. Absent without record."""
    budget: NotRequired[ReservedAnswer | None]
    """What is left of the budget that the request names; absent without one."""


class ScheduleBatchRequest(TypedDict):
    """Jobs, each as in schedule."""

    jobs: list[ScheduleRequest]
    """1 to 1,000 jobs. Together they may look at 10,000 places: a region counts once for each run of each job that may run there, and more if it is searched over weeks, with limits of interruptible or with phases. At most 50 jobs may have repeat. The body may have 20,000 fields, and 1 MiB unless the operator sets another limit."""


class ZoneAnswer(TypedDict):
    """One grid zone."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    signal: NotRequired[SignalName | None]
    """marginal if the intensities are; absent for averages."""
    zone_details: ZoneFacts


class CalculateAnswer(TypedDict):
    """Energy and emissions of one machine type in one region."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    signal: NotRequired[SignalName | None]
    """marginal if the intensities are; absent for averages."""
    fact_notes: NotRequired[list[FactNote]]
    """Remarks on facts of the operator's own that concern this answer; absent if there are none."""
    calculation: Calculation


class DecisionFacts(TypedDict):
    """A decision with all that is kept of it."""

    decision_id: str
    """Its id."""
    kind: DecisionKindName
    """Which question was answered."""
    made_at: str
    """When."""
    ends_at: str | None
    """When the last of its runs is over; null without any."""
    signal: SignalName
    """marginal if the intensities are; absent for averages."""
    tags: dict[str, str]
    """Your tags."""
    budget: str | None
    """The budget it counts against; null without one."""
    co2_emissions_g: float | None
    """gCO2e promised, of all runs; null if one is unknown."""
    instead_co2_emissions_g: float | None
    """gCO2e of what that is compared with; null if unknown, or if nothing is."""
    runs: int
    """Number of runs that were placed."""
    question: dict[str, Any]
    """The body as it was sent."""
    answer: dict[str, Any]
    """The answer as it was sent, to the byte."""
    placed: list[DecisionRun]
    """What the answer placed."""
    instead: list[DecisionRun]
    """What the answer compares that with, for the same work: of optimize the baseline of its savings, started at once; of schedule start_now; of plan its baseline. Empty where it compares with nothing."""
    replay: DecisionReplay | None
    """The question asked again; null with replay=false."""
    used: DecisionUsed | None
    """What the answer rests on; null with replay=false, or if it cannot be read."""


class JobResult(TypedDict):
    """The answer to one job of a batch: either its schedule or its problem."""

    index: int
    """Its place among the jobs of the request, from 0."""
    signal: NotRequired[SignalName | None]
    """marginal if the intensities are; absent for averages."""
    schedule: NotRequired[JobSchedule | None]
    """When to start it; absent if there is a problem."""
    problem: NotRequired[Problem | None]
    """What schedule would answer to this job alone; absent if there is none. The pointers of its errors lead into the body of the batch."""


class OptimizeAnswer(TypedDict):
    """The best offers for a workload by the chosen priority."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    signal: NotRequired[SignalName | None]
    """marginal if the intensities are; absent for averages."""
    fact_notes: NotRequired[list[FactNote]]
    """Remarks on facts of the operator's own that concern this answer; absent if there are none."""
    decision_id: NotRequired[str | None]
    """Under which it is kept: see GET /api/v1/decisions/{id}. Absent without record."""
    budget: NotRequired[ReservedAnswer | None]
    """What is left of the budget that the request names; absent without one."""
    recommendation: PlacementFacts


class PlanAnswer(TypedDict):
    """Where and when each job runs, what that saves, and what comes next."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    signal: NotRequired[SignalName | None]
    """marginal if the intensities are; absent for averages."""
    fact_notes: NotRequired[list[FactNote]]
    """Remarks on facts of the operator's own that concern this answer; absent if there are none."""
    decision_id: NotRequired[str | None]
    """Under which it is kept: see GET /api/v1/decisions/{id}. Absent without record."""
    budget: NotRequired[ReservedAnswer | None]
    """What is left of the budget that the request names; absent without one."""
    assignments: list[PlanAssignment]
    """The jobs that are placed, in the order of the request."""
    unplaced: list[UnplacedJob]
    """The jobs that cannot run, and why."""
    totals: PlanSums
    """Of the assignments."""
    baseline: PlanBaseline
    savings: PlanSaved
    """Of the assignments against the baseline."""
    alternatives: list[PlanAlternative]
    """The next best place of each job that has another one, as if it shared no limits; of a job that gave way to others the place where it would be best."""
    solver: PlanSolver
    """How the plan was found."""
    shadow_prices: list[PlanShadowPrice]
    """What one more unit of each shared limit would save, by the linear program that gives solver.bound: whole jobs may save less, and more units save less each. The value of a later deadline is not among them: it has no price in that program."""


class QueuedPlanAnswer(TypedDict):
    """What became of a plan in the background."""

    id: str
    """Id of the plan. Without API keys whoever knows it can read and cancel the plan."""
    status: PlanState
    """waiting: other plans come first; running; done: plan has the answer; failed: detail says what to change; cancelled."""
    progress_percent: float
    """Share of the work done, 0 to 100."""
    created_at: str
    """When the plan was submitted."""
    expires_at: str
    """When it is forgotten: a day later."""
    url: str
    """Read it there with GET, cancel or remove it with DELETE."""
    detail: str | None
    """Why it failed and what to change, as a sentence; null unless it failed."""
    plan: PlanAnswer | None
    """The answer as POST /api/v1/plan gives it at once, for the minute in which the work began; null until it is done."""


class ScheduleBatchAnswer(TypedDict):
    """The answers to a batch of jobs."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    fact_notes: NotRequired[list[FactNote]]
    """Remarks on facts of the operator's own that concern this answer; absent if there are none."""
    results: list[JobResult]
    """One for each job, in the order of the request."""
    scheduled: int
    """Number of jobs with a schedule."""
    problems: int
    """Number of jobs with a problem."""


class DecisionAnswer(TypedDict):
    """One decision."""

    status: Literal["success"]
    """Always success; errors are problems."""
    request_id: str
    """Unique id; also in the X-Request-ID header."""
    timestamp: str
    """The minute for which the answer is valid."""
    data_version: str
    """Version of all data. For the same version, minute and request the answer is the same."""
    zone_notes: NotRequired[list[ZoneNote]]
    """Zones that were named in place of their region; absent if there are none."""
    decision: DecisionFacts
    """The decision."""
