"""Makes catalog/data/network/egress.csv and rules.csv: what moving data costs, and the terms of energy and latency.

python -m tools.build_network FIGURES_CSV    write the tables; with --check compare instead

FIGURES_CSV has a row for each published figure: kind (energy, egress, latency), provider, from, to, volume_from_gb,
value, unit, low, high, as_of, confidence, source, note. Prices of places become prices of regions here: the first paid
tier, in USD per GB of 10^9 bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from catalog.load import load_catalog
from catalog.model import Region
from tools.tables import DATA, Cells, csv_text, read, write_or_compare

NETWORK = DATA / "network"
EGRESS_COLUMNS = (
    "provider",
    "region",
    "continent",
    "internet_usd_per_gb",
    "own_network_usd_per_gb",
    "own_network_far_usd_per_gb",
    "source",
    "as_of",
)
RULE_COLUMNS = ("name", "value", "low", "high", "unit", "source", "as_of", "note")
COLLECTED = "2026-11-28"  # the day of FIGURES_CSV
GB_PER_GIB = 1.073741824
BELIEVED = "U"  # the confidence of a figure that nothing published supports: it stays unknown
# Countries with regions, by the words that price lists use for parts of the world.
COUNTRIES = {
    "africa": "ZA NG KE GH EG MA",
    "asia": "HK JP KR IN SG ID CN TW MY TH PH VN KZ NP BD",
    "europe": "DE IE GB IT FR ES SE CH NO PL FI BE NL DK AT RS GR PT CZ RO HU HR BG EE LT LV LU RU UA TR",
    "middle east": "BH AE IL SA QA KW OM",
    "north america": "US CA MX CR PA",
    "oceania": "AU NZ",
    "south america": "BR CL CO AR PE",
}
CONTINENT = {country: name for name, countries in COUNTRIES.items() for country in countries.split()}
PARTS = {"asia pacific": ("asia", "oceania"), "european regions": ("europe",), "uk": ("europe",)}
AWS_AREAS = {"us and eu regions": ("us-", "eu-"), "us, ca and eu regions": ("us-", "ca-", "eu-")}
OWN_FAR = ("other continent",)
OWN_NEAR = ("same continent", "other aws region", "other oci region", "same network zone, or Hetzner")
OWN_FLY = "other fly region, private network"
# The rows of FIGURES_CSV that are the terms of the rules, by kind, source of the figure and end.
RULES = {
    "own_network_kwh_per_gb": ("energy", "data centre", "Cloud Carbon Footprint"),
    "internet_kwh_per_gb": ("energy", "internet core", "Aslan"),
    "fibre_km_per_ms": ("latency", "", "speed of light"),
    "internet_path_factor": ("latency", "internet", "Bozkurt"),
}
# Estimates of the energy of a transfer span this range; each row of FIGURES_CSV knows only its own.
ENERGY_RANGE = ("0.001", "0.06")


def egress_rows(figures: Iterable[Cells], regions: Iterable[Region]) -> list[Cells]:
    """A row for each region, with an empty cell where no price is published."""
    prices = [row for row in figures if row["kind"] == "egress" and row["value"] and row["confidence"] != BELIEVED]
    rows = []
    for region in regions:
        continent = CONTINENT[region.country]
        own = [row for row in prices if row["provider"] == region.provider and _is_from(row["from"], region, continent)]
        internet = _best(row for row in own if row["to"].startswith("internet"))
        near = _best(row for row in own if row["to"] in (*OWN_NEAR, OWN_FLY) or row["to"] == continent)
        far = _best(row for row in own if row["to"] in OWN_FAR) or near
        if not (near or far):  # the provider has no network of its own with a price: data goes over the internet
            near = far = internet
        used = [row for row in (internet, near, far) if row]
        if used:
            rows.append(
                {
                    "provider": region.provider,
                    "region": region.region,
                    "continent": continent,
                    "internet_usd_per_gb": _usd(internet),
                    "own_network_usd_per_gb": _usd(near),
                    "own_network_far_usd_per_gb": _usd(far),
                    "source": "; ".join(dict.fromkeys(part for row in used for part in row["source"].split("; "))),
                    "as_of": min(row["as_of"] for row in used),
                }
            )
    return rows


def _best(rows: Iterable[Cells]) -> Cells | None:
    """The row for the region itself before one of a part of the world, and the first paid tier before others."""
    order = sorted(
        rows, key=lambda row: ("standard tier" in row["from"], row["from"].startswith("any"), _is_free_tier(row))
    )
    return next(iter(order), None)


def _is_free_tier(row: Cells) -> tuple[bool, float]:
    return row["volume_to_gb"] != "" and float(row["value"]) == 0, float(row["volume_from_gb"] or 0)


def _is_from(place: str, region: Region, continent: str) -> bool:
    if place.startswith("any") or place == region.region:
        return True
    if place in AWS_AREAS:
        return region.region.startswith(AWS_AREAS[place]) and "gov" not in region.region
    words = place.replace(" and ", ", ").replace(" or ", ", ").split(", ")
    if region.country == "IN" and region.provider == "fly":
        return "india" in words
    if continent in words or region.region in words or (region.country == "ID" and "Indonesia" in words):
        return True
    return any(continent in PARTS.get(word, ()) for word in words)


def _usd(row: Cells | None) -> str:
    if row is None:
        return ""
    per_gb = float(row["value"]) / (GB_PER_GIB if row["unit"] == "USD/GiB" else 1)
    return f"{per_gb:.4g}"


def rule_rows(figures: list[Cells]) -> list[Cells]:
    """The terms of energy and latency."""
    rows = []
    for name, (kind, place, source) in RULES.items():
        row = next(r for r in figures if r["kind"] == kind and r["from"] == place and source in r["source"])
        low, high = ENERGY_RANGE if kind == "energy" else (row["low"], row["high"])
        cells = {column: row[column] for column in ("value", "unit", "source", "as_of", "note")}
        if not cells["as_of"][:1].isdigit():  # a constant of physics
            cells["as_of"] = COLLECTED
        rows.append({"name": name, "low": low, "high": high, **cells})
    return rows


def main() -> int:
    """Exit status: 0, or 1 where --check finds a difference."""
    parser = argparse.ArgumentParser(description="Make the tables of moving data.")
    parser.add_argument("figures_csv", type=Path)
    parser.add_argument("--check", action="store_true", help="compare with the existing files instead of writing")
    arguments = parser.parse_args()
    figures = read(arguments.figures_csv)
    egress = egress_rows(figures, load_catalog(DATA).regions)
    texts = {
        NETWORK / "egress.csv": csv_text(EGRESS_COLUMNS, egress),
        NETWORK / "rules.csv": csv_text(RULE_COLUMNS, rule_rows(figures)),
    }
    return write_or_compare(texts, check=arguments.check)


if __name__ == "__main__":
    sys.exit(main())
