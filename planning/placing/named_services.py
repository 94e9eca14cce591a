"""Services that a question names, as candidates beside the machines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from catalog.memo import table_cache
from catalog.offers import with_services
from mapping import CloudMap

# Maps with further services that are kept, about 3 MB each.
KEPT_MAPS = 4


def with_named_services(mapping: CloudMap, names: Iterable[str]) -> CloudMap:
    """The map with the offers and prices of the services of these names that it does not compare anyway.

    A size or class of any provider: lambda-arm64-512mb, db.r7g.large. Names of machines add nothing.
    """
    keys = tuple(
        (provider, name)
        for name in dict.fromkeys(names)
        for provider in mapping.providers
        if (provider, name) not in mapping.offers.type_index
        and mapping.catalog.services.service_type(provider, name) is not None
    )
    return _with_services(mapping, keys) if keys else mapping


@table_cache(KEPT_MAPS)
def _with_services(mapping: CloudMap, keys: tuple[tuple[str, str], ...]) -> CloudMap:
    """keys: provider and name of each service."""
    services = [service for key in keys if (service := mapping.catalog.services.service_type(*key)) is not None]
    offers = with_services(mapping.offers, services)
    return replace(mapping, offers=offers, prices=mapping.prices.with_offers(offers))
