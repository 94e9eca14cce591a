"""Makes the price tables, the AWS interruption bands and the machine types of providers without a power model.

python -m tools.build_prices SOURCE_DIR          write the tables below catalog/data
python -m tools.build_prices --check SOURCE_DIR  compare with them; exit 1 on a difference

SOURCE_DIR holds the survey's `prices/`. Regions come from the catalog's own tables. The same input gives the same
bytes. `python -m tools.pack_prices` makes the arrays the service loads.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from catalog.dates import earliest_day
from tools import build_services, price_sources, price_types, provider_cpus, service_sources, survey_update
from tools.build_catalog import DATA, Cells, read, table
from tools.catalog_facts import INSTANCE_COLUMNS
from tools.catalog_rules import canonical_name
from tools.price_sources import Source

PRICE_FILES = {
    "aws": "aws",
    "azure": "azure",
    "gcp": "gcp",
    "alibaba": "alibaba",
    "digitalocean": "digitalocean",
    "exoscale": "eu_others",
    "fly": "fly",
    "hetzner": "hetzner",
    "linode": "linode",
    "oci": "oci",
    "ovh": "eu_others",
    "scaleway": "eu_others",
    "upcloud": "eu_others",
}
# Providers whose machine types are described here; the others' are described by build_catalog.
UNMODELLED = (
    "alibaba", "digitalocean", "exoscale", "fly", "hetzner", "ibm", "linode", "oci", "ovh", "upcloud", "vultr",
)  # fmt: skip
# Prices read one by one from a provider's page or API; "*" is every commercial region. Kept by hand.
LIST_PRICES = Path(__file__).resolve().parent / "list_prices.csv"
PRICED = tuple(sorted({*PRICE_FILES, "ibm", "vultr"}))
# Still on the price list, no longer sold: Scaleway's own command line hides these as deprecated.
RETIRED = {"scaleway": re.compile(r"START1-\w+|X64-\d+GB")}
# Cannot be right: a tenth (New Zealand) or a sixth (Brazil Southeast) of what every other region asks for the type,
# where no other price of those regions is below 0.45 of its type's median. The offer stays, the price is unknown.
IMPLAUSIBLE = {
    ("azure", "newzealandnorth"): re.compile(r"Standard_F\d+i?ams_v6"),
    ("azure", "brazilsoutheast"): re.compile(r"Standard_A(8|9|10|11)"),
}
EU_MEMBERS = frozenset((
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT",
    "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
))  # fmt: skip
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


def _price(text: str) -> str:
    """The price as written; a zero in a price list means that there is none."""
    return text if text and Decimal(text) > 0 else ""


def places(provider: str, region: str, regions: Mapping[str, Cells]) -> list[str]:
    """The catalog's regions that a price list's region stands for."""
    if provider == "hetzner" and region == "eu":
        return ["fsn1", "nbg1", "hel1"]
    if provider == "scaleway" and region == "fr-par-1":
        return ["fr-par"]
    if region == "eu":  # OVHcloud's Local Zones sell only some types, and no source says which
        return [name for name, row in regions.items() if row["country"] in EU_MEMBERS and "-LZ-" not in name]
    if provider == "oci" or region == "*":
        return [name for name, row in regions.items() if row["partition"] == "commercial"]
    return [region]


def survey_rows(source: Path, provider: str) -> list[Cells]:
    """The provider's rows of the survey, sources by key; a date and a source belong to the figure beside them."""
    rows = []
    spellings = {(row["provider"], row["alias"]): row["canonical"] for row in read(DATA / "type_aliases.csv")}
    corrections = survey_update.corrections(source, provider)
    for row in listed_rows(source, provider):
        if row["provider"] != provider or (provider in RETIRED and RETIRED[provider].fullmatch(row["instance_type"])):
            continue
        on_demand, spot = _price(row["on_demand_usd_hour"]), _price(row["spot_usd_hour"])
        implausible = IMPLAUSIBLE.get((provider, row["region"]))
        if implausible is not None and implausible.fullmatch(row["instance_type"]):
            on_demand = ""
        spot_only = not row["on_demand_usd_hour"]  # then as_of and source are those of the spot price
        as_of, by = ("", "") if spot_only else (row["as_of"], price_sources.BY_TEXT[row["source"]].key)
        if correction := corrections.get((row["region"], row["instance_type"])):
            on_demand, as_of = correction["on_demand_usd_per_hour"], correction["as_of"]
            by = price_sources.BY_TEXT[correction["source"]].key
        name = canonical_name(provider, row["instance_type"])
        rows.append(
            {
                "region": row["region"],
                "instance_type": spellings.get((provider, name), name),
                "on_demand": on_demand,
                "as_of": as_of,
                "source": by,
                "spot": spot,
                "spot_as_of": row.get("spot_as_of", "") if spot else "",
                "spot_source": price_sources.BY_TEXT[row["spot_source"]].key if spot else "",
            }
        )
    return joined(rows)


