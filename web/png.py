"""SVG -> PNG, by an optional library that is imported when the first PNG is asked for."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from carbon.errors import PngUnavailable
from web.drawing.svg import Svg

_FAMILY = "Lato"
_FACES = ("Lato-Regular.ttf", "Lato-Bold.ttf")


def png_of(drawing: Svg) -> bytes:
    """The picture in its own size, with the shipped font alone: without one, the renderer leaves out every text.

    Raises PngUnavailable where the renderer or the font is not installed.
    """
    files = _font_files()
    try:
        from resvg_py import svg_to_bytes  # 4 MB that a worker without PNGs does not need
    except ImportError as error:
        raise _unavailable() from error
    return svg_to_bytes(
        svg_string=drawing,
        skip_system_fonts=True,
        font_files=list(files),
        font_family=_FAMILY,
        sans_serif_family=_FAMILY,
    )


@cache
def _font_files() -> tuple[str, ...]:
    """The font files, found by the metadata of their package."""
    try:
        package = distribution("font-lato")
    except PackageNotFoundError as error:
        raise _unavailable() from error
    files = tuple(str(package.locate_file(f"font_lato/files/{name}")) for name in _FACES)
    if not all(Path(file).is_file() for file in files):
        raise _unavailable()
    return files


def _unavailable() -> PngUnavailable:
    return PngUnavailable("this service cannot draw PNG: request the same path ending in .svg")
