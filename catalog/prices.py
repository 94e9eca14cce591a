"""What an offer costs: on-demand and spot prices with their dates and sources, and how often spot is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.columns import FloatArray, IntArray
from catalog.dates import earliest_day
from catalog.memo import Memo
from catalog.model import InstanceType
from catalog.offers import Offers
from catalog.packed import MICRO_USD, NOT_KNOWN, PackedPrices, PriceSource, load_packed
from catalog.tables import CatalogError

# A spot price older than this is shown, but sorts, filters and optimises as unknown.
MAX_SPOT_AGE_DAYS = 365
# Spot score 1 to 10 from the advisor's band of monthly interruptions (below 5, 10, 15, 20 %, and above): an estimate.
# The steps are our choice and fall with the band; 10 and 1 are reserved for a provider's own placement score.
SCORE_OF_BAND = (9, 7, 5, 4, 2)
SCORE_SOURCE = "aws-advisor-estimate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one offer costs, USD an hour, Linux, shared tenancy, before tax. Unknown is None.

    *_as_of: the date as its source gives it; *_day: the earliest day that can mean, in days since 1970-01-01.
    spot_score: 1 (often interrupted) to 10, with its own date.
    """

    on_demand_usd_per_hour: float | None
    on_demand_as_of: str | None
    on_demand_day: int | None
    on_demand_source: PriceSource | None
    is_estimate: bool
    spot_usd_per_hour: float | None
    spot_as_of: str | None
    spot_day: int | None
    spot_source: PriceSource | None
    interruption_band: int | None
    spot_score: int | None
    spot_score_as_of: str | None

    def usable_spot(self, today_day: int) -> float | None:
        """The spot price unless it is older than MAX_SPOT_AGE_DAYS."""
        if self.spot_day is None or today_day - self.spot_day > MAX_SPOT_AGE_DAYS:
            return None
        return self.spot_usd_per_hour


