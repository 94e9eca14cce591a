"""prices.csv and discounts.csv of an overlay: what the operator pays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

import numpy as np

from catalog.dates import earliest_day
from catalog.discounts import Discount, Discounts
from catalog.facts import Facts
from catalog.overlay.files import DISCOUNTS, OWN_PROVIDER, PRICES, OverlayFiles, refuse_twice, source_of
from catalog.packed import MICRO_USD, PackedPrices, PriceSource
from catalog.price_layers import Key, with_shares, with_tables
from catalog.refreshed import ON_DEMAND, SPOT, PriceFact, RefreshedPrices, refreshed_prices
from catalog.tables import CatalogError, Row

PRICE_COLUMNS = (
    "provider", "region", "instance_type", "on_demand_usd_per_hour", "as_of", "source", "spot_usd_per_hour",
    "spot_as_of", "spot_source",
)  # fmt: skip
DISCOUNT_COLUMNS = (
    "provider", "region", "instance_type", "purchase", "discount_percent", "source", "as_of",
)  # fmt: skip
HIGHEST_USD_PER_HOUR = 2000
FIGURES = {ON_DEMAND: ("on_demand_usd_per_hour", "as_of"), SPOT: ("spot_usd_per_hour", "spot_as_of")}
PURCHASES = {"on-demand": (ON_DEMAND,), "spot": (SPOT,), "": (ON_DEMAND, SPOT)}
_READ_AT = "1970-01-01T00:00:00Z"  # tables of this file are laid over the others however old they are


def with_own_prices(facts: Facts, files: OverlayFiles, pairs: Collection[tuple[Key, Key]]) -> Facts:
    """The facts with the prices of prices.csv, then less the discounts of discounts.csv.

    pairs: (region, type) that are on offer besides. Raises CatalogError.
    """
    rows = files.rows(PRICES, PRICE_COLUMNS, ("region", "instance_type", "source", "as_of"))
    discount_rows = files.rows(DISCOUNTS, DISCOUNT_COLUMNS, ("provider", "discount_percent", "as_of"))
    if not (rows or discount_rows or pairs):
        return facts
    tables, offered = _tables(rows, facts)
    combined = with_tables(facts.prices, tables, facts.names, pairs=[*pairs, *offered], whole_regions=False)
    discounts = _discounts(discount_rows, facts)
    prices = discounted(combined, discounts)
    service_offers = replace(facts.catalog.service_offers, discounts=discounts)
    changed = replace(facts, catalog=replace(facts.catalog, service_offers=service_offers)).with_prices(prices)
    states = {f"overlay/{name.removesuffix('.csv')}": table for name, table in _states(rows, discounts).items()}
    return replace(changed, tables={**changed.tables, **states})


def _states(rows: Sequence[Row], discounts: Discounts) -> dict[str, tuple[int, str]]:
    states = {PRICES: (len(rows), max(row.text("as_of") for row in rows))} if rows else {}
    if discounts.rules:
        states[DISCOUNTS] = (len(discounts.rules), max(rule.as_of for rule in discounts.rules))
    return states


def _tables(rows: Sequence[Row], facts: Facts) -> tuple[list[RefreshedPrices], list[tuple[Key, Key]]]:
    """A table for each provider and kind of price, and the pairs of all rows."""
    names, line_of_offer = facts.names, dict[tuple[str, ...], int]()
    prices: dict[tuple[str, str], list[PriceFact]] = {}
    pairs: list[tuple[Key, Key]] = []
    for row in rows:
        provider, region = row.text("provider") or OWN_PROVIDER, row.required("region")
        kind = names.types.get((provider, row.required("instance_type").lower()))
        if (provider, region) not in names.regions:
            raise row.error(f"region {region!r} is not a region of {provider}")
        if kind is None:
            raise row.error(f"instance_type {row.text('instance_type')!r} is not a machine type of {provider}")
        refuse_twice(row, (provider, region, kind), line_of_offer)
        pairs.append(((provider, region), (provider, kind)))
        for figure, (column, day) in FIGURES.items():
            if row.text(column):
                fact = PriceFact(region, kind, _day(row, day), source_of(PRICES), micro_usd=_micro_usd(row, column))
                prices.setdefault((provider, figure), []).append(fact)
    source = _source(PRICES)
    tables = [
        refreshed_prices(provider, figure, facts_of, [source], _READ_AT)
        for (provider, figure), facts_of in prices.items()
    ]
    return tables, pairs


def _source(name: str) -> PriceSource:
    key = source_of(name)
    return PriceSource(key=key, what=key, source="the operator", licence="", as_of="", is_estimate=False, note="")


def _day(row: Row, column: str) -> str:
    text = row.text(column) or row.required("as_of")
    try:
        earliest_day(text)
    except ValueError:
        raise row.error(f"{column} is not a date such as 2026-11-29: {text!r}") from None
    return text


def _micro_usd(row: Row, column: str) -> int:
    limits = f"above 0, at most {HIGHEST_USD_PER_HOUR}, with up to six decimals"
    refusal = row.error(f"{column} is not a price in USD ({limits}): {row.text(column)!r}")
    try:
        amount = Decimal(row.text(column)) * MICRO_USD
    except InvalidOperation:
        raise refusal from None
    if not amount.is_finite() or not 0 < amount <= HIGHEST_USD_PER_HOUR * MICRO_USD or amount != int(amount):
        raise refusal
    return int(amount)


def _discounts(rows: Sequence[Row], facts: Facts) -> Discounts:
    rules, names = [], facts.names
    for row in rows:
        provider, region, purchase = row.required("provider"), row.text("region"), row.text("purchase")
        if provider not in facts.catalog.providers:
            raise row.error(f"provider {provider!r} is not known")
        if region and (provider, region) not in names.regions:
            raise row.error(f"region {region!r} is not a region of {provider}")
        if purchase not in PURCHASES:
            raise row.error(f"purchase is neither on-demand nor spot nor empty: {purchase!r}")
        percent = row.number("discount_percent")
        if not 0 <= percent < 100:
            raise row.error(f"discount_percent is not 0 to below 100: {percent:g}")
        rule = Discount(
            provider=provider,
            region=region or None,
            instance_type=row.text("instance_type") or "*",
            kinds=PURCHASES[purchase],
            share=round(1 - percent / 100, 9),
            as_of=row.required("as_of"),
        )
        is_service = facts.catalog.services.sells_like(provider, rule.instance_type)
        if not is_service and not any(rule.is_of_type(seller, name) for seller, name in names.types):
            raise row.error(f"instance_type {rule.instance_type!r} is not a type of {provider}")
        rules.append(rule)
    return Discounts(rules=tuple(rules), source=source_of(DISCOUNTS))


def discounted(prices: PackedPrices, discounts: Discounts) -> PackedPrices:
    """The prices less the discounts."""
    if not discounts.rules:
        return prices
    if len(prices.columns["region"]) == 0:
        raise CatalogError("there are no prices to discount")
    for kind in (ON_DEMAND, SPOT):
        shares = np.ones(len(prices.columns["region"]))
        for rule in discounts.rules:  # a later row replaces an earlier one
            if kind in rule.kinds:
                regions = np.array([rule.is_of_region(*key) for key in prices.regions])
                types = np.array([rule.is_of_type(*key) for key in prices.types])
                shares[regions[prices.columns["region"]] & types[prices.columns["type"]]] = rule.share
        prices = with_shares(prices, kind, shares, _source(DISCOUNTS))
    return prices
