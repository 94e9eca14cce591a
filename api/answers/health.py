"""Answers of health and ready, and the problem body."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from api.answers.common import Answer, Timestamp, absent
from api.openapi.enumerations import ProblemType, Scope, SourceCondition, StoreErrorPolicy


class HealthAnswer(Answer):
    """The process is alive."""

    status: Literal["healthy"] = Field(description="The process answers.")
    service: Literal["carbon-optimizer"] = Field(description="Name of the service.")
    timestamp: Timestamp
    api_configured: bool = Field(description="True if an Electricity Maps key is set.")


class QuotaRow(Answer):
    """Calls to a source within sixty minutes, by all workers together."""

    calls_per_hour: int = Field(ge=0, description="Calls that the budget allows.")
    calls_used: int = Field(ge=0, description="Calls in the last sixty minutes.")
    calls_left: int = Field(ge=0, description="Calls left in the budget.")
    resets_at: Timestamp | None = Field(description="When the oldest calls no longer count; null if there are none.")


class SourceRow(Answer):
    """How a source of live data is doing."""

    source: str = Field(description="The source's name.", examples=["electricity-maps"])
    state: SourceCondition
    detail: str = Field(description="The state as text.")
    zones_covered: int | None = Field(description="Zones the key's plan covers; null while unknown.")
    last_success_at: Timestamp | None = Field(description="Time of the last usable answer; null if there was none.")
    last_error: str | None = Field(description="The last error; null if there was none.")
    calls: int = Field(ge=0, description="Number of upstream calls by this process.")
    fallbacks: dict[str, int] = Field(
        description="Number of readings in this process without a fresh live value, by reason."
    )
    quota: QuotaRow | None = Field(description="The hour's budget of calls; null if no limit is known.")
    breaker_open: bool | None = Field(description="True while calls are held back; null if calls are never made.")
    shared_by: Scope | None = Field(
        description="Which workers share live data and the budget of calls now; null without a source."
    )


class TableRow(Answer):
    """A table of the catalog."""

    table: str = Field(description="The table's name.")
    rows: int = Field(ge=0, description="Rows of the table.")
    as_of: str = Field(description="The newest date in it.")


class AccessRow(Answer):
    """Who may call the service, and how often."""

    keys_configured: bool = Field(description="True if /v1 and /api/v1 need an API key.")
    keys_stale: bool = Field(
        description="True if the keys cannot be read at present; the last known keys are in force."
    )
    rate_limit: str = Field(
        description="Rate for callers without their own rate; off: no limit.", examples=["60 per minute"]
    )
    rate_limit_scope: Scope = Field(
        description="Which workers count together now: those of all machines, those of one machine, or each "
        "worker alone."
    )
    rate_limit_on_store_error: StoreErrorPolicy
    rate_limit_failing: bool = Field(description="True while the shared counters cannot be used.")
    detail: str = Field(description="The same as text.")


class ReadyAnswer(Answer):
    """The service can answer. degraded: some answers use baselines instead of live data."""

    status: Literal["ready"] = Field(description="The service answers.")
    degraded: bool = Field(description="True if a configured source or a shared store cannot be used.")
    service: Literal["carbon-optimizer"] = Field(description="Name of the service.")
    timestamp: Timestamp
    access: AccessRow
    sources: list[SourceRow] = Field(description="Every source of live data.")
    catalog: list[TableRow] = Field(description="Every table of the catalog.")


class FieldProblem(Answer):
    """One wrong field: `pointer` in a body, `parameter` in a query string or path."""

    pointer: str = absent(
        "Place in the body, a JSON Pointer as a URI fragment; absent for a parameter.", examples=["#/options/0/region"]
    )
    parameter: str = absent("Name of the parameter; absent for a field of the body.", examples=["provider"])
    code: str = Field(description="Stable code for programs.", examples=["unknown_region"])
    detail: str = Field(description="Explanation for people.")
    nearest: list[str] = absent("Valid values similar to the one sent; absent if there are none.")


class Problem(Answer):
    """A problem as defined in RFC 9457. A 422 has additional members with the reasons."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Any]

    type: ProblemType
    title: str = Field(description="The type as text.")
    status: int = Field(ge=400, le=599, description="The HTTP status.")
    detail: str = Field(description="What is wrong with this request, for people.")
    instance: str = absent("The path of the request; absent if the request could not be read.")
    request_id: str = Field(description="Unique id; also in the X-Request-ID header.")
    errors: list[FieldProblem] = absent("Every wrong field; absent if none is.")
    nearest: list[str] = absent(
        "Known names similar to the one in the path; absent if the path contains no unknown name."
    )


class ProblemTypeAnswer(Answer):
    """What a kind of problem means."""

    type: ProblemType
    title: str = Field(description="The type as text.")
    status: int = Field(ge=400, le=599, description="The HTTP status of this problem.")
    meaning: str = Field(description="What happened.")
    action: str = Field(description="What the caller can do.")
    example: Problem
