"""POST /api/v1/optimize: where, on what and when to run a workload."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import Field, ValidationInfo, field_validator

from api.edge.exchange import Exchange, current
from api.edge.lists import answered
from api.edge.recording import Decided, Origin, decided
from api.edge.roles import needs
from api.openapi.enumerations import PartitionScope
from api.questions import names
from api.questions.fields import (
    COUNTRY_WORDS,
    Count,
    Countries,
    Deadline,
    Duration,
    IncludeEmbodied,
    LoadFields,
    ProviderKey,
    RegionBesideProvider,
    RegionKey,
    SignalField,
    StartAfter,
    TypeName,
)
from api.questions.machines import CurrentBody, RequirementsBody
from api.questions.provider_scope import MAX_NAMES, ProviderScope
from api.questions.record import RecordFields
from api.shapes.placement import Decision, OptimizeAnswer
from api.shapes.recommendations import Recommendation, recommendation_rows
from carbon.decisions import DecisionKind
from carbon.intensity import SignalName
from carbon.roles import Role
from carbon.workload import (
    Load,
    OptimizeQuery,
    Priority,
    RankBy,
    WorkloadType,
)
from catalog.offers import count_of
from catalog.region_names import DEFAULT_PROVIDER
from decision_questions import other_placements
from planning.ledger.promises import of_placement

bp = APIBlueprint("optimize", __name__, tag="Decisions")
LIGHT_OFFERS = 30_000  # pairs of region and type; all of AWS are 23,603
LIGHT_ROWS = 20
LIGHT_REACH = timedelta(hours=170)


class OptimizeRequest(LoadFields, RecordFields):
    """A workload, a priority, and constraints."""

    workload: WorkloadType
    priority: Priority = Field(
        description="carbon: least gCO2e; cost: least USD (both of what rank_by says); performance: work per vCPU (or "
        "accelerator); balanced: an option with twice the gCO2e must be twice as fast."
    )
    rank_by: RankBy | None = Field(
        None,
        description="work: gCO2e and USD per unit of work, since a batch job ends sooner on a faster machine; machine: "
        "of the machine for the whole duration. Default: machine for database, containers, serverless and inference "
        "and if requirements name a size; otherwise work. priority performance always uses work.",
    )
    provider: ProviderKey | None = Field(None, description="The provider of `region`.")
    region: RegionBesideProvider | None = Field(
        None,
        validate_default=True,
        description="The region you use today; savings are compared with it.",
        examples=["us-west-2"],
    )
    current: CurrentBody | None = Field(
        None,
        description="What runs today: savings are compared with it. It also gives region and utilization if they are "
        "missing, and, if ranked by machine, the size of the machine.",
    )
    signal: SignalField = SignalName.AVERAGE
    count: Count = 1
    duration_hours: Duration | None = Field(
        None, description="Duration of the job in hours. Default: figures for one hour."
    )
    regions: list[RegionKey] = Field([], max_length=MAX_NAMES, description="Only these regions.")
    countries: Countries = Field([], max_length=MAX_NAMES, description=f"Only these countries: {COUNTRY_WORDS}.")
    partition: PartitionScope | None = Field(
        None,
        description="Regions of this part of their cloud; all: of every part. Default: the part of `region`, else that "
        "of `regions` if they are all of one, else commercial.",
    )
    exclude_regions: list[RegionKey] = Field([], max_length=MAX_NAMES, description="Not these regions.")
    instance_types: list[TypeName] = Field(
        [],
        max_length=MAX_NAMES,
        description="Only these types, regardless of their size; sized services and database classes too, such as "
        "lambda-arm64-512mb or db.r7g.large.",
    )
    providers: ProviderScope | None = Field(
        None,
        validate_default=True,
        description="Clouds to search, or all. Default: aws and the clouds of the named regions and types.",
        examples=[["aws", "gcp"]],
    )
    requirements: RequirementsBody | None = Field(
        None, description="If no size is given: types between one and four times the workload's reference machine."
    )
    include_embodied: IncludeEmbodied = False
    max_carbon_intensity: Annotated[float, Field(gt=0, le=10_000)] | None = Field(
        None, description="Maximum mean intensity of the window in gCO2e/kWh."
    )
    max_price_per_hour: Annotated[float, Field(gt=0, le=1_000_000)] | None = Field(
        None, description="Maximum price in USD per hour; offers with an unknown price are left out."
    )
    max_cost: Annotated[float, Field(gt=0, le=1_000_000_000)] | None = Field(
        None,
        description="Maximum cost in USD of all machines for duration_hours; offers with an unknown price are left "
        "out.",
    )
    spot: bool | None = Field(
        None,
        description="true: use spot prices; only offers whose spot price is at most 365 days old qualify. "
        "false: use on-demand prices only. Default: rank by on-demand prices and show both in "
        "pareto.",
    )
    carbon_price_usd_per_tonne: Annotated[float, Field(ge=0, le=100_000)] = Field(
        0.0, description="Price of carbon in USD per tonne of CO2e, added to the cost if priority is cost."
    )
    flexible: bool | None = Field(
        None, description="Whether the job may wait for a greener window. Default: depends on the workload."
    )
    start_after: StartAfter = None
    deadline: Deadline = None
    limit: int = Field(
        5, ge=1, le=MAX_NAMES, description="Maximum number of rows; the requested region's row is added."
    )
    per_region: int = Field(1, ge=1, le=100, description="Maximum number of types for each region.")

    @field_validator("region")
    @classmethod
    def _provider_has_region(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("provider"):
            raise names.refusal(
                "region_missing",
                "provider only qualifies region, which is missing; use providers to choose the clouds to search",
            )
        return value

    @field_validator("providers")
    @classmethod
    def _default_providers(cls, value: list[str] | None, info: ValidationInfo) -> list[str] | None:
        if value is not None:
            return value
        current = info.data.get("current")
        places = [info.data.get("region"), current and current.region, *info.data.get("regions", [])]
        scope = dict.fromkeys([DEFAULT_PROVIDER, *(key.partition(":")[0] for key in places if key)])
        for name in info.data.get("instance_types", []):
            sold_by = names.sellers(name, info)
            if scope.keys().isdisjoint(sold_by):
                scope |= dict.fromkeys(sold_by)
        return list(scope)

    def is_costly(self, facts: names.Facts) -> bool:
        """Many offers, many rows, hours beyond those whose intensities are kept ready, or an answer that is kept."""
        if self.record:
            return True
        ends = facts.now + timedelta(hours=self.duration_hours or 0.0)
        reach = max(ends, self.deadline or ends) - facts.now
        clouds = set(self.providers or facts.mapping.providers)  # none: all
        offers = sum(count_of(facts.mapping.offers, cloud) for cloud in clouds)
        rows = max(self.limit, self.per_region)
        return offers > LIGHT_OFFERS or rows > LIGHT_ROWS or reach > LIGHT_REACH

    def _load(self) -> Load:
        """As the request says; the utilisation of what runs today if it gives none."""
        if self.utilization is None and self.current is not None:
            return replace(self.load, utilization=self.current.utilization)
        return self.load

    def query(self) -> OptimizeQuery:
        return OptimizeQuery(
            workload=self.workload,
            priority=self.priority,
            region=self.region or (None if self.current is None else self.current.region),
            duration_hours=self.duration_hours,
            providers=tuple(self.providers or ()),
            regions=tuple(self.regions),
            countries=tuple(self.countries),
            partition=self.partition,
            exclude_regions=tuple(self.exclude_regions),
            instance_types=tuple(self.instance_types),
            requirements=None if self.requirements is None else self.requirements.requirements(),
            load=self._load(),
            include_embodied=self.include_embodied,
            max_carbon_intensity=self.max_carbon_intensity,
            flexible=self.flexible,
            start_after=self.start_after,
            deadline=self.deadline,
            max_usd_per_hour=self.max_price_per_hour,
            max_cost_usd=self.max_cost,
            spot=self.spot,
            carbon_usd_per_tonne=self.carbon_price_usd_per_tonne,
            rank_by=self.rank_by,
            current=None if self.current is None else self.current.machines(),
            count=self.count,
            limit=self.limit,
            per_region=self.per_region,
        )


@bp.post("/api/v1/optimize")
@needs(Role.READ)
@bp.input(OptimizeRequest, arg_name="body")
@bp.output(OptimizeAnswer)
@bp.doc(operation_id="optimizePlacement", responses=[403, 422])
def optimize(body: OptimizeRequest) -> Response:
    """Choose the regions, instance types and time window that fit a workload best.

    Every emission is power_consumption_kwh (of the facility, with PUE) x carbon_intensity_used.
    """
    exchange = current()
    result = decided(DecisionKind.OPTIMIZE, exchange, body, decide, Origin.of(exchange, request.get_data()))
    return answered(result.answer, list(result.rows), Recommendation)


def decide(exchange: Exchange, body: OptimizeRequest) -> Decided:
    """The answer, without keeping it."""
    session, query = exchange.about(body.signal), body.query()
    placement = session.optimize(query)
    rows = recommendation_rows(placement, session)
    answer = OptimizeAnswer.of(Decision(query=query, placement=placement, rows=rows), session)
    return Decided(
        answer=answer,
        promises=lambda naming: of_placement(query, placement, naming),
        rows=rows,
        others=lambda naming: other_placements(session, query, placement, naming),
    )
