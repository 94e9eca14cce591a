"""Whether the sources of a zone agree. Numbers by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from carbon.ranges import Factors, combined
from carbon.reading import ZoneReading
from engine import Engine
from planning.outlook.agreement import disagreement, disagreements, with_spread
from planning.outlook.zones import build_outlook
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, observation
from tests.golden.builders import utc

NOW = utc(18, 10, 20)


def reading(value: float, *others: float) -> ZoneReading:
    """What one source says, beside others."""
    more = tuple(replace(observation(NOW, other), source=f"other-{other:g}") for other in others)
    return ZoneReading(latest=observation(NOW, value), others=more)


@pytest.mark.parametrize(
    ("figures", "share"),
    [((200.0,), None), ((200.0, 200.0), 0), ((150.0, 250.0), 0.5), ((100.0, 200.0, 300.0), 1.0)],  # spread over mean
)
def test_disagreement_is_the_spread_over_the_mean(figures: tuple[float, ...], share: float | None) -> None:
    assert disagreement(figures) == share


def test_sources_that_agree_leave_the_range_as_it_is() -> None:
    assert with_spread({"DE": reading(200, 220)})["DE"].spread is None  # 20 over 210


def test_sources_that_disagree_widen_the_range_to_what_the_others_say() -> None:
    settled = with_spread({"DE": reading(200, 300, 190)})["DE"]

    assert settled.spread == Factors(low=0.95, high=1.5)
    assert settled.others == ()


def test_the_range_of_answers_contains_the_spread() -> None:
    profiles = cloud_map().profiles
    plain, wide = (
        build_outlook(["DE"], profiles, with_spread({"DE": one}), now=NOW, hours=30)
        for one in (reading(200), reading(200, 300))
    )

    for intensity, expected in ((plain.current("DE"), wide.current("DE")), (plain.hour("DE", 5), wide.hour("DE", 5))):
        assert intensity.grid is not None
        assert expected.grid == combined(intensity.grid, Factors(low=1.0, high=1.5))


def test_a_reading_without_other_sources_says_nothing_of_agreement() -> None:
    assert disagreements({"DE": reading(200), "FR": reading(100, 300)}) == {"FR": 1.0}


def test_the_engine_reports_the_zones_whose_sources_disagree_and_those_whose_sources_agree() -> None:
    reader = FakeReader({"DE": reading(200, 300), "FR": reading(100, 101), "PL": reading(600)})
    session = Engine(cloud_map(), reader).at(NOW)

    for zone in ("DE", "FR", "PL"):
        session.zone_details(zone)

    assert reader.disagreements == [({"DE": 0.4}, frozenset()), ({}, frozenset({"FR"}))]
