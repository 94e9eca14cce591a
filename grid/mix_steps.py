"""From the steps of a mix, as sources list them, to the value of a zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from carbon.intensity import Derivation, Quality
from carbon.mix import MixStep, newest_complete
from carbon.reading import Observation
from grid.conversion import Conversion
from grid.source import MalformedReply
from grid.upstream.fields import checked_interval

PRODUCTION = "mix x lifecycle factors, without imports"


def mix_observation(
    source: str,
    zone: str,
    steps: Sequence[MixStep],
    *,
    now: datetime,
    max_age: timedelta,
    conversion: Conversion,
    derivation: Derivation,
) -> Observation:
    """The production-based value of the newest step with all its fuels.

    derivation: licence and attribution; the method, and the range of production against consumption, are added.
    Raises MalformedReply without a step that can be used.
    """
    step = newest_complete(steps, conversion.tables.fuels(source, zone))
    if step is None:
        raise MalformedReply("empty", f"mix of {zone}")
    starts_at, ends_at = checked_interval(step.starts_at, step.ends_at - step.starts_at, now, max_age)
    return Observation(
        zone=zone,
        gco2e_per_kwh=conversion.production(source, zone, step.megawatts).lifecycle_gco2e_per_kwh,
        starts_at=starts_at,
        ends_at=ends_at,
        quality=Quality.MEASURED,
        source=source,
        derivation=replace(derivation, method=PRODUCTION, flow_traced=False, range=conversion.flow_error(zone)),
    )
