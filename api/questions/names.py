"""Names in a question -> catalog keys; an unknown name becomes a field error with the nearest valid ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from carbon.errors import (
    AmbiguousRegion,
    UnknownCountry,
    UnknownInstanceType,
    UnknownName,
    UnknownProvider,
    UnknownZone,
)
from carbon.workload import ZoneNote
from catalog.model import Region
from catalog.time_zones import time_zone_key, time_zone_names
from mapping import CloudMap, place_names, type_names
from outbound.hosts import HostRules

ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a question is checked against: the catalog, the time of the request, the age a live value may have.

    zone_notes: collects the zones that were named in place of their region. hosts: that a caller may have sent to.
    """

    mapping: CloudMap
    now: datetime
    max_age_minutes: int
    hosts: HostRules = field(default_factory=HostRules)
    zone_notes: list[ZoneNote] = field(default_factory=list)


def facts(info: ValidationInfo) -> Facts:
    """The Facts parse.py hands to pydantic as context."""
    if not isinstance(info.context, Facts):
        raise TypeError("a question is validated with Facts as context")
    return info.context


def refusal(code: str, detail: str, nearest: Callable[[], Sequence[str]] = tuple) -> PydanticCustomError:
    """A field error. nearest: finds valid values close to the one given; parse.py asks for the first few."""
    return PydanticCustomError("refused", "{detail}", {"code": code, "detail": detail, "nearest": nearest})


def not_one_of(what: str, word: str, choices: Sequence[str]) -> PydanticCustomError:
    """A word that is none of the choices."""
    return refusal("not_one_of", f"{word!r} is not {what}", lambda: get_close_matches(word, choices, n=3, cutoff=0.5))


def _unknown(code: str, error: UnknownName) -> PydanticCustomError:
    return refusal(code, str(error), lambda: error.nearest)


def provider_key(name: str, info: ValidationInfo) -> str:
    """A provider's key, upper and lower case alike."""
    try:
        return facts(info).mapping.provider(name).provider
    except UnknownProvider as error:
        raise _unknown("unknown_provider", error) from error


def noted_region(mapping: CloudMap, name: str, provider: str | None, zone_notes: list[ZoneNote]) -> Region:
    """The region of that name, or of that zone, which is then added to the notes. Raises as resolve_region."""
    region, kind = mapping.region_and_kind(name, provider)
    if kind is not None and (note := ZoneNote(name=name, kind=kind, region=region.key)) not in zone_notes:
        zone_notes.append(note)
    return region


def region_key(name: str, provider: str | None, info: ValidationInfo) -> str:
    """provider:region of a region named by its id, with its provider beside or before it."""
    try:
        return noted_region(facts(info).mapping, name, provider, facts(info).zone_notes).key
    except AmbiguousRegion as error:
        raise _unknown("ambiguous_region", error) from error
    except UnknownProvider as error:
        raise _unknown("unknown_provider", error) from error
    except UnknownName as error:
        raise _unknown("unknown_region", error) from error


def country_name(name: str, info: ValidationInfo) -> str:
    """The name of a country or of a group of countries, as it was given; see Places.country_codes."""
    try:
        facts(info).mapping.places.country_codes(name)
    except UnknownCountry as error:
        raise _unknown("unknown_country", error) from error
    return name


def country_codes(countries: list[str], info: ValidationInfo) -> list[str]:
    """The ISO 3166 alpha-2 codes of all countries that are named, each once."""
    places = facts(info).mapping.places
    return list(dict.fromkeys(code for name in countries for code in places.country_codes(name)))


def provider_or_region(name: str, info: ValidationInfo) -> str:
    """The key of a provider, or of a region given as provider:region or provider-region (its gid)."""
    mapping, zone_notes = facts(info).mapping, facts(info).zone_notes
    provider, _, region = name.replace(":", "-", 1).partition("-")
    try:
        if region:
            return noted_region(mapping, region, provider, zone_notes).key
        return mapping.provider(provider).provider
    except UnknownName as error:
        detail = f"{name!r} is not a provider, a provider:region or a gid"
        unknown = refusal(
            "unknown_place", detail, lambda: place_names(mapping).nearest(name.replace(":", "-", 1), n=5, cutoff=0.6)
        )
        raise unknown from error


