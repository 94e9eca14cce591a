"""Country and airport codes, and the airports of each metro code."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from carbon.errors import UnknownAirport, UnknownCountry
from catalog.memo import Memo, table_cache
from catalog.nearest import Names
from catalog.tables import CatalogError, read_table

DATA = Path(__file__).resolve().parent / "data"
AIRPORTS = "places/airports.csv"
AIRPORT_COLUMNS = ["iata", "name", "city", "country", "source", "as_of"]
# ISO 3166 keeps UK free for the United Kingdom, whose code is GB.
ALSO_MEANS = {"UK": "GB"}
NEAREST = 5
MIN_BEGINNING = 3  # letters; fewer begin too many names
Words = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """countries: ISO 3166-1 alpha-2 code -> English short name. airport_codes: IATA's.

    metros: IATA metropolitan code -> its airports, in the table's order; some are an airport's code too.
    country_words, airport_words: a code or name in lower case -> the codes to suggest for it.
    """

    countries: Mapping[str, str]
    airport_codes: frozenset[str]
    metros: Mapping[str, tuple[str, ...]]
    country_words: Words
    airport_words: Words
    memo: Memo = field(default_factory=dict, init=False, repr=False)

    def country(self, code: str) -> str:
        """The ISO 3166-1 alpha-2 code, given in any case; UK means GB. Raises UnknownCountry."""
        key = _upper(code)
        key = ALSO_MEANS.get(key, key)
        if key not in self.countries:
            raise UnknownCountry(code, nearest=lambda: _nearest(code, self.country_words, country_names(self)))
        return key

    def airports(self, code: str) -> tuple[str, ...]:
        """The airport of this code, else the airports of the metro; any case. Raises UnknownAirport."""
        key = _upper(code)
        if key in self.airport_codes:
            return (key,)
        if key not in self.metros:
            raise UnknownAirport(code, nearest=lambda: _nearest(code, self.airport_words, airport_names(self)))
        return self.metros[key]


@table_cache(None)
def country_names(places: Places) -> Names:
    """To suggest countries from."""
    return Names(places.country_words)


@table_cache(None)
def airport_names(places: Places) -> Names:
    """To suggest airports and metros from."""
    return Names(places.airport_words)


def load_places(data: Path = DATA, *, served: Collection[str] = ()) -> Places:
    """Reads the tables of places below `data`.

    served: airports to suggest for an unknown one, such as those of the catalog's regions; without
    any, the members of the metros. Raises CatalogError for a wrong table.
    """
    names: dict[str, str] = {}
    country_words: dict[str, tuple[str, ...]] = {also.lower(): (code,) for also, code in ALSO_MEANS.items()}
    for row in read_table(data, "places/countries.csv", "country"):
        code = row.required("country")
        names[code] = row.required("name")
        _add(country_words, (code, names[code], row.text("common_name")), code)
    metros: dict[str, tuple[str, ...]] = {}
    metro_cities: dict[str, str] = {}
    for row in read_table(data, "places/metros.csv", "metro", "airport"):
        metro = row.required("metro")
        metros[metro] = (*metros.get(metro, ()), row.required("airport"))
        metro_cities[metro] = row.required("city")
    suggested = set(served) or {airport for members in metros.values() for airport in members}
    airports, cities = _read_airports(data, suggested)
    if strange := {airport for members in metros.values() for airport in members} - airports:
        raise CatalogError(f"places/metros.csv names airports that are not in {AIRPORTS}: {sorted(strange)}")
    airport_words: dict[str, tuple[str, ...]] = {}
    for metro, members in metros.items():
        near = [airport for airport in members if airport in suggested]
        if near and metro not in airports:
            _add(airport_words, (metro, metro_cities[metro]), metro)
        for airport in near:
            _add(airport_words, (metro_cities[metro],), airport)
    for airport, city in cities.items():
        _add(airport_words, (airport, city), airport)
    return Places(
        countries=names,
        airport_codes=airports,
        metros=metros,
        country_words=country_words,
        airport_words=airport_words,
    )


def _read_airports(data: Path, named: Collection[str]) -> tuple[frozenset[str], dict[str, str]]:
    """Every code, and the cities of the `named` ones. Eight thousand rows: read without an object for each."""
    with (data / AIRPORTS).open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        if next(reader, []) != AIRPORT_COLUMNS:
            raise CatalogError(f"{AIRPORTS} does not have the columns {', '.join(AIRPORT_COLUMNS)}")
        codes: list[str] = []
        cities: dict[str, str] = {}
        for row in reader:
            if len(row) != len(AIRPORT_COLUMNS):
                raise CatalogError(f"{AIRPORTS} row {reader.line_num}: {len(row)} cells")
            codes.append(row[0])
            if row[0] in named:
                cities[row[0]] = row[2]
    airports = frozenset(codes)
    if len(airports) != len(codes):
        raise CatalogError(f"{AIRPORTS} contains a code twice")
    return airports, cities


def _upper(code: str) -> str:
    """Outside ASCII other letters become these: the upper case of "ß" is SS, which is South Sudan."""
    return code.upper() if code.isascii() else code


def _add(words: dict[str, tuple[str, ...]], texts: Iterable[str], code: str) -> None:
    for text in filter(None, texts):
        codes = words.get(text.casefold(), ())
        if code not in codes:
            words[text.casefold()] = (*codes, code)


def _nearest(name: str, words: Words, names: Names) -> tuple[str, ...]:
    """Codes of the words that begin with `name` ("russia"), then of similar ones."""
    query = name.casefold()
    longer = [word for word in words if word.startswith(query)] if len(query) >= MIN_BEGINNING else []
    similar = names.nearest(query, n=NEAREST)
    return tuple(dict.fromkeys(code for word in (*longer, *similar) for code in words[word]))[:NEAREST]
