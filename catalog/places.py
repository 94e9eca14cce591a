"""Countries by code or name, groups of countries, airport codes, and the airports of each metro code."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from carbon.errors import UnknownAirport, UnknownCountry
from catalog.memo import Memo, table_cache
from catalog.nearest import Names
from catalog.tables import DATA, CatalogError, read_table

AIRPORTS = "places/airports.csv"
AIRPORT_COLUMNS = ["iata", "name", "city", "country", "source", "as_of"]
# ISO 3166 keeps UK free for the United Kingdom, whose code is GB; the EU's own code of Greece is EL. The others are
# everyday English names that the source of the table lacks.
ALSO_MEANS = {"UK": "GB", "EL": "GR", "Great Britain": "GB", "Russia": "RU", "Turkey": "TR"}
NEAREST = 5
MIN_BEGINNING = 3  # letters; fewer begin too many names
Words = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """countries: ISO 3166-1 alpha-2 code -> English short name. airport_codes: IATA's.

    country_keys: a code (alpha-2 or alpha-3), English name or group (EU, EEA) in lower case -> alpha-2 codes.
    metros: IATA metropolitan code -> its airports, in the table's order; some are an airport's code too.
    country_words, airport_words: a code or name in lower case -> the codes to suggest for it.
    """

    countries: Mapping[str, str]
    country_keys: Words
    airport_codes: frozenset[str]
    metros: Mapping[str, tuple[str, ...]]
    country_words: Words
    airport_words: Words
    memo: Memo = field(default_factory=dict, init=False, repr=False)

    def country_codes(self, name: str) -> tuple[str, ...]:
        """The ISO 3166-1 alpha-2 codes of a country, or of the members of a group such as EU.

        name: alpha-2 or alpha-3 code, English name or group, in any case; UK means GB. Raises UnknownCountry.
        """
        codes = self.country_keys.get(name.lower())
        if codes is None:
            raise UnknownCountry(name, nearest=lambda: _nearest(name, self.country_words, country_names(self)))
        return codes

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
    names, keys, country_words = _read_countries(data)
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
        country_keys=keys,
        airport_codes=airports,
        metros=metros,
        country_words=country_words,
        airport_words=airport_words,
    )


def _read_countries(data: Path) -> tuple[dict[str, str], Words, Words]:
    """Code -> name, every accepted name -> codes, and every name -> codes to suggest."""
    names: dict[str, str] = {}
    keys: dict[str, tuple[str, ...]] = {also.lower(): (code,) for also, code in ALSO_MEANS.items()}
    words: dict[str, tuple[str, ...]] = {**keys}
    for row in read_table(data, "places/countries.csv", "country"):
        code = row.required("country")
        names[code] = row.required("name")
        texts = (code, row.required("alpha_3"), names[code], row.text("common_name"), row.text("official_name"))
        keys |= {text.lower(): (code,) for text in texts if text}
        _add(words, texts, code)
    for row in read_table(data, "places/country_groups.csv", "group", "country"):
        group, member = row.required("group"), row.required("country")
        if member not in names:
            raise row.error(f"{member!r} is not a country")
        for text in (group, row.required("name")):
            keys[text.lower()] = (*keys.get(text.lower(), ()), member)
            words[text.casefold()] = (group,)
    return names, keys, words


def _read_airports(data: Path, regional: Collection[str]) -> tuple[frozenset[str], dict[str, str]]:
    """Every code, and the cities of the `regional` ones. Eight thousand rows: read without an object for each."""
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
            if row[0] in regional:
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
