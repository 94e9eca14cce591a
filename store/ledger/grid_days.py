"""Digests of the hours of the grid by which rows of usage were settled."""

from __future__ import annotations

from dataclasses import dataclass

DIGEST_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class GridDays:
    """The past of a zone by UTC day. facts: the version of the tables; digests: one after the other, from first_day on
    (days since 1970).
    """

    facts: str
    first_day: int
    digests: bytes

    @property
    def days(self) -> range:
        """The days that have a digest."""
        return range(self.first_day, self.first_day + len(self.digests) // DIGEST_BYTES)

    def digest(self, day: int) -> bytes:
        """That of a day; empty where there is none."""
        begin = (day - self.first_day) * DIGEST_BYTES
        return self.digests[begin : begin + DIGEST_BYTES] if begin >= 0 else b""
