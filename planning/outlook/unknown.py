"""Why the carbon intensity of a place and time is not known, in words for the caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from carbon.errors import IntensityUnknown
from carbon.intensity import CarbonIntensity, Signal

BEYOND_FORECAST = "beyond-forecast"
NO_RANGE = "no-range"
PERCENTILE_ONLY = "plan-percentile-only"
MOST_ZONES = 100  # named in a refusal
NAMES = {Signal.MARGINAL: "marginal"}
PERCENTILES = "; percentiles order the hours of one place and cannot compare places"


def reason_of(intensity: CarbonIntensity) -> str:
    """A stable token: why there is no live value, or that the time lies beyond what the source forecasts."""
    return intensity.provenance.fallback_reason or BEYOND_FORECAST


def without_range(intensity: CarbonIntensity) -> CarbonIntensity:
    """The intensity as unknown, because no range of it is known."""
    provenance = replace(intensity.provenance, fallback_reason=NO_RANGE)
    return replace(intensity, gco2e_per_kwh=None, provenance=provenance)


def in_words(signal: Signal, zone: str, intensity: CarbonIntensity) -> str:
    """One sentence about one zone."""
    if reason_of(intensity) == NO_RANGE:
        return f"no range of the {NAMES.get(signal, 'average')} carbon intensity of {zone} is known, as cautious needs"
    return f"the {NAMES.get(signal, 'average')} carbon intensity of {zone} is not known: {reason_of(intensity)}"


def intensity_unknown(signal: Signal, intensities: Mapping[str, CarbonIntensity]) -> IntensityUnknown:
    """The refusal of a question that cannot be answered without these figures. intensities: by zone."""
    reasons = {zone: reason_of(intensity) for zone, intensity in intensities.items()}
    detail = "; ".join(in_words(signal, zone, one) for zone, one in list(intensities.items())[:1])
    if len(reasons) > 1:
        detail = f"the {NAMES.get(signal, 'average')} carbon intensity of none of {len(reasons)} grid zones is known"
    if PERCENTILE_ONLY in reasons.values():
        detail += PERCENTILES
    zones = [{"zone": zone, "reason": reason} for zone, reason in reasons.items()][:MOST_ZONES]
    return IntensityUnknown(detail, signal=NAMES.get(signal, "average"), unknown_zones=zones)
