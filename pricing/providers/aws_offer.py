"""AWS's public offer files, one CSV for each service and region: how they are found and read.

Documented by AWS as the "price list bulk API". A file has five lines about itself, a header, and a row a price; large
regions have a million rows, so that only one row at a time is held.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pricing.refresh.figure import Task
from pricing.refresh.refusal import RefreshRefused
from pricing.refresh.replies import amount, currency, day, pairs, shape, text, unit
from pricing.refresh.web import Web

INDEX = "offers/v1.0/aws/index.json"
HOURS = ("Hrs", "hours", "Hours")
PRICE_COLUMNS = ("TermType", "StartingRange", "Unit", "PricePerUnit", "Currency", "Region Code")

Row = Mapping[str, str]


def edition(code: str, task: Task) -> str:
    """When the offer's files were last published. Raises RefreshRefused."""
    return text(_region_index(task.web(task.settings.prices_aws_base_url), code), "publicationDate")


def offer_files(web: Web, code: str, task: Task) -> Iterator[tuple[str, str]]:
    """(region, path of its CSV) of every region of the catalog that the offer's index names, China excepted.

    The files of China are on another host, in CNY. Raises RefreshRefused.
    """
    for region, entry in pairs(_region_index(web, code), "regions").items():
        of_catalog = task.cloud.regions.get(region)
        if of_catalog is not None and of_catalog.partition in ("commercial", "gov"):
            path = web.link(text(entry, "currentVersionUrl"))
            if not path.endswith("/index.json"):
                raise shape(f"{path[-80:]} is not an offer file")
            yield region, f"{path.removesuffix('.json')}.csv"


def _region_index(web: Web, code: str) -> Any:
    return web.json(web.link(text(web.json(INDEX), "offers", code, "currentRegionIndexUrl")))


def offer_rows(lines: Iterator[str], columns: Sequence[str]) -> Iterator[tuple[str, Row]]:
    """(day of publication, the named cells) of each on-demand price of an offer file, whatever it is for.

    Raises RefreshRefused where the file is not an offer file or lacks a column.
    """
    reader = csv.reader(lines)
    published = ""
    places: dict[str, int] = {}
    try:
        for cells in reader:
            if cells[:1] == ["SKU"]:
                places = {column: cells.index(column) for column in (*PRICE_COLUMNS, *columns)}
                break
            if cells[:1] == ["Publication Date"]:
                published = day(cells[1]).isoformat()
            if reader.line_num > len(PRICE_COLUMNS):
                raise shape("the file has no header where an offer file has one")
        if not places or not published:
            raise shape("the file has no header or no date")
        term, width = places["TermType"], max(places.values())
        for cells in reader:
            if len(cells) <= width:
                raise shape(f"line {reader.line_num} has {len(cells)} cells")
            if cells[term] == "OnDemand":
                yield published, {column: cells[place] for column, place in places.items()}
    except (ValueError, IndexError):
        raise shape("a column of the offer file is missing") from None
    except csv.Error as error:
        raise RefreshRefused("not-csv", f"line {reader.line_num}: {error}") from None


def price(row: Row, *units: str) -> Decimal:
    """USD of one row's unit, which must be one of these. Raises RefreshRefused."""
    currency(row["Currency"], "USD")
    unit(row["Unit"], *units)
    return amount(row["PricePerUnit"])
