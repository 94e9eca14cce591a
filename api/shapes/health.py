"""Answers of health and ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from api.edge.access import AccessState
from api.openapi.enumerations import RefreshOutcome, Scope, SourceCondition, StoreErrorPolicy
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import Rounded, Timestamp
from carbon.results import TableState
from catalog.price_ages import Ages, PriceAges
from grid.source import Quota, SourceState
from pricing.refresh.background import ListState
from renewal.keeper import FactsState, LayerError
from store.limits.rate_limit import OFF

SERVICE = "carbon-optimizer"
_WHEN_FAILING = {
    "local": "each worker counts alone, so several workers together allow more",
    "open": "nobody is limited",
    "closed": "every request is refused",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """That the process answers. api_configured: whether a key of Electricity Maps is set."""

    timestamp: datetime
    api_configured: bool


@dataclass(frozen=True, slots=True)
class SpotSource:
    """A source of spot prices. ages: of the prices from it."""

    source: str
    ages: Ages


@dataclass(frozen=True, slots=True)
class DatedTable:
    """A table of the catalog. ages: of its prices; None for a table of something else."""

    state: TableState
    ages: PriceAges | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """How the service is doing."""

    timestamp: datetime
    access: AccessState
    sources: Sequence[SourceState]
    tables: Sequence[TableState]
    price_ages: Mapping[str, PriceAges]
    facts: FactsState | None = None
    price_lists: Sequence[ListState] = ()

    @property
    def catalog(self) -> tuple[DatedTable, ...]:
        """Every table; those of prices with the ages of their provider's prices."""
        return tuple(DatedTable(table, self._ages(table)) for table in self.tables)

    def _ages(self, table: TableState) -> PriceAges | None:
        provider, _, name = table.table.partition("/")
        return self.price_ages.get(provider) if name == "prices" else None

    @property
    def degraded(self) -> bool:
        """Whether a configured source, a shared store or the newest overlay cannot be used."""
        sources = any(source.state == "degraded" or source.shared_by == "worker" for source in self.sources)
        is_refused = self.facts is not None and self.facts.error is not None
        return self.access.keys_stale or self.access.counts_failing or sources or is_refused


of_health = Reading(Health)
of_readiness = Reading(Readiness)
of_quota = Reading(Quota)
of_source = Reading(SourceState)
of_table = Reading(DatedTable)
of_spot_source = Reading(SpotSource)
of_access = Reading(AccessState)
of_facts = Reading(FactsState)
of_layer_error = Reading(LayerError)
of_list = Reading(ListState)


class HealthAnswer(Shape):
    """The process is alive."""

    status: Literal["healthy"] = of_health("The process answers.", lambda _: "healthy")
    service: Literal["carbon-optimizer"] = of_health("Name of the service.", lambda _: SERVICE)
    timestamp: Timestamp = of_health()
    api_configured: bool = of_health("True if an Electricity Maps key is set.")


class QuotaRow(Shape):
    """Calls to a source within sixty minutes, by all workers together."""

    calls_per_hour: int = of_quota("Calls that the budget allows.", ge=0)
    calls_used: int = of_quota("Calls in the last sixty minutes.", ge=0)
    calls_left: int = of_quota("Calls left in the budget.", ge=0)
    resets_at: Timestamp | None = of_quota("When the oldest calls no longer count; null if there are none.")


class SourceRow(Shape):
    """How a source of live data is doing."""

    source: str = of_source("The source's name.", examples=["electricity-maps"])
    state: SourceCondition = of_source()
    detail: str = of_source("The state as text.")
    zones_covered: int | None = of_source("Zones the key's plan covers; null while unknown.")
    last_success_at: Timestamp | None = of_source("Time of the last usable answer; null if there was none.")
    last_error: str | None = of_source("The last error; null if there was none.")
    calls: int = of_source("Number of upstream calls by this process.", ge=0)
    fallbacks: dict[str, int] = of_source(
        "Number of readings in this process without a fresh live value, by reason.", lambda s: dict(s.fallbacks or {})
    )
    quota: QuotaRow | None = of_source("The hour's budget of calls; null if no limit is known.")
    breaker_open: bool | None = of_source("True while calls are held back; null if calls are never made.")
    shared_by: Scope | None = of_source("Which workers share live data and the budget now; null without a source.")


class SpotSourceRow(Shape):
    """A source of spot prices, and how old its prices are."""

    source: str = of_spot_source("Key of the source.", examples=["aws-spot-feed"])
    prices: int = of_spot_source("Number of spot prices from it.", lambda s: s.ages.prices, ge=0)
    median_age_days: int = of_spot_source("Median age of these prices in days.", lambda s: s.ages.median_days)
    oldest_age_days: int = of_spot_source("Age of the oldest one in days.", lambda s: s.ages.oldest_days)
    share_older_than_a_year: Rounded = of_spot_source(
        "Share of them, 0 to 1, older than 365 days, which rankings and filters ignore.",
        lambda s: s.ages.old_share,
        ge=0,
        le=1,
    )


