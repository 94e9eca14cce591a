"""The shipped tables of live sources: factors, names of fuels, names of zones, and how a wrong row is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from carbon.mix import Role, mix_intensity
from catalog.source_tables import load_source_tables
from catalog.tables import DATA, CatalogError, read_table

TABLES = load_source_tables()
SOURCES = {row.text("live_source") for row in read_table(DATA, "source_fuels.csv")}


def lifecycle(source: str, name: str, zone: str) -> float:
    fuel = TABLES.fuels(source, zone)[name.lower()].fuel
    assert fuel is not None
    return fuel.lifecycle_gco2e_per_kwh


@pytest.mark.parametrize(
    ("source", "name", "zone", "gco2e_per_kwh"),
    [
        # IPCC AR5 WG3 Annex III, table A.III.2, medians
        ("energy-charts", "Fossil hard coal", "PL", 820),
        ("entsoe", "B04", "FR", 490),
        ("eia", "NUC", "US-CAL-CISO", 12),
        ("elexon", "WIND", "GB", 11),
        ("ned", "51", "NL", 12),
        # NESO: open cycle 651 direct, plus the 120 between AR5's gas 490 and 370
        ("elexon", "OCGT", "GB", 771),
        # zones with factors of their own: direct 1053, 1012 and 391, plus 60 for coal and 120 for gas
        ("energy-charts", "Fossil brown coal / lignite", "DE", 1113),
        ("energy-charts", "Fossil hard coal", "DE", 1113),
        ("eia", "COL", "US-MIDA-PJM", 1072),
        ("eia", "NG", "US-MIDA-PJM", 511),
        ("eia", "NG", "US-MIDW-MISO", 490),
        # what is not attributed: NESO says 300 in Great Britain, elsewhere it is taken as thermal
        ("uk-carbon", "other", "GB", 300),
        ("aemo", "Other", "AU-NSW", 700),
    ],
)
def test_a_fuel_has_the_factor_of_its_zone_else_the_general_one(
    source: str, name: str, zone: str, gco2e_per_kwh: float
) -> None:
    assert lifecycle(source, name, zone) == gco2e_per_kwh


def test_names_are_found_in_any_case() -> None:
    mix = mix_intensity({"BLACK COAL": 100, "wind": 100}, TABLES.fuels("aemo", "AU-NSW"))

    assert mix is not None
    assert mix.lifecycle_gco2e_per_kwh == pytest.approx((820 + 11) / 2)


@pytest.mark.parametrize(
    ("source", "name"), [("elexon", "PS"), ("eia", "BAT"), ("entsoe", "B10"), ("energy-charts", "Battery")]
)
def test_storage_is_not_generation(source: str, name: str) -> None:
    assert TABLES.fuels(source, "GB")[name.lower()].role is Role.STORAGE


def test_cables_name_the_zone_at_their_other_end() -> None:
    fuels = TABLES.fuels("elexon", "GB")

    assert {fuels[name].neighbour for name in ("intfr", "intifa2", "intelec")} == {"FR"}
    assert fuels["intnsl"].neighbour == "NO-NO2"
    assert TABLES.fuels("uk-carbon", "GB")["imports"].neighbour is None


def test_hydro_of_us_areas_may_pump() -> None:
    assert TABLES.fuels("eia", "US-MIDA-PJM")["wat"].stores
    assert not TABLES.fuels("elexon", "GB")["npshyd"].stores


def test_every_source_with_fuels_has_zones() -> None:
    assert SOURCES - set(TABLES.sources) == set()


@pytest.mark.parametrize(
    ("source", "zone", "key"),
    [
        ("aemo", "AU-NSW", "NSW1"),
        ("energi-data", "DK-DK1", "DK1"),
        ("energy-charts", "FR", "fr"),
        ("entsoe", "FR", "10YFR-RTE------C"),
        ("eia", "US-MIDA-PJM", "PJM"),
        ("fingrid", "FI", "265"),
    ],
)
def test_the_surest_name_of_a_zone_comes_first(source: str, zone: str, key: str) -> None:
    assert TABLES.keys(source, zone)[0].key == key


def test_a_bidding_zone_that_a_source_does_not_know_lies_in_its_country() -> None:
    assert TABLES.keys("energy-charts", "IT-NO") == ()
    assert [pair.key for pair in TABLES.keys("energy-charts", "IT-NO", kinds=("exact", "parent"))] == ["it"]


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("fuel_factors.csv", "coal,,820,760", "coal,,820,860", "direct factor must be 0 or more and at most"),
        ("fuel_factors.csv", "coal,,820,760,no", "coal,,820,760,0", "renewable is neither yes nor no: '0'"),
        ("fuel_factors.csv", "coal,DE", "coal,DEU", "zone 'DEU' is not in zones.csv"),
        ("fuel_factors.csv", "lignite,DE", "coal,DE", "coal DE appears twice"),
        ("fuel_factors.csv", "marine,,", "marine,NO,", "marine for single zones only"),
        ("source_fuels.csv", "uk-carbon,coal,generation,coal", "uk-carbon,coal,generation,", "fuel must be given"),
        ("source_fuels.csv", "uk-carbon,coal,generation,coal", "uk-carbon,coal,generation,cole", "has no 'cole'"),
        ("source_fuels.csv", "uk-carbon,coal,generation", "uk-carbon,coal,burning", "role is not one of generation"),
        ("source_fuels.csv", "INTFR,import,,FR", "INTFR,import,,FX", "neighbour 'FX' is not in zones.csv"),
        ("source_fuels.csv", "INTFR,import,,FR", "INTFR,storage,,FR", "neighbour must be empty"),
        ("source_zones.csv", "aemo,NSW1,AU-NSW", "aemo,NSW1,AU-NWS", "zone 'AU-NWS' is not in zones.csv"),
        ("source_zones.csv", "aemo,NSW1,AU-NSW,exact", "aemo,NSW1,AU-NSW,most", "kind is not one of exact"),
    ],
)
def test_a_wrong_row_is_refused_with_its_file(tmp_path: Path, table: str, old: str, new: str, message: str) -> None:
    for name in ("zones.csv", "fuel_factors.csv", "source_fuels.csv", "source_zones.csv"):
        shutil.copy(DATA / name, tmp_path / name)
    text = (tmp_path / table).read_text(encoding="utf-8")
    assert text.count(old) >= 1
    (tmp_path / table).write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(CatalogError, match=table.removesuffix(".csv")) as error:
        load_source_tables(tmp_path)

    assert message in str(error.value)
