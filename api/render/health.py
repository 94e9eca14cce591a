"""Answers of health and ready."""

from __future__ import annotations

from collections.abc import Sequence

from api.render.numbers import stamp
from api.render.parts import Json
from carbon.results import TableState
from grid.source import SourceState

SERVICE = "carbon-optimizer"


def health(timestamp: str, api_configured: bool) -> Json:
    return {"status": "healthy", "service": SERVICE, "timestamp": timestamp, "api_configured": api_configured}


def ready(timestamp: str, sources: Sequence[SourceState], tables: Sequence[TableState]) -> Json:
    return {
        "status": "ready",
        "degraded": any(source.state == "degraded" for source in sources),
        "service": SERVICE,
        "timestamp": timestamp,
        "sources": [_source(source) for source in sources],
        "catalog": [{"table": table.table, "rows": table.rows, "as_of": table.as_of} for table in tables],
    }


def _source(source: SourceState) -> Json:
    return {
        "source": source.source,
        "state": source.state,
        "detail": source.detail,
        "zones_covered": source.zones_covered,
        "last_success_at": stamp(source.last_success_at) if source.last_success_at else None,
        "last_error": source.last_error,
        "calls": source.calls,
        "fallbacks": dict(source.fallbacks or {}),
    }
