"""Electricity Maps: carbon intensity of every zone that the plan of a key covers."""

from __future__ import annotations

from functools import partial

from grid.live.tools import Entry, Live, Tools, http_limits_of, policy_of
from grid.source import SourceFacts
from grid.sources.electricity_maps.access import plan_calls_per_hour
from grid.sources.electricity_maps.client import ElectricityMaps, ElectricityMapsConfig
from grid.upstream.quota import Budget, Governor
from settings import Settings

NAME = ElectricityMaps.name


def build(settings: Settings, tools: Tools) -> Live | None:
    """The source; None without a key."""
    if settings.el_maps_api_key is None:
        return None
    policy = policy_of(settings)
    governor = Governor(
        NAME,
        Budget.of(settings.el_maps_calls_per_hour),
        tools.shared,
        calls_per_zone_second=1 / policy.intensity_ttl_seconds + 1 / policy.forecast_ttl_seconds,
        plan_calls_per_hour=partial(plan_calls_per_hour, tools.shared),
        utc_now=tools.utc_now,
    )
    source = ElectricityMaps(
        ElectricityMapsConfig(
            api_key=settings.el_maps_api_key,
            base_url=settings.el_maps_base_url,
            limits=http_limits_of(settings),
        ),
        max_age_minutes=policy.max_age_minutes,
        shared=tools.shared,
        governor=governor,
        telemetry=tools.telemetry,
        utc_now=tools.utc_now,
    )
    return Live(source=source, policy=policy, governor=governor)


ENTRY = Entry(
    facts=SourceFacts(
        name=NAME,
        title="Electricity Maps",
        url="https://www.electricitymaps.com",
        zones=None,
        forecast_hours=72,
        key_setting="EL_MAPS_API_KEY",
        licence="contract with Electricity Maps",
        licence_url="https://www.electricitymaps.com/terms-of-use",
        attribution=None,
        commercial_use=True,
        flow_traced=True,
        method="average lifecycle intensity of consumption, as published",
    ),
    build=build,
)
