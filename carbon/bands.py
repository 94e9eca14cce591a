"""The seven bands of carbon intensity: their words, letters and colours, the same in every picture, page and badge."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Intensities from `start_gco2e_per_kwh` on, up to the start of the next band.

    letters: one or two, for where the words have no room. fill, text: colours as #rrggbb; text is read on the fill.
    """

    words: str
    letters: str
    start_gco2e_per_kwh: float
    fill: str
    text: str


_DARK, _LIGHT = "#111111", "#ffffff"
# Lightness falls with every band, so that one scale serves people with and without colour blindness and grey print.
# The starts lie where the grids of clouds differ: most are between 20 and 700 gCO2e per kWh.
BANDS = (
    Band(words="very low", letters="VL", start_gco2e_per_kwh=0, fill="#dcefc5", text=_DARK),
    Band(words="low", letters="L", start_gco2e_per_kwh=50, fill="#8ae16f", text=_DARK),
    Band(words="fairly low", letters="FL", start_gco2e_per_kwh=100, fill="#d5ac05", text=_DARK),
    Band(words="moderate", letters="M", start_gco2e_per_kwh=200, fill="#c68223", text=_DARK),
    Band(words="high", letters="H", start_gco2e_per_kwh=300, fill="#c04728", text=_LIGHT),
    Band(words="very high", letters="VH", start_gco2e_per_kwh=450, fill="#8d2a31", text=_LIGHT),
    Band(words="extreme", letters="X", start_gco2e_per_kwh=600, fill="#4b0c26", text=_LIGHT),
)
UNKNOWN_FILL, UNKNOWN_TEXT = "#9aa5b1", _DARK


def band_of(gco2e_per_kwh: float | None) -> Band | None:
    """The band of an intensity of 0 or more; None for an unknown one, which is in no band.

    Raises ValueError for a negative one.
    """
    if gco2e_per_kwh is None:
        return None
    if gco2e_per_kwh < 0:
        raise ValueError(f"a carbon intensity is not negative: {gco2e_per_kwh}")
    return next(band for band in reversed(BANDS) if gco2e_per_kwh >= band.start_gco2e_per_kwh)
