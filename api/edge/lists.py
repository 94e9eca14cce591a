"""The answer of a list: as JSON or as a table, whole or in pages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, urlencode

from flask import Response, request
from pydantic import BaseModel, Field

from api.edge.exchange import current
from api.edge.formats import FACT_NOTES, Format, accepted
from api.questions.fields import Parameters
from api.shapes.fact_notes import fact_notes_header
from api.shapes.reading import Json
from api.shapes.tables import Table

table_of = cache(Table.of)


class PageParameters(Parameters):
    """Which rows of a list."""

    limit: int | None = Field(None, ge=1, le=1000, description="Maximum number of rows. Default: all.")
    offset: int = Field(0, ge=0, le=1_000_000, description="Number of rows to skip.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list of `total` rows. limit: None for all rows from offset on."""

    total: int
    limit: int | None
    offset: int

    @property
    def link(self) -> str | None:
        """The Link header (RFC 8288) with the paths of the pages beside this one; None if there are none."""
        if self.limit is None:
            return None
        starts = {}
        if self.offset + self.limit < self.total:
            starts["next"] = self.offset + self.limit
        if self.offset > 0:
            starts["prev"] = max(0, min(self.offset, self.total) - self.limit)
            starts["first"] = 0
        return ", ".join(f'<{self._path(start)}>; rel="{name}"' for name, start in starts.items()) or None

    def _path(self, offset: int) -> str:
        """The path and query of this request, starting at another row."""
        others = [(name, value) for name, value in request.args.items(multi=True) if name not in ("limit", "offset")]
        query = urlencode([*others, ("limit", self.limit), ("offset", offset)])
        return f"{quote(request.path)}?{query}"


def answered(
    body: Json, rows: list[Json], row: type[BaseModel], page: Page | None = None, form: Format | None = None
) -> Response:
    """The success of a list under /api/v1. body: the JSON; rows: the rows in it, which the model `row` describes.

    form: JSON or CSV; None for what the client accepts.
    """
    if (form or accepted()) is Format.CSV:
        response = noted(Response(table_of(row).csv(rows), mimetype="text/csv"))
    else:
        response = current().success(body)
    return linked(response, page)


def noted(table: Response) -> Response:
    """The table with the remarks on the operator's own facts as a header, because it has no place for them."""
    if notes := current().session.notes:
        table.headers[FACT_NOTES] = fact_notes_header(notes)
    return table


def linked(response: Response, page: Page | None) -> Response:
    """The answer with links to the pages beside this one."""
    if page is not None and (link := page.link) is not None:
        response.headers["Link"] = link
    return response
