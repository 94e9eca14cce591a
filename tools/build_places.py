"""Makes catalog/data/places/countries.csv, airports.csv and metros.csv.

python -m tools.build_places PACKAGES_DIR METROS_CSV    write the tables

With --check, nothing is written but compared with what stands there; exit 1 on a difference.

PACKAGES_DIR is made by `pip install --no-deps --target PACKAGES_DIR airportsdata==20260905 pycountry==26.2.16`.
METROS_CSV has the columns metro, airport, city and basis; basis is `iata-mac` (the pair is in airportsdata's copy of
IATA's list of multi-airport cities) or `city-code` (opentraveldata gives the airport this city code).
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import distributions
from pathlib import Path

from tools.tables import DATA, csv_text, write_or_compare

PLACES = DATA / "places"
# Metros whose members the API promises, in its order; the other members of the list are left out.
FIXED_METROS = {
    "LON": ("LHR", "LCY", "LGW", "STN", "LTN"),
    "STO": ("ARN", "BMA", "VST"),
    "PAR": ("CDG", "ORY"),
}
OPENTRAVELDATA_DATE = "2026-08-21"  # of commit c17743aa, which the city codes were read from
Rows = list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Package:
    """An unpacked package of facts. as_of: its release date, which both packages use as their version."""

    name: str
    folder: Path
    as_of: str

    @classmethod
    def find(cls, name: str, packages: Path) -> Package:
        """The package `name` below `packages`. Raises ValueError where it is missing or its version is no date."""
        packages_of_name = [d for d in distributions(path=[str(packages)]) if d.metadata["Name"] == name]
        if len(packages_of_name) != 1:
            raise ValueError(f"{packages} holds {len(packages_of_name)} packages {name}")
        return cls(name=name, folder=packages / name, as_of=_release_date(packages_of_name[0].version).isoformat())

    @property
    def cells(self) -> dict[str, str]:
        """The cells that say where a row is from."""
        return {"source": self.name, "as_of": self.as_of}


def _release_date(version: str) -> date:
    """20260905 and 26.2.16 are dates."""
    if len(version) == 8:
        return date.fromisoformat(version)
    year, month, day = map(int, version.split("."))
    return date(2000 + year, month, day)


def country_rows(pycountry: Package) -> Rows:
    """Every country of ISO 3166-1, by code. common_name: where the short name is not the everyday one.

    official_name: where the source has a longer one.
    """
    text = (pycountry.folder / "databases" / "iso3166-1.json").read_text("utf-8")
    return [
        {
            "country": country["alpha_2"],
            "alpha_3": country["alpha_3"],
            "name": country["name"],
            "common_name": country.get("common_name", ""),
            "official_name": country.get("official_name", ""),
            **pycountry.cells,
        }
        for country in sorted(json.loads(text)["3166-1"], key=lambda country: str(country["alpha_2"]))
    ]


def airport_rows(airportsdata: Package) -> Rows:
    """Every airport with an IATA code, by code."""
    airports = [row for row in _read(airportsdata.folder / "airports.csv") if row["iata"]]
    return [
        {**{column: row[column] for column in ("iata", "name", "city", "country")}, **airportsdata.cells}
        for row in sorted(airports, key=lambda row: row["iata"])
    ]


def metro_rows(metros: Path, airportsdata: Package) -> Rows:
    """Metro and member, one pair a row: metros by code, members in the list's order or as promised.

    Raises ValueError for a promised member that is not in the list, and for a pair that is not where its basis says.
    """
    pairs = {(row["City Code"], row["Airport Code"]) for row in _read(airportsdata.folder / "iata_macs.csv")}
    sources = {
        "iata-mac": airportsdata.cells,
        "city-code": {"source": "opentraveldata", "as_of": OPENTRAVELDATA_DATE},
    }
    by_metro: dict[str, dict[str, dict[str, str]]] = {}
    for row in _read(metros):
        pair = (row["metro"], row["airport"])
        if (row["basis"] == "iata-mac") != (pair in pairs):
            raise ValueError(f"{pair} has basis {row['basis']}")
        metro_row = {"metro": pair[0], "airport": pair[1], "city": row["city"], **sources[row["basis"]]}
        by_metro.setdefault(pair[0], {})[pair[1]] = metro_row
    for metro, members in FIXED_METROS.items():
        if missing := set(members) - set(by_metro[metro]):
            raise ValueError(f"{metro} lacks {missing}")
        by_metro[metro] = {airport: by_metro[metro][airport] for airport in members}
    return [row for _, members in sorted(by_metro.items()) for row in members.values()]


def _read(path: Path) -> Iterable[Mapping[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def tables(packages: Path, metros: Path) -> dict[Path, str]:
    """Every table as path -> text."""
    airportsdata = Package.find("airportsdata", packages)
    rows_by_file = {
        "countries.csv": country_rows(Package.find("pycountry", packages)),
        "airports.csv": airport_rows(airportsdata),
        "metros.csv": metro_rows(metros, airportsdata),
    }
    return {PLACES / name: csv_text(tuple(rows[0]), rows) for name, rows in rows_by_file.items()}


def main() -> int:
    """Exit status: 0, or 1 where --check finds a difference."""
    parser = argparse.ArgumentParser(description="Make the tables of countries, airports and metros.")
    parser.add_argument("packages_dir", type=Path)
    parser.add_argument("metros_csv", type=Path)
    parser.add_argument("--check", action="store_true", help="compare with the existing files instead of writing")
    arguments = parser.parse_args()
    texts = tables(arguments.packages_dir, arguments.metros_csv)
    return write_or_compare(texts, check=arguments.check)


if __name__ == "__main__":
    sys.exit(main())
