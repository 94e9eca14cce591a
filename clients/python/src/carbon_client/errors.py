"""What can go wrong between a program and the service. No message holds an API key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class CarbonError(Exception):
    """Any failure of a question to the service."""


class ServiceUnreachable(CarbonError):
    """The service cannot be reached, does not answer in time, or something else answers in its place."""


def not_understood(error: Exception) -> ServiceUnreachable:
    """An answer lacks what this service always tells. error: how that showed; another version may be the cause."""
    cause = f"{type(error).__name__}: {str(error)[:100]}"
    return ServiceUnreachable(f"the answer cannot be understood: it is not of this service or version ({cause})")


class ProblemError(CarbonError):
    """The service answered with a problem (RFC 9457).

    problem: its members as they came, such as `type`, `detail`, `errors` and `request_id`.
    status: the HTTP status. type: a path of the service that explains the kind of problem.
    """

    def __init__(self, problem: Mapping[str, Any], status: int) -> None:
        self.problem = dict(problem)
        self.status = status
        self.type = str(problem.get("type") or "about:blank")
        self.detail = str(problem.get("detail") or problem.get("title") or f"HTTP status {status}")
        self.request_id: str | None = problem.get("request_id")
        super().__init__(self._text())

    @property
    def errors(self) -> list[dict[str, Any]]:
        """Every wrong field: its `pointer` into the body or its `parameter`, and `detail`."""
        listed = self.problem.get("errors")
        return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []

    @property
    def is_temporary(self) -> bool:
        """Whether the same question may succeed later: the service is busy, limits its callers, or has a fault."""
        return self.status == 429 or self.status >= 500

    def _text(self) -> str:
        fields = (
            f"{one.get('pointer') or one.get('parameter') or '?'}: {one.get('detail')}{_nearest(one)}"
            for one in self.errors
        )
        return "\n  ".join((f"{self.detail}{_nearest(self.problem)}", *fields))


def _nearest(problem: Mapping[str, Any]) -> str:
    """The names that the service suggests in place of one that it does not know."""
    names = problem.get("nearest")
    return f"; nearest: {', '.join(map(str, names))}" if isinstance(names, list) and names else ""
