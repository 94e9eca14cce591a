"""The seven bands of carbon intensity: which figure is in which, and whether everybody can tell them apart."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from carbon.bands import BANDS, UNKNOWN_FILL, UNKNOWN_TEXT, band_of

# Colours as people with a colour blindness see them: Machado, Oliveira and Fernandes 2009, whole severity.
SEEN = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
Colour = np.ndarray


def linear(colour: str) -> Colour:
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light: Colour) -> Colour:
    """CIE L*a*b* under D65."""
    xyz = XYZ @ np.clip(light, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: 1 for equal colours, 21 for black on white."""
    dark, light = sorted(float(XYZ[1] @ linear(colour)) + 0.05 for colour in (one, other))
    return light / dark


@pytest.mark.parametrize(
    ("gco2e_per_kwh", "letters"),
    [
        (0, "VL"), (49.99, "VL"), (50, "L"), (99.99, "L"), (100, "FL"), (199.99, "FL"), (200, "M"), (299.99, "M"),
        (300, "H"), (449.99, "H"), (450, "VH"), (599.99, "VH"), (600, "X"), (5000, "X"),
    ],
)  # fmt: skip
def test_a_band_holds_its_start_but_not_its_end(gco2e_per_kwh: float, letters: str) -> None:
    band = band_of(gco2e_per_kwh)

    assert band is not None
    assert band.letters == letters


def test_an_unknown_intensity_is_in_no_band() -> None:
    assert band_of(None) is None


def test_a_negative_intensity_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        band_of(-0.1)


def test_words_and_letters_name_one_band_each() -> None:
    assert len({band.words for band in BANDS}) == len({band.letters for band in BANDS}) == 7


def test_every_text_is_readable_on_its_fill() -> None:
    assert min(contrast(band.fill, band.text) for band in BANDS) >= 5
    assert contrast(UNKNOWN_FILL, UNKNOWN_TEXT) >= 5


@pytest.mark.parametrize(
    ("eyes", "least"), [("normal", 26), ("protanopia", 19), ("deuteranopia", 15.8), ("tritanopia", 17.8)]
)
def test_any_two_bands_differ_for_everybody(eyes: str, least: float) -> None:
    colours = [lab(SEEN[eyes] @ linear(band.fill)) for band in BANDS]

    # The distance in CIE L*a*b* of 1976; about 2 can just be seen side by side.
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(colours, 2)) >= least


def test_lightness_falls_with_every_band() -> None:
    lightness = [float(lab(linear(band.fill))[0]) for band in BANDS]

    assert all(paler - darker > 5 for paler, darker in pairwise(lightness))
