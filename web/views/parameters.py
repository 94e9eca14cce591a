"""Parameters that several pictures take."""

from __future__ import annotations

from pydantic import Field

from api.questions.fields import Parameters
from web.drawing.paint import Theme


class PictureParameters(Parameters):
    """How a picture looks."""

    theme: Theme = Field(Theme.LIGHT, description="Colours around the bands: for a light or a dark page.")
