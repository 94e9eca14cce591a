"""Elements of SVG as text. A child is an Svg, so text from outside can only enter through `escaped`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import NewType

Svg = NewType("Svg", str)
Value = str | float
NOTHING = Svg("")
_FAMILY = "Lato, 'Helvetica Neue', Arial, sans-serif"
# The shipped font has no subscript two, so a smaller 2 is set lower: shares of the size of the font, and of its own.
_SUBSCRIPT_SIZE, _SUBSCRIPT_DROP = 0.72, 0.22


def escaped(text: str) -> Svg:
    """A text as the content of an element; characters that XML does not allow are left out."""
    if not text.isprintable():
        text = "".join(character for character in text if character.isprintable())
    return Svg(escape(text))


def element(name: str, attributes: Mapping[str, Value] | None = None, *children: Svg) -> Svg:
    """An element; numbers have five digits."""
    text = "".join(f' {key}="{_written(value)}"' for key, value in (attributes or {}).items())
    return Svg(f"<{name}{text}>{''.join(children)}</{name}>" if children else f"<{name}{text}/>")


def joined(parts: Iterable[Svg]) -> Svg:
    """The elements, one after the other."""
    return Svg("".join(parts))


def words(text: str, x: float, y: float, size: float, attributes: Mapping[str, Value]) -> Svg:
    """A line of text whose baseline is at y; CO2 is written with a subscript."""
    place = {"x": x, "y": y, "font-size": size, **attributes}
    before, *after = text.split("CO2")
    parts = [escaped(before)]
    for rest in after:
        parts.append(escaped("CO"))
        parts.append(
            element("tspan", {"font-size": f"{_SUBSCRIPT_SIZE}em", "dy": f"{_SUBSCRIPT_DROP}em"}, escaped("2"))
        )
        if rest:
            parts.append(element("tspan", {"dy": f"-{_SUBSCRIPT_SIZE * _SUBSCRIPT_DROP:.4g}em"}, escaped(rest)))
    return element("text", place, joined(parts))


def picture(width: float, height: float, title: str, description: str, *children: Svg) -> Svg:
    """A whole file. title, description: read to those who do not see it."""
    attributes: dict[str, Value] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "width": width,
        "height": height,
        "viewBox": f"0 0 {_written(width)} {_written(height)}",
        "role": "img",
        "font-family": _FAMILY,
    }
    heads = (element("title", None, escaped(title)), element("desc", None, escaped(description)))
    return element("svg", attributes, *heads, *children)


def chart(width: float, height: float, name: str, title: str, description: str, role: str, *children: Svg) -> Svg:
    """A picture within a page, as wide as the page makes it. name: begins its ids, so it is unique in the page.

    role: img; group if it holds links, which an img hides from those who do not see it.
    """
    attributes: dict[str, Value] = {
        "class": "chart",
        "viewBox": f"0 0 {_written(width)} {_written(height)}",
        "role": role,
        "aria-labelledby": f"{name}-title",
        "aria-describedby": f"{name}-description",
    }
    heads = (
        element("title", {"id": f"{name}-title"}, escaped(title)),
        element("desc", {"id": f"{name}-description"}, escaped(description)),
    )
    return element("svg", attributes, *heads, *children)


def points(places: Iterable[tuple[float, float]]) -> str:
    """The points attribute of a polyline or a polygon."""
    return " ".join(f"{_written(x)},{_written(y)}" for x, y in places)


def _written(value: Value) -> str:
    return escape(value) if isinstance(value, str) else f"{value:.5g}"
