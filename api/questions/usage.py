"""What a caller may say of its usage."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from api.questions import names
from api.questions.fields import (
    LONGEST,
    Body,
    MachineParts,
    Moment,
    Name,
    ProviderKey,
    Pue,
    RegionBesideProvider,
    Utilization,
)
from carbon.ledger import UsageRow
from carbon.workload import OwnMachine

MOST_ROWS = 10_000
MOST_BYTES = 16 * 1024 * 1024  # of 10,000 rows with many tags
MOST_FIELDS = 400_000
MOST_TAGS, MOST_TAG_CHARACTERS = 20, 200
TAG_COLUMN = "tag:"
MOST_HOURS = 8784.0


def _past(moment: datetime, info: ValidationInfo) -> datetime:
    now = names.facts(info).now + timedelta(minutes=1)  # `now` is the start of this minute
    if moment > now:
        raise names.refusal("in_the_future", "must not be in the future: usage is what was used")
    if now - moment > LONGEST:
        raise names.refusal("too_early", f"must be at most {LONGEST.days} days ago")
    return moment


PastMoment = Annotated[Moment, AfterValidator(_past)]
Tag = Annotated[str, Field(min_length=1, max_length=MOST_TAG_CHARACTERS)]
TagName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]


def check_end(length: timedelta | None, name: str, info: ValidationInfo) -> None:
    """Refuses a row whose end is said twice or not at all, is not after its start, or has not come yet.

    length: what the field `name` says, in place of the field end.
    """
    start, end = info.data.get("start"), info.data.get("end", "wrong")
    if start is None or end == "wrong":
        return
    if end is None and length is None:
        raise names.refusal("missing", "is required, or end in its place")
    if end is not None and length is not None:
        raise names.refusal(f"end_or_{name}", "cannot be combined with end: send one of the two")
    length = end - start if length is None else length
    if length <= timedelta(0):
        raise names.refusal("end_before_start", "end must be later than start")
    if length > timedelta(hours=MOST_HOURS):
        raise names.refusal("too_long", f"end must be at most {MOST_HOURS:g} hours after start: split the row")
    _past(start + length, info)


def check_submission(submitted_at: datetime | None, info: ValidationInfo) -> datetime | None:
    """Refuses work that was submitted after it began, or too long before."""
    start = info.data.get("start")
    if submitted_at is not None and start is not None:
        if submitted_at > start:
            raise names.refusal("start_before_submission", "must not be after start: it is when it could have begun")
        if start - submitted_at > timedelta(hours=MOST_HOURS):
            raise names.refusal("too_early", f"must be at most {MOST_HOURS:g} hours before start")
    return submitted_at


class UsageFields(Body):
    """Machines that ran for some time, or energy that was measured."""

    id: str = Field(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f/]+$",
        description="Your own name of the row. A row sent again changes nothing; another one with this id replaces it.",
        examples=["build-4711"],
    )
    start: PastMoment = Field(description="When it began, ISO 8601 with offset.", examples=["2026-02-10T08:00:00Z"])
    end: PastMoment | None = Field(None, description="When it ended; or give hours.")
    hours: float | None = Field(
        None, gt=0, le=MOST_HOURS, description="How long it ran, in place of end.", validate_default=True
    )
    provider: ProviderKey | None = Field(None, description="The provider of the region.")
    region: RegionBesideProvider = Field(
        description="A region's id, or provider:region. If several clouds use the same id, the provider is required.",
        examples=["us-east-1"],
    )
    machine: MachineParts | None = Field(None, description="A machine by its parts, in place of instance_type.")
    instance_type: Name | None = Field(
        None, description="An instance type of the region's provider.", examples=["m7g.large"], validate_default=True
    )
    count: float = Field(1.0, gt=0, le=1_000_000, description="Mean number of machines; need not be whole.")
    utilization: Utilization = None
    kwh: float | None = Field(
        None,
        ge=0,
        le=1e9,
        description="Measured energy of all machines, before PUE, in place of the power model. Send pue 1 if it is "
        "that of the whole facility.",
        validate_default=True,
    )
    pue: Pue = None
    cost_usd: float | None = Field(None, ge=0, le=1e9, description="What was billed. Default: the list price.")
    spot: bool = Field(False, description="Whether the list price is the spot price.")
    tags: dict[TagName, Tag] = Field(
        default={}, max_length=MOST_TAGS, description="Anything to report by.", examples=[{"team": "search"}]
    )
    decision_id: Annotated[str, Field(max_length=64)] | None = Field(
        None, description="The recorded decision that placed it; GET /api/v1/savings then says what it saved."
    )

    submitted_at: Annotated[PastMoment | None, AfterValidator(check_submission)] = Field(
        None,
        description="When it could have begun, at most start: reports say what it would have emitted without waiting.",
        examples=["2026-02-10T06:00:00Z"],
    )

    @field_validator("id")
    @classmethod
    def _not_a_path(cls, value: str) -> str:
        if value in ("report", "comparison"):
            raise names.refusal("reserved", f"must not be {value}, which is a path of its own")
        return value

    @field_validator("hours")
    @classmethod
    def _one_end(cls, hours: float | None, info: ValidationInfo) -> float | None:
        check_end(None if hours is None else timedelta(hours=hours), "hours", info)
        return hours

    @field_validator("instance_type")
    @classmethod
    def _instance_type(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        if info.data.get("machine") is not None:
            raise names.refusal("machine_or_instance_type", "cannot be combined with machine: send one of the two")
        return names.type_in_region(value, info)

    @field_validator("kwh")
    @classmethod
    def _machine_or_energy(cls, value: float | None, info: ValidationInfo) -> float | None:
        data = info.data
        if value is None and data.get("machine", "") is None and data.get("instance_type", "") is None:
            raise names.refusal("missing", "is required, or instance_type or machine in its place")
        return value

    def row(self) -> UsageRow:
        """The row as the engine takes it."""
        end = self.end or self.start + timedelta(hours=self.hours or 0.0)  # one of both is there: see _one_end
        return UsageRow(
            id=self.id,
            start=self.start,
            end=end,
            region=self.region,
            instance_type=self.instance_type,
            machine=None if self.machine is None else OwnMachine(**self.machine.model_dump()),
            count=self.count,
            utilization=self.utilization,
            it_kwh=self.kwh,
            pue=self.pue,
            cost_usd=self.cost_usd,
            spot=self.spot,
            tags=self.tags,
            decision_id=self.decision_id,
            submitted_at=self.submitted_at,
        )


NUMBERS = frozenset({"hours", "count", "utilization", "kwh", "pue", "cost_usd"})
WORDS = {"true": True, "false": False}


def _cell(name: str, text: str) -> object:
    if name == "spot":
        return WORDS.get(text.lower(), text)
    try:
        return float(text) if name in NUMBERS else text
    except ValueError:
        return text


def fields_of_cells(line: Mapping[str, str]) -> dict[str, Any]:
    """The fields of one row of a CSV text, by its columns.

    Empty cells are left out. A number that is none stays a text, which is then refused.
    """
    cells = {name: _cell(name, value) for name, value in line.items() if value}
    tags = {name.removeprefix(TAG_COLUMN): cells.pop(name) for name in list(cells) if name.startswith(TAG_COLUMN)}
    return {**cells, **({"tags": tags} if tags else {})}


def repeated(words: Iterable[str]) -> list[str]:
    """Those that come more than once, in the order in which they first come; the empty one is none."""
    return [word for word, count in Counter(words).items() if count > 1 and word]


def rows_of_csv(text: str) -> Mapping[str, Any]:
    """The body of a CSV text: one row a line, columns as the fields are named, tag:NAME for a tag."""
    lines = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if twice := repeated(lines.fieldnames or ()):
        raise csv.Error(f"more than one column is named {', '.join(twice)}")
    rows = []
    for line in lines:
        surplus = {"more_cells_than_columns": "yes"} if None in line else {}
        rows.append({**fields_of_cells({name: cell for name, cell in line.items() if name is not None}), **surplus})
    return {"rows": rows}


class UsageRequest(Body):
    """Rows of usage."""

    from_csv: ClassVar = rows_of_csv
    most_bytes: ClassVar[int] = MOST_BYTES
    most_fields: ClassVar[int] = MOST_FIELDS

    rows: list[UsageFields] = Field(
        min_length=1,
        max_length=MOST_ROWS,
        description=f"1 to {MOST_ROWS:,} rows. They are stored all, or none of them if one is wrong.",
    )

    @field_validator("rows")
    @classmethod
    def _different(cls, rows: list[UsageFields]) -> list[UsageFields]:
        if twice := repeated(row.id for row in rows):
            raise names.refusal("repeated_id", f"must have different ids: {', '.join(twice[:5])} comes more than once")
        return rows

    def is_costly(self, facts: names.Facts) -> bool:
        """More than a few rows."""
        return len(self.rows) > 50
