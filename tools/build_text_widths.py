"""Makes web/data/lato_widths.json: how wide each character of the shipped font is, in thousandths of its size.

python -m tools.build_text_widths    write the file; with --check compare instead

The font comes from the installed package font-lato. Characters are those of names of places and units: Latin letters
with their accents, punctuation and a few signs.
"""

from __future__ import annotations

import argparse
import json
import struct
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import distribution
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "web" / "data" / "lato_widths.json"
FACES = {"regular": "Lato-Regular.ttf", "bold": "Lato-Bold.ttf"}
CHARACTERS = [*range(0x20, 0x7F), *range(0xA0, 0x180), *map(ord, "–—‘’“”…·−≤≥≈→")]


def tables_of(font: bytes) -> Mapping[str, int]:
    """Where each table of a TrueType font starts."""
    count = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4sLLL", font, 12 + 16 * i) for i in range(count))
    return {tag.decode(): offset for tag, _, offset, _ in records}


def glyphs_of(font: bytes, cmap: int) -> Mapping[int, int]:
    """The glyph of each character of the basic plane. Raises ValueError for a font without a table of format 4."""
    for i in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        start = cmap + struct.unpack_from(">HHL", font, cmap + 4 + 8 * i)[2]
        if struct.unpack_from(">H", font, start)[0] == 4:
            return _format_4(font, start)
    raise ValueError("the font has no table of characters in format 4")


def _format_4(font: bytes, start: int) -> Mapping[int, int]:
    segments = struct.unpack_from(">H", font, start + 6)[0] // 2
    ends = struct.unpack_from(f">{segments}H", font, start + 14)
    starts = struct.unpack_from(f">{segments}H", font, start + 16 + 2 * segments)
    deltas = struct.unpack_from(f">{segments}H", font, start + 16 + 4 * segments)
    offsets_at = start + 16 + 6 * segments
    offsets = struct.unpack_from(f">{segments}H", font, offsets_at)
    glyphs = {}
    for i, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, last + 1):
            glyph = code
            if offset:
                glyph = struct.unpack_from(">H", font, offsets_at + 2 * i + offset + 2 * (code - first))[0]
            if not offset or glyph:
                glyphs[code] = (glyph + delta) % 65_536
    return glyphs


def widths_of(font: bytes) -> dict[str, int]:
    """Thousandths of the font's size by character; characters that the font does not have are left out."""
    tables = tables_of(font)
    units = struct.unpack_from(">H", font, tables["head"] + 18)[0]
    measured = struct.unpack_from(">H", font, tables["hhea"] + 34)[0]
    glyphs = glyphs_of(font, tables["cmap"])
    widths = {}
    for code in CHARACTERS:
        if glyph := glyphs.get(code, 0):
            place = tables["hmtx"] + 4 * min(glyph, measured - 1)
            widths[chr(code)] = round(1000 * struct.unpack_from(">H", font, place)[0] / units)
    return widths


def text_widths() -> str:
    """The content of the data file."""
    folder = distribution("font-lato")
    fonts = {
        face: Path(str(folder.locate_file(f"font_lato/files/{name}"))).read_bytes() for face, name in FACES.items()
    }
    faces = {face: widths_of(font) for face, font in fonts.items()}
    return json.dumps(faces, ensure_ascii=False, separators=(",", ":")).replace("},", "},\n") + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the file that exists")
    text = text_widths()
    if parser.parse_args(arguments).check:
        same = TARGET.read_text(encoding="utf-8") == text
        print("the same" if same else "differs")
        return 0 if same else 1
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET.name}: {len(text):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
