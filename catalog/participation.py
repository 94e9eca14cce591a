"""Which clouds can take part in a comparison of machines by carbon, and why the others cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from catalog.columns import work_per_hour_at_full_load
from catalog.load import Catalog

NO_TYPES = "no source at hand lists its machine types"
NO_POWER = "no source at hand describes the processors of its machines"
NO_WORK = "how much work its machines do is not known"
NO_OFFER = "no price list at hand says in which region its machines are sold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation:
    """Counts of a provider's machine types; each count is a part of the one before.

    types: known by name. modelled: with a power model. rated: also with work, on vCPUs that customers do not share.
    offered: also sold in a region at hand. reason: why none can be compared; None where one can.
    """

    provider: str
    types: int
    modelled: int
    rated: int
    offered: int
    reason: str | None


def participation(catalog: Catalog) -> Mapping[str, Participation]:
    """Every provider of the catalog, in its order."""
    sold = set(np.unique(catalog.offers.type).tolist())
    participations = {}
    for provider in catalog.providers:
        types = [(index, t) for index, t in enumerate(catalog.types) if t.provider == provider]
        modelled = [(index, t) for index, t in types if t.power_modelled]
        rated = [(index, t) for index, t in modelled if not t.shared_core and work_per_hour_at_full_load(t) is not None]
        offered = [index for index, _ in rated if index in sold]
        counts = (len(types), len(modelled), len(rated), len(offered))
        reasons = (NO_TYPES, NO_POWER, NO_WORK, NO_OFFER)
        participations[provider] = Participation(
            provider=provider,
            types=counts[0],
            modelled=counts[1],
            rated=counts[2],
            offered=counts[3],
            reason=next((reason for count, reason in zip(counts, reasons, strict=True) if not count), None),
        )
    return participations
