"""Options side by side: the greenest first, and those that cannot be ranked, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from carbon.errors import PowerNotModelled
from carbon.results import Comparison, Emission, NotCompared
from carbon.workload import CalculateQuery
from catalog.model import InstanceType

MAX_SUGGESTIONS = 10  # types of one question for which similar ones are suggested
NO_PARTS = "its parts are not known"
NO_EMBODIED = "the emissions of manufacturing it are not known, and include_embodied asks for them"


def obstacle(query: CalculateQuery, machine: InstanceType) -> str | None:
    """Why the option has no figure to rank by; None where it has one."""
    if machine.power is None:
        return machine.not_modelled or NO_PARTS
    return NO_EMBODIED if query.include_embodied and machine.embodied_kgco2e is None else None


def not_modelled(machine: InstanceType, nearest: tuple[str, ...]) -> PowerNotModelled:
    """The refusal of a type without a power model. nearest: modelled types that are similar."""
    why = machine.not_modelled or NO_PARTS
    return PowerNotModelled(
        f"the power of {machine.instance_type} cannot be modelled: {why}",
        instance_type=machine.instance_type,
        why=why,
        nearest_modelled=nearest,
    )


def left_out(
    options: Sequence[tuple[CalculateQuery, InstanceType]], nearest_modelled: Callable[[InstanceType], tuple[str, ...]]
) -> list[NotCompared]:
    """The options that cannot be ranked; similar types are looked up for the first few types only."""
    nearest: dict[tuple[str, str], tuple[str, ...] | None] = {}
    rows = []
    for index, (query, machine) in enumerate(options):
        if (reason := obstacle(query, machine)) is None:
            continue
        kind = (machine.provider, machine.instance_type)
        if kind not in nearest:
            suggest = query.machine is None and len(nearest) < MAX_SUGGESTIONS
            nearest[kind] = nearest_modelled(machine) if suggest else None
        name = None if query.machine else machine.instance_type
        rows.append(NotCompared(index=index, instance_type=name, reason=reason, nearest_modelled=nearest[kind]))
    return rows


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


def as_facts(options: Sequence[NotCompared]) -> list[dict[str, object]]:
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
