"""What sources with a free key have in common: how they are reached, and what a refusal says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grid.live.live_source import ReadPolicy
from grid.live.tools import LATEST, Tools, http_limits_of, keyless_policy_of
from grid.source import SourceError, SourceFacts, SourceRefused, ZoneNotCovered
from grid.upstream.session import Address, Refusal
from grid.upstream.upstream import Upstream
from settings import Settings

NOTHING: Mapping[str, str] = {}


def keyed_upstream(
    facts: SourceFacts,
    base_url: str,
    settings: Settings,
    tools: Tools,
    *,
    headers: Mapping[str, str] = NOTHING,
    params: Mapping[str, str] = NOTHING,
) -> Upstream:
    """headers, params: of every call; their values are secrets."""
    return Upstream(
        facts.name,
        Address(base_url=base_url, headers=headers, params=params, limits=http_limits_of(settings)),
        shared=tools.shared,
        governor=None,
        telemetry=tools.telemetry,
        utc_now=tools.utc_now,
        essential=LATEST,
    )


def background_policy_of(settings: Settings, *, intensity_ttl_seconds: float) -> ReadPolicy:
    """No request waits for the source. intensity_ttl_seconds: how often it publishes at most."""
    policy = keyless_policy_of(settings)
    return replace(policy, intensity_ttl_seconds=max(intensity_ttl_seconds, policy.intensity_ttl_seconds))


def meaning_with_key(refusal: Refusal) -> SourceError:
    """What a 4xx says where a key is sent: it is refused, there is no data, or the question is wrong."""
    detail = f"status {refusal.status} {refusal.text}".rstrip()
    if refusal.status in (401, 403):
        return SourceRefused("bad-key", detail)
    if refusal.status == 404:
        return ZoneNotCovered("no-recent-data", detail)
    return ZoneNotCovered("request-refused", detail)
