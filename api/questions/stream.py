"""What a stream follows: places, kinds of events, limits, and from where it goes on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from api.openapi.enumerations import FollowedEvent
from api.questions import names
from api.questions.fields import Parameters, ProvidersParameter, RegionKey, ZoneKey
from carbon.events import Side, Threshold
from mapping import CloudMap

MOST_PLACES = 500
_EVENT_ID = re.compile(r"([0-9]{1,19})(?:\.([0-9]))?")
LARGEST_ID = 2**63 - 1  # that a store of events can compare
Limit = Annotated[float, Field(ge=0, le=10_000)]


def event_id(text: str) -> str:
    """An id that a stream has told."""
    if place_of(text) is None:
        raise names.refusal("event_id", "must be the id of an event, as a stream told it")
    return text


def place_of(text: str | None) -> tuple[int, int] | None:
    """The number of an event and of its part, from an id; None for what is no id."""
    match = _EVENT_ID.fullmatch(text or "")
    if match is None or int(match[1]) > LARGEST_ID:
        return None
    return int(match[1]), int(match[2] or 0)


class StreamParameters(Parameters):
    """Which zones and regions, and what of them."""

    region: list[RegionKey] = Field(
        [],
        max_length=MOST_PLACES,
        description="Regions by their id or as provider:region; may be given several times.",
    )
    zone: list[ZoneKey] = Field([], max_length=MOST_PLACES, description="Grid zones; may be given several times.")
    provider: ProvidersParameter = Field(
        [],
        max_length=100,
        validate_default=True,
        description="All available regions of these providers; may be given several times, all means every provider. "
        "At least one region, zone or provider must be named.",
    )
    event: list[FollowedEvent] = Field(
        [], description="Kinds of events to be told; may be given several times. Default: all."
    )
    below: Limit | None = Field(
        None, description="Tell when a value falls below so many gCO2e/kWh, and when no longer."
    )
    above: Limit | None = Field(
        None, description="Tell when a value rises above so many gCO2e/kWh, and when no longer."
    )
    hysteresis: Limit = Field(
        0.0, description="A crossing is over when a value is so many gCO2e/kWh beyond the limit again."
    )
    last_event_id: Annotated[str, AfterValidator(event_id)] | None = Field(
        None, description="As the header Last-Event-ID, for clients that cannot set it; the header comes first."
    )

    @field_validator("provider")
    @classmethod
    def _names_a_place(cls, providers: list[str], info: ValidationInfo) -> list[str]:
        if not (providers or info.data.get("region", [""]) or info.data.get("zone", [""])):
            raise names.refusal("no_place", "name at least one region, zone or provider; provider=all follows all")
        return providers

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        limits: tuple[tuple[Side, float | None], ...] = (("below", self.below), ("above", self.above))
        return tuple(
            Threshold(side=side, gco2e_per_kwh=limit, hysteresis=self.hysteresis)
            for side, limit in limits
            if limit is not None
        )

    def places(self, mapping: CloudMap) -> Mapping[str, tuple[str, ...]]:
        """The regions that are followed by their zones; none for a zone that is followed for itself."""
        regions = dict.fromkeys(self.region)
        if self.provider:
            regions |= {
                key: None
                for key, region in mapping.regions.items()
                if region.status == "available" and (names.ALL in self.provider or region.provider in self.provider)
            }
        places: dict[str, list[str]] = {zone: [] for zone in self.zone}
        for key in regions:
            places.setdefault(mapping.regions[key].zone, []).append(key)
        return {zone: tuple(sorted(keys)) for zone, keys in places.items()}
