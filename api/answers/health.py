"""Answers of health and ready, and the problem body."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from api.answers.common import Answer, Timestamp


class HealthAnswer(Answer):
    """The process is alive."""

    status: Literal["healthy"]
    service: Literal["carbon-optimizer"]
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

    source: str
    state: Literal["ok", "degraded", "unconfigured", "untried"]
    detail: str
    zones_covered: int | None = Field(description="Zones the key's plan covers; null while unknown.")
    last_success_at: Timestamp | None
    last_error: str | None
    calls: int = Field(ge=0, description="Upstream calls of this process.")
    fallbacks: dict[str, int] = Field(description="Readings of this process without a fresh live value, by reason.")
    quota: QuotaRow | None = Field(description="The hour's budget of calls; null if no limit is known.")
    breaker_open: bool | None = Field(description="True while calls are held back; null if none are ever made.")
    shared_by: Literal["service", "machine", "worker"] | None = Field(
        description="Who shares live data and the budget of calls now; worker: each goes on alone; null: no source."
    )


class TableRow(Answer):
    """A table of the catalog."""

    table: str
    rows: int = Field(ge=0, description="Rows of the table.")
    as_of: str = Field(description="The newest date in it.")


class AccessRow(Answer):
    """Who may ask, and how often."""

    keys_configured: bool = Field(description="True if /v1 and /api/v1 need an API key.")
    keys_stale: bool = Field(description="True if the keys could not be read of late; those last known are in force.")
    rate_limit: str = Field(description="For whoever has no rate of his own; off: none.", examples=["60 per minute"])
    rate_limit_scope: Literal["service", "machine", "worker"] = Field(
        description="Who counts together now: all workers of all machines, of one machine, or each worker alone."
    )
    rate_limit_on_store_error: Literal["local", "open", "closed"] = Field(
        description="While the shared counters cannot be used: each worker counts alone, no limit, nobody gets in."
    )
    rate_limit_failing: bool = Field(description="True while the shared counters cannot be used.")
    detail: str


class ReadyAnswer(Answer):
    """Ready to answer; degraded means that baselines stand in for a source that should be live."""

    status: Literal["ready"]
    degraded: bool
    service: Literal["carbon-optimizer"]
    timestamp: Timestamp
    access: AccessRow
    sources: list[SourceRow]
    catalog: list[TableRow]


class FieldProblem(Answer):
    """One wrong field: `pointer` in a body, `parameter` in a query string or path."""

    pointer: str | None = Field(None, description="JSON Pointer as a URI fragment.", examples=["#/options/0/region"])
    parameter: str | None = Field(None, examples=["provider"])
    code: str = Field(description="Stable, for programs.", examples=["unknown_region"])
    detail: str = Field(description="For people.")
    nearest: list[str] = Field(default_factory=list, description="Valid values close to the one given.")


class Problem(Answer):
    """RFC 9457. A 422 carries the facts of its refusal as further members."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Any]

    type: str = Field(description="What went wrong, for programs.", examples=["/problems/invalid-request"])
    title: str
    status: int = Field(ge=400, le=599, description="The HTTP status.")
    detail: str
    instance: str = Field(description="The path asked for.")
    request_id: str
    errors: list[FieldProblem] = Field(default_factory=list, description="Every wrong field; absent if none is.")
    nearest: list[str] = Field(default_factory=list, description="Known names close to the one in the path.")


class ProblemTypeAnswer(Answer):
    """What a kind of problem means."""

    type: str = Field(description="As in the problems of this kind.", examples=["/problems/invalid-request"])
    title: str
    status: int = Field(ge=400, le=599, description="The HTTP status that comes with it.")
    meaning: str = Field(description="What happened.")
    action: str = Field(description="What the caller can do.")
    example: Problem
