"""The version of the catalog's tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.version import data_version


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "aws").mkdir()
    (tmp_path / "zones.csv").write_text("zone\nDE\n")
    (tmp_path / "aws" / "prices.csv").write_text("region\n")
    return tmp_path


def test_equal_tables_have_an_equal_version(data: Path) -> None:
    assert data_version(data) == data_version(data)


@pytest.mark.parametrize("name", ["zones.csv", "packed.npy", "names.json", "aws/regions.csv"])
def test_a_changed_or_further_table_has_another(data: Path, name: str) -> None:
    before = data_version(data)
    (data / name).write_text("zone\nFR\n")

    assert data_version(data) != before


def test_other_rules_of_time_zones_have_another(data: Path) -> None:
    assert data_version(data, "2026.6") != data_version(data, "2026.7")


def test_a_row_moved_to_another_table_makes_another(data: Path) -> None:
    before = data_version(data)
    (data / "zones.csv").rename(data / "places.csv")

    assert data_version(data) != before


@pytest.mark.parametrize("name", ["aws/prices.csv", "README.md"])
def test_what_the_service_does_not_read_makes_no_difference(data: Path, name: str) -> None:
    before = data_version(data)
    (data / name).write_text("something else")

    assert data_version(data) == before
