"""Points of the past: means, extremes and percentiles over time, the source of each step, and the gaps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from carbon.history import Gap, HistoryQuery, Percentiles, Step, ZoneHistory
from carbon.intensity import Quality, SignalName
from planning.history.points import zone_history
from planning.outlook.level import past_at_corrected_level
from store.history.readings import Readings
from tests.fakes.past import readings

MIDNIGHT = datetime(2026, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def history(
    sources: Sequence[Readings],
    step: Step = Step.HOUR,
    *,
    start: datetime = MIDNIGHT,
    end: datetime = MIDNIGHT + 4 * HOUR,
    limit: int | None = None,
    offset: int = 0,
) -> ZoneHistory:
    query = HistoryQuery(start=start, end=end, step=step, signal=SignalName.AVERAGE, limit=limit, offset=offset)
    return zone_history("DE", query, sources)


def joined(first: Readings, second: Readings) -> Readings:
    """The readings of one source, first those of `first`."""
    return Readings(
        source=first.source,
        starts=np.concatenate([first.starts, second.starts]),
        ends=np.concatenate([first.ends, second.ends]),
        gco2e_per_kwh=np.concatenate([first.gco2e_per_kwh, second.gco2e_per_kwh]),
        quality=np.concatenate([first.quality, second.quality]),
    )


def at(hours: float) -> datetime:
    return MIDNIGHT + hours * HOUR


def test_a_step_has_mean_extremes_and_percentiles_weighted_by_time() -> None:
    # 100 for 1 h and 200, 300, 400 for 5 minutes each, in one day: 75 minutes.
    first = readings(MIDNIGHT, [100.0])
    rest = readings(MIDNIGHT + HOUR, [400.0, 200.0, 300.0], minutes=5)

    (point,) = history([joined(first, rest)], Step.DAY).points

    # (60 x 100 + 5 x 900) / 75 = 140. At most 100 for 60 of 75 minutes (80 %), at most 300 for 70 (93 %).
    assert point.value == pytest.approx(140.0)
    assert (point.lowest, point.highest) == (100.0, 400.0)
    assert point.percentiles == Percentiles(p10=100.0, p50=100.0, p90=300.0)
    assert (point.starts_at, point.source, point.quality) == (MIDNIGHT, "one", Quality.MEASURED)


def test_a_reading_counts_in_every_step_for_which_it_stands() -> None:
    zone_history = history([readings(MIDNIGHT, [100.0, 200.0])], Step.QUARTER_HOUR, end=at(2))

    assert [point.value for point in zone_history.points] == [100.0] * 4 + [200.0] * 4
    assert zone_history.gaps == ()


def test_a_step_without_a_reading_has_no_point_and_its_time_is_a_gap() -> None:
    zone_history = history([readings(MIDNIGHT, [100.0, None, 300.0])])

    assert [point.starts_at for point in zone_history.points] == [at(0), at(2)]
    assert zone_history.gaps == (Gap(starts_at=at(1), ends_at=at(2)), Gap(starts_at=at(3), ends_at=at(4)))


def test_a_gap_within_a_step_is_named_to_the_minute() -> None:
    zone_history = history([readings(MIDNIGHT, [100.0] * 6 + [None] * 2 + [100.0] * 4, minutes=5)], end=at(1))

    assert len(zone_history.points) == 1
    assert zone_history.gaps == (Gap(starts_at=at(0.5), ends_at=at(0.5) + timedelta(minutes=10)),)


def test_without_any_reading_the_whole_time_is_one_gap() -> None:
    zone_history = history([])

    assert (zone_history.points, zone_history.total) == ((), 0)
    assert zone_history.gaps == (Gap(starts_at=at(0), ends_at=at(4)),)


def test_each_step_is_of_the_source_that_covers_most_of_it_and_of_the_trusted_one_if_equal() -> None:
    trusted = readings(MIDNIGHT, [100.0, None, 100.0, None], source="trusted")
    other = readings(MIDNIGHT, [200.0, 200.0, 200.0, None], source="other")
    partly = readings(MIDNIGHT + 2 * HOUR, [100.0] * 11, minutes=5, source="partly")

    assert [point.source for point in history([trusted, other]).points] == ["trusted", "other", "trusted"]
    assert [point.source for point in history([partly, other]).points] == ["other"] * 3


def test_the_quality_of_a_step_is_the_worst_of_its_readings() -> None:
    measured = readings(MIDNIGHT, [100.0])
    mixed = joined(measured, readings(at(1), [100.0], quality=Quality.ESTIMATED))

    assert history([mixed], Step.DAY).points[0].quality is Quality.ESTIMATED
    assert [point.quality for point in history([mixed]).points] == [Quality.MEASURED, Quality.ESTIMATED]


def test_the_range_begins_with_a_full_step_and_ends_where_it_is_told_to() -> None:
    zone_history = history([readings(MIDNIGHT, [100.0] * 4)], start=at(0.5), end=at(2.5))

    assert (zone_history.starts_at, zone_history.ends_at) == (at(0), at(2.5))
    assert [point.starts_at for point in zone_history.points] == [at(0), at(1), at(2)]
    assert zone_history.gaps == ()


def test_months_begin_with_the_calendar_s() -> None:
    values = readings(MIDNIGHT - 31 * DAY, [100.0] * 31 + [200.0] * 28 + [300.0] * 31, minutes=1440)

    zone_history = history([values], Step.MONTH, start=MIDNIGHT - 20 * DAY, end=MIDNIGHT + 29 * DAY)

    assert [(point.starts_at, point.value) for point in zone_history.points] == [
        (datetime(2026, 1, 1, tzinfo=UTC), 100.0),
        (datetime(2026, 2, 1, tzinfo=UTC), 200.0),
        (datetime(2026, 3, 1, tzinfo=UTC), 300.0),
    ]


def test_every_point_and_every_gap_is_on_exactly_one_page() -> None:
    values = readings(MIDNIGHT, [None, 100.0, None, 200.0, 300.0, None, 400.0, None])
    whole = history([values], end=at(8))

    pages = [history([values], end=at(8), limit=2, offset=offset) for offset in (0, 2, 4)]

    assert [page.total for page in pages] == [4, 4, 4]
    assert tuple(point for page in pages for point in page.points) == whole.points
    assert tuple(gap for page in pages for gap in page.gaps) == whole.gaps


def test_a_page_after_the_last_is_empty() -> None:
    zone_history = history([readings(MIDNIGHT, [100.0] * 4)], limit=2, offset=9)

    assert (zone_history.points, zone_history.gaps, zone_history.total) == ((), (), 4)


def test_a_time_shorter_than_a_minute_has_no_points() -> None:
    zone_history = history(
        [readings(MIDNIGHT, [100.0])], start=at(0) + timedelta(seconds=10), end=at(0) + timedelta(seconds=50)
    )

    assert (zone_history.points, zone_history.gaps) == ((), ())


def test_the_publisher_s_past_is_brought_to_the_level_of_the_catalog_as_an_estimate() -> None:
    publisher = readings(MIDNIGHT, [100.0], source="electricity-maps")
    other = readings(MIDNIGHT, [100.0], source="other")

    corrected, unchanged = past_at_corrected_level([publisher, other], 1.5)

    assert (corrected.gco2e_per_kwh.tolist(), corrected.source) == ([150.0], "electricity-maps-corrected")
    assert history([corrected]).points[0].quality is Quality.ESTIMATED
    assert unchanged is other
    assert past_at_corrected_level([publisher], None) == [publisher]
