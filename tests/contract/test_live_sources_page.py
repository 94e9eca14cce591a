"""What docs/live-sources.md and the guide tell of the live sources is what the registry says."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbon.intensity import Signal
from grid.registry import SOURCES
from tests.fakes.clouds import cloud_map

ROOT = Path(__file__).resolve().parents[2]
PAGE, GUIDE = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("docs/live-sources.md", "docs/guide/live-data.md")
)
TABLE = [line.split("|") for line in PAGE.splitlines() if line.startswith("| `") and line.count("|") == 8]
ROWS = {row[1].strip("` "): row for row in TABLE}


def of_regions(*, keyed: bool) -> set[str]:
    """The zones with cloud regions of which sources without a key, or with a free one, tell averages."""
    zones = {region.zone for region in cloud_map().regions.values()}
    averages = [one.facts for one in SOURCES.values() if one.facts.signal is Signal.AVERAGE_LIFECYCLE]
    return {zone for one in averages if (one.key_setting is not None) == keyed for zone in one.zones or ()} & zones


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_has_a_row_with_its_key_licence_words_and_commercial_use(name: str) -> None:
    facts = SOURCES[name].facts
    _, _, _, key, _, forecast, licence, commercial, _ = ROWS[name]

    assert (facts.key_setting or "none") in key
    assert (facts.forecast_hours == 0) == (forecast.strip() == "none")
    assert facts.commercial_use == commercial.startswith((" yes", " as the contract says"))
    assert f'"{facts.attribution}"' in licence or facts.attribution is None


def test_the_guide_names_every_key_in_its_table_of_what_is_live() -> None:
    keys = {one.facts.key_setting for one in SOURCES.values()} - {None}
    consents = {one.facts.consent_setting for one in SOURCES.values()} - {None}

    assert [name for name in sorted(keys | consents) if f"`{name}" not in GUIDE] == []  # type: ignore[type-var]


def test_24_of_the_76_zones_with_regions_are_live_without_a_key_and_21_more_with_free_keys() -> None:
    free, keyed = of_regions(keyed=False), of_regions(keyed=True)

    assert (len(free), len(keyed - free)) == (24, 21)
    assert {"GB", "DK-DK2", "AU-NSW", "AU-VIC", "DE"} <= free
