"""What a stream tells: values of zones, their changes, renewed forecasts, crossings, and how the stream itself goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from api.openapi.enumerations import CrossingState, LimitSide, StreamEventName, StreamNoteName
from api.shapes.parts import Origin, of_intensity, of_origin
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import GramsPerKwh, Timestamp
from carbon.events import IssuedForecast, Side, Threshold
from carbon.intensity import CarbonIntensity


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCrossing:
    """A limit that a value has crossed. state: "entered" or "left"."""

    threshold: Threshold
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event as a stream tells it.

    regions: those of the zone that the stream follows. before: the value before, of an event of the kind intensity.
    crossed: the sides whose limit is crossed, of an event of the kind current in a stream with limits.
    """

    event: str
    id: str | None
    at: datetime
    zone: str
    regions: tuple[str, ...]
    now: CarbonIntensity
    before: CarbonIntensity | None = None
    forecast: IssuedForecast | None = None
    crossing: ToldCrossing | None = None
    crossed: tuple[Side, ...] | None = None


_of = Reading(Told)
_of.part(of_intensity, lambda told: told.now)
_of.part(of_origin, lambda told: told.now.provenance)
_of_forecast = Reading(IssuedForecast)
_of_crossing = Reading(ToldCrossing)


class StreamForecast(Shape):
    """A forecast as it was issued, at our level of the zone."""

    source: str = _of_forecast("Who forecasts.", examples=["uk-carbon-intensity", "recent-hours-336h"])
    starts_at: Timestamp = _of_forecast("Start of the first hour.")
    carbon_intensity: list[GramsPerKwh | None] = _of_forecast(
        "gCO2e/kWh hour by hour from there on, up to 48; null if unknown.", lambda f: list(f.gco2e_per_kwh)
    )


class StreamCrossing(Shape):
    """A limit that the value has crossed."""

    side: LimitSide = _of_crossing(read=lambda c: c.threshold.side)
    limit: GramsPerKwh = _of_crossing("As the stream was asked for it.", lambda c: c.threshold.gco2e_per_kwh)
    hysteresis: GramsPerKwh = _of_crossing(
        "How far beyond the limit a value must come back before it has left.", lambda c: c.threshold.hysteresis
    )
    state: CrossingState = _of_crossing()


class StreamEvent(Origin):
    """One event of a stream about a grid zone; is_estimate to high describe the value now."""

    event: StreamEventName = _of()
    id: str | None = _of("From which a stream can go on (Last-Event-ID); null if from another one only.")
    timestamp: Timestamp = _of("The minute of the value.", lambda t: t.at)
    zone: str = _of("Grid zone.", examples=["CA-QC"])
    regions: list[str] = _of(
        "Regions in the zone that the stream follows, as provider:region; empty for one that follows the zone itself.",
        lambda t: list(t.regions),
        examples=[["aws:ca-central-1"]],
    )
    carbon_intensity: GramsPerKwh | None = _of(
        "Value now in gCO2e/kWh; null if unknown.", lambda t: t.now.gco2e_per_kwh
    )
    previous_carbon_intensity: GramsPerKwh | None = _of.optional(
        "Of an event intensity: the value before; null if it was unknown.",
        lambda t: t.before and t.before.gco2e_per_kwh,
        when=lambda t: t.before is not None,
    )
    forecast: StreamForecast = _of.optional("Of an event forecast: the new one.")
    crossing: StreamCrossing = _of.optional("Of an event crossing: the limit.")
    crossed: list[LimitSide] = _of.optional(
        "Of an event current in a stream with limits: the sides on which the value is.",
        lambda t: None if t.crossed is None else list(t.crossed),
    )


class StreamNote(Shape):
    """What a stream says of itself."""

    event: StreamNoteName
    reason: str = Field(
        default="", description="Of an end: slow (the client did not read), restart (of the service) or key (revoked)."
    )
    detail: str = Field(description="A sentence for people.")
    retry_after_seconds: int = Field(default=0, description="Of an end: when to come back.")
