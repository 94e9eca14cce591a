"""The tables of refreshed prices in DATA_DIR/prices: how they are read, and each replaced as a whole."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile

from catalog.packed import MICRO_USD, PriceSource
from catalog.refreshed import INTERRUPTION, KINDS, SUFFIX, PriceFact, load_refreshed, refreshed_prices, save_refreshed
from catalog.tables import CatalogError, read_table
from pricing.refresh.figure import PLACEMENT_SCORES, RDS_PRICES, SERVICE_RATES, Figure, micro_usd

FOLDER = "prices"  # below DATA_DIR
COLUMNS = {
    RDS_PRICES: ("instance_type", "usd_per_hour", "regions", "source", "as_of"),
    SERVICE_RATES: (
        "provider", "service", "arch", "usd_per_vcpu_hour", "usd_per_gb_hour", "regions", "source", "as_of",
    ),
    PLACEMENT_SCORES: ("region", "basket", "score", "source", "as_of"),
}  # fmt: skip


def path_of(folder: Path, provider: str, kind: str) -> Path:
    """The file of one provider's figures of one kind."""
    return folder / f"{provider}-{kind}{SUFFIX if kind in KINDS else '.csv'}"


def save(
    folder: Path,
    provider: str,
    kind: str,
    figures: Sequence[Figure],
    source: PriceSource,
    now: datetime,
    *,
    is_partial: bool = False,
) -> Path:
    """Replace the table as a whole: a reader sees the old one or the new one, also after a crash.

    is_partial: the list lacks types that are sold in its regions. Raises CatalogError for figures that do not fit,
    OSError where the file cannot be written.
    """
    dated = replace(source, as_of=max(figure.day for figure in figures))
    if kind in KINDS:
        facts = (_fact(figure, source.key) for figure in figures)
        at = f"{now:%Y-%m-%dT%H:%M:%SZ}"
        return save_refreshed(folder, refreshed_prices(provider, kind, facts, [dated], at, is_partial=is_partial))
    rows = _rows(provider, kind, figures, source.key)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS[kind])
    writer.writerows(rows)
    path = path_of(folder, provider, kind)
    replace_file(path, text.getvalue().encode())
    return path


def stored_figures(folder: Path, provider: str, kind: str) -> list[Figure] | None:
    """The figures of a table; None where there is none, or none that can be read."""
    path = path_of(folder, provider, kind)
    try:
        if kind in KINDS:
            return list(_packed_figures(path, kind))
        table = read_table(folder, path.name)
        rows: Iterable[Mapping[str, str]] = (row.cells for row in table)
        return list(_FIGURES[kind](rows))
    except (CatalogError, OSError, KeyError, ValueError, ArithmeticError):
        return None


def _fact(figure: Figure, source: str) -> PriceFact:
    if figure.kind == INTERRUPTION:
        return PriceFact(figure.region, figure.name, figure.day, source, band=int(figure.value))
    return PriceFact(figure.region, figure.name, figure.day, source, micro_usd=micro_usd(figure.value))


def _packed_figures(path: Path, kind: str) -> Iterator[Figure]:
    table = load_refreshed(path)
    columns = (table.region, table.type, table.micro_usd, table.band, table.date)
    for region, name, micro, band, date in zip(*(column.tolist() for column in columns), strict=True):
        value = Decimal(band) if kind == INTERRUPTION else Decimal(micro) / MICRO_USD
        yield Figure(kind, table.regions[region], table.types[name], value, table.dates[date])


def _rds_rows(figures: Sequence[Figure], source: str) -> Iterator[tuple[str, ...]]:
    """One row for a class, its price and day, with all regions where it costs that."""
    regions: dict[tuple[str, str, str], list[str]] = {}
    for figure in figures:
        regions.setdefault((figure.name, _plain(figure.value), figure.day), []).append(figure.region)
    for (name, usd, day), places in sorted(regions.items()):
        yield name, usd, " ".join(sorted(places)), source, day


def _rds_figures(rows: Iterable[Mapping[str, str]]) -> Iterator[Figure]:
    for row in rows:
        for region in row["regions"].split():
            yield Figure(RDS_PRICES, region, row["instance_type"], Decimal(row["usd_per_hour"]), row["as_of"])


def _rate_rows(provider: str, figures: Sequence[Figure], source: str) -> Iterator[tuple[str, ...]]:
    """One row for a service, an architecture, its two rates and day, with all regions where these hold."""
    rates: dict[tuple[str, str, str], dict[str, Figure]] = {}
    for figure in figures:
        service, arch, unit = figure.name.split("/")
        rates.setdefault((service, arch, figure.region), {})[unit] = figure
    regions: dict[tuple[str, ...], list[str]] = {}
    for (service, arch, region), units in rates.items():
        vcpu, gb = (_plain(units[unit].value) if unit in units else "" for unit in ("vcpu", "gb"))
        day = min(figure.day for figure in units.values())
        regions.setdefault((service, arch, vcpu, gb, day), []).append(region)
    for (service, arch, vcpu, gb, day), places in sorted(regions.items()):
        yield provider, service, arch, vcpu, gb, " ".join(sorted(places)), source, day


def _rate_figures(rows: Iterable[Mapping[str, str]]) -> Iterator[Figure]:
    for row in rows:
        for unit in ("vcpu", "gb"):
            if usd := row[f"usd_per_{unit}_hour"]:
                for region in row["regions"].split():
                    name = f"{row['service']}/{row['arch']}/{unit}"
                    yield Figure(SERVICE_RATES, region, name, Decimal(usd), row["as_of"])


def _score_figures(rows: Iterable[Mapping[str, str]]) -> Iterator[Figure]:
    for row in rows:
        yield Figure(PLACEMENT_SCORES, row["region"], row["basket"], Decimal(row["score"]), row["as_of"])


_FIGURES = {RDS_PRICES: _rds_figures, SERVICE_RATES: _rate_figures, PLACEMENT_SCORES: _score_figures}


def _rows(provider: str, kind: str, figures: Sequence[Figure], source: str) -> Iterator[tuple[str, ...]]:
    if kind == RDS_PRICES:
        return _rds_rows(figures, source)
    if kind == SERVICE_RATES:
        return _rate_rows(provider, figures, source)
    return iter(sorted((one.region, one.name, _plain(one.value), source, one.day) for one in figures))


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def replace_file(path: Path, content: bytes) -> None:
    """Write the file beside its place and move it there, once it is on the disk."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
