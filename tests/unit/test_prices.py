"""Dates, ages and units of prices, and what packing refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.dates import earliest_day
from catalog.load import load_catalog
from catalog.offers import Offers, offer_table
from catalog.packed import load_packed
from catalog.prices import PriceTable
from catalog.tables import CatalogError
from tools.pack_prices import Tables, micro_usd, pack


@pytest.fixture(scope="module")
def offers() -> Offers:
    return offer_table(load_catalog())


@pytest.mark.parametrize(
    ("as_of", "day"),
    [
        ("1970-01-01", date(1970, 1, 1)),
        ("2026-08-11", date(2026, 8, 11)),
        ("2025-07", date(2025, 7, 1)),
        ("2024", date(2024, 1, 1)),
        ("2024-2025", date(2024, 1, 1)),
    ],
)
def test_a_date_means_the_earliest_day_it_can_mean(as_of: str, day: date) -> None:
    assert earliest_day(as_of) == (day - date(1970, 1, 1)).days


@pytest.mark.parametrize("as_of", ["", "yesterday", "2024-13-01", "2024-1-1", "2024-2025-01"])
def test_a_text_that_is_no_date_is_refused(as_of: str) -> None:
    with pytest.raises(ValueError, match=r"date|month"):
        earliest_day(as_of)


@given(st.integers(min_value=0, max_value=2**31 - 1))
def test_a_price_in_millionths_survives_packing(micro: int) -> None:
    price = f"{micro // 1_000_000}.{micro % 1_000_000:06d}"

    assert micro_usd(price) == micro


def test_an_unknown_price_packs_as_zero_and_a_finer_one_is_refused() -> None:
    assert micro_usd("") == 0
    with pytest.raises(ValueError, match="finer than a millionth"):
        micro_usd("0.0000001")


@pytest.fixture
def one_price() -> Tables:
    row = {
        "region": "here", "instance_type": "small", "on_demand_usd_per_hour": "0.5", "as_of": "2026-01-01",
        "source": "list", "spot_usd_per_hour": "", "spot_as_of": "", "spot_source": "",
    }  # fmt: skip
    band = {"region": "here", "instance_type": "small", "band": "2", "source": "list", "as_of": "2026-01-01"}
    return Tables(
        prices={"aws": [row]},
        sources=[{"key": "list", "is_estimate": ""}],
        bands={("here", "small"): band},
    )


def test_packing_twice_gives_the_same_bytes(one_price: Tables) -> None:
    assert pack(one_price) == pack(one_price)


def test_a_pair_priced_twice_is_refused(one_price: Tables) -> None:
    twice = replace(one_price, prices={"aws": [*one_price.prices["aws"], *one_price.prices["aws"]]})

    with pytest.raises(ValueError, match="priced twice"):
        pack(twice)


def test_a_band_of_a_pair_without_a_row_is_refused(one_price: Tables) -> None:
    elsewhere = replace(one_price, bands={("there", "small"): one_price.bands["here", "small"]})

    with pytest.raises(ValueError, match="without a price row"):
        pack(elsewhere)


def test_prices_that_do_not_fit_the_offers_are_refused(offers: Offers) -> None:
    packed = load_packed()
    fewer = replace(offers, codes=offers.codes[1:], region=offers.region[1:], type=offers.type[1:])

    with pytest.raises(CatalogError, match="not offered"):
        PriceTable.of(fewer, packed)
    with pytest.raises(CatalogError, match="not in the catalog"):
        PriceTable.of(offers, replace(packed, regions=(("nowhere", "x"), *packed.regions[1:])))


def test_arrays_that_cannot_be_read_are_refused(tmp_path: object) -> None:
    with pytest.raises(CatalogError, match="packed prices cannot be read"):
        load_packed(tmp_path)  # type: ignore[arg-type]


def test_a_spot_price_is_usable_for_365_days(offers: Offers) -> None:
    table = PriceTable.load(offers)
    position = int(np.flatnonzero(table.spot_date >= 0)[0])
    day = int(table.spot_day[position])
    price = table.price_of_offer(position)

    assert price is not None
    assert price.usable_spot(day + 365) == price.spot_usd_per_hour == table.usable_spot(day + 365)[position]
    assert price.usable_spot(day + 366) is None
    assert np.isnan(table.usable_spot(day + 366)[position])


def test_a_type_that_is_not_on_offer_in_a_region_has_no_price(offers: Offers) -> None:
    table = PriceTable.load(offers)
    hetzner = next(i for i, r in enumerate(offers.regions) if r.key == "hetzner:ash")

    assert table.price(hetzner, offers.type_index["hetzner", "cx23"]) is None
    assert table.price(len(offers.regions) - 1, len(offers.columns.types) - 1) is None
