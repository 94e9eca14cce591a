"""The data files of the pictures, each read once, when the first picture needs it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from web.geometry.text import Face, Font

_DATA = Path(__file__).with_name("data")


@cache
def land() -> str:
    """The coastlines as the path of an SVG, on the plane of web/geometry/projection.py."""
    path: str = _read("world.json")["land"]
    return path


@cache
def font() -> Font:
    """The widths of the shipped font."""
    faces = _read("lato_widths.json")
    return Font(regular=Face(faces["regular"]), bold=Face(faces["bold"]))


def _read(name: str) -> Any:
    return json.loads((_DATA / name).read_text(encoding="utf-8"))