def age_served(minutes: int, info: ValidationInfo) -> int:
    """The highest age of a live value in minutes, at most that of the service."""
    if minutes > (highest := facts(info).max_age_minutes):
        detail = f"must be less than or equal to {highest}, the highest age this service accepts"
        raise refusal("less_than_equal", detail)
    return minutes


def zone_key(name: str, info: ValidationInfo) -> str:
    """The current key of a grid zone; a retired key leads to its successor."""
    try:
        return facts(info).mapping.zone(name).zone
    except UnknownZone as error:
        raise _unknown("unknown_zone", error) from error


def type_in_region(name: str, info: ValidationInfo) -> str:
    """The catalog's spelling of an instance type of the provider of the question's region."""
    region = info.data.get("region")
    provider = region.partition(":")[0] if region else info.data.get("provider")
    if provider:
        return instance_type_name(provider, name, info)
    return any_instance_type(name, info)  # the region is wrong; still say so if the type is too


def time_zone_name(name: str) -> str:
    """A time zone as the IANA database spells it."""
    key = time_zone_key(name)
    if key is None:
        raise not_one_of("a time zone of the IANA database", name, time_zone_names())
    return key


def instance_type_name(provider: str, name: str, info: ValidationInfo) -> str:
    """The catalog's spelling of an instance type of one provider."""
    try:
        return facts(info).mapping.instance_type(provider, name).instance_type
    except UnknownInstanceType as error:
        raise _unknown("unknown_instance_type", error) from error


def sellers(name: str, info: ValidationInfo) -> dict[str, str]:
    """Providers that sell an instance type of this name, each with its spelling; refuses a name that none sells."""
    mapping = facts(info).mapping
    offers = ((provider, mapping.catalog.find_type(provider, name)) for provider in mapping.providers)
    if spellings := {provider: kind.instance_type for provider, kind in offers if kind}:
        return spellings

    def nearest() -> Sequence[str]:
        return type_names(mapping, None).nearest(name, n=5)

    raise refusal("unknown_instance_type", f"instance type {name!r} is not known", nearest)


def any_instance_type(name: str, info: ValidationInfo) -> str:
    """The spelling of an instance type that some provider sells."""
    return next(iter(sellers(name, info).values()))


def category_name(name: str, info: ValidationInfo) -> str:
    """A category of instance types, upper and lower case alike."""
    categories = sorted({kind.category for kind in facts(info).mapping.columns.types})
    if (category := name.lower()) in categories:
        return category
    detail = f"must be one of {', '.join(categories)}"
    raise refusal("not_one_of", detail, lambda: get_close_matches(category, categories, n=3))


def accelerator_part(name: str, info: ValidationInfo) -> str:
    """Part of an accelerator's name, such as T4; a whole name of other spelling as the catalog spells it."""
    catalog = facts(info).mapping.catalog
    models = {kind.accelerator.accelerator for kind in catalog.types if kind.accelerator}
    if any(name.casefold() in model.casefold() for model in models):
        return name
    spelled = catalog.parts.accelerator_models(name)
    if len(spelled) == 1 and spelled[0] in models:
        return spelled[0]
    words = sorted({*models, *(word for model in models for word in model.split())})
    detail = f"no accelerator's name contains {name!r}"
    raise refusal("unknown_gpu_model", detail, lambda: get_close_matches(name, words, n=5, cutoff=0.5))


def cpu_model(name: str, info: ValidationInfo) -> str:
    """The catalog's name of a CPU."""
    parts = facts(info).mapping.catalog.parts
    if (model := parts.cpu_model(name)) is not None:
        return model
    detail = f"CPU model {name!r} is not known; leave cpu_model out for a typical CPU of this arch"
    raise refusal("unknown_cpu_model", detail, lambda: parts.nearest_cpus(name))


def accelerator_model(name: str, info: ValidationInfo) -> str:
    """The catalog's name of one accelerator."""
    parts = facts(info).mapping.catalog.parts
    models = parts.accelerator_models(name)
    if len(models) == 1:
        return models[0]
    if models:
        raise refusal("ambiguous_gpu_model", f"{name!r} may be any of {', '.join(models)}", lambda: models)
    raise refusal("unknown_gpu_model", f"accelerator {name!r} is not known", lambda: parts.nearest_accelerators(name))
