"""A finished file in grey, or in another size."""

from __future__ import annotations

import re
from functools import lru_cache

from web.drawing.svg import Svg

_COLOUR = re.compile(r'="#([0-9a-f]{6})"')  # only in attributes: no text has a quotation mark
_SIZE = re.compile(r' width="([^"]+)" height="([^"]+)"')


def grey(drawing: Svg) -> Svg:
    """The drawing with each colour as the grey of equal luminance, so that contrasts stay as they are."""
    return Svg(_COLOUR.sub(lambda colour: f'="{_grey(colour[1])}"', drawing))


def resized(drawing: Svg, width: float) -> Svg:
    """The drawing in another width; its height follows."""

    def size(own: re.Match[str]) -> str:
        return f' width="{width:g}" height="{float(own[2]) * width / float(own[1]):.0f}"'

    return Svg(_SIZE.sub(size, drawing, count=1))  # the first element is the picture itself


@lru_cache(maxsize=64)
def _grey(colour: str) -> str:
    """By the relative luminance of WCAG 2.2 and sRGB (IEC 61966-2-1)."""
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (0, 2, 4))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    share = 12.92 * luminance if luminance <= 0.0031308 else 1.055 * luminance ** (1 / 2.4) - 0.055
    return f"#{round(255 * share):02x}" + 2 * f"{round(255 * share):02x}"


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
