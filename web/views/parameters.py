"""Parameters that several pictures take."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from api.questions.fields import Parameters
from web.drawing.paint import Theme


class Palette(StrEnum):
    """Whether a picture has colours."""

    COLOUR = "colour"
    GREY = "grey"


class PictureParameters(Parameters):
    """How a picture looks."""

    theme: Theme = Field(Theme.LIGHT, description="Colours around the bands: for a light or a dark page.")
    palette: Palette = Field(Palette.COLOUR, description="grey: for print, each colour as the grey of equal luminance.")
    width: int | None = Field(
        None, ge=100, le=2400, description="Width in pixels; the height follows. Default: the picture's own."
    )
