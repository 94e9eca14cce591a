"""GET /keda/{region}: one number for the metrics-api scaler of KEDA, which falls when the grid is dirty.

KEDA has no form of errors: a refusal is a problem as everywhere else, and KEDA uses the fallback of its ScaledObject.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated

import orjson
from flask import Blueprint, Response, request
from pydantic import AfterValidator, Field, ValidationInfo, field_validator

import foreign_questions
from api.edge.exchange import JSON, current
from api.questions import names
from api.questions.fields import Parameters
from api.questions.parse import parse_query
from api.shapes.numbers import rounded
from carbon.replicas import ReplicasQuery

bp = Blueprint("keda", __name__)

MOST_STEPS = 20
MOST_REPLICAS = 100_000
MOST_GRAMS = 10_000.0
# float and int would read more than that: nan, 1_0, digits of other scripts.
_STEP = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,3})?)\s*:\s*([0-9]{1,9})\s*")
Count = Annotated[int, Field(ge=0, le=MOST_REPLICAS)]


def _ordered(text: str) -> str:
    """Refuses what is not steps such as 100:10,200:5."""
    steps = _steps(text)
    if len(steps) > MOST_STEPS:
        raise names.refusal("too_long", f"must have at most {MOST_STEPS} steps")
    for (limit, replicas), (next_limit, next_replicas) in pairwise(steps):
        if next_limit <= limit:
            raise names.refusal("not_ascending", "must have intensities in ascending order")
        if next_replicas > replicas:
            raise names.refusal("rising", "must not allow more replicas on a dirtier grid")
    return text


def _steps(text: str) -> tuple[tuple[float, int], ...]:
    return tuple(_step(part) for part in text.split(","))


def _step(part: str) -> tuple[float, int]:
    match = _STEP.fullmatch(part)
    grams, count = (float(match[1]), int(match[2])) if match else (-1.0, -1)
    if not (0 <= grams <= MOST_GRAMS and 0 <= count <= MOST_REPLICAS):
        detail = f"must be steps gCO2e/kWh:replicas such as 100:10,200:5, at most {MOST_GRAMS:g} and {MOST_REPLICAS:,}"
        raise names.refusal("not_steps", detail)
    return grams, count


class ReplicasParameters(Parameters):
    """How many replicas at which intensity. max: never more. min: above the last step. fallback: if it is unknown."""

    thresholds: Annotated[str, Field(max_length=1000), AfterValidator(_ordered)]
    max: Count | None = None
    min: Count | None = None
    fallback: Count | None = None

    @field_validator("min")
    @classmethod
    def _min_is_least(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and "thresholds" in info.data and value > _steps(info.data["thresholds"])[-1][1]:
            raise names.refusal("rising", "must not be more than the replicas of the last threshold")
        return value

    @property
    def steps(self) -> tuple[tuple[float, int], ...]:
        return _steps(self.thresholds)

    def query(self, region: str) -> ReplicasQuery:
        """The least is that of the last step, and an unknown grid lets all work run, unless told otherwise."""
        highest = self.steps[0][1] if self.max is None else self.max
        return ReplicasQuery(
            region=region,
            steps=self.steps,
            least=self.steps[-1][1] if self.min is None else self.min,
            highest=highest,
            otherwise=highest if self.fallback is None else self.fallback,
        )


@bp.get("/keda/<region>")
def replicas(region: str) -> Response:
    """How many replicas may run now."""
    exchange = current()
    key = exchange.mapping.region_and_kind(region)[0].key
    allowed = foreign_questions.replicas(
        exchange.session, parse_query(ReplicasParameters, request, exchange.facts).query(key)
    )
    value, provenance = allowed.intensity.gco2e_per_kwh, allowed.intensity.provenance
    answer = {
        "value": allowed.count,
        "region": key,
        "intensity": None if value is None else rounded(value),
        "data_quality": None if value is None else provenance.quality.value,
        "source": None if value is None else provenance.source,
        "allowed_replicas": allowed.count,
        "generated_at": exchange.timestamp,
    }
    return Response(orjson.dumps(answer), content_type=JSON)
