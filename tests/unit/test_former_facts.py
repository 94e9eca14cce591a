"""Facts that were in force are made again of their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.refreshed import ON_DEMAND
from catalog.tables import CatalogError
from mapping import CloudMap
from renewal.former import FactsReplaced, FormerFacts, facts_of, shipped_files
from renewal.keeper import FactsKeeper
from renewal.layers import Folders
from tests.fakes.clouds import cloud_map
from tests.fakes.own_facts import shipped, write
from tests.fakes.service import NOW
from tests.unit.test_price_layers import fact, save

ZONE = "zone,gco2e_per_kwh,basis,source,as_of\nZA,{},location,meter,2026\n"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "prices", tmp_path / "overlay")


def keeper_over(folders: Folders) -> FactsKeeper:
    return FactsKeeper(folders, shipped=shipped(), utc_now=lambda: NOW)


def seen(mapping: CloudMap) -> tuple[float | None, float | None]:
    """The figure of a zone and the price of an offer."""
    price = mapping.price("aws:af-south-1", "c5.large")
    return mapping.zones["ZA"].gco2e_per_kwh, None if price is None else price.on_demand_usd_per_hour


def test_the_facts_of_both_layers_are_made_again_under_their_version(folders: Folders) -> None:
    write(folders.overlay, zones=ZONE.format(123))
    save(folders.prices, ON_DEMAND, fact("c5.large", 0.111))
    keeper = keeper_over(folders)
    files, version = keeper.files(keeper.mapping.version), keeper.mapping.version
    write(folders.overlay, zones=ZONE.format(777))
    save(folders.prices, ON_DEMAND, fact("c5.large", 0.999))
    keeper.look()
    assert keeper.look()

    former = facts_of(files, version, NOW, keeper.mapping)

    assert (seen(former), seen(keeper.mapping)) == ((123.0, 0.111), (777.0, 0.999))
    assert (former.version, former.tables, former.own_zones) == (version, former.tables, frozenset({"ZA"}))


def test_tables_of_another_release_count_and_not_those_of_this_one() -> None:
    files = shipped_files(cloud_map().version)
    rows = files["shipped/aws/regions.csv"].decode()
    line = next(line for line in rows.splitlines() if line.startswith("af-south-1,"))
    other = rows.replace(line, line.replace("Cape Town", "Kapstadt"))

    former = facts_of({**files, "shipped/aws/regions.csv": other.encode()}, "older", NOW, cloud_map())

    assert (former.regions["aws:af-south-1"].city, former.version) == ("Kapstadt", "older")
    assert cloud_map().regions["aws:af-south-1"].city == "Cape Town"


def test_tables_that_this_release_cannot_read_are_told(folders: Folders) -> None:
    files = shipped_files(cloud_map().version)

    with pytest.raises(CatalogError):
        facts_of({**files, "shipped/aws/regions.csv": b"name\nother columns\n"}, "newer", NOW)


def test_files_of_facts_that_are_not_in_force_are_refused(folders: Folders) -> None:
    save(folders.prices, ON_DEMAND, fact("c5.large", 0.111))
    keeper = keeper_over(folders)

    with pytest.raises(FactsReplaced):
        keeper.files("another version")

    save(folders.prices, ON_DEMAND, fact("c5.large", 0.999))  # the keeper has not looked yet
    with pytest.raises(FactsReplaced):
        keeper.files(keeper.mapping.version)
    with pytest.raises(FactsReplaced):
        shipped_files("another version")


def test_the_version_that_was_loaded_last_stays_and_the_present_one_is_never_loaded() -> None:
    files, former = shipped_files(cloud_map().version), FormerFacts()
    loads: list[str] = []

    def of(version: str) -> CloudMap | None:
        def stored() -> dict[str, bytes]:
            loads.append(version)
            return files

        return former.of(version, stored, NOW, cloud_map())

    first, again, present = of("one"), of("one"), of(cloud_map().version)

    assert (first is again, present is cloud_map(), loads) == (True, True, ["one"])
    assert former.of("unknown", dict, NOW, cloud_map()) is None
