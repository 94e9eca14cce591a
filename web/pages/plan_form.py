"""The form of jobs: rows of simple fields in the address, and the question that they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

import orjson
from pydantic import Field

from carbon.errors import UnknownCountry
from mapping import CloudMap
from web.pages.page import Content, PageState

MOST_ROWS = 20
MOST_IN_ADDRESS = 3000  # characters of the query: servers refuse request lines of more than 4,094
FIELDS = ("id", "hours", "machine", "count", "home", "where", "deadline")
LIMITS = ("carbon_price", "max_co2_kg", "max_cost_usd")
_ALL = "all"
_WITHOUT_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")  # as a browser's field sends it
_LABELS = {
    "id": "name",
    "duration_hours": "hours",
    "instance_type": "instance type",
    "home": "home",
    "regions": "may run in",
    "providers": "may run in",
    "countries": "may run in",
    "objective": "carbon price",
    "max_co2_kg": "most CO2e",
    "max_cost_usd": "most cost",
}
Row = dict[str, str]


class PlanState(PageState):
    """Jobs by rows, one list a field; or a whole question as JSON; or the id of a plan in the background.

    where: regions, clouds or countries with commas between them. deadline: UTC.
    """

    id: list[str] = Field(default=[], max_length=MOST_ROWS)
    hours: list[str] = Field(default=[], max_length=MOST_ROWS)
    machine: list[str] = Field(default=[], max_length=MOST_ROWS)
    count: list[str] = Field(default=[], max_length=MOST_ROWS)
    home: list[str] = Field(default=[], max_length=MOST_ROWS)
    where: list[str] = Field(default=[], max_length=MOST_ROWS)
    deadline: list[str] = Field(default=[], max_length=MOST_ROWS)
    carbon_price: str = Field(default="", max_length=100)
    max_co2_kg: str = Field(default="", max_length=100)
    max_cost_usd: str = Field(default="", max_length=100)
    question: str = Field(default="", max_length=MOST_IN_ADDRESS)
    plan: str = Field(default="", max_length=100)

    @property
    def jobs(self) -> list[Row]:
        """The rows in which something stands."""
        columns = zip_longest(*(getattr(self, name) for name in FIELDS), fillvalue="")
        rows = [dict(zip(FIELDS, (text.strip() for text in row), strict=True)) for row in columns]
        return [row for row in rows if any(row.values())]


def body_of(state: PlanState, mapping: CloudMap) -> Content:
    """The question of the rows. What is no number stays as it is: the parser of the endpoint says so."""
    body: Content = {"jobs": [_job(row, mapping) for row in state.jobs]}
    if state.carbon_price:
        body["objective"] = {"carbon_price_usd_per_tonne": _number(state.carbon_price)}
    for name in ("max_co2_kg", "max_cost_usd"):
        if text := getattr(state, name):
            body[name] = _number(text)
    return body


def compact(text: str) -> str:
    """JSON without spaces; what is no JSON, or no text that UTF-8 can hold, as it is."""
    try:
        return orjson.dumps(orjson.loads(text)).decode()
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return text.strip()


def pretty(body: bytes) -> str:
    """JSON as people read it; what is no JSON as it is."""
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        return body.decode(errors="replace")


def field_in_words(pointer: str, jobs: Sequence[Content]) -> str:
    """What a pointer such as #/jobs/0/home names, such as job 1 (train), home."""
    steps = pointer.removeprefix("#").strip("/").split("/")
    if steps[0] != "jobs" or len(steps) < 2 or not steps[1].isdigit():
        return " ".join(_LABELS.get(step, step) for step in steps) or "the JSON"
    number = int(steps[1])
    job = jobs[number] if number < len(jobs) else None
    name = str(job.get("id", "")) if isinstance(job, dict) else ""
    rest = [_LABELS.get(step, step) for step in steps[2:] if not step.isdigit()]
    return ", ".join((f"job {number + 1}{f' ({name})' if name else ''}", *rest))


def _job(row: Row, mapping: CloudMap) -> Content:
    job: Content = {"id": row["id"]} if row["id"] else {}
    if row["hours"]:
        job["duration_hours"] = _number(row["hours"])
    if row["machine"]:
        job["instance_type"] = row["machine"]
    if row["count"] and row["count"] != "1":
        job["count"] = _number(row["count"])
    if row["home"]:
        job["home"] = row["home"]
    if row["deadline"]:
        is_bare = _WITHOUT_OFFSET.fullmatch(row["deadline"])
        job["deadline"] = f"{row['deadline']}Z" if is_bare else row["deadline"]
    for name in filter(None, (one.strip() for one in row["where"].split(","))):
        job.setdefault(_kind_of_place(name, mapping), []).append(name)
    return job


def _kind_of_place(name: str, mapping: CloudMap) -> str:
    if name.lower() == _ALL or name.lower() in mapping.providers:
        return "providers"
    try:
        mapping.places.country_codes(name)
    except UnknownCountry:
        return "regions"
    return "countries"


def _number(text: str) -> object:
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() and abs(value) < 1e15 else value
