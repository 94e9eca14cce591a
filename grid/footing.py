"""From what sources publish, the steps of a mix or a direct intensity, to the value of a zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from carbon.intensity import Derivation, Quality
from carbon.mix import MixStep, complete_steps, net_imports_mw
from carbon.ranges import Factors, combined
from carbon.reading import Observation
from grid.conversion import Conversion
from grid.records import MAX_PLAUSIBLE_GCO2E_PER_KWH
from grid.source import MalformedReply
from grid.upstream.fields import begun, checked_interval

MIX = "mix x lifecycle factors"
PRODUCTION = f"{MIX}, without imports"
FLOWS_MAY_LAG = timedelta(hours=2)
NetImports = Mapping[str | None, float | None]  # by neighbour, negative: export; None: not known
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
    flows: Callable[[MixStep], NetImports | None] = lambda step: None,
) -> Observation:
    """The value of the newest step with all its fuels. flows: the net imports in a step, if the source gives them.

    Flows are published later than the mix at times. A step of up to FLOWS_MAY_LAG before the newest is used instead if
    it has its flows: imports matter more than two hours of age. Otherwise as step_observation.
    Raises MalformedReply without a step that can be used.
    """
    complete = known_steps(source, zone, steps, now, conversion)
    recent = (step for step in complete if complete[0].starts_at - step.starts_at <= FLOWS_MAY_LAG)
    step = next((step for step in recent if _are_known(flows(step))), complete[0])
    return step_observation(
        source,
        zone,
        step,
        now=now,
        max_age=max_age,
        conversion=conversion,
        derivation=derivation,
        net_imports=flows(step),
    )


def known_steps(
    source: str, zone: str, steps: Sequence[MixStep], now: datetime, conversion: Conversion
) -> list[MixStep]:
    """The complete steps that are not in the future, the newest first. Raises MalformedReply without any."""
    times = begun((step.starts_at for step in steps), now)
    past = [step for step in steps if step.starts_at in times]
    complete = complete_steps(past, conversion.tables.fuels(source, zone))
    if not complete:
        raise MalformedReply("empty", f"mix of {zone}")
    return complete


def _are_known(net_imports: NetImports | None) -> bool:
    return bool(net_imports) and None not in (net_imports or {}).values()


def step_observation(
    source: str,
    zone: str,
    step: MixStep,
    *,
    now: datetime,
    max_age: timedelta,
    conversion: Conversion,
    derivation: Derivation,
    net_imports: NetImports | None = None,
    quality: Quality = Quality.MEASURED,
) -> Observation:
    """The lifecycle value of one step, with its imports added one step where they are known by neighbour.

    net_imports: None: those among the names of the mix. derivation: licence and attribution, and what else the method
    should say; the rest of the method, and the range of consumption over production, are added.
    Raises MalformedReply for a mix or an interval that cannot be used.
    """
    starts_at, ends_at = checked_interval(step.starts_at, step.ends_at - step.starts_at, now, max_age)
    produced = conversion.production(source, zone, step.megawatts)
    if net_imports is None:
        own = net_imports_mw(step.megawatts, conversion.tables.fuels(source, zone))
        net_imports = None if None in own else own  # a sum over several neighbours does not say what flows in
    value, method = produced.lifecycle_gco2e_per_kwh, PRODUCTION
    if net_imports and (imported := conversion.with_imports(produced, net_imports, starts_at)):
        value, method = imported[0], f"{MIX}; {imported[1]}"
    if derivation.method is not None:
        method = f"{method}; {derivation.method}"
    return Observation(
        zone=zone,
        gco2e_per_kwh=value,
        starts_at=starts_at,
        ends_at=ends_at,
        quality=quality,
        source=source,
        derivation=replace(derivation, method=method, flow_traced=False, range=conversion.flow_error(zone)),
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
