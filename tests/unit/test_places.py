"""Which country a code names, and which airports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from carbon.errors import UnknownAirport, UnknownCountry
from catalog.places import Places, load_places
from catalog.tables import CatalogError

COUNTRIES = """\
country,alpha_3,name,common_name,official_name,source,as_of
DE,DEU,Germany,,,s,2026
GB,GBR,United Kingdom,,,s,2026
KR,KOR,"Korea, Republic of",South Korea,,s,2026
RU,RUS,Russian Federation,,,s,2026
SE,SWE,Sweden,,Kingdom of Sweden,s,2026
SS,SSD,South Sudan,,,s,2026
"""
GROUPS = """\
group,name,country,source,as_of
EU,European Union,DE,s,2026
EU,European Union,SE,s,2026
"""
AIRPORTS = """\
iata,name,city,country,source,as_of
ARN,Arlanda,Stockholm,SE,s,2026
BMA,Bromma,Stockholm,SE,s,2026
DAL,Love Field,Dallas,US,s,2026
DFW,Fort Worth,Dallas,US,s,2026
ARM,Armidale,Armidale,AU,s,2026
"""
METROS = """\
metro,airport,city,source,as_of
DFW,DAL,Dallas,s,2026
DFW,DFW,Dallas,s,2026
STO,BMA,Stockholm,s,2026
STO,ARN,Stockholm,s,2026
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "places"
    folder.mkdir()
    (folder / "countries.csv").write_text(COUNTRIES)
    (folder / "country_groups.csv").write_text(GROUPS)
    (folder / "airports.csv").write_text(AIRPORTS)
    (folder / "metros.csv").write_text(METROS)
    return tmp_path


@pytest.fixture
def places(data: Path) -> Places:
    return load_places(data, served={"ARN", "DAL"})


def countries_near(places: Places, name: str) -> tuple[str, ...]:
    with pytest.raises(UnknownCountry) as error:
        places.country_codes(name)
    return error.value.nearest


def airports_near(places: Places, name: str) -> tuple[str, ...]:
    with pytest.raises(UnknownAirport) as error:
        places.airports(name)
    return error.value.nearest


@pytest.mark.parametrize("name", ["SE", "sE", "SWE", "swe", "Sweden", "sweden", "Kingdom of Sweden"])
def test_a_country_is_known_by_either_code_and_by_its_english_name_in_any_case(places: Places, name: str) -> None:
    assert places.country_codes(name) == ("SE",)


@pytest.mark.parametrize("name", ["EU", "eu", "European Union"])
def test_a_group_stands_for_its_members(places: Places, name: str) -> None:
    assert places.country_codes(name) == ("DE", "SE")


@pytest.mark.parametrize("code", ["UK", "uk"])
def test_uk_means_gb(places: Places, code: str) -> None:
    assert places.country_codes(code) == ("GB",)


@pytest.mark.parametrize("name", ["", "S", "SEW", "Sweeden", " SE", "ß"])  # the upper case of ß is SS
def test_what_is_no_code_is_an_unknown_country(places: Places, name: str) -> None:
    with pytest.raises(UnknownCountry, match=r"country .* is not known"):
        places.country_codes(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("germani", "DE"),
        ("Sweeden", "SE"),
        ("south corea", "KR"),  # by its everyday name
        ("Russian", "RU"),  # by how its name begins
        ("U.K", "GB"),
    ],
)
def test_the_country_that_is_meant_is_suggested_first(places: Places, name: str, meant: str) -> None:
    assert countries_near(places, name)[0] == meant


def test_nothing_is_suggested_where_nothing_is_near(places: Places) -> None:
    assert countries_near(places, "zzzzzz") == ()
    assert airports_near(places, "123") == ()


@pytest.mark.parametrize("code", ["ARN", "arn", "aRn"])
def test_an_airport_stands_for_itself_in_any_case(places: Places, code: str) -> None:
    assert places.airports(code) == ("ARN",)


@pytest.mark.parametrize("code", ["STO", "sto"])
def test_a_metro_stands_for_its_airports_in_the_tables_order(places: Places, code: str) -> None:
    assert places.airports(code) == ("BMA", "ARN")


def test_a_code_that_names_an_airport_and_a_metro_is_the_airport(places: Places) -> None:
    assert places.metros["DFW"] == ("DAL", "DFW")
    assert places.airports("DFW") == ("DFW",)


def test_an_unknown_airport_is_named(places: Places) -> None:
    with pytest.raises(UnknownAirport, match="airport 'QQQ' is not known"):
        places.airports("QQQ")


def test_a_city_leads_to_its_metro_and_to_the_airports_that_have_a_region(places: Places) -> None:
    assert airports_near(places, "stockholm") == ("STO", "ARN")


def test_a_metro_that_cannot_be_reached_is_not_suggested(places: Places) -> None:
    # DFW is answered as the airport, where there is no region.
    assert airports_near(places, "Dallas") == ("DAL",)


def test_an_airport_without_a_region_is_known_but_not_suggested(places: Places) -> None:
    assert places.airports("ARM") == ("ARM",)
    assert "ARM" not in airports_near(places, "ARX")
    assert "ARN" in airports_near(places, "ARX")


def test_without_served_airports_the_members_of_the_metros_are_suggested(data: Path) -> None:
    assert airports_near(load_places(data), "stockholm") == ("STO", "BMA", "ARN")


def change(data: Path, table: str, edit: Callable[[str], str]) -> None:
    path = data / "places" / table
    path.write_text(edit(path.read_text()))


@pytest.mark.parametrize(
    ("table", "edit", "told"),
    [
        ("airports.csv", lambda text: text + "ARN,Again,Stockholm,SE,s,2026\n", "contains a code twice"),
        ("airports.csv", lambda text: text + "BER,Berlin\n", "row 7: 2 cells"),
        ("airports.csv", lambda text: text.replace("city,", "", 1), "does not have the columns"),
        ("airports.csv", lambda text: text.replace("BMA", "BMX"), r"not in places/airports.csv: \['BMA'\]"),
        ("metros.csv", lambda text: text + "STO,ARN,Stockholm,s,2026\n", "row 6: sto arn appears twice"),
        ("countries.csv", lambda text: text + "se,SWE,Sweden,,,s,2026\n", "row 8: se appears twice"),
        ("countries.csv", lambda text: text + "NO,NOR,Norway,,,,2026\n", "row 8: source is empty"),
        ("country_groups.csv", lambda text: text + "EU,European Union,XX,s,2026\n", "'XX' is not a country"),
    ],
)
def test_a_wrong_table_is_refused(data: Path, table: str, edit: Callable[[str], str], told: str) -> None:
    change(data, table, edit)

    with pytest.raises(CatalogError, match=told):
        load_places(data)
