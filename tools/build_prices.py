"""Makes the price tables, the AWS interruption bands and the machine types of providers without a power model.

python -m tools.build_prices SOURCE_DIR          write the tables below catalog/data
python -m tools.build_prices --check SOURCE_DIR  compare with them; exit 1 on a difference

SOURCE_DIR holds the survey's `prices/`. Regions come from the catalog's own tables. The same input gives the same
bytes. `python -m tools.pack_prices` makes the arrays the service loads.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tools import build_services, price_sources, price_types, provider_cpus, service_sources, survey_update
from tools.catalog_facts import INSTANCE_COLUMNS
from tools.price_sources import Source
from tools.survey_prices import PRICE_FILES, day_of, places, survey_rows
from tools.tables import DATA, Cells, csv_text, read, write_or_compare

# Providers whose machine types are described here; the others' are described by build_catalog.
UNMODELLED = (
    "alibaba", "digitalocean", "exoscale", "fly", "hetzner", "ibm", "linode", "oci", "ovh", "upcloud", "vultr",
)  # fmt: skip
PRICED = tuple(sorted({*PRICE_FILES, "ibm", "vultr"}))
PRICE_COLUMNS = (
    "region", "instance_type", "on_demand_usd_per_hour", "as_of", "source", "spot_usd_per_hour", "spot_as_of",
    "spot_source",
)  # fmt: skip
SOURCE_COLUMNS = ("key", "what", "source", "licence", "as_of", "is_estimate", "note")
BAND_COLUMNS = ("region", "instance_type", "band", "source", "as_of")
SHARED_COLUMNS = ("provider", "family", "source", "as_of")
MICRO_USD = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """us-east-1 prices and each region's factor on them: what an estimate is made of."""

    base: Mapping[str, Cells]
    factors: Mapping[str, tuple[Decimal, Source]]

    @classmethod
    def of(cls, source: Path, rows: list[Cells]) -> Factors:
        """From the AWS rows and aws_region_factor.csv."""
        table_rows = read(source / "prices" / "aws_region_factor.csv")
        return cls(
            base={row["instance_type"]: row for row in rows if row["region"] == "us-east-1" and row["on_demand"]},
            factors={
                row["region"]: (
                    Decimal(row["median_on_demand_ratio_to_us_east_1"]),
                    price_sources.factor_source(*row.values()),
                )
                for row in table_rows
            },
        )

    def estimate(self, region: str, instance_type: str) -> tuple[str, str, str] | None:
        """Price, date and source key of an estimated on-demand price; None where a part is missing."""
        if instance_type not in self.base or region not in self.factors:
            return None
        base, (factor, source) = self.base[instance_type], self.factors[region]
        price = (Decimal(base["on_demand"]) * factor).quantize(MICRO_USD).normalize()
        return f"{price:f}", base["as_of"], source.key


def price_rows(source: Path, provider: str, regions: Mapping[str, Cells]) -> list[Cells]:
    """The rows of prices.csv, sorted by region and type."""
    survey = survey_rows(source, provider)
    factors = Factors.of(source, survey) if provider == "aws" else None
    rows = []
    for row in survey:
        estimate = None if factors is None or row["as_of"] else factors.estimate(row["region"], row["instance_type"])
        price, as_of, by = estimate or (row["on_demand"], row["as_of"], row["source"])
        rows += [
            {
                "region": region,
                "instance_type": row["instance_type"],
                "on_demand_usd_per_hour": price,
                "as_of": as_of,
                "source": by,
                "spot_usd_per_hour": row["spot"],
                "spot_as_of": row["spot_as_of"],
                "spot_source": row["spot_source"],
            }
            for region in places(provider, row["region"], regions)
        ]
    return sorted(rows, key=lambda row: (row["region"], row["instance_type"]))


def machine_rows(source: Path, provider: str, names: list[str]) -> Iterator[Cells]:
    """The rows of instances.csv of a provider without a list of machines: sizes, and the CPU as far as it is known."""
    added = {row["instance_type"]: row for row in survey_update.added_types(source, provider)}
    for name in names:
        yield provider_cpus.with_cpu(provider, added.get(name) or price_types.instance_row(provider, name))


def band_rows(source: Path) -> list[Cells]:
    """The rows of spot_interruption.csv: Linux only."""
    rows = [
        {
            "region": row["region"],
            "instance_type": row["instance_type"],
            "band": row["interruption_index"],
            "source": price_sources.ADVISOR.key,
            "as_of": row["as_of"],
        }
        for row in read(source / "prices" / "aws_spot_advisor.csv")
        if row["os"] == "Linux"
    ]
    return sorted(rows, key=lambda row: (row["region"], row["instance_type"]))


def source_rows(source: Path, newest: Mapping[str, str]) -> Iterator[Cells]:
    """The rows of price_sources.csv for the sources in use; as_of is the newest date of their figures."""
    factors = [price_sources.factor_source(*row.values()) for row in read(source / "prices" / "aws_region_factor.csv")]
    for entry in (*price_sources.SOURCES, *service_sources.SOURCES, *factors, price_sources.ADVISOR):
        if entry.key in newest:
            yield {
                "key": entry.key,
                "what": entry.what,
                "source": entry.repository,
                "licence": entry.licence,
                "as_of": newest[entry.key],
                "is_estimate": "yes" if entry.is_estimate else "",
                "note": entry.note,
            }


def newest_dates(rows: Iterator[tuple[str, str]]) -> dict[str, str]:
    """Source key -> the newest date its figures can bear; of a span of years the first."""
    newest: dict[str, str] = defaultdict(str)
    for key, as_of in rows:
        if key:
            newest[key] = max(newest[key], as_of[:4] if len(as_of) == len("2024-2025") else as_of, key=day_of)
    return newest


def tables(source: Path) -> Iterator[tuple[str, str]]:
    """(path below catalog/data, text) of every table."""
    dated: list[tuple[str, str]] = []
    for provider in PRICED:
        regions = {row["region"]: row for row in read(DATA / provider / "regions.csv")}
        rows = price_rows(source, provider, regions)
        dated += [
            pair for row in rows for pair in ((row["source"], row["as_of"]), (row["spot_source"], row["spot_as_of"]))
        ]
        yield f"{provider}/prices.csv", csv_text(PRICE_COLUMNS, rows)
        if provider in UNMODELLED:
            names = sorted({row["instance_type"] for row in rows})
            machines = machine_rows(source, provider, names)
            yield f"{provider}/instances.csv", csv_text(INSTANCE_COLUMNS, machines)
    bands = band_rows(source)
    yield "aws/spot_interruption.csv", csv_text(BAND_COLUMNS, bands)
    dated += [(row["source"], row["as_of"]) for row in bands]
    dated += build_services.dated()
    yield "price_sources.csv", csv_text(SOURCE_COLUMNS, source_rows(source, newest_dates(iter(dated))))
    yield "shared_vcpus.csv", csv_text(SHARED_COLUMNS, price_types.shared_vcpu_rows())


def main() -> int:
    """Exit status: 0, or 1 where --check finds a difference."""
    parser = argparse.ArgumentParser(description="Make the price tables.")
    parser.add_argument("source_dir", type=Path)
    parser.add_argument("--check", action="store_true", help="compare with the existing files")
    arguments = parser.parse_args()
    texts = tables(arguments.source_dir)
    return write_or_compare({DATA / name: text for name, text in texts}, check=arguments.check)


if __name__ == "__main__":
    sys.exit(main())
