"""Whether an answer is kept as a decision."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from api.questions import names
from api.questions.fields import Body
from api.questions.usage import MOST_TAGS, Tag, TagName


class RecordFields(Body):
    """A question whose answer may be kept."""

    record: bool = Field(
        False,
        description="Keep question, answer and all that it rests on: decision_id of the answer names it, and "
        "GET /api/v1/decisions/{id} replays it and shows what came.",
    )
    tags: dict[TagName, Tag] = Field(
        default={},
        max_length=MOST_TAGS,
        description="Tags of the decision, as usage has them; with record alone.",
        examples=[{"team": "search"}],
    )

    budget: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        None,
        description="Name of a budget in which the answer reserves what it places; with record alone. Beyond the limit "
        "of a budget that refuses it is a 422 with the nearest placement that fits.",
        examples=["search"],
    )

    @field_validator("budget")
    @classmethod
    def _reserved_by_a_record(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("record") is False:
            raise names.refusal("budget_without_record", "reserves for a recorded decision: set record to true as well")
        return value

    @field_validator("tags")
    @classmethod
    def _of_a_record(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if value and info.data.get("record") is False:
            raise names.refusal("tags_without_record", "are those of a recorded decision: set record to true as well")
        return value
