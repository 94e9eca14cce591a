"""A picture as a file: its form, its headers, and how the OpenAPI document describes it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask import Response

from api.edge import costly
from web.drawing.svg import Svg
from web.png import png_of


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


def file_of(drawing: Svg, form: Form, *, large: bool = True) -> Response:
    """The answer. large: a PNG of it is a costly request. Raises Busy, PngUnavailable."""
    if form is Form.PNG and large:
        costly.begin()
    body: str | bytes = drawing if form is Form.SVG else png_of(drawing)
    return Response(body, content_type=form.media_type, headers=dict(HEADERS))


def described(form: Form, what: str, *statuses: int) -> Any:
    """The answers of an operation: the picture, and the problems of these statuses."""
    picture = {"description": f"{what}, as {form.upper()}.", "content": {form.media_type: {"schema": _SCHEMAS[form]}}}
    return {200: picture, **dict.fromkeys(statuses + ((501,) if form is Form.PNG else ()), "")}
