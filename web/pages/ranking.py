"""The rows of the ranking on the first page: those of /v1/by-rank, filtered and in the order that a reader asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from api.shapes.locations import location_rows
from carbon.bands import Band, band_of
from carbon.intensity import CarbonIntensity
from carbon.locations import LocationList
from catalog.dates import day_of
from session import Session
from web.marks import Standing, standing_of
from web.pages.page import Content


class Order(StrEnum):
    """What the rows are ordered by. carbon: as /v1/by-rank."""

    CARBON = "carbon"
    RENEWABLE = "renewable"
    PRICE = "price"
    SPOT = "spot"
    REGION = "region"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A region. json: its row of /v1/by-rank."""

    key: str
    json: Content
    intensity: CarbonIntensity

    @property
    def band(self) -> Band | None:
        return band_of(self.intensity.gco2e_per_kwh)

    @property
    def standing(self) -> Standing:
        return standing_of(self.intensity)

    @property
    def usd_per_hour(self) -> float | None:
        """On demand, of the machine that the row is priced for."""
        price = self.json["instancePrice"]
        return None if price is None else price["perHour"]


_VALUES: dict[Order, Callable[[Row], float | str | None]] = {
    Order.RENEWABLE: lambda row: row.json["renewablePercentage"],
    Order.PRICE: lambda row: row.usd_per_hour,
    Order.SPOT: lambda row: row.json["spotScore"],
    Order.REGION: lambda row: row.key,
}
# Which way round each order begins: the highest share of renewables and the best spot score first.
DOWN_FIRST = (Order.RENEWABLE, Order.SPOT)


def ranking(locations: LocationList, session: Session) -> list[Row]:
    """The rows of an answer of by-rank, in its order."""
    rows = location_rows(locations.rows, session.mapping.prices, day_of(session.now))
    pairs = zip(locations.rows, rows, strict=True)
    return [Row(key=one.region, json=row, intensity=one.stay.intensity) for one, row in pairs]


def filtered(
    rows: Sequence[Row], providers: Collection[str], countries: Collection[str], text: str, names: Callable[[Row], str]
) -> list[Row]:
    """The rows of these providers and countries, an empty filter letting everything pass.

    text: every word of it is in what `names` gives, in any case.
    """
    words = text.casefold().split()
    return [
        row
        for row in rows
        if (not providers or row.json["provider"] in providers)
        and (not countries or row.json["country"] in countries)
        and (not words or all(word in names(row) for word in words))
    ]


def ordered(rows: Sequence[Row], order: Order, *, down: bool) -> list[Row]:
    """The rows by one column, and by rank where it is equal; those without a value are last either way."""
    if order is Order.CARBON:
        return list(reversed(rows)) if down else list(rows)
    value = _VALUES[order]
    present = [row for row in rows if value(row) is not None]
    absent = [row for row in rows if value(row) is None]
    return sorted(present, key=value, reverse=down) + absent  # type: ignore[arg-type]  # none of them is None


def live_age_seconds(rows: Sequence[Row]) -> float | None:
    """The median age of the figures that a source has observed; None where there is none."""
    ages = [age for row in rows if (age := row.intensity.provenance.age_seconds) is not None]
    return median(ages) if ages else None


def standings(rows: Sequence[Row]) -> dict[Standing, int]:
    """How many figures are worth how much, in the order of what they are worth."""
    counts = Counter(row.standing for row in rows)
    return {standing: counts[standing] for standing in Standing}
