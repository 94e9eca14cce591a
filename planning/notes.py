"""Remarks on an answer: figures of two bases in one ranking, and rules of the operator that changed or concern it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from carbon.intensity import MARKET_BASED
from carbon.notes import BASIS, POLICY, FactNote
from catalog.columns import BoolArray
from catalog.model import InstanceType, Region
from catalog.policy import PolicyRule, allowed_regions, allowed_types
from mapping import CloudMap
from planning.outlook.zones import Outlook

MOST_ZONES = 20  # named in a remark


def basis_notes(outlook: Outlook, mapping: CloudMap) -> list[FactNote]:
    """One remark if figures of the grid stand beside those of contracts or residual mixes."""
    origins = zip(outlook.zones, outlook.current_by_row, strict=True)
    market = [zone for zone, intensity in origins if intensity.provenance.basis == MARKET_BASED]
    if not market or len(market) == len(outlook.zones):
        return []
    names = ", ".join(market[:MOST_ZONES]) + (" and others" if len(market) > MOST_ZONES else "")
    text = (
        f"the figures of {names} are market-based, those of the other zones are location-based: an order that they are "
        "in together compares contracts with grids"
    )
    return [FactNote(kind=BASIS, source=mapping.zones[market[0]].source, reason=None, text=text)]


def policy_notes(rules: Iterable[PolicyRule | None]) -> list[FactNote]:
    """A remark for each rule, once."""
    distinct = dict.fromkeys(rule for rule in rules if rule is not None)
    return [FactNote(kind=POLICY, source=rule.source, reason=rule.reason, text=rule.in_words) for rule in distinct]


def policy_of(regions: Iterable[Region], instances: Iterable[InstanceType], mapping: CloudMap) -> list[FactNote]:
    """The rules that forbid any of these regions or types."""
    policy = mapping.policy
    if not policy.rules:
        return []
    rules = [policy.of_region(region) for region in regions]
    return policy_notes([*rules, *(policy.of_type(instance) for instance in instances)])


def policy_of_scope(scope: BoolArray, mapping: CloudMap) -> list[FactNote]:
    """The rules that forbid a region of the scope, a mask over the offers' regions, or a type on offer in it."""
    offers, policy = mapping.offers, mapping.policy
    if not policy.rules:
        return []
    regions = [offers.regions[index] for index in np.flatnonzero(scope & ~allowed_regions(offers, policy))]
    forbidden = ~allowed_types(offers.columns, policy)
    on_offer = np.zeros_like(forbidden)
    on_offer[offers.type[scope[offers.region]]] = True
    types = [offers.columns.types[index] for index in np.flatnonzero(forbidden & on_offer)]
    return policy_of(regions, types, mapping)
