"""A kind of problem: its status and the text of its page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem.

    name: empty for a status that HTTP itself explains. meaning: what happened. action: what the caller can do.
    """

    name: str
    status: int
    title: str
    meaning: str = ""
    action: str = ""

    @property
    def uri(self) -> str:
        """The `type` of RFC 9457; its page is served there."""
        return f"/problems/{self.name}" if self.name else "about:blank"


def unknown_name(name: str, title: str, what: str, where: str) -> ProblemType:
    """The problem of a name that the catalog does not have."""
    return ProblemType(
        name,
        404,
        title,
        f"The request names {what} that the catalog does not have. `nearest` lists known names that are close to it.",
        f"Check the spelling, or use a name from `nearest`. {where}",
    )
