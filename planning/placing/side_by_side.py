"""Options side by side: the greenest first, and those that cannot be ranked, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from carbon.errors import PowerNotModelled
from carbon.intensity import CarbonIntensity
from carbon.results import Comparison, Emission, NotCompared
from carbon.units import HOUR_SECONDS
from carbon.workload import CalculateQuery
from catalog.model import InstanceType
from mapping import CloudMap
from planning.outlook.unknown import in_words, intensity_unknown
from planning.outlook.zones import Outlook
from planning.placing.machine_type import machine_type, why_not_modelled

MAX_SUGGESTIONS = 10  # types of one question for which similar ones are suggested
NO_EMBODIED = "the emissions of manufacturing it are not known, and include_embodied asks for them"


def obstacle(query: CalculateQuery, machine: InstanceType) -> str | None:
    """Why the option has no figure to rank by; None where it has one."""
    if machine.power is None:
        return why_not_modelled(machine)
    return NO_EMBODIED if query.include_embodied and machine.embodied_kgco2e is None else None


@dataclass(frozen=True, slots=True)
class Options:
    """Those with a figure, each with its machine, and those without, both in the order of the question."""

    ranked: tuple[tuple[CalculateQuery, InstanceType], ...]
    not_compared: tuple[NotCompared, ...]


def options_of(queries: Sequence[CalculateQuery], mapping: CloudMap) -> Options:
    """The options of a question. Raises UnknownInstanceType, and PowerNotModelled if none has a figure."""
    options = [(query, machine_type(query, mapping)) for query in queries]
    rows = _not_compared(options, mapping)
    if len(rows) == len(options):
        raise PowerNotModelled("none of the options can be compared", options=_as_facts(rows))
    missing = {row.index for row in rows}
    return Options(tuple(option for index, option in enumerate(options) if index not in missing), tuple(rows))


def _not_compared(options: Sequence[tuple[CalculateQuery, InstanceType]], mapping: CloudMap) -> list[NotCompared]:
    """The options that cannot be ranked; similar types are looked up for the first few types only."""
    nearest: dict[tuple[str, str], tuple[str, ...] | None] = {}
    rows = []
    for index, (query, machine) in enumerate(options):
        if (reason := obstacle(query, machine)) is None:
            continue
        kind = (machine.provider, machine.instance_type)
        if kind not in nearest:
            suggest = query.machine is None and len(nearest) < MAX_SUGGESTIONS
            nearest[kind] = mapping.nearest_modelled(machine) if suggest else None
        name = None if query.machine else machine.instance_type
        rows.append(NotCompared(index=index, instance_type=name, reason=reason, nearest_modelled=nearest[kind]))
    return rows


def with_known_intensity(options: Options, mapping: CloudMap, outlook: Outlook) -> Options:
    """The options whose intensity is known while they run; the others are not compared.

    The outlook holds the zones of the ranked options. Raises IntensityUnknown if none is known.
    """
    unknown: dict[str, CarbonIntensity] = {}
    for query, _ in options.ranked:
        zone = mapping.regions[query.region].zone
        if zone not in unknown:
            used = outlook.mean(zone, outlook.offset_seconds, query.duration_hours * HOUR_SECONDS)
            if used.gco2e_per_kwh is None:
                unknown[zone] = used
    if not unknown:
        return options
    missing = {row.index for row in options.not_compared}
    indexes = [index for index in range(len(options.ranked) + len(missing)) if index not in missing]
    ranked, rows = [], list(options.not_compared)
    for index, (query, machine) in zip(indexes, options.ranked, strict=True):
        zone = mapping.regions[query.region].zone
        if zone not in unknown:
            ranked.append((query, machine))
            continue
        name = None if query.machine else machine.instance_type
        reason = in_words(outlook.signal, zone, unknown[zone])
        rows.append(NotCompared(index=index, instance_type=name, reason=reason, nearest_modelled=None))
    if not ranked:
        raise intensity_unknown(outlook.signal, unknown)
    return Options(tuple(ranked), tuple(sorted(rows, key=lambda row: row.index)))


def compare(emissions: Sequence[Emission], not_compared: Sequence[NotCompared]) -> Comparison:
    """Ranks at least one emission: by total grams, then region, then type."""
    rows = sorted(emissions, key=lambda row: (row.total_gco2e, row.region, row.instance_type))
    difference, worst = rows[-1].total_gco2e - rows[0].total_gco2e, rows[-1].total_gco2e
    return Comparison(
        rows=tuple(rows),
        not_compared=tuple(not_compared),
        difference_gco2e=difference,
        difference_share=difference / worst if worst > 0 else 0.0,
    )


def _as_facts(options: Sequence[NotCompared]) -> list[dict[str, object]]:
    """The options as a problem shows them; without similar types where none were looked up."""
    return [
        {
            "index": option.index,
            "instance_type": option.instance_type,
            "why": option.reason,
            **({} if option.nearest_modelled is None else {"nearest_modelled": option.nearest_modelled}),
        }
        for option in options
    ]
