"""Answers that are kept: the question, the answer to the byte, what it rests on, and what it promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Protocol, TypeVar

import orjson

from api.edge.exchange import Exchange
from api.edge.reserving import check_known, reserve
from api.shapes.budget_periods import reserved_answer
from api.shapes.reading import Json
from carbon.decisions import Decision, DecisionKind, Promise
from carbon.intensity import SignalName
from carbon.roles import Role
from evidence import codec
from evidence.recording import Recorder
from planning.ledger.promises import Both, Naming
from renewal.former import shipped_files
from settings import VERSION
from store.ledger.decisions import Kept

ID_BYTES = 16
ENVELOPE = b"recorded:"  # begins no JSON


class Recordable(Protocol):
    """A checked question whose answer may be kept."""

    @property
    def record(self) -> bool: ...

    @property
    def tags(self) -> dict[str, str]: ...

    @property
    def budget(self) -> str | None: ...

    @property
    def signal(self) -> SignalName: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """An answer before it is sent. rows: those of its table, if it has one. promises: what it says of hours to come.

    others: what else could have been placed, the nearest first; asked for if it does not fit into a budget.
    """

    answer: Json
    promises: Callable[[Naming], Both]
    rows: Sequence[Json] = ()
    others: Callable[[Naming], Iterable[Sequence[Promise]]] = lambda _naming: ()


Q = TypeVar("Q", bound=Recordable)
Decide = Callable[[Exchange, Q], Decided]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Of a question that is to be kept: its JSON as it was sent, whose it is, and the id of the decision."""

    question: bytes
    tenant: str
    decision_id: str

    @classmethod
    def of(cls, exchange: Exchange, question: bytes) -> Origin:
        """Of a request, under a new id."""
        return cls(question=question, tenant=exchange.tenant, decision_id=new_id())


def enveloped(exchange: Exchange, body: Recordable, question: bytes) -> bytes:
    """A question for the queue of plans, with whose it is if the answer is to be kept."""
    if not body.record:
        return question
    return ENVELOPE + orjson.dumps({"tenant": exchange.tenant, "decision_id": new_id(), "question": question.decode()})


def opened(exchange: Exchange, question: bytes) -> Origin:
    """What was put into the queue."""
    if not question.startswith(ENVELOPE):
        return Origin.of(exchange, question)
    fields = orjson.loads(question.removeprefix(ENVELOPE))
    return Origin(question=fields["question"].encode(), tenant=fields["tenant"], decision_id=fields["decision_id"])


def new_id() -> str:
    """An id of a decision that cannot be guessed."""
    return f"dec_{token_hex(ID_BYTES)}"


def decided(kind: DecisionKind, exchange: Exchange, body: Q, decide: Decide[Q], origin: Origin) -> Decided:
    """The answer to a question, kept if that asks for it, with what is left of the budget that it names.

    Raises RoleInsufficient for a caller that may not store, StateUnavailable if it cannot be kept, BudgetExceeded.
    """
    if not body.record:
        return decide(exchange, body)
    exchange.require(Role.WRITE)
    check_known(exchange, origin.tenant, body.budget)
    recorder = Recorder.of(exchange.about(body.signal))
    exchange.use(recorder.session)
    result = decide(exchange, body)
    answer: Json = {**result.answer, "decision_id": origin.decision_id}
    naming = Naming(decision_id=origin.decision_id, tags=body.tags)
    placed, instead = result.promises(naming)
    decision = Decision(
        id=origin.decision_id,
        kind=kind,
        made_at=exchange.came_at,
        signal=body.signal.counted,
        placed=placed,
        instead=instead,
        tags=body.tags,
        budget=body.budget,
    )
    kept = _kept(exchange, recorder, origin, exchange.success(answer).get_data())
    if body.budget is None:
        exchange.service.decisions.put(origin.tenant, decision, kept)
    else:
        states = reserve(exchange, origin.tenant, decision, kept, result.others(naming))
        answer = {**answer, "budget": reserved_answer(states, exchange.came_at)}
    return Decided(answer=answer, promises=result.promises, rows=result.rows)


def _kept(exchange: Exchange, recorder: Recorder, origin: Origin, answer: bytes) -> Kept:
    """What is stored beside a decision; the facts that it rests on are stored."""
    service, version = exchange.service, exchange.mapping.version
    keeper = service.facts
    files = shipped_files if keeper is None else keeper.files
    service.decisions.keep_facts(version, lambda: files(version))
    evidence = codec.packed(recorder.evidence(VERSION, service.max_age_minutes))
    return Kept(question=origin.question, answer=answer, evidence=evidence, facts=version)
