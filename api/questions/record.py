"""Whether an answer is kept as a decision."""

from __future__ import annotations

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

    @field_validator("tags")
    @classmethod
    def _of_a_record(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if value and info.data.get("record") is False:
            raise names.refusal("tags_without_record", "are those of a recorded decision: set record to true as well")
        return value
