"""Drawings within a page."""

from __future__ import annotations

from markupsafe import Markup

from web.drawing.svg import Svg


def embedded(drawing: Svg) -> Markup:
    """A drawing as a part of a template; its texts were escaped where it was made, as its type says."""
    return Markup(drawing)  # noqa: S704  # nosec B704
