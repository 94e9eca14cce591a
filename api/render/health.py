"""Answers of health and ready."""

from __future__ import annotations

from collections.abc import Sequence

from api.edge.access import AccessState
from api.render.numbers import stamp
from api.render.parts import Json
from carbon.results import TableState
from grid.source import Quota, SourceState
from store.limits.rate_limit import OFF

SERVICE = "carbon-optimizer"
_WHEN_FAILING = {
    "local": "each worker counts alone, so several workers together allow more",
    "open": "nobody is limited",
    "closed": "every request is refused",
}


def health(timestamp: str, api_configured: bool) -> Json:
    return {"status": "healthy", "service": SERVICE, "timestamp": timestamp, "api_configured": api_configured}


def ready(timestamp: str, sources: Sequence[SourceState], tables: Sequence[TableState], access: AccessState) -> Json:
    return {
        "status": "ready",
        "degraded": access.keys_stale
        or access.counts_failing
        or any(source.state == "degraded" or source.shared_by == "worker" for source in sources),
        "service": SERVICE,
        "timestamp": timestamp,
        "access": _access(access),
        "sources": [_source(source) for source in sources],
        "catalog": [{"table": table.table, "rows": table.rows, "as_of": table.as_of} for table in tables],
    }


def _access(state: AccessState) -> Json:
    who = "a key is required" if state.keys_configured else "open to everybody"
    unit = "key" if state.keys_configured else "address"
    limit = "there is no limit" if state.rate == OFF else f"the limit is per {unit}"
    detail = f"{who}; {limit}"
    if state.counts_failing:
        detail += f"; the shared request counts cannot be used: {_WHEN_FAILING[state.on_store_error]}"
    return {
        "keys_configured": state.keys_configured,
        "keys_stale": state.keys_stale,
        "rate_limit": state.rate,
        "rate_limit_scope": state.scope,
        "rate_limit_on_store_error": state.on_store_error,
        "rate_limit_failing": state.counts_failing,
        "detail": detail,
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
        "quota": None if source.quota is None else _quota(source.quota),
        "breaker_open": source.breaker_open,
        "shared_by": source.shared_by,
    }


def _quota(quota: Quota) -> Json:
    return {
        "calls_per_hour": quota.calls_per_hour,
        "calls_used": quota.calls_used,
        "calls_left": quota.calls_left,
        "resets_at": stamp(quota.resets_at) if quota.resets_at else None,
    }
