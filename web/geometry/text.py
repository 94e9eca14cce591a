"""How much room a text takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_WIDEST = "W"  # stands for characters whose width is not in the table


@dataclass(frozen=True, slots=True)
class Face:
    """A face of a font. widths: thousandths of the font's size by character."""

    widths: Mapping[str, int]

    def width(self, text: str, size: float) -> float:
        """The width of a text on one line, in the unit of size."""
        unknown = self.widths[_WIDEST]
        return sum(self.widths.get(character, unknown) for character in text) * size / 1000

    def shortened(self, text: str, size: float, room: float) -> str:
        """The text, or as many of its first characters as fit into the room with an ellipsis behind them."""
        if self.width(text, size) <= room:
            return text
        for length in range(len(text) - 1, 0, -1):
            short = f"{text[:length].rstrip()}…"
            if self.width(short, size) <= room:
                return short
        return "…"

    def lines(self, text: str, size: float, room: float) -> list[str]:
        """The text in lines that are no wider than the room, broken at spaces; a single longer word is shortened."""
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width(longer, size) <= room:
                lines[-1] = longer
            else:
                lines.append(self.shortened(word, size, room))
        return lines


@dataclass(frozen=True, slots=True)
class Font:
    """The font of the pictures."""

    regular: Face
    bold: Face
