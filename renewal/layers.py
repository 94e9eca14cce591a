"""What is laid over the shipped facts: refreshed prices and the overlay, as the files of two folders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from catalog.facts import Facts
from catalog.overlay.files import FILES, OverlayFiles, Stamp, stamp
from catalog.overlay.overlay import with_overlay
from catalog.price_layers import with_tables
from catalog.refreshed import INTERRUPTION, SPOT, SUFFIX, RefreshedPrices, load_refreshed
from catalog.service_layers import SUFFIXES, load_service_table, with_service_tables
from catalog.tables import DATA, CatalogError, Table

TABLES = (SUFFIX, *SUFFIXES)  # ends of the names of files of refreshed prices
SHORT_LIVED = (SPOT, INTERRUPTION)
MAX_AGE = timedelta(days=7)  # older ones no longer decide: the shipped ones do


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the layers are; neither folder need exist."""

    prices: Path
    overlay: Path


@dataclass(frozen=True, slots=True)
class Stamps:
    """What tells whether the files of the two folders changed."""

    prices: Stamp
    overlay: Stamp

    @classmethod
    def of(cls, folders: Folders) -> Stamps:
        """Of the files as they are now; opens none."""
        overlay = tuple(mark for mark in stamp(folders.overlay) if mark[0].lower().endswith(".csv"))
        return cls(tuple(mark for mark in stamp(folders.prices) if mark[0].endswith(TABLES)), overlay)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshedTables:
    """The tables of refreshed prices that count. services: those of services by file. unreadable: file -> why it does
    not.

    digest: names their contents. expires_at: when the first of them becomes too old to decide; None: never.
    """

    tables: tuple[RefreshedPrices, ...] = ()
    services: Mapping[str, Table] = field(default_factory=dict)
    unreadable: Mapping[str, str]
    digest: bytes = b""
    expires_at: datetime | None = None

    @property
    def read_at(self) -> dict[str, str]:
        """File -> when it was read from its provider; for services the newest day of a price."""
        machines = {table.name: table.refreshed_at for table in self.tables}
        return machines | {name: table.as_of for name, table in self.services.items()}

    def is_expired(self, now: datetime) -> bool:
        """Whether a table has become too old since they were read."""
        return self.expires_at is not None and now >= self.expires_at


def read_tables(folder: Path, now: datetime) -> RefreshedTables:
    """The tables in a folder, which may be absent. One that is damaged or too old is left out."""
    tables: list[RefreshedPrices] = []
    services: dict[str, Table] = {}
    unreadable: dict[str, str] = {}
    digest, ends = blake2b(digest_size=16), []
    for name, *_ in stamp(folder):
        try:
            if name.endswith(SUFFIXES):
                services[name] = load_service_table(folder / name)
                digest.update(repr([row.cells for row in services[name]]).encode())
            elif name.endswith(SUFFIX):
                table = load_refreshed(folder / name)
                if table.kind in SHORT_LIVED:
                    end = datetime.fromisoformat(table.refreshed_at) + MAX_AGE
                    if end <= now:
                        continue
                    ends.append(end)
                tables.append(table)
                digest.update(table.digest)
        except CatalogError as error:
            unreadable[name] = str(error)
    return RefreshedTables(
        tables=tuple(tables),
        services=services,
        unreadable=unreadable,
        digest=digest.digest() if tables or services else b"",
        expires_at=min(ends, default=None),
    )


def layered(shipped: Facts, refreshed: RefreshedTables, overlay: OverlayFiles, data: Path = DATA) -> Facts:
    """The shipped facts with the refreshed prices over them, and the overlay over both. Raises CatalogError.

    data: the shipped tables.
    """
    facts = with_service_tables(shipped, refreshed.services, data)
    if refreshed.tables or refreshed.services:
        prices = with_tables(facts.prices, refreshed.tables, facts.names, whole_regions=True)
        facts = facts.with_prices(prices).with_version_of(refreshed.digest)
    return with_overlay(facts, overlay, data)


def overlay_rows(facts: Facts) -> Mapping[str, int]:
    """Rows of each file of the overlay in the facts."""
    rows = {name: facts.tables.get(f"overlay/{name.removesuffix('.csv')}") for name in FILES}
    return {name: state[0] for name, state in rows.items() if state is not None}
