"""The shipped tables of countries, airports and metros."""

from __future__ import annotations

import re
import tracemalloc

import pytest

from carbon.errors import UnknownAirport, UnknownCountry
from catalog.load import Catalog, load_catalog
from catalog.places import Places, load_places
from catalog.tables import DATA, read_table


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def places(catalog: Catalog) -> Places:
    return load_places(served={region.iata for region in catalog.regions})


def test_every_country_of_iso_3166_is_there(places: Places) -> None:
    # ISO 3166-1 has 249 officially assigned codes.
    assert len(places.countries) == 249
    assert {code for code in places.countries if not re.fullmatch("[A-Z]{2}", code)} == set()
    assert {code: places.countries[code] for code in ("NA", "NO", "SE", "GB")} == {
        "NA": "Namibia",
        "NO": "Norway",
        "SE": "Sweden",
        "GB": "United Kingdom",
    }


def test_every_airport_row_is_whole(places: Places) -> None:
    rows = read_table(DATA, "places/airports.csv", "iata").rows

    assert len(rows) == len(places.airport_codes) == 7884
    assert {row.text("iata") for row in rows if not re.fullmatch("[A-Z]{3}", row.text("iata"))} == set()
    assert [row.line for row in rows if not row.text("name")] == []
    # Kosovo's code is one that users of ISO 3166 assign themselves.
    assert {row.text("country") for row in rows} - set(places.countries) == {"XK"}


def test_every_place_of_a_region_is_known(catalog: Catalog, places: Places) -> None:
    assert {region.country for region in catalog.regions} <= set(places.countries)
    assert {code for r in catalog.regions for code in (r.iata, *r.iata_also)} <= places.airport_codes


def test_a_region_lies_in_the_country_of_its_airport(catalog: Catalog) -> None:
    country = {row.text("iata"): row.text("country") for row in read_table(DATA, "places/airports.csv").rows}

    assert [region.key for region in catalog.regions if country[region.iata] != region.country] == []


@pytest.mark.parametrize(
    ("metro", "airports"),
    [
        ("LON", ("LHR", "LCY", "LGW", "STN", "LTN")),
        ("STO", ("ARN", "BMA", "VST")),
        ("PAR", ("CDG", "ORY")),
    ],
)
def test_the_promised_metros_are_exact(places: Places, metro: str, airports: tuple[str, ...]) -> None:
    assert places.airports(metro) == airports


@pytest.mark.parametrize(
    ("metro", "airports"),
    [("NYC", {"JFK", "LGA", "EWR", "SWF"}), ("TYO", {"HND", "NRT"}), ("WAS", {"IAD", "DCA", "BWI"})],
)
def test_other_metros_are_there_besides(places: Places, metro: str, airports: set[str]) -> None:
    assert set(places.airports(metro)) == airports


def test_57_metros_have_airports_that_exist_and_27_are_reached(places: Places) -> None:
    reached = set(places.metros) - places.airport_codes

    assert (len(places.metros), len(reached)) == (57, 27)
    assert {airport for members in places.metros.values() for airport in members} <= places.airport_codes
    assert all(places.airports(metro) == (metro,) for metro in places.metros if metro not in reached)


@pytest.mark.parametrize(
    ("name", "code"),
    [("germany", "DE"), ("Vietnam", "VN"), ("taiwan", "TW"), ("turkey", "TR"), ("USA", "US"), ("Czech Republic", "CZ")],
)
def test_a_country_may_be_given_by_its_everyday_name(places: Places, name: str, code: str) -> None:
    assert places.country_codes(name) == (code,)


def test_no_name_stands_for_two_countries(places: Places) -> None:
    groups = {"eu", "eea", "european union", "european economic area"}

    assert {name for name, codes in places.country_keys.items() if len(codes) != 1} == groups


def test_the_eu_has_27_members_and_the_eea_three_more(places: Places) -> None:
    union, area = set(places.country_codes("EU")), set(places.country_codes("EEA"))

    assert len(union) == 27
    assert area - union == {"IS", "LI", "NO"}
    assert union < area
    assert not union & {"GB", "CH"}


@pytest.mark.parametrize(("name", "meant"), [("germani", "DE"), ("Vietnamm", "VN"), ("taiwn", "TW")])
def test_a_misspelt_country_is_suggested_by_its_code(places: Places, name: str, meant: str) -> None:
    with pytest.raises(UnknownCountry) as error:
        places.country_codes(name)

    assert error.value.nearest[0] == meant


@pytest.mark.parametrize(("name", "meant"), [("london", "LON"), ("frankfurt", "FRA"), ("Zurich", "ZRH")])
def test_an_airport_given_by_its_city_is_suggested_by_its_code(places: Places, name: str, meant: str) -> None:
    with pytest.raises(UnknownAirport) as error:
        places.airports(name)

    assert error.value.nearest[0] == meant


def test_every_suggested_airport_leads_to_a_region(catalog: Catalog, places: Places) -> None:
    served = {region.iata for region in catalog.regions}
    suggested = {code for codes in places.airport_words.values() for code in codes}

    assert served <= suggested
    assert {code for code in suggested if served.isdisjoint(places.airports(code))} == set()


def test_the_places_take_less_than_two_megabytes() -> None:
    tracemalloc.start()

    places = load_places()
    held_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert places.airport_codes
    assert held_bytes < 2_000_000