class TableRow(Shape):
    """A table of the catalog. Tables of prices have ages as well, counted from now."""

    table: str = of_table("The table's name.", lambda t: t.state.table)
    rows: int = of_table("Rows of the table.", lambda t: t.state.rows, ge=0)
    as_of: str = of_table("The newest date in it.", lambda t: t.state.as_of)
    median_age_days: int = of_table.optional(
        "Median age in days of its on-demand prices; absent without any.", lambda t: _on_demand(t, "median_days")
    )
    oldest_age_days: int = of_table.optional(
        "Age in days of the oldest on-demand price; absent without any.", lambda t: _on_demand(t, "oldest_days")
    )
    spot_sources: list[SpotSourceRow] = of_table.optional(
        "Its sources of spot prices; only in tables of prices.", lambda t: _spot_sources(t)
    )


def _spot_sources(table: DatedTable) -> list[SpotSource] | None:
    spot = table.ages.spot if table.ages else None
    return None if spot is None else [SpotSource(source, ages) for source, ages in sorted(spot.items())]


def _on_demand(table: DatedTable, figure: str) -> int | None:
    ages = table.ages.on_demand if table.ages else None
    return None if ages is None else int(getattr(ages, figure))


class AccessRow(Shape):
    """Who may call the service, and how often."""

    keys_configured: bool = of_access("True if /v1 and /api/v1 need an API key.")
    keys_stale: bool = of_access("True if the keys cannot be read at present; the last known keys are in force.")
    rate_limit: str = of_access(
        "Rate for callers without their own rate; off: no limit.", lambda a: a.rate, examples=["60 per minute"]
    )
    rate_limit_scope: Scope = of_access(
        "Which workers count together now: those of all machines, those of one machine, or each worker alone.",
        lambda a: a.scope,
    )
    rate_limit_on_store_error: StoreErrorPolicy = of_access(read=lambda a: a.on_store_error)
    rate_limit_failing: bool = of_access("True while the shared counters cannot be used.", lambda a: a.counts_failing)
    detail: str = of_access("The same as text.", lambda a: _in_words(a))


def _in_words(state: AccessState) -> str:
    callers = "a key is required" if state.keys_configured else "open to everybody"
    unit = "key" if state.keys_configured else "address"
    limit = "there is no limit" if state.rate == OFF else f"the limit is per {unit}"
    failing = f"; the shared request counts cannot be used: {_WHEN_FAILING[state.on_store_error]}"
    return f"{callers}; {limit}{failing if state.counts_failing else ''}"


class OverlayErrorRow(Shape):
    """Where the newest overlay is wrong; the log says why. The earlier one stays in force."""

    since: Timestamp = of_layer_error("When it was refused.")
    file: str | None = of_layer_error("The file.", examples=["overlay:zones.csv"])
    line: int | None = of_layer_error("The line, counted from 1; null if it is no single one.")
    column: int | None = of_layer_error("The column, counted from 1; null if it is no single one.")


class LayersRow(Shape):
    """What is laid over the shipped tables."""

    version: str = of_facts("Version of all facts together.", examples=["1f0c2b7a9d3e4f55"])
    changed_at: Timestamp = of_facts("Since when they are in force.")
    overlay: dict[str, int] = of_facts("Rows of each file of the operator's overlay.", lambda f: dict(f.overlay))
    overlay_error: OverlayErrorRow | None = of_facts(
        "Why the newest overlay is not in force; null if it is.", lambda f: f.error
    )
    refreshed: dict[str, str] = of_facts(
        "Tables of refreshed prices, and when each was read from its provider.", lambda f: dict(f.refreshed)
    )
    unreadable: list[str] = of_facts("Such tables that are damaged; the shipped prices are used instead.")


class PriceListRow(Shape):
    """A provider's price list, and what became of the last attempt to refresh prices from it."""

    list: str = of_list("The list's name.", lambda one: one.name, examples=["aws-machines"])
    provider: str = of_list("The provider.")
    outcome: RefreshOutcome = of_list(
        "Outcome of the last attempt; unchanged: the list was read before; skipped: a setting is missing."
    )
    reason: str | None = of_list(
        "Why it was refused, in a word, or which setting is missing; null otherwise.", examples=["price-jump"]
    )
    attempted_at: Timestamp | None = of_list("Time of the last attempt; null if there was none.")
    succeeded_at: Timestamp | None = of_list("Time of the last attempt that was not refused; null if there was none.")
    prices: int = of_list("Number of its figures that are stored.", ge=0)


class ReadyAnswer(Shape):
    """The service can answer. degraded: some answers use baselines instead of live data."""

    status: Literal["ready"] = of_readiness("The service answers.", lambda _: "ready")
    degraded: bool = of_readiness("True if a configured source, a shared store or the newest overlay cannot be used.")
    service: Literal["carbon-optimizer"] = of_readiness("Name of the service.", lambda _: SERVICE)
    timestamp: Timestamp = of_readiness()
    access: AccessRow = of_readiness()
    sources: list[SourceRow] = of_readiness("Every source of live data.")
    catalog: list[TableRow] = of_readiness("Every table of the catalog.")
    layers: LayersRow | None = of_readiness(
        "What is laid over the shipped tables; null where nothing ever is.", lambda r: r.facts
    )
    price_lists: list[PriceListRow] = of_readiness("Every price list that prices are refreshed from.")
