"""Answers of health and ready."""

from __future__ import annotations

from collections.abc import Sequence

from api.edge.access import Access
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


def ready(timestamp: str, sources: Sequence[SourceState], tables: Sequence[TableState], access: Json) -> Json:
    return {
        "status": "ready",
        "degraded": bool(access["keys_stale"] or access["rate_limit_failing"])
        or any(source.state == "degraded" or source.shared_by == "worker" for source in sources),
        "service": SERVICE,
        "timestamp": timestamp,
        "access": access,
        "sources": [_source(source) for source in sources],
        "catalog": [{"table": table.table, "rows": table.rows, "as_of": table.as_of} for table in tables],
    }


def access(rules: Access) -> Json:
    """Raises StateUnavailable if the keys cannot be read: then nobody gets in."""
    configured, limiter = rules.keys.configured(), rules.limiter
    who = "a key is required" if configured else "open to everybody"
    limit = "there is no limit" if rules.rate == OFF else f"the limit is per {'key' if configured else 'address'}"
    detail = f"{who}; {limit}"
    if limiter.failing:
        detail += f"; the shared request counts cannot be used: {_WHEN_FAILING[limiter.on_store_error]}"
    return {
        "keys_configured": configured,
        "keys_stale": rules.keys.stale(),
        "rate_limit": rules.rate,
        "rate_limit_scope": limiter.scope,
        "rate_limit_on_store_error": limiter.on_store_error,
        "rate_limit_failing": limiter.failing,
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
