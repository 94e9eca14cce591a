"""Where a job of schedule may run, as a question gives it."""

from __future__ import annotations

from pydantic import Field, ValidationInfo, field_validator

from api.questions import names
from api.questions.fields import (
    COUNTRY_WORDS,
    PROVIDER_OF_REGION,
    Countries,
    LoadFields,
    ProviderKey,
    RegionBesideProvider,
    RegionKey,
)
from api.questions.provider_scope import MAX_NAMES, ProviderScope

PLACES = ("regions", "providers", "countries")


class JobPlaceFields(LoadFields):
    """Exactly one of region, regions, and providers or countries."""

    regions: list[RegionKey] | None = Field(
        None,
        min_length=1,
        max_length=MAX_NAMES,
        description="Regions in which the job may run, in place of region. The answer names the best.",
        examples=[["us-west-2", "gcp:europe-north1"]],
    )
    providers: ProviderScope | None = Field(
        None, description="Clouds in whose open regions the job may run, in place of region; with countries, both hold."
    )
    countries: Countries | None = Field(
        None,
        min_length=1,
        max_length=MAX_NAMES,
        description=f"Countries in which the job may run, in place of region: {COUNTRY_WORDS}.",
    )
    provider: ProviderKey | None = Field(None, description=PROVIDER_OF_REGION)
    region: RegionBesideProvider | None = Field(
        None,
        validate_default=True,
        description="A region's id, or provider:region. If several clouds use the same id, the provider is required. "
        "Required without regions, providers and countries.",
        examples=["us-east-1"],
    )

    @field_validator("region")
    @classmethod
    def _one_way_to_say_where(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Exactly one of region, regions, and providers or countries. A wrong one has its own errors."""
        set_fields = [name for name in PLACES if info.data.get(name, "wrong") is not None]
        if value is None and not set_fields:
            raise names.refusal("missing", "is required, or regions, providers or countries in its place")
        if value is not None and set_fields:
            raise names.refusal("one_place", f"cannot be combined with {set_fields[0]}: send one of the two")
        if "regions" in set_fields and len(set_fields) > 1:
            raise names.refusal("one_place", f"regions cannot be combined with {set_fields[1]}: send one of the two")
        return value
