"""What an answer says beside its figures about facts of the operator's own."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import accumulate

from api.openapi.enumerations import FactNoteKind
from api.shapes.reading import Json, Reading
from api.shapes.shape import Shape
from carbon.notes import FactNote as Note

of_note = Reading(Note)
# Of the header of a table. A proxy in front takes the headers of an answer up to 4 kB together.
MOST_CHARACTERS = 2000
NOTES = "Remarks on facts of the operator's own that concern this answer; absent if there are none."


class FactNote(Shape):
    """A remark on facts of the operator's own."""

    kind: FactNoteKind = of_note(
        "basis: figures of the grid and of contracts are in one order; policy: a rule of the operator concerns the "
        "answer. What a rule forbids is never proposed."
    )
    source: str = of_note("The file that it is from.", examples=["overlay:policy.csv"])
    reason: str | None = of_note("The operator's reason for the rule; null if the remark is about no rule.")
    text: str = of_note("The remark as text.")


def fact_notes(notes: Iterable[Note]) -> list[Json]:
    """FactNote of each."""
    return [FactNote.of(note) for note in notes]


def fact_notes_header(notes: Iterable[Note]) -> str:
    """The texts of the remarks as a JSON list in ASCII; the last one says how many did not fit in MOST_CHARACTERS."""
    texts = [json.dumps(note.text) for note in notes]
    fitting = sum(end <= MOST_CHARACTERS for end in accumulate(len(text) for text in texts))
    if fitting < len(texts):
        texts[fitting:] = [json.dumps(f"{len(texts) - fitting} more: see the answer as JSON")]
    return f"[{', '.join(texts)}]"
