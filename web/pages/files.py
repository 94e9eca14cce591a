"""GET /static/{name}: the style sheet, the script, the coastlines and the icon of the pages."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from web import shipped
from web.drawing.map_plane import coastline_file

bp = Blueprint("page_files", __name__)
_FOLDER = Path(__file__).parents[1] / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
LAND = "land.svg"
_NAMES = frozenset(path.name for path in _FOLDER.iterdir()) | {LAND}
# Their address changes with their content.
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Security-Policy": "default-src 'none'"}


@bp.get("/static/<name>")
def file(name: str) -> Response:
    """A file; its address carries the digest of its content, which is not looked at."""
    if name not in _NAMES:
        raise NotFound
    return Response(_content(name), content_type=_TYPES[Path(name).suffix], headers=dict(_HEADERS))


@cache
def address_of(name: str) -> str:
    """The address of a file, with a digest, so that browsers keep it for as long as it stays the same."""
    return f"/static/{name}?v={sha256(_content(name)).hexdigest()[:12]}"


@cache
def _content(name: str) -> bytes:
    if name == LAND:
        return coastline_file(shipped.land()).encode()
    return (_FOLDER / name).read_bytes()
