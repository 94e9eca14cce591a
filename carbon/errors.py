"""The errors a caller can get. They know nothing of HTTP; api/edge/problems.py maps them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property


class CarbonError(Exception):
    """Base of every error this service raises on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One wrong field.

    location: the path to it, such as ("options", 0, "region").
    code: stable, machine readable. detail: one sentence a person can act on.
    nearest: valid values close to the one given.
    """

    location: tuple[str | int, ...]
    code: str
    detail: str
    nearest: tuple[str, ...] = ()


class InvalidRequest(CarbonError):
    """The question is malformed; `errors` lists every wrong field."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("1 field is wrong" if len(errors) == 1 else f"{len(errors)} fields are wrong")
        self.errors = tuple(errors)


class UnknownName(CarbonError):
    """A name (of a region, zone, provider, ...) that the catalog does not have, with the nearest names.

    nearest: computed when it is first read, since that takes milliseconds among thousands of names and a question
    may hold a thousand wrong ones.
    """

    kind = "name"

    def __init__(self, name: str, *, nearest: Callable[[], Sequence[str]] = tuple, detail: str | None = None) -> None:
        super().__init__(detail or f"{self.kind} {name!r} is not known")
        self.name = name
        self._find_nearest = nearest

    @cached_property
    def nearest(self) -> tuple[str, ...]:
        return tuple(self._find_nearest())


class UnknownRegion(UnknownName):
    kind = "region"


class AmbiguousRegion(UnknownName):
    """A region id that several providers share; `nearest` names them as provider:region."""

    kind = "region"


class UnknownZone(UnknownName):
    kind = "zone"


class UnknownProvider(UnknownName):
    kind = "provider"


class UnknownInstanceType(UnknownName):
    kind = "instance type"


class UnknownCountry(UnknownName):
    kind = "country"


class UnknownAirport(UnknownName):
    kind = "airport"


class NothingFound(CarbonError):
    """A list is empty and the format cannot show it: as lines of text, an empty body would look like an answer."""


class Unsatisfiable(CarbonError):
    """A valid question that nothing satisfies (422). `facts` are shown to the caller as they are."""

    code = "unsatisfiable"

    def __init__(self, detail: str, **facts: object) -> None:
        super().__init__(detail)
        self.facts: Mapping[str, object] = facts


class PowerNotModelled(Unsatisfiable):
    """The instance type is known but its power cannot be modelled; facts: nearest modelled types."""

    code = "power-not-modelled"


class NoFeasiblePlacement(Unsatisfiable):
    """No offer meets every constraint; facts: candidates, how many each constraint removed, nearest_offers."""

    code = "no-feasible-placement"


class DoesNotFit(Unsatisfiable):
    """The job fits into no time left to it; facts: the earliest finish, None if the blackouts leave no gap for it."""

    code = "does-not-fit"


class IntensityUnknown(Unsatisfiable):
    """The intensity that the question needs is not known; facts: signal, unknown_zones as zone and reason."""

    code = "intensity-unknown"


class HistoryIncomplete(Unsatisfiable):
    """Past readings are lacking; facts: zone, missing: the times without one as starts_at and ends_at."""

    code = "history-incomplete"


class KeyRequired(CarbonError):
    """The service has API keys and the request carries none."""


class KeyRefused(CarbonError):
    """The API key of the request is unknown or revoked; the message does not tell which."""


class FormRefused(CarbonError):
    """It is not certain that the form was sent from a page of this service."""


class RateLimited(CarbonError):
    """Too many requests. retry_after_seconds: whole seconds, at least 1."""

    def __init__(self, detail: str, *, retry_after_seconds: int) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class Busy(CarbonError):
    """The service is at the limit of what it can do at once. retry_after_seconds: whole seconds, at least 1."""

    retry_after_seconds = 1


class UnknownPlan(CarbonError):
    """There is no plan of this id for this caller."""


class UnknownUsage(CarbonError):
    """There is no row of usage of this id for this caller's tenant."""


class UnknownDecision(CarbonError):
    """There is no decision of this id for this caller's tenant."""


class PngUnavailable(CarbonError):
    """What draws PNG is not installed."""


class StateUnavailable(CarbonError):
    """Stored state cannot be read or written; `__cause__` says why. retry_after_seconds: whole seconds, at least 1."""

    retry_after_seconds = 5  # as long as a transaction waits for another

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} cannot be used")
