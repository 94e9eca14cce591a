"""A badge: a label and a figure side by side, as wide as their letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from carbon.bands import UNKNOWN_FILL, UNKNOWN_TEXT, band_of
from carbon.intensity import CarbonIntensity
from web.geometry.text import Font
from web.marks import UNIT, Standing, figure, in_words, minute, sources_in_words, standing_of

HEIGHT, SIZE, PADDING = 20.0, 11.0, 7.0
LABEL_ROOM = 240.0
_SUBSCRIPT_LESS = 0.28  # what the smaller 2 of CO2 saves, as a share of its width


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """The badge. fill, text: colours of the message. standing: says whether it was measured."""

    label: str
    message: str
    label_width: float
    message_width: float
    fill: str
    text: str
    standing: Standing
    title: str
    description: str

    @property
    def width(self) -> float:
        return self.label_width + self.message_width


def message_of(intensity: CarbonIntensity) -> str:
    """What the badge says: estimates after a sign, stale values with the word, no figure as no data."""
    value, standing, band = intensity.gco2e_per_kwh, standing_of(intensity), band_of(intensity.gco2e_per_kwh)
    if value is None or band is None:
        return "no data"
    sign = "" if standing is Standing.MEASURED else "≈ "
    stale = ", stale" if standing is Standing.STALE else ""
    return f"{sign}{figure(value)} {UNIT}, {band.words}{stale}"


def badge_of(region: str, intensity: CarbonIntensity, now: datetime, font: Font) -> Badge:
    """The badge of a region (provider:region)."""
    band, message = band_of(intensity.gco2e_per_kwh), message_of(intensity)
    label = font.regular.shortened(region, SIZE, LABEL_ROOM)
    subscript = font.bold.width("2", SIZE) * _SUBSCRIPT_LESS if "CO2" in message else 0.0
    return Badge(
        label=label,
        message=message,
        label_width=round(font.regular.width(label, SIZE) + 2 * PADDING),
        message_width=round(font.bold.width(message, SIZE) - subscript + 2 * PADDING),
        fill=UNKNOWN_FILL if band is None else band.fill,
        text=UNKNOWN_TEXT if band is None else band.text,
        standing=standing_of(intensity),
        title=f"Carbon intensity of {region}: {in_words(intensity)}",
        description=f"{minute(now)}. {sources_in_words([intensity])}.",
    )
