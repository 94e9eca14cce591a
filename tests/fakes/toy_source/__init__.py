"""A second source, as a new one would be added: its own folder, one line where sources are listed, its zones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from carbon.intensity import Quality, Signal
from carbon.reading import Observation
from grid.live.tools import Entry, Live, Tools, http_limits_of, policy_of
from grid.source import MalformedReply, SourceError, SourceFacts, SourceRefused, SourceState
from grid.upstream.session import Address, Refusal
from grid.upstream.upstream import Upstream
from settings import Settings

NAME = "toy"
NOW = "now"
ZONES = {"DE": "Germany", "FR": "France"}  # the names of the upstream for our zones

FACTS = SourceFacts(
    name=NAME,
    title="Toy",
    url="https://toy.example.org",
    zones=tuple(ZONES),
    forecast_hours=0,
    key_setting=None,
    licence="CC0",
    licence_url=None,
    attribution=None,
    commercial_use=True,
    flow_traced=True,
    method="as published",
)


def build_at(base_url: str, signal: Signal = Signal.AVERAGE_LIFECYCLE) -> Entry:
    """The line of the registry. A source of the product takes its URL from the settings."""

    def build(settings: Settings, tools: Tools) -> Live:
        upstream = Upstream(
            NAME,
            Address(base_url=base_url, limits=http_limits_of(settings)),
            shared=tools.shared,
            governor=None,
            telemetry=tools.telemetry,
            utc_now=tools.utc_now,
        )
        return Live(source=Toy(upstream, signal), policy=policy_of(settings))

    return Entry(facts=FACTS, build=build)


class Toy:
    """Two zones under other names, five-minute values, no key, no forecast, no shares."""

    name = NAME

    def __init__(self, upstream: Upstream, signal: Signal) -> None:
        self.signal = signal
        self._upstream = upstream

    def covers(self, zone: str) -> bool:
        return zone in ZONES

    @property
    def responsive(self) -> bool:
        return self._upstream.gate.responsive

    def hold(self) -> SourceError | None:
        return self._upstream.gate.hold()

    def latest(self, zone: str) -> Observation:
        return self._upstream.call(
            NOW,
            zone,
            lambda: self._upstream.get("now", {"place": ZONES[zone]}),
            lambda body: observation(body, zone),
            meaning=refused,
        )

    def state(self) -> SourceState:
        return self._upstream.state(zones_covered=len(ZONES))


def refused(refusal: Refusal) -> SourceError:
    return SourceRefused("refused", f"status {refusal.status}")


def observation(body: Mapping[str, Any], zone: str) -> Observation:
    if "gco2" not in body:
        raise MalformedReply("wrong-shape", zone)
    starts_at = datetime.fromtimestamp(body["at"], UTC)
    return Observation(
        zone=zone,
        gco2e_per_kwh=body["gco2"],
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=5),
        quality=Quality.MEASURED,
        source=NAME,
    )
