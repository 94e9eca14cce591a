"""Services that a question names, as candidates beside the machines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from catalog.offers import with_services
from mapping import CloudMap


def with_named_services(mapping: CloudMap, names: Iterable[str]) -> CloudMap:
    """The map with the offers and prices of the services of these names that it does not compare anyway.

    A size or class of any provider: lambda-arm64-512mb, db.r7g.large. Names of machines add nothing.
    """
    services = [
        service
        for name in dict.fromkeys(names)
        for provider in mapping.providers
        if (provider, name) not in mapping.offers.type_index
        and (service := mapping.catalog.services.service_type(provider, name)) is not None
    ]
    if not services:
        return mapping
    offers = with_services(mapping.offers, services)
    return replace(mapping, offers=offers, prices=mapping.prices.with_offers(offers))
