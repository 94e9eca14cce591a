"""A new state of the facts uses what is the same in the one before it, and says what it would say alone."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from catalog.overlay.files import OverlayFiles
from catalog.prices import EMPTY
from catalog.refreshed import SPOT
from mapping import CloudMap
from renewal.layers import layered, read_tables
from tests.fakes.own_facts import DATA_CENTRE, overlaid_facts, shipped
from tests.unit.test_price_layers import fact, save

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
FACTOR = "zone,gco2e_per_kwh,source,as_of\nDE,300,agency,2026\n"
DISCOUNT = "provider,discount_percent,as_of\naws,10,2026\n"


@cache
def before() -> CloudMap:
    return CloudMap.of(shipped())


def test_another_emission_factor_leaves_offers_and_prices_where_they_are() -> None:
    after = CloudMap.of(overlaid_facts(zones=FACTOR), before())

    assert after.zones["DE"].gco2e_per_kwh == 300
    assert after.offers is before().offers
    assert after.prices is before().prices


def test_a_new_spot_price_leaves_the_arrays_of_on_demand_prices_where_they_are(tmp_path: Path) -> None:
    save(tmp_path, SPOT, fact("c5.large", 0.5))
    after = CloudMap.of(layered(shipped(), read_tables(tmp_path, NOW), OverlayFiles({})), before())

    price = after.price("aws:af-south-1", "c5.large")
    assert price is not None
    assert price.spot_usd_per_hour == 0.5
    assert after.offers is before().offers
    assert after.prices.on_demand_usd_per_hour is before().prices.on_demand_usd_per_hour
    assert after.prices.spot_usd_per_hour is not before().prices.spot_usd_per_hour


@pytest.mark.parametrize(
    "files",
    [
        {"zones": FACTOR},
        {"discounts": DISCOUNT},
        {name.removesuffix(".csv"): text for name, text in DATA_CENTRE.items()},
    ],
    ids=["a factor", "a discount", "a data centre"],
)
def test_a_state_is_the_same_whether_or_not_it_follows_another(files: dict[str, str]) -> None:
    facts = overlaid_facts(**files)
    alone, after = CloudMap.of(facts), CloudMap.of(facts, before())

    assert np.array_equal(after.offers.codes, alone.offers.codes)
    for name in EMPTY:
        assert np.array_equal(getattr(after.prices, name), getattr(alone.prices, name), equal_nan=True)
    assert (after.prices.sources, after.prices.dates) == (alone.prices.sources, alone.prices.dates)
    assert (after.regions, after.catalog.types) == (alone.regions, alone.catalog.types)
