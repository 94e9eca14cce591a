"""Names of clouds and regions as people write them: by id, by provider:region, by a zone, or nearly right."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache

from carbon.errors import AmbiguousRegion, UnknownProvider, UnknownRegion
from catalog.availability_zones import AMBIGUOUS, region_ids
from catalog.model import Provider, Region
from catalog.nearest import Names

# A region id of this provider needs no provider before it.
DEFAULT_PROVIDER = "aws"
NEAREST = 5
PLACE_ALIKE = 0.8  # difflib's ratio (0 to 1) from which a region's place counts as meant
SHORTEST_PLACE = 4  # letters; fewer are part of too many places


class RegionNames:
    """The names of a catalog's providers and regions."""

    def __init__(self, providers: Mapping[str, Provider], regions: Mapping[str, Region]) -> None:
        """providers: by id. regions: by provider:region."""
        self._providers = providers
        self._regions = regions
        self._by_id: dict[str, list[Region]] = {}
        for region in regions.values():
            self._by_id.setdefault(region.region.casefold(), []).append(region)
        self._names = lru_cache(None)(self._names_of)
        self._places = lru_cache(None)(self._places_of)
        self._place_names = lru_cache(None)(lambda provider: Names(self._places(provider)))

    def provider(self, name: str) -> Provider:
        """A provider by id, in any case. Raises UnknownProvider."""
        provider = self._providers.get(name.casefold())
        if provider is None:
            detail = f"provider {name!r} is not known; use one of {', '.join(self._providers)}"
            raise UnknownProvider(name, nearest=lambda: self._provider_names.nearest(name, n=NEAREST), detail=detail)
        return provider

    def region_and_kind(self, name: str, provider: str | None = None) -> tuple[Region, str | None]:
        """The region of that name, with the kind of zone that the name is of; None where it is the region's own.

        An id alone means AWS's region of that id, else the only provider's that has it. Any case is accepted.
        Raises UnknownProvider, UnknownRegion or AmbiguousRegion with the valid names.
        """
        prefix, colon, rest = name.partition(":")
        if colon:
            if provider is not None and provider.casefold() != prefix.casefold():
                detail = f"region {name!r} is not one of provider {provider!r}"
                raise UnknownRegion(name, detail=detail)
            provider, name = prefix, rest
        owner = None if provider is None else self.provider(provider).provider
        regions = [r for r in self._by_id.get(name.casefold(), ()) if owner in (None, r.provider)]
        preferred = [r for r in regions if r.provider == (owner or DEFAULT_PROVIDER)]
        if len(regions) == 1 or len(preferred) == 1:
            return (preferred or regions)[0], None
        if not regions and (zone := self._region_of_zone(name, owner)):
            return zone
        if not regions:
            others = [r.provider for r in self._by_id.get(name.casefold(), ())]
            if owner is not None and others:
                detail = f"{owner} has no region {name!r}; it is a region of {' and '.join(others)}"
            else:
                detail = f"region {name!r} is not known; GET /api/v1/regions?provider=all lists all regions"
            raise UnknownRegion(name, nearest=lambda: self._nearest_regions(name, owner), detail=detail)
        keys = [r.key for r in regions]
        detail = f"region {name!r} is ambiguous: use one of {', '.join(keys)}"
        raise AmbiguousRegion(name, nearest=lambda: keys, detail=detail)

    def _region_of_zone(self, name: str, provider: str | None) -> tuple[Region, str] | None:
        """The region of a cloud's zone, and the zone's kind. A zone that several clouds name so: AWS's, else None."""
        zones = [
            (region, kind)
            for region_provider in ([provider] if provider else self._providers.keys() - AMBIGUOUS)
            for kind, region_id in region_ids(region_provider, name)
            for region in self._by_id.get(region_id, ())
            if region.provider == region_provider
        ]
        preferred = [zone for zone in zones if zone[0].provider == DEFAULT_PROVIDER]
        return next(iter(preferred or (zones if len(zones) == 1 else ())), None)

    def _nearest_regions(self, name: str, provider: str | None) -> tuple[str, ...]:
        """As a caller would write them: an AWS region by its id, any other as provider:region.

        Those at a place of that name, else those whose id is spelled most alike.
        """
        if places := self._regions_at(name, provider):
            return places[:NEAREST]
        near = self._names(provider).nearest(name, n=NEAREST)
        return near if provider is None else tuple(f"{provider}:{region}" for region in near)

    def _regions_at(self, name: str, provider: str | None) -> tuple[str, ...]:
        """Regions whose city or name contains `name`, else those of the city that is spelled most alike."""
        place = name.casefold()
        if len(place) < SHORTEST_PLACE or not place.replace(" ", "").replace(".", "").isalpha():
            return ()
        places = self._places(provider)
        near = [name for name in places if place in name]
        near = near or list(self._place_names(provider).nearest(place, n=1, cutoff=PLACE_ALIKE))
        return tuple(dict.fromkeys(region for name in near for region in places[name]))

    @cached_property
    def _provider_names(self) -> Names:
        return Names(self._providers)

    def _names_of(self, provider: str | None) -> Names:
        """A provider's ids; of all providers an AWS region's id, any other as provider:region."""
        regions = self._regions.values()
        if provider is not None:
            return Names(r.region for r in regions if r.provider == provider)
        return Names(_caller_name(region) for region in regions)

    def _places_of(self, provider: str | None) -> Mapping[str, tuple[str, ...]]:
        """City, or the provider's name of the region, in lower case -> its open regions as callers write them."""
        places: dict[str, tuple[str, ...]] = {}
        for region in self._regions.values():
            if provider in (None, region.provider) and region.status == "available":
                for place in dict.fromkeys((region.city.casefold(), region.name.casefold())):
                    places[place] = (*places.get(place, ()), _caller_name(region))
        return places


def _caller_name(region: Region) -> str:
    return region.region if region.provider == DEFAULT_PROVIDER else region.key
