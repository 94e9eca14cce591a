"""A picture as a file: its form, its headers, and how the OpenAPI document describes it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask import Response

from api.edge import costly
from web.drawing.svg import Svg
from web.drawing.variants import grey, resized
from web.png import png_of
from web.views.parameters import Palette, PictureParameters


class Form(StrEnum):
    """The end of a picture's path."""

    SVG = "svg"
    PNG = "png"

    @property
    def media_type(self) -> str:
        return "image/svg+xml" if self is Form.SVG else "image/png"


# A picture that is opened by itself may load, run and submit nothing; pages of other origins may show it.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_SCHEMAS = {Form.SVG: {"type": "string"}, Form.PNG: {"type": "string", "format": "binary"}}


def file_of(drawing: Svg, query: PictureParameters, form: Form, *, large: bool = True) -> Response:
    """The answer in the colours and size of the question. large: a PNG of it is a costly request.

    Raises Busy, PngUnavailable.
    """
    if form is Form.PNG and (large or query.width is not None):
        costly.begin()
    if query.palette is Palette.GREY:
        drawing = grey(drawing)
    if query.width is not None:
        drawing = resized(drawing, query.width)
    body: str | bytes = drawing if form is Form.SVG else png_of(drawing)
    return Response(body, content_type=form.media_type, headers=dict(HEADERS))


def described(form: Form, what: str, *statuses: int) -> Any:
    """The answers of an operation: the picture, and the problems of these statuses."""
    picture = {"description": f"{what}, as {form.upper()}.", "content": {form.media_type: {"schema": _SCHEMAS[form]}}}
    return {200: picture, **dict.fromkeys(statuses + ((501,) if form is Form.PNG else ()), "")}
