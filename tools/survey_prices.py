"""Prices as the survey's lists have them: in the catalog's regions and names, without what cannot be right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from catalog.dates import earliest_day
from tools import price_sources, survey_update
from tools.catalog_rules import canonical_name
from tools.tables import DATA, Cells, read

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
# Prices read one by one from a provider's page or API; "*" is every commercial region. Kept by hand.
LIST_PRICES = Path(__file__).resolve().parent / "list_prices.csv"
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
    names = {row["instance_type"] for row in rows}
    if provider == "oci":
        rows += [row for row in survey_update.oracle_prices(source) if row["instance_type"] not in names]
    return rows + [{**row, "spot_usd_hour": ""} for row in read(LIST_PRICES) if row["provider"] == provider]


def joined(rows: list[Cells]) -> list[Cells]:
    """One row a pair: where two spellings of a type are priced, the newer figure counts, on demand and spot apart."""
    by_pair: dict[tuple[str, str], Cells] = {}
    for row in rows:
        first = by_pair.setdefault((row["region"], row["instance_type"]), row)
        for figure, as_of, by in (("on_demand", "as_of", "source"), ("spot", "spot_as_of", "spot_source")):
            if row[figure] and (not first[figure] or day_of(row[as_of]) > day_of(first[as_of])):
                first |= {column: row[column] for column in (figure, as_of, by)}
    return list(by_pair.values())


def day_of(as_of: str) -> int:
    """Days since 1970-01-01 of the earliest day that a date stands for; -1 without a date."""
    return earliest_day(as_of) if as_of else -1
