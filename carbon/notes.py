"""What an answer says beside its figures about facts of the operator's own."""

from __future__ import annotations

from dataclasses import dataclass

BASIS, POLICY = "basis", "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactNote:
    """One remark. kind: BASIS or POLICY. source: the file it is from. reason: the operator's words; None without any.

    text: the remark as a sentence.
    """

    kind: str
    source: str
    reason: str | None
    text: str
