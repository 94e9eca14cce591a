"""Cautious schedules, asked of the engine. Values hour by hour from 10:00; factors of catalog/data/grid_ranges.csv.

90th centile over an hour's mean in US-NW-PACW, known by an upstream: 1.109 in the hour of now, 1.261 for 1 to 6 hours
ahead, 1.462 for 7 to 24. In DE 1.069, 1.151 and 1.288.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbon.errors import IntensityUnknown
from carbon.jobs import Risk, ScheduleQuery
from carbon.workload import Interruption
from catalog.profiles import hour_of
from engine import Engine
from planning.outlook.forecast_choice import RecentForecast
from planning.outlook.zones import build_outlook
from planning.scheduling.power import Power
from planning.scheduling.risk import one_rule_each
from planning.scheduling.schedule import whole_windows
from planning.scheduling.span import run_span
from session import Session
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, known
from tests.fakes.own_facts import DATA_CENTRE, overlaid

NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
OREGON, FRANKFURT = "aws:us-west-2", "aws:eu-central-1"
OREGON_ZONE = "US-NW-PACW"
# 110 from 13:00, 115 from 16:00, 100 from 20:00 and 101 from 22:00, an hour each; else 300.
DIPS = [300.0, 300, 300, 110, 300, 300, 115, 300, 300, 300, 100, 300, 101] + [300.0] * 59


def session(**values: list[float]) -> Session:
    zones = {"oregon": "US-NW-PACW", "frankfurt": "DE"}
    readings = {zones[place]: known(NOW, hours) for place, hours in values.items()}
    return Engine(cloud_map(), FakeReader(readings)).at(NOW)


def test_the_near_dip_is_taken_if_the_later_one_may_turn_out_worse() -> None:
    job = ScheduleQuery(region=OREGON, duration_hours=1)
    expected = session(oregon=DIPS).schedule(job).best
    cautious = session(oregon=DIPS).schedule(ScheduleQuery(region=OREGON, duration_hours=1, risk=Risk.CAUTIOUS)).best

    # 100 x 1.462 = 146.2 at 20:00; 110 x 1.261 = 138.71 at 13:00.
    assert (expected.starts_at.hour, cautious.starts_at.hour) == (20, 13)
    assert expected.mean.high_gco2e_per_kwh == pytest.approx(146.2)
    assert cautious.mean.high_gco2e_per_kwh == pytest.approx(138.71)
    assert cautious.mean.gco2e_per_kwh == pytest.approx(110)


def test_the_next_best_windows_are_in_the_order_of_their_90th_centile() -> None:
    job = ScheduleQuery(region=OREGON, duration_hours=1, risk=Risk.CAUTIOUS)
    plan = session(oregon=DIPS).schedule(job)

    # 138.71; 115 x 1.261 = 145.015; 146.2; 101 x 1.462 = 147.662.
    highs = [window.mean.high_gco2e_per_kwh for window in (plan.best, *plan.alternatives)]
    assert highs == pytest.approx([138.71, 145.015, 146.2, 147.662])


def test_segments_are_those_of_the_lowest_90th_centile_of_their_hours() -> None:
    job = ScheduleQuery(region=OREGON, duration_hours=2, interruption=Interruption(), risk=Risk.CAUTIOUS)
    best = session(oregon=DIPS).schedule(job).best

    # (138.71 + 145.015) / 2 = 141.8625 at 13:00 and 16:00; at 20:00 and 22:00 it is (146.2 + 147.662) / 2 = 146.931.
    assert [segment.starts_at.hour for segment in best.segments] == [13, 16]
    assert best.mean.high_gco2e_per_kwh == pytest.approx(141.8625)


def test_of_places_that_one_wins_whose_90th_centile_is_the_lowest() -> None:
    dip = [300.0, 300, 300, 100] + [300.0] * 68
    at = session(oregon=dip, frankfurt=[109.0] * 72)
    expected, cautious = (
        at.schedule(ScheduleQuery(regions=(OREGON, FRANKFURT), duration_hours=1, risk=risk)) for risk in Risk
    )

    # Oregon: 100 x 1.261 = 126.1 at 13:00. Frankfurt: 109 x 1.069 = 116.521 at once.
    assert (expected.region, cautious.region) == (OREGON, FRANKFURT)
    assert cautious.best.mean.high_gco2e_per_kwh == pytest.approx(116.521)
    assert cautious.places is not None
    assert cautious.places.options[0].best.mean.high_gco2e_per_kwh == pytest.approx(126.1)


def test_a_place_without_a_range_is_refused_alone_and_left_out_of_several() -> None:
    at = Engine(overlaid(**{name.removesuffix(".csv"): text for name, text in DATA_CENTRE.items()}), FakeReader()).at(
        NOW
    )

    with pytest.raises(IntensityUnknown, match="no range of the average carbon intensity of OWN-DC1") as refusal:
        at.schedule(ScheduleQuery(region="own:dc1", risk=Risk.CAUTIOUS))
    plan = at.schedule(ScheduleQuery(regions=("own:dc1", FRANKFURT), risk=Risk.CAUTIOUS))

    assert refusal.value.facts["unknown_zones"] == [{"zone": "OWN-DC1", "reason": "no-range"}]
    assert (plan.region, plan.places and [one.region for one in plan.places.excluded]) == (FRANKFURT, ["own:dc1"])


def test_starts_are_cut_where_ranges_change() -> None:
    # Ranges change 1, 7, 25, 73 and 169 hours ahead. Starts are whole seconds.
    outlook = session(oregon=DIPS).grid.outlook(["US-NW-PACW"], hours=72)

    assert one_rule_each(outlook, 0, 3600, [(1800, 30_000), (90_001, 90_001)]) == [
        (1800, 3599),
        (3600, 25_199),
        (25_200, 30_000),
        (90_001, 90_001),
    ]


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.integers(50, 400), min_size=12, max_size=12),
    minutes=st.integers(5, 200),
    reach=st.integers(1, 12),
    own=st.none() | st.lists(st.floats(1.0, 2.0), min_size=9, max_size=9),
    watts=st.lists(st.integers(1, 300), min_size=1, max_size=3),
)
def test_no_start_has_a_lower_90th_centile(
    values: list[int], minutes: int, reach: int, own: list[float] | None, watts: list[int]
) -> None:
    """Also where our own forecast, of which every hour has a range of its own, follows that of a source.

    The power of the job changes with time if it has several watts, each for an equal part of it.
    """
    mean = [float(value) for value in values]
    recent = None
    if own is not None:
        hours = np.array(mean[:9], np.float32)
        recent = RecentForecast(
            origin=hour_of(NOW), values=hours, low=hours, high=hours * np.array(own, np.float32), history_hours=336
        )
    outlook = build_outlook(
        [OREGON_ZONE],
        cloud_map().profiles,
        {OREGON_ZONE: known(NOW, mean[:reach] if own else mean * 6)},
        now=NOW,
        hours=72,
        recent={} if recent is None else {OREGON_ZONE: recent},
    )
    span = run_span(NOW, duration_hours=minutes / 60, start_after=None, deadline=None, search_hours=12)

    power = Power.of_watts((minutes / 60 / len(watts), float(one)) for one in watts)

    best = whole_windows(OREGON_ZONE, outlook, span, Risk.CAUTIOUS, count=1, power=power)[0].mean.high_gco2e_per_kwh

    starts = range(0, 12 * 3600 + 1, 300)
    highs = [outlook.mean_of_phases(OREGON_ZONE, power.parts(start)).high_gco2e_per_kwh or 0.0 for start in starts]
    assert best is not None
    assert best <= min(highs) * (1 + 1e-9)


def test_ranges_of_our_own_forecast_count_by_the_power_of_their_hours() -> None:
    mean = np.full(9, 100, np.float32)
    high = np.array([110, 120, 130, 140, 150, 300, 170, 180, 190], np.float32)
    recent = RecentForecast(origin=hour_of(NOW), values=mean, low=mean, high=high, history_hours=336)
    reading = {OREGON_ZONE: known(NOW, [100.0, 100.0])}
    outlook = build_outlook(
        [OREGON_ZONE], cloud_map().profiles, reading, now=NOW, hours=24, recent={OREGON_ZONE: recent}
    )

    both = outlook.mean_of_phases(OREGON_ZONE, [(4 * 3600, 5 * 3600, 0.5), (5 * 3600, 6 * 3600, 1.5)])

    fifth, sixth = (outlook.mean(OREGON_ZONE, hour * 3600, 3600).high_gco2e_per_kwh or 0.0 for hour in (4, 5))
    assert (fifth, sixth) == pytest.approx((150, 300))
    assert both.high_gco2e_per_kwh == pytest.approx((150 + 3 * 300) / 4)
