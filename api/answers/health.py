"""Answers of health and ready, and the problem body."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from api.answers.common import Answer, Timestamp, absent
from api.enumerations import ProblemType, Scope, SourceCondition, StoreErrorPolicy


class HealthAnswer(Answer):
    """The process is alive."""

    status: Literal["healthy"] = Field(description="The process answers.")
    service: Literal["carbon-optimizer"] = Field(description="Which service it is.")
    timestamp: Timestamp
    api_configured: bool = Field(description="True if an Electricity Maps key is set.")


class QuotaRow(Answer):
    """Calls to a source in any sixty minutes, by all workers together."""

    calls_per_hour: int = Field(ge=0, description="Calls the budget allows.")
    calls_used: int = Field(ge=0, description="Calls of the last sixty minutes.")
    calls_left: int = Field(ge=0, description="Calls the budget still has.")
    resets_at: Timestamp | None = Field(description="When the oldest calls leave the hour; null if there are none.")


class SourceRow(Answer):
    """How a source of live data is doing."""

    source: str = Field(description="The source's name.", examples=["electricity-maps"])
    state: SourceCondition
    detail: str = Field(description="The state, in words.")
    zones_covered: int | None = Field(description="Zones the key's plan covers; null while unknown.")
    last_success_at: Timestamp | None = Field(description="When it last answered well; null if it never did.")
    last_error: str | None = Field(description="What went wrong last; null if nothing did.")
    calls: int = Field(ge=0, description="Upstream calls of this process.")
    fallbacks: dict[str, int] = Field(description="Readings of this process without a fresh live value, by reason.")
    quota: QuotaRow | None = Field(description="The hour's budget of calls; null if no limit is known.")
    breaker_open: bool | None = Field(description="True while calls are held back; null if none are ever made.")
    shared_by: Scope | None = Field(
        description="Who shares live data and the budget of calls now; worker: each goes on alone; null: no source."
    )


class TableRow(Answer):
    """A table of the catalog."""

    table: str = Field(description="The table's name.")
    rows: int = Field(ge=0, description="Rows of the table.")
    as_of: str = Field(description="The newest date in it.")


class AccessRow(Answer):
    """Who may ask, and how often."""

    keys_configured: bool = Field(description="True if /v1 and /api/v1 need an API key.")
    keys_stale: bool = Field(description="True if the keys could not be read of late; those last known are in force.")
    rate_limit: str = Field(description="For whoever has no rate of his own; off: none.", examples=["60 per minute"])
    rate_limit_scope: Scope = Field(
        description="Who counts together now: all workers of all machines, of one machine, or each worker alone."
    )
    rate_limit_on_store_error: StoreErrorPolicy
    rate_limit_failing: bool = Field(description="True while the shared counters cannot be used.")
    detail: str = Field(description="The same in words.")


class ReadyAnswer(Answer):
    """Ready to answer; degraded means that baselines stand in for a source that should be live."""

    status: Literal["ready"] = Field(description="The service answers.")
    degraded: bool = Field(description="True if a source that should be live, or a shared store, cannot be used.")
    service: Literal["carbon-optimizer"] = Field(description="Which service it is.")
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
    code: str = Field(description="Stable, for programs.", examples=["unknown_region"])
    detail: str = Field(description="For people.")
    nearest: list[str] = absent("Valid values close to the one given; absent if there are none.")


class Problem(Answer):
    """RFC 9457. A 422 carries the facts of its refusal as further members."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Any]

    type: ProblemType
    title: str = Field(description="The type in words.")
    status: int = Field(ge=400, le=599, description="The HTTP status.")
    detail: str = Field(description="What is wrong with this request, for people.")
    instance: str = Field(description="The path asked for.")
    request_id: str = Field(description="Unique; also the X-Request-ID header.")
    errors: list[FieldProblem] = absent("Every wrong field; absent if none is.")
    nearest: list[str] = absent("Known names close to the one in the path; absent if the path names nothing unknown.")


class ProblemTypeAnswer(Answer):
    """What a kind of problem means."""

    type: ProblemType
    title: str = Field(description="The type in words.")
    status: int = Field(ge=400, le=599, description="The HTTP status that comes with it.")
    meaning: str = Field(description="What happened.")
    action: str = Field(description="What the caller can do.")
    example: Problem
