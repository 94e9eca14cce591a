"""How a figure is marked: its words and numbers, its outline by quality, its shape by provider."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from api.shapes.numbers import rounded
from carbon.bands import band_of
from carbon.intensity import CarbonIntensity, Quality, SignalName

UNIT = "gCO2e/kWh"
SIGNAL_WORDS = {SignalName.AVERAGE: "Carbon intensity", SignalName.MARGINAL: "Marginal carbon intensity"}


class Standing(StrEnum):
    """How much a figure is worth; each has its own outline."""

    MEASURED = "measured"
    ESTIMATED = "estimated"  # forecasts and baselines too: none was measured
    STALE = "stale"  # the last good value of a source that has sent no fresh one
    UNKNOWN = "no data"


class Shape(StrEnum):
    """Whose regions a mark stands for: those of the three largest clouds, of another one, or of several."""

    CIRCLE = "AWS"
    SQUARE = "Google Cloud"
    DIAMOND = "Azure"
    TRIANGLE = "another cloud"
    STACK = "several clouds"


# What the sources that are none of /api/v1/sources are called.
_SOURCE_NAMES = {
    "profile": "usual hours of past years",
    "profile-scaled-to-live": "usual hours at the level of the last live value",
    "profile-scaled-to-forecast": "usual hours at the level of the last forecast",
    "annual": "yearly means",
    "overlay:zones.csv": "figures of the operator",
}
_OF_PAST_YEARS = ("profile", "annual")  # in the names of the sources that rest on the shipped tables of zones
_PAST_YEARS_CREDIT = "past years: contains information from Electricity Maps (ODbL 1.0)"
_SHAPES = {"aws": Shape.CIRCLE, "gcp": Shape.SQUARE, "azure": Shape.DIAMOND}


def shape_of(providers: Collection[str]) -> Shape:
    """The shape of a mark for regions of these providers, each of which is named once."""
    return Shape.STACK if len(providers) > 1 else _SHAPES.get(next(iter(providers)), Shape.TRIANGLE)


def standing_of(intensity: CarbonIntensity) -> Standing:
    """A figure's standing; that of a live value without a fresh one is stale, whether it was carried to now or not."""
    origin = intensity.provenance
    if intensity.gco2e_per_kwh is None:
        return Standing.UNKNOWN
    observed = origin.quality in (Quality.MEASURED, Quality.ESTIMATED) and origin.age_seconds is not None
    if observed and origin.fallback_reason is not None:
        return Standing.STALE
    return Standing.ESTIMATED if origin.quality.is_estimate else Standing.MEASURED


def figure(gco2e_per_kwh: float) -> str:
    """An intensity as it is written in a picture: that of the JSON answer, in whole grams from 10 g on."""
    shown = rounded(gco2e_per_kwh)
    return f"{shown:.0f}" if shown >= 10 else f"{shown:.1f}"


def three_digits(value: float) -> str:
    """A figure of any size with three digits, whole from 100 on: that of the JSON answer."""
    shown = rounded(value)
    size = abs(shown)
    return f"{shown:,.0f}" if size >= 99.95 else f"{shown:.1f}" if size >= 9.995 else f"{shown:.2f}"


def in_words(intensity: CarbonIntensity) -> str:
    """An intensity with its unit, its band and its standing, such as 23 gCO2e/kWh, very low, estimated."""
    band, standing = band_of(intensity.gco2e_per_kwh), standing_of(intensity)
    if band is None or intensity.gco2e_per_kwh is None:
        return Standing.UNKNOWN.value
    return f"{figure(intensity.gco2e_per_kwh)} {UNIT}, {band.words}, {standing}"


def sources_in_words(intensities: Iterable[CarbonIntensity]) -> str:
    """Where figures come from, the most frequent first, and the words that licences ask for."""
    counts = Counter[str]()
    attributions = dict[str, str]()
    for intensity in intensities:
        origin = intensity.provenance
        if intensity.gco2e_per_kwh is not None:
            counts[origin.source] += 1
            if origin.derivation.attribution:
                attributions[origin.source] = origin.derivation.attribution
    return sources_by_name(counts, attributions)


def sources_by_name(counts: Counter[str], attributions: Mapping[str, str]) -> str:
    """The same, from how many figures each source gave. attributions: by source; some ask for none."""
    names = dict.fromkeys(_source_name(source) for source, _ in counts.most_common())
    words = dict.fromkeys(attributions[source] for source in counts if source in attributions)
    if any(source.startswith(_OF_PAST_YEARS) for source in counts):
        words = {_PAST_YEARS_CREDIT: None} | words
    return " · ".join((f"Source: {', '.join(names) or 'none'}", *words))


def _source_name(source: str) -> str:
    plain = source.removesuffix("-corrected")
    if plain.startswith("recent-hours"):
        return "our forecast from recent hours"
    return _SOURCE_NAMES.get(plain, plain)


def minute(moment: datetime) -> str:
    """A time as it is written in a picture."""
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"
