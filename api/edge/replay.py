"""A decision asked again, of what was kept of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

import orjson
from pydantic import ValidationError
from pydantic_core import from_json

from api.edge.exchange import Exchange, enter, leave
from api.edge.recording import Decided
from api.questions.fields import Body
from api.questions.names import Facts
from api.shapes.decisions import Replay, Used, UsedOffer, UsedZone
from carbon import units
from carbon.decisions import Decision
from carbon.errors import CarbonError
from carbon.results import HourStep
from catalog.prices import NO_PRICE
from catalog.tables import CatalogError
from evidence import codec
from evidence.codec import Evidence, EvidenceUnreadable
from evidence.replay import session_of
from mapping import CloudMap
from session import Session
from settings import VERSION
from store.ledger.content import DAMAGE, DamagedRow
from store.ledger.decisions import Kept

logger = logging.getLogger(__name__)
MOST_DIFFERENCES = 20
MOST_HOURS = 744  # of a zone that are shown
NO_FACTS = "the tables that it rests on are not stored any more"
DAMAGED = "what was kept of it is damaged, or this release cannot read it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """How a kind of decision is asked. decide: as the endpoint does."""

    model: type[Body]
    decide: Callable[[Exchange, Any], Decided]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """How the answer compares, and what it rests on; None if that cannot be read. session: at the time."""

    replay: Replay
    used: Used | None = None
    session: Session | None = None


def replayed(exchange: Exchange, decision: Decision, kept: Kept, question: Question) -> Replayed:
    """The decision asked again. Raises StateUnavailable."""
    try:
        evidence = codec.unpacked(kept.evidence)
    except EvidenceUnreadable as error:
        return Replayed(replay=Replay(equal=None, reason=f"{error}", made_by=None, replayed_by=VERSION))
    try:
        return _replayed(exchange, decision, kept, question, evidence)
    except DAMAGE:  # of the right types, but not what an answer can have read, so it fails anywhere
        logger.warning("decision %s cannot be asked again", decision.id, exc_info=True)
        return Replayed(replay=Replay(equal=None, reason=DAMAGED, made_by=evidence.release, replayed_by=VERSION))


def _replayed(exchange: Exchange, decision: Decision, kept: Kept, question: Question, evidence: Evidence) -> Replayed:
    unreadable = Replay(equal=None, reason=NO_FACTS, made_by=evidence.release, replayed_by=VERSION)
    service = exchange.service
    try:
        mapping = service.former_facts.of(
            kept.facts, lambda: service.decisions.facts(kept.facts), evidence.now, service.engine.mapping
        )
    except (CatalogError, DamagedRow, OSError) as error:
        why = f"this release cannot read the tables that it rests on: {error}"
        return Replayed(replay=Replay(equal=None, reason=why, made_by=evidence.release, replayed_by=VERSION))
    if mapping is None:
        return Replayed(replay=unreadable)
    session = session_of(evidence, mapping, exchange.session.placing)
    used = used_by(decision, session, evidence)
    try:
        answer = _answer(exchange, decision, kept, question, session, evidence)
    except CarbonError as error:
        replay = Replay(equal=False, reason=str(error), made_by=evidence.release, replayed_by=VERSION)
        return Replayed(replay=replay, used=used, session=session)
    differs = (
        [] if answer == kept.answer else list(islice(differences(_json(kept.answer), _json(answer)), MOST_DIFFERENCES))
    )
    replay = Replay(equal=answer == kept.answer, differs=differs, made_by=evidence.release, replayed_by=VERSION)
    return Replayed(replay=replay, used=used, session=session)


def _answer(
    exchange: Exchange, decision: Decision, kept: Kept, question: Question, session: Session, evidence: Evidence
) -> bytes:
    """The bytes of the answer to the question, asked at its time, under the ids that it had."""
    request_id = str(_json(kept.answer).get("request_id", ""))
    then = Exchange.begin({"HTTP_X_REQUEST_ID": request_id}, exchange.service)
    then.now = evidence.now
    then.use(session)
    facts = Facts(
        mapping=session.mapping,
        now=evidence.now,
        max_age_minutes=evidence.max_age_minutes,
        zone_notes=then.zone_notes,
        hosts=exchange.service.hosts,
    )
    token = enter(then)
    try:
        body = question.model.model_validate_json(kept.question, context=facts)
        return then.success({**question.decide(then, body).answer, "decision_id": decision.id}).get_data()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "/".join(map(str, first["loc"]))
        raise CarbonError(f"the question is not valid in this release: {where}: {first['msg']}") from None
    finally:
        leave(token)


def used_by(decision: Decision, session: Session, evidence: Evidence) -> Used:
    """What the answer used of the zones, machines and prices of the runs that it placed."""
    mapping, rows = session.mapping, [one.row for one in decision.placed if one.row.region in session.mapping.regions]
    spans: dict[str, list[int]] = {}
    for row in rows:
        zone = mapping.regions[row.region].zone
        if zone in evidence.readings or zone in mapping.own_zones:
            spans.setdefault(zone, []).extend((_hour(row.start.timestamp()), _hour(row.end.timestamp() - 1)))
    zones = [UsedZone(zone=zone, hours=_hours(session, zone, min(hours), max(hours))) for zone, hours in spans.items()]
    machines = dict.fromkeys((row.region, row.instance_type) for row in rows if row.instance_type is not None)
    offers = [_offer(mapping, region, name) for region, name in machines if name is not None]
    return Used(data_version=session.data_version, zones=zones, offers=offers)


def _hour(seconds: float) -> int:
    return int(seconds // units.SECONDS_PER_HOUR)


def _hours(session: Session, zone: str, first: int, last: int) -> list[HourStep]:
    """UTC hours since 1970 from the first to the last, at most MOST_HOURS of them."""
    now = _hour(session.now.timestamp())
    begin, end = max(first, now), min(last, max(first, now) + MOST_HOURS - 1)
    outlook = session.grid.outlook([zone], hours=end - now + 1)
    return [
        HourStep(starts_at=outlook.first_hour_at + timedelta(hours=hour), intensity=outlook.hour(zone, hour))
        for hour in range(begin - now, end - now + 1)
    ]


def _offer(mapping: CloudMap, region: str, name: str) -> UsedOffer:
    price, offered = mapping.price(region, name), mapping.is_offered(region, name)
    return UsedOffer(region=region, instance_type=name, offered=offered, price=price or NO_PRICE)


def _json(text: bytes) -> Any:
    return orjson.loads(text)


def question_of(kept: Kept) -> Any:
    """The JSON of the question, by the parser that checked it."""
    return from_json(kept.question)


def differences(before: Any, after: Any, pointer: str = "") -> Iterator[str]:
    """JSON pointers (RFC 6901) of what is not the same in two values, in the order of the first."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            step = f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"
            if (name in before) != (name in after):
                yield step
            else:
                yield from differences(before[name], after[name], step)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{pointer}/{index}")
    elif before != after or type(before) is not type(after):
        yield pointer
