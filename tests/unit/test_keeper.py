"""The facts of a process are renewed when the files of a layer change; a wrong overlay changes nothing."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catalog.refreshed import ON_DEMAND, SPOT
from catalog.tables import CatalogError
from mapping import CloudMap
from renewal.keeper import FactsKeeper
from renewal.last_overlay import LastOverlay
from renewal.layers import Folders
from tests.fakes.own_facts import ZONES, shipped, write
from tests.fakes.telemetry import Counts
from tests.unit.test_price_layers import fact, save

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Service:
    """A keeper over two folders, and what it told."""

    def __init__(self, root: Path) -> None:
        self.folders = Folders(root / "prices", root / "overlay")
        self.root, self.counts, self.clock, self.maps = root, Counts(), Clock(), list[CloudMap]()
        self.keeper = self.start()

    def start(self) -> FactsKeeper:
        keeper = FactsKeeper(
            self.folders,
            shipped=shipped(),
            last_overlay=LastOverlay(self.root),
            telemetry=self.counts,
            utc_now=self.clock,
        )
        keeper.on_change = self.maps.append
        return keeper

    def looks(self, times: int = 2) -> list[bool]:
        return [self.keeper.look() for _ in range(times)]


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(tmp_path)


def zone(grams: str) -> str:
    return ZONES.replace(",100,", f",{grams},")


def test_without_any_file_the_shipped_facts_are_in_force(service: Service) -> None:
    assert service.keeper.mapping.version == shipped().version
    assert service.looks() == [False, False]
    assert service.maps == []


def test_an_overlay_counts_at_the_second_look_that_finds_it_unchanged(service: Service) -> None:
    write(service.folders.overlay, zones=zone("100"))
    first = service.keeper.look()
    write(service.folders.overlay, zones=zone("150"), regions="region,source,as_of\n")  # still being written
    looks = service.looks(3)

    assert (first, looks) == (False, [False, True, False])
    assert service.maps == [service.keeper.mapping]
    assert service.keeper.mapping.zones["OWN-DC1"].gco2e_per_kwh == 150
    assert service.keeper.state.overlay == {"zones.csv": 1}
    assert service.counts.seen["facts_change", "swapped"] == 1


def test_refreshed_prices_count_at_once(service: Service) -> None:
    save(service.folders.prices, ON_DEMAND, fact("c5.large", 0.2))

    assert service.keeper.look() is True
    assert service.keeper.state.refreshed == {"aws-on_demand.npz": "2026-11-29T01:00:00Z"}
    price = service.keeper.mapping.price("aws:af-south-1", "c5.large")
    assert price is not None
    assert price.on_demand_usd_per_hour == 0.2


def test_refreshed_prices_count_while_an_overlay_waits_for_its_second_look(service: Service) -> None:
    write(service.folders.overlay, zones=ZONES)
    save(service.folders.prices, ON_DEMAND, fact("c5.large", 0.2))

    assert service.looks(3) == [True, True, False]
    assert "OWN-DC1" not in service.maps[0].zones
    assert "OWN-DC1" in service.maps[1].zones


def test_spot_prices_give_way_to_the_shipped_ones_when_they_are_a_week_old(service: Service) -> None:
    save(service.folders.prices, SPOT, fact("c5.large", 0.01))
    assert service.keeper.look() is True

    service.clock.now += timedelta(days=7)

    assert service.looks() == [True, False]
    assert service.keeper.mapping.version == shipped().version


def test_a_wrong_overlay_leaves_the_earlier_one_in_force_and_says_where_it_is_wrong(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    write(service.folders.overlay, zones=ZONES)
    service.looks()
    in_force = service.keeper.mapping
    write(service.folders.overlay, zones=zone("much"))

    with caplog.at_level(logging.ERROR):
        looks = service.looks(4)

    error = service.keeper.state.error
    assert looks == [False] * 4
    assert service.keeper.mapping is in_force
    assert error is not None
    assert (error.file, error.line, error.column, error.since) == ("overlay:zones.csv", 2, 3, NOW)
    assert [record.message.partition(": ")[2] for record in caplog.records] == [
        "overlay:zones.csv row 2: gco2e_per_kwh is not a number: 'much' (column 3)"
    ]
    assert service.counts.seen["facts_change", "refused"] == 1


def test_a_corrected_overlay_clears_the_error_even_if_it_is_the_earlier_one_again(service: Service) -> None:
    write(service.folders.overlay, zones=ZONES)
    service.looks()
    write(service.folders.overlay, zones=zone("much"))
    service.looks()

    write(service.folders.overlay, zones=ZONES)

    assert service.looks() == [False, False]
    assert service.keeper.state.error is None


def test_prices_are_renewed_while_an_overlay_is_wrong(service: Service) -> None:
    write(service.folders.overlay, zones=zone("much"))
    service.looks()
    save(service.folders.prices, ON_DEMAND, fact("c5.large", 0.2))

    assert service.keeper.look() is True
    assert service.keeper.state.error is not None


def test_a_wrong_overlay_at_the_start_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "overlay", zones=zone("much"))

    with pytest.raises(CatalogError, match=r"^overlay:zones\.csv row 2: .*\(column 3\)$"):
        Service(tmp_path)


def test_a_misspelt_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "overlay", zone=ZONES)

    with pytest.raises(CatalogError, match=r"^overlay:zone\.csv: is not a file of an overlay"):
        Service(tmp_path)


def test_a_removed_overlay_is_no_longer_in_force(service: Service) -> None:
    write(service.folders.overlay, zones=ZONES)
    service.looks()

    (service.folders.overlay / "zones.csv").unlink()

    assert service.looks() == [False, True]
    assert service.keeper.mapping.version == shipped().version


def test_a_process_with_an_older_overlay_takes_the_last_one_in_force_when_the_newest_is_wrong(tmp_path: Path) -> None:
    write(tmp_path / "overlay", zones=zone("100"))
    service = Service(tmp_path)
    forked = service.start()  # stays as it was while the service goes on
    write(tmp_path / "overlay", zones=zone("150"))
    service.looks()
    write(tmp_path / "overlay", zones=zone("much"))
    service.looks()

    looks = [forked.look() for _ in range(2)]

    assert looks == [False, True]
    assert forked.mapping.version == service.keeper.mapping.version
    assert forked.mapping.zones["OWN-DC1"].gco2e_per_kwh == 150
    assert forked.state.error is not None
    save(tmp_path / "prices", ON_DEMAND, fact("c5.large", 0.2))
    assert forked.look() is True
    assert forked.mapping.zones["OWN-DC1"].gco2e_per_kwh == 150


def test_a_damaged_table_of_prices_is_logged_once_and_shown(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    service.folders.prices.mkdir()
    (service.folders.prices / "aws-spot.npz").write_bytes(b"PK")

    with caplog.at_level(logging.ERROR):
        looks = service.looks(3)

    assert looks == [False] * 3
    assert service.keeper.state.unreadable == ("aws-spot.npz",)
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        "refreshed prices are not used, the shipped ones are"
    ]
