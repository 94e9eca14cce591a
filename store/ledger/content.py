"""Contents of columns: compressed in bounded memory, and damaged ones told apart from a database that fails."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import orjson

from carbon.errors import StateUnavailable

COMPRESSION = 6
MOST_BYTES = 1 << 26  # 64 MiB of one content; the largest plan with all its evidence takes a tenth
# What the parsers of contents raise if somebody else wrote them.
DAMAGE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, zlib.error)


class DamagedRow(StateUnavailable):
    """What is stored of one thing is not what was stored; `__cause__` says why. Others can be read."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the stored row of {name} is damaged: it")


@contextmanager
def of_row(name: str) -> Iterator[None]:
    """Around what reads the contents of a row. name: such as "decision dec_1". Raises DamagedRow."""
    try:
        yield
    except DAMAGE as error:
        raise DamagedRow(name) from error


def packed(content: bytes) -> bytes:
    """As it is stored."""
    return zlib.compress(content, COMPRESSION)


def unpacked(stored: bytes) -> bytes:
    """The content that was packed. Raises one of DAMAGE if nothing was, or more than MOST_BYTES."""
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(stored, MOST_BYTES)
    if not unpacking.eof:
        raise ValueError(f"it is cut off, or longer than {MOST_BYTES:,} bytes")
    return content


def json_object(stored: bytes) -> bytes:
    """The same, of JSON: an object. Raises one of DAMAGE."""
    content = unpacked(stored)
    if not isinstance(orjson.loads(content), dict):
        raise TypeError("it is no object")
    return content
