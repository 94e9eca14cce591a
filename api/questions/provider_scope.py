"""Which providers a question is about: some, or all."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from typing_extensions import TypeAliasType

from api.questions import names
from api.questions.fields import ProviderKey

MAX_NAMES = 500


def _without_all(value: Any) -> Any:
    """ "all", alone or in a list, as the empty list that means every provider."""
    return [] if value == names.ALL or (isinstance(value, list) and names.ALL in value) else value


ProviderScope = TypeAliasType(
    "ProviderScope",
    Annotated[
        list[ProviderKey],
        Field(max_length=MAX_NAMES),
        BeforeValidator(_without_all),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "string", "const": names.ALL},
                    {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": MAX_NAMES},
                ],
                "description": "Keys of providers, or all.",
            }
        ),
    ],
)
