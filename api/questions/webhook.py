"""The question that creates a webhook."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from api.openapi.enumerations import SubscribedEvent
from api.questions import names
from api.questions.fields import PROVIDER_OF_REGION, Body, ProviderKey, RegionBesideProvider, ZoneKey
from carbon.webhooks import Subscription, WebhookEvent
from outbound.hosts import UnusableUrl

Threshold = Annotated[float, Field(gt=0, le=5000)]
MOST_HYSTERESIS = 1000.0


class WebhookRequest(Body):
    """Where to send what, and of which place."""

    url: str = Field(
        min_length=1,
        max_length=2048,
        description="Where to POST events: https, a public host, port 443 or one from 1024 on, no user name. "
        "Other hosts are those that the operator allows with WEBHOOK_ALLOW.",
        examples=["https://ci.example.org/hooks/carbon"],
    )
    below: Threshold | None = Field(
        None, description="gCO2e/kWh: a crossing is sent when the value falls below it, and when it comes back."
    )
    above: Threshold | None = Field(
        None,
        description="gCO2e/kWh: a crossing is sent when the value rises above it, and when it comes back. Not with "
        "below.",
    )
    hysteresis: float = Field(
        0.0,
        ge=0,
        le=MOST_HYSTERESIS,
        description="gCO2e/kWh by which the value must come back behind the threshold before it counts as back.",
    )
    events: list[SubscribedEvent] = Field(
        [],
        max_length=4,
        description="What is sent. intensity: the current value of the zone changed; forecast: its forecast was "
        "renewed; crossing: it crossed the threshold; budget: a budget of yours passed one of its "
        "thresholds, which needs no place. Default: crossing with a threshold, intensity without.",
        validate_default=True,
    )
    secret: str | None = Field(
        None,
        min_length=24,
        max_length=256,
        pattern=r"^[!-~]+$",
        description="Signs what is sent, with HMAC-SHA256: printable ASCII without a space. Default: one is made.",
    )

    provider: ProviderKey | None = Field(None, description=PROVIDER_OF_REGION)
    region: RegionBesideProvider | None = Field(
        None, description="A region, or zone in its place: events are those of its grid zone.", examples=["us-east-1"]
    )
    zone: ZoneKey | None = Field(
        None,
        description="A grid zone, or region in its place. Neither is needed if only budget is sent.",
        validate_default=True,
    )

    @field_validator("url")
    @classmethod
    def _usable(cls, url: str, info: ValidationInfo) -> str:
        try:
            names.facts(info).hosts.target(url)
        except UnusableUrl as error:
            raise names.refusal("unusable_url", str(error)) from error
        return url

    @field_validator("zone")
    @classmethod
    def _one_place(cls, zone: str | None, info: ValidationInfo) -> str | None:
        region = info.data.get("region", "wrong")  # a wrong region has its own error
        if zone is None and region is None and set(info.data.get("events", ())) != {WebhookEvent.BUDGET}:
            raise names.refusal("missing", "is required, or region in its place")
        if zone is not None and region is not None:
            raise names.refusal("region_or_zone", "cannot be combined with region: send one of the two")
        return zone

    @field_validator("above")
    @classmethod
    def _one_threshold(cls, above: float | None, info: ValidationInfo) -> float | None:
        if above is not None and info.data.get("below") is not None:
            raise names.refusal("below_or_above", "cannot be combined with below: create a webhook for each")
        return above

    @field_validator("hysteresis")
    @classmethod
    def _of_threshold(cls, hysteresis: float, info: ValidationInfo) -> float:
        if hysteresis and not _has_threshold(info):
            raise names.refusal("threshold_missing", "needs below or above")
        return hysteresis

    @field_validator("events")
    @classmethod
    def _with_threshold(cls, events: list[str], info: ValidationInfo) -> list[str]:
        if "below" not in info.data or "above" not in info.data:
            return events
        if WebhookEvent.CROSSING in events and not _has_threshold(info):
            raise names.refusal("threshold_missing", "crossing needs below or above")
        if events and WebhookEvent.CROSSING not in events and _has_threshold(info):
            raise names.refusal("crossing_missing", "must contain crossing, or leave below and above out")
        if len(set(events)) < len(events):
            raise names.refusal("not_unique", "must name each event once")
        return events

    def subscription(self, facts: names.Facts) -> Subscription:
        """What is stored."""
        threshold = self.below is not None or self.above is not None
        events = tuple(map(WebhookEvent, self.events))
        return Subscription(
            url=self.url,
            events=events or ((WebhookEvent.CROSSING,) if threshold else (WebhookEvent.INTENSITY,)),
            zone=self.zone or (self.region and facts.mapping.region_and_kind(self.region, None)[0].zone),
            region=self.region,
            below=self.below,
            above=self.above,
            hysteresis=self.hysteresis,
            secret=self.secret,
        )


def _has_threshold(info: ValidationInfo) -> bool:
    return any(info.data.get(name) is not None for name in ("below", "above"))
