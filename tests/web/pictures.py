"""What the tests of pictures read from SVG and PNG."""

from __future__ import annotations

import struct
import zlib
from xml.etree import ElementTree  # nosec B405  # our own pictures

from flask.testing import FlaskClient

from web.drawing.paint import COLOURS, Theme
from web.drawing.svg import Svg

NAMESPACE = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "&#60;script&#62;",
    "\x00]]>",
)
Rows = list[bytes]


def svg(client: FlaskClient, path: str) -> ElementTree.Element:
    """The picture at a path, after a check that it is one and brings along nothing that runs or loads."""
    response = client.get(path)
    assert response.status_code == 200, response.text
    assert response.mimetype == "image/svg+xml"
    root = ElementTree.fromstring(response.text)  # noqa: S314
    for part in root.iter():
        assert part.tag.removeprefix(NAMESPACE) not in ("script", "style", "image", "foreignObject", "a", "use")
        assert not [name for name in part.attrib if name.startswith("on") or name in ("style", "href", "class", "id")]
    return root


def parsed(chart: Svg) -> ElementTree.Element:
    """A chart within a page, after a check that it has no style and no colour that differs between themes."""
    root = ElementTree.fromstring(chart.replace("<svg", f'<svg xmlns="{NAMESPACE[1:-1]}"', 1))  # noqa: S314
    themed = {colour for name in COLOURS[Theme.LIGHT] for colour in (COLOURS[theme][name] for theme in Theme)}
    for part in root.iter():
        assert part.tag.removeprefix(NAMESPACE) not in ("script", "style", "image", "foreignObject")
        assert "style" not in part.attrib
        if part.attrib.get("class") not in ("range-halo", "range-edge"):  # the same in both themes
            drawn = {part.attrib.get("fill"), part.attrib.get("stroke")}
            assert not drawn & (themed - {"#ffffff"}), part.attrib
    return root


def parts(root: ElementTree.Element, role: str) -> list[ElementTree.Element]:
    """The parts of a chart within a page that have this role."""
    return [part for part in root.iter() if part.attrib.get("class") == role]


def titles(root: ElementTree.Element) -> list[str]:
    """The names of the parts, that of the whole picture first."""
    return [title.text or "" for title in root.iter(f"{NAMESPACE}title")]


def text_of(root: ElementTree.Element) -> list[str]:
    """Every line of text in the picture."""
    return ["".join(line.itertext()) for line in root.iter(f"{NAMESPACE}text")]


def pixels(png: bytes, count: int) -> tuple[int, int, list[bytes]]:
    """Width, height and the first rows of a PNG of eight bits and four channels; each pixel takes time here."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (depth, colour) == (8, 6)
    data, place = b"", 8
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        data += png[place + 8 : place + 8 + length] if kind == b"IDAT" else b""
        place += 12 + length
    raw, rows, before = zlib.decompress(data), list[bytes](), bytes(4 * width)
    assert len(raw) == height * (4 * width + 1)
    for row in range(min(count, height)):
        start = row * (4 * width + 1)
        before = _unfiltered(raw[start], raw[start + 1 : start + 1 + 4 * width], before)
        rows.append(before)
    return width, height, rows


def _unfiltered(kind: int, line: bytes, above: bytes) -> bytes:
    result = bytearray(line)
    for i, value in enumerate(line):
        left, up = (result[i - 4] if i >= 4 else 0), above[i]
        corner = above[i - 4] if i >= 4 else 0
        guess = (0, left, up, (left + up) // 2, _nearest(left, up, corner))[kind]
        result[i] = (value + guess) & 255
    return bytes(result)


def _nearest(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))
