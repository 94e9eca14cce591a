"""One question within a request: checked as by the JSON interface, answered by a session of its signal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from api.edge import costly
from api.edge.exchange import Exchange, current, notes_of
from api.questions.fields import Body, Parameters
from api.questions.names import Facts
from api.questions.parse import checked
from api.shapes.reading import Json
from carbon.errors import FieldError, InvalidRequest
from carbon.intensity import SignalName
from carbon.workload import ZoneNote
from session import Session

INPUT = "input"  # the argument that holds the body of a question
Q = TypeVar("Q", bound=Body | Parameters)


@dataclass(slots=True)
class Turn:
    """What belongs to one answer of a request.

    session: of the signal that the question asks for. zone_notes: zones that were named in place of their region.
    """

    exchange: Exchange
    session: Session
    zone_notes: list[ZoneNote]

    def notes(self) -> Json:
        """What the answer says beside its figures."""
        return notes_of(self.session, self.zone_notes)

    def answer(self, body: Mapping[str, object]) -> Json:
        """The body of a success, as the JSON interface sends it."""
        return {**self.exchange.head(self.session), **body, **self.notes()}


@dataclass(slots=True)
class Asking:
    """The questions of one request. All are answered from one state of the facts and of the grid, read once."""

    exchange: Exchange = field(default_factory=current)
    _sessions: dict[SignalName, Session] = field(default_factory=dict)
    _questions: dict[tuple[object, bytes], Any] = field(default_factory=dict)

    def begin(self, model: type[Q], arguments: Mapping[str, object]) -> tuple[Q, Turn]:
        """Check a question. Raises InvalidRequest, and Busy for a costly one that finds no place.

        One that every row of a list asks alike is checked once.
        """
        key = (model, _text(arguments))
        if key not in self._questions:
            self._questions[key] = self._checked(model, arguments)
        if isinstance(known := self._questions[key], InvalidRequest):
            raise known
        question, facts = known
        if question.is_costly(facts):
            costly.begin()
        session = self._session(getattr(question, "signal", SignalName.AVERAGE))
        return question, Turn(self.exchange, session, list(facts.zone_notes))

    def _checked(self, model: type[Q], arguments: Mapping[str, object]) -> tuple[Q, Facts] | InvalidRequest:
        facts = replace(self.exchange.facts, zone_notes=[])
        try:
            return _question(model, arguments, facts), facts
        except InvalidRequest as error:
            return error

    def _session(self, signal: SignalName) -> Session:
        """With notes of its own."""
        if signal not in self._sessions:
            self._sessions[signal] = self.exchange.session.about(signal.counted)
        return replace(self._sessions[signal], notes={})


def _question(model: type[Q], arguments: Mapping[str, object], facts: Facts) -> Q:
    body = arguments.get(INPUT)
    if not isinstance(body, dict):
        return checked(model, _text(arguments), facts)
    try:
        return checked(model, _text(body), facts)
    except InvalidRequest as error:
        raise InvalidRequest([replace(item, location=(INPUT, *item.location)) for item in error.errors]) from None


def _text(arguments: Mapping[str, object]) -> bytes:
    """As JSON, which a question is checked in. Raises InvalidRequest for numbers that JSON does not have."""
    try:
        return json.dumps(arguments, allow_nan=False).encode()
    except ValueError:
        detail = "has a number that is not finite"
        raise InvalidRequest([FieldError(location=(), code="finite_number", detail=detail)]) from None
