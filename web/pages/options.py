"""The options of a comparison in an address, in a form, and as the body of POST /api/v1/compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import isfinite

from web.pages.page import Content

MOST = 6
FIELDS = ("region", "instance_type", "utilization", "count")
_MARK = ","  # between the fields of an option in an address; no name has one


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """The fields of a row as they were typed; empty: the default."""

    region: str = ""
    instance_type: str = ""
    utilization: str = ""
    count: str = ""

    @property
    def text(self) -> str:
        """The option in an address, without empty fields at its end."""
        fields = (getattr(self, name).replace(_MARK, " ").strip() for name in FIELDS)
        return _MARK.join(fields).rstrip(_MARK)

    @property
    def body(self) -> Content:
        """The option as the API takes it; what is no number stays a text, which the API refuses."""
        body: Content = {"region": self.region, "instance_type": self.instance_type}
        if self.utilization:
            body["utilization"] = number_in(self.utilization)
        if self.count:
            body["count"] = number_in(self.count)
        return body


def option_of(text: str) -> Option:
    """An option from an address: region, machine, utilisation, count."""
    fields = [field.strip() for field in text.split(_MARK, len(FIELDS) - 1)]
    return Option(**dict(zip(FIELDS, fields, strict=False)))


def options_of_rows(columns: Mapping[str, Sequence[str]]) -> list[Option]:
    """The options of a form, whose fields come column by column; rows that are left empty are no options."""
    rows = zip_longest(*(columns.get(name, ()) for name in FIELDS), fillvalue="")
    options = [Option(**dict(zip(FIELDS, row, strict=True))) for row in rows]
    return [option for option in options if option.region.strip() or option.instance_type.strip()]


def number_in(text: str) -> int | float | str:
    """The number that a text is, else the text."""
    if text.isdecimal():
        return int(text)
    try:
        value = float(text)
    except ValueError:
        return text
    return value if isfinite(value) else text
