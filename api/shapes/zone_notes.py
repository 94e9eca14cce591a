"""Zones of a cloud that were named in place of their region."""

from __future__ import annotations

from collections.abc import Iterable

from api.shapes.reading import Json, Reading
from api.shapes.shape import Shape
from carbon.workload import ZoneNote as Note
from catalog.availability_zones import AVAILABILITY_ZONE

of_note = Reading(Note)


class ZoneNote(Shape):
    """A zone that was named in place of its region. All figures are those of the region."""

    name: str = of_note("The name as it was given.", examples=["us-east-1a"])
    kind: str = of_note("availability zone, local zone or wavelength zone.")
    region: str = of_note("The region whose figures are used, as provider:region.", examples=["aws:us-east-1"])
    detail: str = of_note("The same as text.", lambda n: _in_words(n))


def _in_words(note: Note) -> str:
    text = f"{note.name} is a zone of {note.region}; all figures are those of the region"
    return text if note.kind == AVAILABILITY_ZONE else f"{text}, although a {note.kind} may be on another grid"


def zone_notes(notes: Iterable[Note]) -> list[Json]:
    """ZoneNote of each."""
    return [ZoneNote.of(note) for note in notes]
