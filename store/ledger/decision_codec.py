"""Decisions as JSON, in which they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from carbon.decisions import Decision, DecisionKind, Promise
from carbon.intensity import Signal
from store.ledger import codec


def packed(decision: Decision) -> bytes:
    """A decision as JSON."""
    fields = {
        "id": decision.id,
        "kind": decision.kind.value,
        "made_at": decision.made_at,
        "signal": decision.signal.value,
        "placed": [_promise(one) for one in decision.placed],
        "instead": [_promise(one) for one in decision.instead],
        "tags": dict(decision.tags),
        "budget": decision.budget,
    }
    return orjson.dumps(fields, option=codec.SORTED)


def unpacked(text: bytes) -> Decision:
    """The decision that was packed."""
    fields: dict[str, Any] = orjson.loads(text)
    return Decision(
        **{
            **fields,
            "kind": DecisionKind(fields["kind"]),
            "made_at": datetime.fromisoformat(fields["made_at"]),
            "signal": Signal(fields["signal"]),
            "placed": tuple(_of_json(one) for one in fields["placed"]),
            "instead": tuple(_of_json(one) for one in fields["instead"]),
        }
    )


def _promise(promise: Promise) -> dict[str, Any]:
    return {
        "row": orjson.Fragment(codec.packed(promise.row)),
        "co2_emissions_g": promise.co2_emissions_g,
        "embodied_emissions_g": promise.embodied_emissions_g,
        "cost_usd": promise.cost_usd,
    }


def _of_json(fields: Mapping[str, Any]) -> Promise:
    return Promise(**{**fields, "row": codec.of_fields(fields["row"])})
