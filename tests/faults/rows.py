"""What an upstream can do wrong: one row a fault, and the words by which the service owns up to it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tests.fakes.upstream import Answer, Call, Fault, always, changed, dropped, reply, truncated

HOLD_SECONDS = 2.0  # of every hold in a drill; see served.py
HOURS_AWAY = 30.0  # longer than a value may be old, or a forecast be ahead
ENDLESS_SECONDS = 600.0
HTML = "<html><body>Service Unavailable</body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fault. reasons: the fallback_reason of zones nothing is known of; known_reasons: others beside known values.

    holds: the whole source is left alone for a while. listening: whether anything listens at the upstream's address.
    address: another address. recovers: whether the fault can end while the service runs.
    any_source: whether it is about HTTP alone, so that it is tried on every source and not on Electricity Maps only.
    mixed: good answers come between. most_calls: what one question of one zone may cost, tries included.
    """

    name: str
    fault: Fault | None = None
    reasons: frozenset[str] = frozenset()
    known_reasons: frozenset[str] = frozenset()
    holds: bool = True
    listening: bool = True
    address: str | None = None
    recovers: bool = True
    mixed: bool = False
    most_calls: int = 2
    any_source: bool = False


def signals(fault: Fault) -> Fault:
    """The fault on everything but /zones."""
    return lambda call, good: good if call.path == "zones" else fault(call, good)


def places(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Fault:
    """The good answer with a change wherever a value and its time stand."""

    def fault(_call: Call, good: Answer) -> Answer:
        body = json.loads(good.body)
        if "forecast" in body:
            return reply({**body, "forecast": [change(row) for row in body["forecast"]]})
        return reply(change(body)) if good.status == 200 else good

    return signals(fault)


def valued(value: Any) -> Fault:
    """The good answer with this intensity everywhere."""
    return places(lambda row: {**row, "carbonIntensity": value})


def shifted(hours: float) -> Fault:
    """The good answer from another time."""

    def moved(row: dict[str, Any]) -> dict[str, Any]:
        time = datetime.fromisoformat(row["datetime"]) + timedelta(hours=hours)
        return {**row, "datetime": f"{time:%Y-%m-%dT%H:%M:%S}.000Z"}

    return places(moved)


def every_other(fault: Fault) -> Fault:
    """The fault and the good answer in turn."""
    turns = itertools.count()
    return lambda call, good: fault(call, good) if next(turns) % 2 == 0 else good


def trickling(_call: Call, good: Answer) -> Answer:
    return replace(good, bytes_per_pause=1, pause_seconds=0.2)


def half_the_text(_call: Call, good: Answer) -> Answer:
    """A body that ends in the middle of the JSON, and says that it is whole."""
    return Answer(body=good.body[: len(good.body) // 2])


def without_plan(call: Call, good: Answer) -> Answer:
    """The plan covers only a zone that no request needs."""
    text = f"Request unauthorized for zoneKey={call.zone},requestType=latest,dataType=carbon-intensity."
    return reply({"XX": {"access": ["*"]}}) if call.path == "zones" else reply({"error": text}, 401)


def silent_plan(call: Call, good: Answer) -> Answer:
    """/zones does not exist, and each zone is refused."""
    return reply({"error": "Not Found"}, 404) if call.path == "zones" else without_plan(call, good)


def _row(name: str, fault: Fault, *reasons: str, **more: Any) -> Row:
    return Row(name=name, fault=fault, reasons=frozenset(reasons), **more)


ROWS = (
    _row("refused key", signals(always(reply({"error": "Invalid auth-token"}, 401))), "bad-key"),
    _row(
        "plan lacks the zone",
        without_plan,
        "plan-lacks-zone",
        known_reasons=frozenset({"rate-limited", "quota"}),  # as below; and a plan of one zone has 50 calls an hour
        holds=False,
        most_calls=3,
    ),
    _row(
        "plan lacks the zone, no /zones",
        silent_plan,
        "plan-lacks-zone",
        known_reasons=frozenset({"rate-limited"}),  # so a refusal is read where the zone worked within the hour
        holds=False,
        most_calls=3,
    ),
    _row("403", always(reply("", 403)), "refused", any_source=True),
    _row("404", always(reply({"error": "No recent data"}, 404)), "no-recent-data", holds=False, any_source=True),
    _row("429 with Retry-After", always(reply("slow down", 429, Retry_After="2")), "rate-limited", any_source=True),
    _row("429 without Retry-After", always(reply("", 429)), "rate-limited", any_source=True),
    _row("500", always(reply({"error": "oops"}, 500)), "server-error", any_source=True),
    _row("503 in HTML", always(reply(HTML, 503, Content_Type="text/html")), "server-error", any_source=True),
    _row("200 in HTML", always(reply(HTML, 200, Content_Type="text/html")), "not-json", holds=False, any_source=True),
    _row("hangs", always(Answer(wait_seconds=ENDLESS_SECONDS)), "timeout", "late", any_source=True),
    _row("trickles", trickling, "timeout", "late", any_source=True),
    _row(
        "endless headers", always(Answer(trickle_headers=True, pause_seconds=0.2)), "timeout", "late", any_source=True
    ),
    _row("hangs up", dropped, "connection", any_source=True),
    _row("truncated", truncated, "truncated", any_source=True),
    _row("half the JSON", half_the_text, "not-json", holds=False, any_source=True),
    _row(
        "malformed JSON", always(reply('{"zone": "DE", carbonIntensity: 1}')), "not-json", holds=False, any_source=True
    ),
    _row("another shape", signals(always(reply([1, 2, 3]))), "wrong-shape", holds=False, any_source=True),
    _row("5 MB", always(reply(b'"' + b"x" * 5_000_000 + b'"')), "too-large", holds=False, any_source=True),
    _row("nulls", valued(None), "null-value", holds=False),
    _row("zero", valued(0), "implausible-value", holds=False),
    _row("negative", valued(-20.5), "implausible-value", holds=False),
    _row("absurd", valued(1e9), "implausible-value", holds=False),
    _row("sandbox", signals(changed(_disclaimer="This is sandbox mode data")), "sandbox-key"),
    _row("stale", shifted(-100), "stale", holds=False),
    _row("future", shifted(HOURS_AWAY), "future", holds=False),
    _row("wrong zone", signals(changed(zone="XX")), "wrong-zone", holds=False),
    _row("redirect loop", always(reply("", 302, Location="/v4/zones")), "redirect", any_source=True),
    Row(name="connection refused", listening=False, reasons=frozenset({"connection"}), any_source=True),
    Row(
        name="unknown host",
        address="http://upstream.invalid/v4",
        reasons=frozenset({"connection", "late"}),
        recovers=False,
        any_source=True,
    ),
    _row(
        "flapping",
        every_other(always(reply("", 500))),
        "server-error",
        "late",
        holds=False,
        mixed=True,
        any_source=True,
    ),
    Row(
        name="slow",
        fault=lambda call, good: replace(good, wait_seconds=0.2),
        mixed=True,
        holds=False,
        most_calls=1,
        any_source=True,
    ),
)
assert len({row.name for row in ROWS}) == len(ROWS)
