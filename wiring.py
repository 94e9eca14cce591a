"""The one place that picks the grid sources and their cache; knows no Flask."""

from __future__ import annotations

from engine import Engine
from grid.cached import ReadPolicy
from grid.electricity_maps import ElectricityMapsConfig
from grid.registry import build_reader
from mapping import CloudMap
from net import HttpLimits
from settings import Settings


def build_engine(settings: Settings) -> Engine:
    """An engine over the shipped catalog and the live sources the settings allow."""
    return Engine(CloudMap.load(), build_reader(_electricity_maps(settings), _policy(settings)))


def _electricity_maps(settings: Settings) -> ElectricityMapsConfig | None:
    if settings.el_maps_api_key is None:
        return None
    return ElectricityMapsConfig(
        api_key=settings.el_maps_api_key,
        base_url=settings.el_maps_base_url,
        limits=HttpLimits(
            connect_seconds=settings.upstream_connect_timeout_seconds,
            read_seconds=settings.upstream_read_timeout_seconds,
            total_seconds=settings.upstream_total_seconds,
            retries=settings.upstream_retries,
        ),
    )


def _policy(settings: Settings) -> ReadPolicy:
    return ReadPolicy(
        intensity_ttl_seconds=settings.intensity_ttl_seconds,
        forecast_ttl_seconds=settings.forecast_ttl_seconds,
        failure_ttl_seconds=settings.failure_ttl_seconds,
        deadline_seconds=settings.upstream_deadline_seconds,
        max_age_minutes=settings.max_age_minutes,
        calls_at_once=settings.upstream_concurrency,
    )
