"""What the parts of a picture look like. A part has a role; a paint gives the attributes of each role.

Files have the colours of a theme. In a page a part has its role as its class; web/static/charts.css has the colours.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from carbon.bands import UNKNOWN_FILL, Band
from web.drawing.svg import Value
from web.marks import Standing

Attributes = Mapping[str, Value]
Paint = Mapping[str, Attributes]


class Theme(StrEnum):
    """The colours around the bands."""

    LIGHT = "light"
    DARK = "dark"


COLOURS: Mapping[Theme, Mapping[str, str]] = {
    Theme.LIGHT: {
        "ground": "#ffffff",
        "panel": "#ffffff",
        "sea": "#e9f0f5",
        "land": "#c9d3da",
        "ink": "#14212b",
        "quiet": "#4b5b67",
        "line": "#d5dde3",
        "mark": "#14212b",
        "window": "#0b6e4f",
    },
    Theme.DARK: {
        "ground": "#0f171d",
        "panel": "#0f171d",
        "sea": "#15212a",
        "land": "#33434e",
        "ink": "#eef3f6",
        "quiet": "#a9b8c3",
        "line": "#2b3a45",
        "mark": "#f4f8fa",
        "window": "#63d3a6",
    },
}


def _roles(
    *, ground: str, panel: str, sea: str, land: str, ink: str, quiet: str, line: str, mark: str, window: str
) -> Paint:
    return {
        "ground": {"fill": ground},
        "panel": {"fill": panel, "fill-opacity": 0.88},
        "sea": {"fill": sea},
        "land": {"fill": land, "fill-rule": "evenodd"},
        "title": {"fill": ink, "font-weight": "bold"},
        "text": {"fill": ink},
        "strong": {"fill": ink, "font-weight": "bold"},
        "quiet": {"fill": quiet},
        "grid": {"stroke": line, "stroke-width": 1},
        "tick": {"fill": quiet},
        "minor-tick": {"fill": quiet},  # a page leaves it out where there is little room
        "day-tick": {"fill": ink, "font-weight": "bold"},
        "leader": {"stroke": quiet, "stroke-width": 0.9, "stroke-opacity": 0.75, "fill": "none"},
        "origin": {"fill": quiet},
        "outline": {"stroke": mark, "stroke-linejoin": "round"},
        "selected": {"stroke": window, "stroke-width": 3, "fill": "none"},
        "unknown": {"stroke": ink, "fill": "none", "stroke-linecap": "round"},
        "curve": {"stroke": ink, "fill": "none", "stroke-linejoin": "round"},
        "gap": {"fill": quiet, "fill-opacity": 0.14},
        "cell": {"font-weight": "bold"},  # a figure in a cell; a page leaves it out where there is little room
        "dot": {"fill": ink},
        "range": {"fill": ink, "fill-opacity": 0.13},
        # Over any band, so a dark line on a pale one.
        "range-halo": {"stroke": "#ffffff", "stroke-opacity": 0.45, "stroke-width": 2.4, "fill": "none"},
        "range-edge": {"stroke": "#14212b", "stroke-opacity": 0.75, "stroke-width": 1, "fill": "none"},
        "window": {"fill": window, "fill-opacity": 0.2},
        "window-edge": {"stroke": window, "stroke-width": 2, "fill": "none"},
        "window-text": {"fill": window, "font-weight": "bold"},
        # Over lines, so with an edge in the colour of the ground.
        "label": {"fill": ink, "stroke": ground, "stroke-width": 3.5, "paint-order": "stroke"},
        "front": {"stroke": window, "stroke-width": 2, "stroke-dasharray": "6 4", "fill": "none"},
        "bar": {"fill": window},
        "bar-middle": {"fill": window, "fill-opacity": 0.55},
        "bar-estimate": {"fill": window, "fill-opacity": 0.25, "stroke": window, "stroke-dasharray": "3 2"},
        "track": {"fill": line, "fill-opacity": 0.6},
        "promise": {"stroke": ink, "stroke-width": 2},
        "now": {"stroke": ink, "stroke-width": 1.5, "stroke-dasharray": "2 3"},
    }


def _classes(light: Paint, dark: Paint) -> Paint:
    """Each role as a class, with the attributes that are the same in both themes."""
    return {
        role: {"class": role, **{name: value for name, value in look.items() if dark[role][name] == value}}
        for role, look in light.items()
    }


ROLES: Mapping[Theme, Paint] = {theme: _roles(**colours) for theme, colours in COLOURS.items()}
PAGE = _classes(ROLES[Theme.LIGHT], ROLES[Theme.DARK])
DASHES = {Standing.ESTIMATED: "2.6 1.7"}
FADED = 0.45


def fill_of(band: Band | None) -> Attributes:
    """The colour of a band; that of no data without one."""
    return {"fill": UNKNOWN_FILL if band is None else band.fill}


def quality_of(standing: Standing) -> Attributes:
    """What sets a mark off from one that was measured, which is solid: dashed, or faded."""
    if standing is Standing.STALE:
        return {"fill-opacity": FADED, "stroke-opacity": FADED}
    return {"stroke-dasharray": DASHES[standing]} if standing in DASHES else {}


def line_of(standing: Standing) -> Attributes:
    """The same for a long line, whose dashes are longer."""
    return {"stroke-dasharray": "6 3"} if standing is Standing.ESTIMATED else quality_of(standing)
