"""Makes fuel_factors.csv, source_fuels.csv and source_zones.csv of catalog/data from the survey of live sources.

python -m tools.build_sources SOURCE_DIR [--check]

SOURCE_DIR holds `sources/fuel_factors.csv` (one row a source and name) and `sources/zone_map.csv`. The survey repeats a
factor with every name; here each fuel has its factors once, and a name points to its fuel.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.tables import DATA, csv_text, write_or_compare

AS_OF = "2026-10"
FUEL_COLUMNS = (
    *("fuel", "zone", "lifecycle_gco2e_per_kwh", "direct_gco2e_per_kwh", "renewable", "fossil_free"),
    *("own_use_mw", "note", "source", "as_of"),
)
NAME_COLUMNS = ("live_source", "name", "role", "fuel", "neighbour", "stores", "note", "source", "as_of")
ZONE_COLUMNS = ("live_source", "key", "zone", "kind", "confidence", "note", "source", "as_of")

# The survey's name of a source -> ours. Its other names (operational factors, sources without a client) are left out.
SOURCES = {
    "uk": "uk-carbon",
    "elexon": "elexon",
    "energycharts": "energy-charts",
    "energidataservice": "energi-data",
    "aemo": "aemo",
    "openelectricity": "openelectricity",
    "entsoe": "entsoe",
    "eia": "eia",
    "fingrid": "fingrid",
    "ned": "ned",
    "watttime": "watttime",
}
# (the fuel in the survey, lifecycle, direct) -> our fuel, the negative MW that are its own use, the zone it holds in.
# Own use: 10 MW of most fuels, 20 of gas and wind, 50 of coal and unknown ones, 100 of solar, as clients observe it.
FUELS = {
    ("biomass", "230", "0"): ("biomass", 10, ""),
    ("coal", "820", "760"): ("coal", 50, ""),
    ("gas", "490", "370"): ("gas", 20, ""),
    ("gas", "771", "651"): ("gas-open-cycle", 20, ""),
    ("geothermal", "38", "0"): ("geothermal", 10, ""),
    ("hydro", "24", "0"): ("hydro", 10, ""),
    ("lignite", "1070", "1010"): ("lignite", 50, ""),
    ("marine", "17", "0"): ("marine", 10, ""),
    ("nuclear", "12", "0"): ("nuclear", 10, ""),
    ("oil", "1070", "1010"): ("oil-shale", 10, ""),
    ("oil", "650", "406"): ("oil", 10, ""),
    ("other", "230", "0"): ("other-renewable", 10, ""),
    ("other", "300", "300"): ("unknown", 50, "GB"),
    ("other", "700", "575"): ("unknown", 50, ""),
    ("solar", "27", "0"): ("solar-thermal", 100, ""),
    ("solar", "41", "0"): ("solar-rooftop", 100, ""),
    ("solar", "45", "0"): ("solar", 100, ""),
    ("solar", "48", "0"): ("solar-utility", 100, ""),
    ("waste", "230", "0"): ("waste", 10, ""),
    ("wind", "11", "0"): ("wind-onshore", 20, ""),
    ("wind", "12", "0"): ("wind-offshore", 20, ""),
}
# Factors of single zones: (fuel, zone) -> direct, and what the same fuel adds upstream in AR5 (coal 60, gas 120).
CONFIGURATION = "Electricity Maps configuration of the zone, 2026-08 (a single number): direct factor of 2025"
ZONE_FACTORS = {
    ("coal", "DE"): (1053, 60, "hard coal and lignite together, so the same figure for both"),
    ("lignite", "DE"): (1053, 60, "hard coal and lignite together, so the same figure for both"),
    ("coal", "US-MIDA-PJM"): (1012, 60, ""),
    ("gas", "US-MIDA-PJM"): (391, 120, ""),
}
# Plants that charge a store of their own: negative values are that, not own use.
STORES = {
    *(("eia", "WAT"), ("eia", "SNB"), ("eia", "WNB")),
    ("openelectricity", "hydro_and_storage"),
}
NET_TRADE = {("energycharts", "Cross border electricity trading"), ("energycharts", "Import Balance")}
# Retired key of the survey -> the zone that holds it now; such a pair is left out if the zone has one of its own.
RETIRED_ZONES = {"DK-BHM"}
ORIGIN = "survey of live sources: official texts and public clients, none called"


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def fuel_rows(survey: Path) -> list[dict[str, object]]:
    """The rows of fuel_factors.csv: every zone first, then single zones."""
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for row in _rows(survey / "fuel_factors.csv"):
        if row["source"] in SOURCES and row["drop"] == "0" and row["lifecycle_gco2e_per_kwh"]:
            fuel, own_use, zone = FUELS[_factors(row)]
            rows.setdefault((zone, fuel), _fuel_row(row, fuel, own_use, zone))
    for (fuel, zone), (direct, upstream, note) in ZONE_FACTORS.items():
        own = {"zone": zone, "lifecycle_gco2e_per_kwh": direct + upstream, "direct_gco2e_per_kwh": direct}
        source = f"{CONFIGURATION}; plus {upstream} upstream as in AR5"
        rows[zone, fuel] = {**rows["", fuel], **own, "note": note, "source": source, "as_of": "2026-08"}
    return [rows[key] for key in sorted(rows)]


def _fuel_row(row: Mapping[str, str], fuel: str, own_use_mw: int, zone: str) -> dict[str, object]:
    return {
        "fuel": fuel,
        "zone": zone,
        "lifecycle_gco2e_per_kwh": row["lifecycle_gco2e_per_kwh"],
        "direct_gco2e_per_kwh": row["direct_gco2e_per_kwh"],
        "renewable": _yes(row["renewable"] == "1"),
        "fossil_free": _yes(row["fossil_free"] == "1"),
        "own_use_mw": own_use_mw,
        "note": "about half of it is of fossil origin" if fuel == "waste" else "",
        "source": row["factor_source"],
        "as_of": AS_OF,
    }


def name_rows(survey: Path) -> list[dict[str, object]]:
    """The rows of source_fuels.csv."""
    rows: list[dict[str, object]] = []
    for row in _rows(survey / "fuel_factors.csv"):
        if row["source"] not in SOURCES:
            continue
        role, fuel, neighbour = _meaning(row)
        rows.append(
            {
                "live_source": SOURCES[row["source"]],
                "name": row["fuel_name_as_sent"],
                "role": role,
                "fuel": fuel,
                "neighbour": neighbour,
                "stores": _yes((row["source"], row["fuel_name_as_sent"]) in STORES),
                "note": row["note"],
                "source": ORIGIN,
                "as_of": AS_OF,
            }
        )
    return rows


def _meaning(row: Mapping[str, str]) -> tuple[str, str, str]:
    """Role, fuel and neighbour of a name."""
    name = row["our_fuel"]
    if name.startswith("import_") and (row["drop"] == "0" or (row["source"], row["fuel_name_as_sent"]) in NET_TRADE):
        zone = name.removeprefix("import_")
        return "import", "", "" if zone == "mixed" else zone
    if name in ("storage", "hydro_pumped"):
        return "storage", "", ""
    if row["drop"] == "1":
        return "other", "", ""
    return "generation", FUELS[_factors(row)][0], ""


def _factors(row: Mapping[str, str]) -> tuple[str, str, str]:
    return row["our_fuel"], row["lifecycle_gco2e_per_kwh"], row["direct_gco2e_per_kwh"]


def zone_rows(survey: Path) -> list[dict[str, object]]:
    """The rows of source_zones.csv."""
    rows: list[dict[str, object]] = []
    for row in _rows(survey / "zone_map.csv"):
        if row["source"] not in SOURCES or row["zone"] in RETIRED_ZONES:
            continue
        note = row["source_of_fact"].partition("; ")[2].strip()
        rows.append(
            {
                "live_source": SOURCES[row["source"]],
                "key": row["source_key"],
                "zone": row["zone"],
                "kind": row["kind"],
                "confidence": row["confidence"],
                "note": note,
                "source": row["source_of_fact"].partition("; ")[0].strip(),
                "as_of": AS_OF,
            }
        )
    return rows


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def main() -> int:
    """Exit status: 0, or 1 where --check finds a difference."""
    parser = argparse.ArgumentParser(description="Make the tables of live sources.")
    parser.add_argument("source_dir", type=Path)
    parser.add_argument("--check", action="store_true", help="compare with the existing files instead of writing")
    arguments = parser.parse_args()
    survey = arguments.source_dir / "sources"
    tables = {
        DATA / "fuel_factors.csv": csv_text(FUEL_COLUMNS, fuel_rows(survey)),
        DATA / "source_fuels.csv": csv_text(NAME_COLUMNS, name_rows(survey)),
        DATA / "source_zones.csv": csv_text(ZONE_COLUMNS, zone_rows(survey)),
    }
    return write_or_compare(tables, check=arguments.check)


if __name__ == "__main__":
    sys.exit(main())
