"""GET /v1/by-rank, by-provider, by-country and by-iata: the regions of all clouds by carbon, spot score and price."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Literal

import orjson
from apiflask import APIBlueprint
from flask import Response
from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema, field_validator
from pydantic.alias_generators import to_camel

from api.edge.exchange import JSON, current
from api.edge.formats import Format, accepted
from api.edge.lists import Page, PageParameters, linked, noted, table_of
from api.openapi.enumerations import Arch, Estimates, PartitionScope, RegionStatus
from api.questions import names
from api.questions.fields import (
    COUNTRY_WORDS,
    Countries,
    Duration,
    GpuModel,
    Name,
    ProvidersParameter,
    SignalField,
    TypeName,
    scope_of,
)
from api.shapes.location_list import LocationsAnswer
from api.shapes.locations import LocationRow, location_rows
from api.shapes.parts import Listed
from api.shapes.reading import Json
from api.shapes.tables import pick
from carbon.errors import NothingFound
from carbon.intensity import SignalName
from carbon.listings import LocationsQuery
from carbon.locations import LocationList
from carbon.notes import FactNote
from carbon.workload import Allowance, Requirements
from catalog.dates import day_of
from session import Session

bp = APIBlueprint("locations", __name__, tag="Scheduling")

MAX_NAMES = 500
LIGHT_ROWS = 100  # of a table
LIGHT_HOURS = 190.0  # the intensities of later hours are not kept ready
_TABLE = table_of(LocationRow)
Size = Annotated[float, Field(gt=0, le=1_000_000)]
_TOLERANCE = re.compile(r"^[0-9]{1,4}(\.[0-9]{1,6})?%?$")
_SHAPE = (
    *("vcpus", "memory_gb", "gpus", "accelerators", "gpu_model", "arch"),
    *("max_vcpus", "max_memory_gb", "max_gpus", "burstable", "shared_cores"),
)


def _checked_tolerance(text: str) -> str:
    if not _TOLERANCE.fullmatch(text):
        raise names.refusal(
            "tolerance", "must be a number of g/kWh such as 5, or a percentage of the lowest value such as 5%"
        )
    return text


def _checked_fields(text: str) -> str:
    for name in text.split(","):
        if name not in _TABLE.names:
            raise names.not_one_of(f"a field; the fields are {', '.join(_TABLE.names)}", name, _TABLE.names)
    return text


class LocationsParameters(PageParameters):
    """Which regions, for which job and machine, in which order and form."""

    model_config = ConfigDict(alias_generator=to_camel)

    provider: ProvidersParameter = Field(
        [],
        max_length=100,
        description="May be given several times. Default: all. Combined with a path: only what is in both.",
    )
    country: Countries = Field(
        [],
        max_length=100,
        description=f"{COUNTRY_WORDS}; may be given several times. Combined with a path: only what is in both.",
        examples=[["SE"]],
    )
    exclude: list[Annotated[Name, AfterValidator(names.provider_or_region)]] = Field(
        [],
        max_length=MAX_NAMES,
        description="Leave out this gid, provider:region or provider; may be given several times.",
    )
    vcpus: Size | None = Field(None, description="Minimum number of vCPUs.")
    memory_gb: Size | None = Field(None, description="Minimum memory in GB.")
    gpus: Annotated[float, Field(ge=0, le=1000)] | None = Field(
        None, description="Minimum number of GPUs; 0: only machines without any accelerator."
    )
    accelerators: Annotated[float, Field(ge=0, le=1000)] | None = Field(
        None, description="Minimum number of accelerators of any kind; 0: only machines without any."
    )
    gpu_model: GpuModel | None = Field(None, description="Part of an accelerator's name.", examples=["T4"])
    arch: Arch | None = Field(None, description="Instruction set of the machine's CPU.")
    max_vcpus: Size | None = Field(None, description="Maximum number of vCPUs.")
    max_memory_gb: Size | None = Field(None, description="Maximum memory in GB.")
    max_gpus: Annotated[float, Field(ge=0, le=1000)] | None = Field(
        None, description="Maximum number of accelerators of any kind."
    )
    burstable: Allowance | None = Field(
        None, description="Burstable types, which sustain less than their vCPUs. Default: exclude."
    )
    shared_cores: Allowance | None = Field(
        None, description="Types that share their cores with other customers. Default: exclude."
    )
    instance_type: TypeName | None = Field(
        None,
        description="Instance type that the prices are for, instead of a shape. Default: the region's "
        "cheapest type of the shape, without a size with at least 2 vCPUs and 8 GB; not accelerated unless the shape "
        "asks for accelerators.",
        examples=["m7g.large"],
    )
    duration_hours: Duration | None = Field(
        None, description="Duration of the job in hours; intensity is then the mean over it."
    )
    within: Annotated[float, Field(ge=1, le=168)] | None = Field(
        None, description="Start at the best time within this number of hours. Default: now."
    )
    max_intensity: Annotated[float, Field(ge=0, le=10_000)] | None = Field(
        None, description="Maximum intensity in gCO2e/kWh."
    )
    max_price_per_hour: Annotated[float, Field(ge=0, le=1_000_000)] | None = Field(
        None, description="Maximum on-demand price in USD (with spot=only: spot price). Unknown prices are left out."
    )
    spot: Literal["only"] | None = Field(
        None, description="only: choose the type by spot price; regions without a spot price are left out."
    )
    signal: SignalField = SignalName.AVERAGE
    partition: PartitionScope = Field("commercial")
    status: RegionStatus = Field("available", description="Regions of this status.")
    tolerance: (
        Annotated[
            str, AfterValidator(_checked_tolerance), WithJsonSchema({"type": "string", "pattern": _TOLERANCE.pattern})
        ]
        | None
    ) = Field(
        None,
        description="Regions within this distance count as equal: 5 (g/kWh) or 5% of the lowest in the group. "
        "Default: none.",
        examples=["5%"],
    )
    estimates: Estimates = Field("include", description="exclude: only measured values.")
    max_age_minutes: Annotated[int, Field(ge=1, le=60), AfterValidator(names.age_served)] | None = Field(
        None,
        description="Highest age in minutes of a measured value that counts as current. Default and maximum: "
        "MAX_AGE_MINUTES, at most 60.",
    )
    format: Format | None = Field(None, description="Default: the form the Accept header prefers, otherwise json.")
    fields: Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_checked_fields)] | None = Field(
        None,
        description="Fields of a row, separated by commas; nested fields as spotPrice.perHour. Default: all; "
        "for text: gid.",
        examples=["id"],
    )

    @field_validator("instance_type")
    @classmethod
    def _no_shape(cls, value: str | None, info: ValidationInfo) -> str | None:
        shape = [to_camel(name) for name in _SHAPE if info.data.get(name) is not None]
        if value is not None and shape:
            raise names.refusal(
                "type_and_shape", f"cannot be combined with {', '.join(shape)}: give an instance type or a shape"
            )
        return value

    def is_costly(self, facts: names.Facts) -> bool:
        """Hours beyond those whose intensities are kept ready, and long tables."""
        table = (self.format or accepted()) is not Format.JSON and (self.limit or LIGHT_ROWS + 1) > LIGHT_ROWS
        return table or (self.within or 0.0) + (self.duration_hours or 0.0) > LIGHT_HOURS

    def query(
        self,
        max_age_minutes: int,
        *,
        provider: str | None,
        countries: Iterable[str] | None,
        airports: Iterable[str] | None,
    ) -> LocationsQuery:
        """provider, countries, airports: of the path."""
        relative = self.tolerance is not None and self.tolerance.endswith("%")
        tolerance = float((self.tolerance or "0").rstrip("%"))
        shape = {name: value for name in _SHAPE if (value := getattr(self, name)) is not None}
        return LocationsQuery(
            providers=_both(scope_of(self.provider), None if provider is None else (provider,)),
            countries=_both(self.country, countries),
            airports=None if airports is None else frozenset(airports),
            exclude=frozenset(self.exclude),
            instance_type=self.instance_type,
            shape=Requirements(**shape) if shape else None,
            duration_hours=self.duration_hours,
            within_hours=self.within,
            max_intensity=self.max_intensity,
            max_usd_per_hour=self.max_price_per_hour,
            spot_only=self.spot is not None,
            partition=self.partition,
            status=self.status,
            tolerance_gco2e_per_kwh=0.0 if relative else tolerance,
            tolerance_share=tolerance / 100.0 if relative else 0.0,
            measured_only=self.estimates == "exclude",
            max_age_minutes=max_age_minutes if self.max_age_minutes is None else self.max_age_minutes,
            limit=self.limit,
            offset=self.offset,
        )


def _both(parameter: Iterable[str], path: Iterable[str] | None) -> frozenset[str] | None:
    """The names that are in both the parameter and the path; None if neither restricts them."""
    of_parameter = frozenset(parameter)
    if path is None:
        return of_parameter or None
    of_path = frozenset(path)
    return of_path & of_parameter if of_parameter else of_path


@bp.get("/v1/by-rank")
@bp.input(LocationsParameters, location="query", arg_name="query")
@bp.output(LocationsAnswer)
@bp.doc(operation_id="rankRegions", responses=[404])
def by_rank(query: LocationsParameters) -> Response:
    """Rank the regions of all clouds by lowest carbon, then highest spot score, lowest spot price, gid."""
    return _answer(query)


@bp.get("/v1/by-provider/<id>")
@bp.input(LocationsParameters, location="query", arg_name="query")
@bp.output(LocationsAnswer)
@bp.doc(operation_id="rankRegionsOfProvider", responses=[404])
def by_provider(query: LocationsParameters, **path: str) -> Response:
    """Rank the regions of one cloud."""
    return _answer(query, provider=current().mapping.provider(path["id"]).provider)


@bp.get("/v1/by-country/<countryCode>")
@bp.input(LocationsParameters, location="query", arg_name="query")
@bp.output(LocationsAnswer)
@bp.doc(operation_id="rankRegionsInCountry", responses=[404])
def by_country(query: LocationsParameters, **path: str) -> Response:
    """Rank the regions in one country or in the EU or EEA; empty if no cloud has any there."""
    return _answer(query, countries=current().mapping.places.country_codes(path["countryCode"]))


@bp.get("/v1/by-iata/<iata>")
@bp.input(LocationsParameters, location="query", arg_name="query")
@bp.output(LocationsAnswer)
@bp.doc(operation_id="rankRegionsNearAirport", responses=[404])
def by_iata(query: LocationsParameters, **path: str) -> Response:
    """Rank the regions at one airport, or at the airports of a metropolitan area such as LON; may be empty."""
    return _answer(query, airports=current().mapping.places.airports(path["iata"]))


def rows_of(locations: LocationList, query: LocationsQuery, session: Session) -> list[Json]:
    """The regions as they are shown, with the prices of the services that the query names."""
    return location_rows(locations.rows, session.offered(query.names).prices, day_of(session.now))


def _answer(
    parameters: LocationsParameters,
    *,
    provider: str | None = None,
    countries: Iterable[str] | None = None,
    airports: Iterable[str] | None = None,
) -> Response:
    session, oldest = current().about(parameters.signal), current().service.max_age_minutes
    query = parameters.query(oldest, provider=provider, countries=countries, airports=airports)
    locations = session.locations(query)
    rows = rows_of(locations, query, session)
    fields = tuple(dict.fromkeys(parameters.fields.split(","))) if parameters.fields else None
    page = Page(total=locations.total, limit=query.limit, offset=query.offset)
    match parameters.format or accepted():
        case Format.TEXT if not rows:
            raise NothingFound(_why_nothing(page, session.notes))
        case Format.TEXT:
            response = noted(Response(_TABLE.text(rows, fields or ("gid",)), mimetype="text/plain"))
        case Format.CSV:
            response = noted(Response(_TABLE.csv(rows, fields), mimetype="text/csv"))
        case Format.JSON:
            parts = rows if fields is None else pick(rows, fields)
            body = LocationsAnswer.of(Listed(parts, locations), session)
            body |= {to_camel(name): note for name, note in current().notes().items()}
            response = Response(orjson.dumps(body), mimetype=JSON)
    return linked(response, page)


def _why_nothing(page: Page, notes: Iterable[FactNote]) -> str:
    if page.total == 0:
        return "; ".join(("no region matches the request", *(note.text for note in notes)))
    return f"{page.total} regions match the request, but none of them after offset {page.offset}"