def listed_rows(source: Path, provider: str) -> list[Cells]:
    """The provider's rows of the survey's lists, in its columns: an update only adds what the first list lacks."""
    name = PRICE_FILES.get(provider)
    rows = read(source / "prices" / f"{name}.csv") if name else []
    listed = {row["instance_type"] for row in rows}
    if provider == "oci":
        rows += [row for row in survey_update.oracle_prices(source) if row["instance_type"] not in listed]
    return rows + [{**row, "spot_usd_hour": ""} for row in read(LIST_PRICES) if row["provider"] == provider]


def joined(rows: list[Cells]) -> list[Cells]:
    """One row a pair: where two spellings of a type are priced, the newer figure counts, on demand and spot apart."""
    by_pair: dict[tuple[str, str], Cells] = {}
    for row in rows:
        first = by_pair.setdefault((row["region"], row["instance_type"]), row)
        for figure, as_of, by in (("on_demand", "as_of", "source"), ("spot", "spot_as_of", "spot_source")):
            if row[figure] and (not first[figure] or _day(row[as_of]) > _day(first[as_of])):
                first |= {column: row[column] for column in (figure, as_of, by)}
    return list(by_pair.values())


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
            newest[key] = max(newest[key], as_of[:4] if len(as_of) == len("2024-2025") else as_of, key=_day)
    return newest


def _day(as_of: str) -> int:
    return earliest_day(as_of) if as_of else -1


def tables(source: Path) -> Iterator[tuple[str, str]]:
    """(path below catalog/data, text) of every table."""
    dated: list[tuple[str, str]] = []
    for provider in PRICED:
        regions = {row["region"]: row for row in read(DATA / provider / "regions.csv")}
        rows = price_rows(source, provider, regions)
        dated += [
            pair for row in rows for pair in ((row["source"], row["as_of"]), (row["spot_source"], row["spot_as_of"]))
        ]
        yield f"{provider}/prices.csv", table(PRICE_COLUMNS, rows)
        if provider in UNMODELLED:
            names = sorted({row["instance_type"] for row in rows})
            described = machine_rows(source, provider, names)
            yield f"{provider}/instances.csv", table(INSTANCE_COLUMNS, described)
    bands = band_rows(source)
    yield "aws/spot_interruption.csv", table(BAND_COLUMNS, bands)
    dated += [(row["source"], row["as_of"]) for row in bands]
    dated += build_services.dated()
    yield "price_sources.csv", table(SOURCE_COLUMNS, source_rows(source, newest_dates(iter(dated))))
    yield "shared_vcpus.csv", table(SHARED_COLUMNS, price_types.shared_vcpu_rows())


def main() -> int:
    """Exit status: 0, or 1 where --check finds a difference."""
    parser = argparse.ArgumentParser(description="Make the price tables.")
    parser.add_argument("source_dir", type=Path)
    parser.add_argument("--check", action="store_true", help="compare with the existing files")
    arguments = parser.parse_args()
    stale = 0
    for name, text in tables(arguments.source_dir):
        path = DATA / name
        if arguments.check:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                print(f"differs: {name}")
                stale = 1
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"{name}: {text.count(chr(10)) - 1} rows, {len(text.encode()):,} bytes")
    return stale


if __name__ == "__main__":
    sys.exit(main())
