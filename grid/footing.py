"""From what sources publish, the steps of a mix or a direct intensity, to the value of a zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from carbon.intensity import Derivation, Quality
from carbon.mix import MixStep, newest_complete
from carbon.ranges import Factors, combined
from carbon.reading import Observation
from grid.conversion import Conversion
from grid.records import MAX_PLAUSIBLE_GCO2E_PER_KWH
from grid.source import MalformedReply
from grid.upstream.fields import checked_interval

PRODUCTION = "mix x lifecycle factors, without imports"
BY_FIT = "direct intensity of {what}, to lifecycle by a fit"


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


def lifecycle_value(zone: str, direct_gco2e_per_kwh: float, conversion: Conversion) -> float:
    """The lifecycle intensity. Raises MalformedReply for an absurd one, ZoneNotCovered without a fit of the zone."""
    if direct_gco2e_per_kwh > MAX_PLAUSIBLE_GCO2E_PER_KWH:
        raise MalformedReply("implausible-value", f"{direct_gco2e_per_kwh:g} gCO2/kWh")
    return conversion.lifecycle(zone, direct_gco2e_per_kwh)[0]


def by_fit(zone: str, conversion: Conversion, terms: Derivation, *, consumption: bool) -> Derivation:
    """How a direct intensity became lifecycle: its terms, the method, and the range of the fit.

    consumption: whether the figure is that of what the zone consumes; otherwise the range of its production is added.
    """
    parts: list[Factors | None] = [conversion.lifecycle(zone, 0.0)[1]]
    if not consumption:
        parts.append(conversion.flow_error(zone))
    return replace(
        terms,
        method=BY_FIT.format(what="consumption" if consumption else "production"),
        flow_traced=consumption,
        range=combined(*(part for part in parts if part is not None)),
    )
