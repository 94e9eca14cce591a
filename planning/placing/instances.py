"""Which machine types and sized services of the catalog a question is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from carbon.listings import InstancesQuery
from catalog.model import InstanceType


def select(
    types: Iterable[InstanceType], query: InstancesQuery, is_offered: Callable[[str, str], bool | None]
) -> list[InstanceType]:
    """Those that meet the query, by provider and name; those whose size is not known come last.

    is_offered: whether a region (provider:region) has a type of its own provider; None where no source lists it.
    """
    provider = None if query.region is None else query.region.partition(":")[0]
    matches = (
        kind
        for kind in types
        if (not query.providers or kind.provider in query.providers)
        and provider in (None, kind.provider)
        and _meets(kind, query)
        and (query.region is None or is_offered(query.region, kind.instance_type) is True)
    )
    return sorted(matches, key=lambda kind: (not _has_size(kind), kind.provider, kind.instance_type))


def _has_size(kind: InstanceType) -> bool:
    return None not in (kind.vcpus, kind.memory_gb)


def _meets(kind: InstanceType, query: InstancesQuery) -> bool:
    return (
        _contains(kind.instance_type, query.name)
        and query.category in (None, kind.category)
        and (query.family is None or query.family.casefold() == kind.family.casefold())
        and query.arch in (None, kind.arch)
        and _contains(kind.accelerator.accelerator if kind.accelerator else "", query.accelerator)
        and _is_at_least(kind.vcpus, query.min_vcpus)
        and _is_at_least(kind.memory_gb, query.min_memory_gb)
        and query.power_modelled in (None, kind.power_modelled)
    )


def _contains(text: str, part: str | None) -> bool:
    return part is None or part.casefold() in text.casefold()


def _is_at_least(value: float | None, least: float | None) -> bool:
    return least is None or (value is not None and value >= least)