NO_PRICE = Price(
    on_demand_usd_per_hour=None,
    on_demand_as_of=None,
    on_demand_day=None,
    on_demand_source=None,
    is_estimate=False,
    spot_usd_per_hour=None,
    spot_as_of=None,
    spot_day=None,
    spot_source=None,
    interruption_band=None,
    spot_score=None,
    spot_score_as_of=None,
)
# The arrays of a PriceTable, and what they hold where nothing is known.
EMPTY: Mapping[str, float] = {
    "on_demand_usd_per_hour": np.nan,
    "spot_usd_per_hour": np.nan,
    "on_demand_date": NOT_KNOWN,
    "spot_date": NOT_KNOWN,
    "on_demand_day": NOT_KNOWN,
    "spot_day": NOT_KNOWN,
    "on_demand_source": NOT_KNOWN,
    "spot_source": NOT_KNOWN,
    "is_estimate": False,
    "interruption_band": NOT_KNOWN,
    "spot_score": NOT_KNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PriceTable:
    """The price of every offer: arrays with an entry an offer, in the order of `offers`.

    Prices are USD an hour, NaN unknown. Days since 1970-01-01, sources (index into `sources`), bands (0 to 4) and
    scores (1 to 10) are -1 where unknown; a day is known exactly where its price is.
    """

    offers: Offers
    sources: tuple[PriceSource, ...]
    dates: tuple[tuple[str, int], ...]
    on_demand_usd_per_hour: FloatArray
    spot_usd_per_hour: FloatArray
    on_demand_date: NDArray[np.int8]
    spot_date: NDArray[np.int8]
    on_demand_day: NDArray[np.int32]
    spot_day: NDArray[np.int32]
    on_demand_source: NDArray[np.int8]
    spot_source: NDArray[np.int8]
    is_estimate: NDArray[np.bool_]
    interruption_band: NDArray[np.int8]
    spot_score: NDArray[np.int8]
    spot_score_as_of: str
    memo: Memo = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def load(cls, offers: Offers) -> PriceTable:
        """The prices shipped with this project. Raises CatalogError where they do not fit the offers."""
        return cls.of(offers, load_packed())

    @classmethod
    def of(cls, offers: Offers, packed: PackedPrices) -> PriceTable:
        """The packed prices in the order of the offers. Raises CatalogError for a priced pair that is no offer."""
        place = _places(offers, packed)

        def aligned(name: str) -> NDArray[np.int8]:
            return _spread(packed.columns[name], place, len(offers.codes), NOT_KNOWN)

        def dollars(name: str) -> FloatArray:
            micro = packed.columns[name]
            return _spread(np.where(micro > 0, micro / MICRO_USD, np.nan), place, len(offers.codes), np.nan)

        of_services = ((text, earliest_day(text)) for text in sorted(offers.services.dates))
        dates = tuple(dict.fromkeys((*packed.dates, *of_services)))
        days = np.array([day for _, day in dates] + [NOT_KNOWN], dtype=np.int32)
        estimates = np.array([source.is_estimate for source in packed.sources] + [False], dtype=np.bool_)
        scores = np.array([*SCORE_OF_BAND, NOT_KNOWN], dtype=np.int8)
        on_demand, spot = dollars("on_demand_micro_usd"), dollars("spot_micro_usd")
        # A row without a price keeps the date it was listed; only a price makes that the date of a price.
        on_demand_date = np.where(np.isnan(on_demand), np.int8(NOT_KNOWN), aligned("on_demand_date"))
        on_demand_source = np.where(np.isnan(on_demand), np.int8(NOT_KNOWN), aligned("on_demand_source"))
        spot_date, band = aligned("spot_date"), aligned("interruption_band")
        machines = cls(
            offers=offers,
            sources=packed.sources,
            dates=dates,
            on_demand_usd_per_hour=on_demand,
            spot_usd_per_hour=spot,
            on_demand_date=on_demand_date,
            spot_date=spot_date,
            on_demand_day=days[on_demand_date],
            spot_day=days[spot_date],
            on_demand_source=on_demand_source,
            spot_source=aligned("spot_source"),
            is_estimate=estimates[on_demand_source],
            interruption_band=band,
            spot_score=scores[band],
            spot_score_as_of=packed.interruption_as_of,
        )
        return machines._priced(np.delete(np.arange(len(offers.codes)), place))

    def sharing(self, before: PriceTable) -> PriceTable:
        """These prices, with the arrays of an earlier table of the same offers where they are equal; that if all are.

        Its arrays may be in memory that processes share, and its results are computed already.
        """
        shared: dict[str, Any] = {
            name: getattr(before, name)
            for name in EMPTY
            if np.array_equal(getattr(self, name), getattr(before, name), equal_nan=True)
        }
        names = ("offers", "sources", "dates", "spot_score_as_of")
        if len(shared) == len(EMPTY) and all(getattr(self, name) == getattr(before, name) for name in names):
            return before
        return replace(self, **shared)

    def with_offers(self, offers: Offers) -> PriceTable:
        """These prices in the order of offers that add services to those of this table, with the services' prices."""
        codes = self.offers.region.astype(np.int64) * len(offers.columns.types) + self.offers.type
        place, count = np.searchsorted(offers.codes, codes), len(offers.codes)
        arrays: dict[str, Any] = {
            name: _spread(getattr(self, name), place, count, empty) for name, empty in EMPTY.items()
        }
        return replace(self, offers=offers, **arrays)._priced(np.delete(np.arange(count), place))

    def _priced(self, positions: IntArray) -> PriceTable:
        """This table, with the on-demand price of the services at these places of its arrays."""
        source_index = {source.key: index for index, source in enumerate(self.sources)}
        date_index = {text: index for index, (text, _) in enumerate(self.dates)}
        for position in positions.tolist():
            service = self.offers.columns.types[self.offers.type[position]]
            price = self.offers.services.price(service, self.offers.regions[self.offers.region[position]].region)
            if price is not None:
                source, date = source_index[price.source], date_index[price.as_of]
                self.on_demand_usd_per_hour[position] = price.usd_per_hour
                self.on_demand_source[position], self.is_estimate[position] = source, self.sources[source].is_estimate
                self.on_demand_date[position], self.on_demand_day[position] = date, self.dates[date][1]
        return self

    def price_of_service(self, region_index: int, service: InstanceType) -> Price | None:
        """The price of a service that is not among the offers; None where none is known."""
        price = self.offers.services.price(service, self.offers.regions[region_index].region)
        if price is None:
            return None
        source = next(source for source in self.sources if source.key == price.source)
        return replace(
            NO_PRICE,
            on_demand_usd_per_hour=price.usd_per_hour,
            on_demand_as_of=price.as_of,
            on_demand_day=earliest_day(price.as_of),
            on_demand_source=source,
            is_estimate=source.is_estimate,
        )

    def price(self, region_index: int, type_index: int) -> Price | None:
        """The price of this type in this region; None where it is not on offer there or no figure is known."""
        code = self.offers.code(region_index, type_index)
        position = int(np.searchsorted(self.offers.codes, code))
        if position == len(self.offers.codes) or self.offers.codes[position] != code:
            return None
        return self.price_of_offer(position)

    def price_of_offer(self, position: int) -> Price | None:
        """The price of the offer at this place of the arrays; None where no figure is known."""
        on_demand, spot = self.on_demand_usd_per_hour[position], self.spot_usd_per_hour[position]
        on_demand_date, spot_date = int(self.on_demand_date[position]), int(self.spot_date[position])
        band = int(self.interruption_band[position])
        if on_demand_date < 0 and spot_date < 0 and band < 0:
            return None
        return Price(
            on_demand_usd_per_hour=float(on_demand) if on_demand_date >= 0 else None,
            on_demand_as_of=self.dates[on_demand_date][0] if on_demand_date >= 0 else None,
            on_demand_day=self.dates[on_demand_date][1] if on_demand_date >= 0 else None,
            on_demand_source=self.sources[self.on_demand_source[position]] if on_demand_date >= 0 else None,
            is_estimate=bool(self.is_estimate[position]),
            spot_usd_per_hour=float(spot) if spot_date >= 0 else None,
            spot_as_of=self.dates[spot_date][0] if spot_date >= 0 else None,
            spot_day=self.dates[spot_date][1] if spot_date >= 0 else None,
            spot_source=self.sources[self.spot_source[position]] if spot_date >= 0 else None,
            interruption_band=band if band >= 0 else None,
            spot_score=SCORE_OF_BAND[band] if band >= 0 else None,
            spot_score_as_of=self.spot_score_as_of if band >= 0 else None,
        )

    def usable_spot(self, today_day: int, positions: IntArray | None = None) -> FloatArray:
        """The spot prices, NaN also where older than MAX_SPOT_AGE_DAYS on that day (days since 1970-01-01).

        positions: of these offers; None: of all.
        """
        at: IntArray | slice = slice(None) if positions is None else positions
        recent = today_day - self.spot_day[at] <= MAX_SPOT_AGE_DAYS
        usable: FloatArray = np.where(recent, self.spot_usd_per_hour[at], np.nan)
        return usable


def _spread(values: NDArray[Any], place: NDArray[np.intp], count: int, empty: float) -> NDArray[Any]:
    """`count` values: these at their places, `empty` elsewhere."""
    column = np.full(count, empty, dtype=values.dtype)
    column[place] = values
    return column


def _places(offers: Offers, packed: PackedPrices) -> NDArray[np.intp]:
    """Where each packed pair stands among the offers."""
    region_index = {(region.provider, region.region): index for index, region in enumerate(offers.regions)}
    try:
        regions = np.array([region_index[key] for key in packed.regions], dtype=np.int64)
        types = np.array([offers.type_index[key] for key in packed.types], dtype=np.int64)
    except KeyError as error:
        raise CatalogError(f"packed prices contain {error.args[0]!r}, which is not in the catalog") from None
    codes = regions[packed.columns["region"]] * len(offers.columns.types) + types[packed.columns["type"]]
    place: NDArray[np.intp] = np.searchsorted(offers.codes, codes)
    if not np.array_equal(offers.codes[np.minimum(place, len(offers.codes) - 1)], codes):
        raise CatalogError("packed prices contain a pair that is not offered")
    return place
