"""Starts in several windows and regions, against a search that tries every five minutes."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from math import nan

import numpy as np
import pytest

from carbon.errors import IntensityUnknown
from carbon.start_options import StartOptions, StartQuery
from carbon.workload import Interval
from planning.outlook.outlooks import Outlooks
from planning.outlook.zones import Outlook
from planning.scheduling.start_options import hours_of, start_options
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import known
from tests.fakes.service import NOW as MOMENT

NOW = MOMENT.replace(second=0, microsecond=0)  # 10:30
GERMANY, SWEDEN = "aws:eu-central-1", "aws:eu-north-1"
FRANKFURT_TOO = "gcp:europe-west3"  # in the same grid zone
HOUR = timedelta(hours=1)


def outlook(hours: dict[str, list[float]], count: int) -> Outlook:
    """Of regions, by their intensities from 10:00 on."""
    zones = {cloud_map().regions[key].zone: values for key, values in hours.items()}
    readings = {zone: known(NOW, values) for zone, values in zones.items()}
    return Outlooks(cloud_map()).of(list(zones), readings, "one", now=NOW, hours=count)


def ask(
    hours: dict[str, list[float]],
    *windows: tuple[float, float],
    duration_hours: float = 1.0,
    options: int = 3,
    regions: tuple[str, ...] = (),
) -> StartOptions:
    """windows: hours after now."""
    query = StartQuery(
        windows=tuple(Interval(starts_at=NOW + low * HOUR, ends_at=NOW + high * HOUR) for low, high in windows),
        duration_hours=duration_hours,
        regions=regions or tuple(hours),
        options=options,
    )
    return start_options(query, cloud_map().regions, outlook(hours, hours_of(query, NOW)))


def at(clock: str) -> datetime:
    hour, _, minute = clock.partition(":")
    return NOW.replace(hour=int(hour), minute=int(minute))


def test_a_job_may_start_as_late_as_the_window_ends_and_run_beyond_it() -> None:
    answer = ask({GERMANY: [400, 400, 400, 100, 400]}, (0, 2.5))  # from 10:30 to 13:00; 13:00 to 14:00 has 100

    assert answer.ideal.starts_at == at("13:00")
    assert answer.ideal.gco2e_per_kwh == pytest.approx(100)


def test_the_options_are_the_lowest_starts_of_all_windows_and_regions() -> None:
    hours = {GERMANY: [400.0, 300, 300, 300, 300], SWEDEN: [40.0, 30, 50, 50, 20, 20]}

    answer = ask(hours, (0.5, 0.5), (3.5, 3.5), options=4)  # 11:00 and 14:00

    assert [(one.starts_at, one.region, round(one.gco2e_per_kwh)) for one in answer.options] == [
        (at("14:00"), SWEDEN, 20),
        (at("11:00"), SWEDEN, 30),
        (at("11:00"), GERMANY, 300),
        (at("14:00"), GERMANY, 300),
    ]
    assert answer.ideal == answer.options[0]
    assert answer.worst == answer.options[3]
    assert answer.median == answer.options[2]  # of 4, at index 4 / 2
    assert answer.count == 4


def test_the_naive_start_is_the_best_region_at_the_earliest_moment_of_the_first_window() -> None:
    hours = {GERMANY: [400.0, 300, 300, 300, 300], SWEDEN: [40.0, 30, 50, 50, 20, 20]}

    answer = ask(hours, (2.5, 3.5), (0, 1))  # 13:00 to 14:00 is named first

    assert (answer.naive.starts_at, answer.naive.region) == (at("13:00"), SWEDEN)


def test_savings_are_shares_of_the_case_they_are_compared_with() -> None:
    answer = ask({GERMANY: [400, 400, 100, 100, 100]}, (0, 1.5))  # at once: 10:30 to 11:30

    assert answer.ideal.saving_share(answer.naive) == pytest.approx(0.75)  # (400 - 100) / 400
    assert answer.ideal.saving_share(answer.ideal) == 0


def test_overlapping_windows_and_equal_starts_count_once() -> None:
    apart = ask({GERMANY: [400, 300, 200, 100, 100]}, (0, 2))
    overlapping = ask({GERMANY: [400, 300, 200, 100, 100]}, (0, 1.5), (0.5, 2))

    assert overlapping.count == apart.count == 25  # every five minutes from 10:30 to 12:30


def test_a_window_that_began_in_the_past_begins_now() -> None:
    answer = ask({GERMANY: [100, 400, 400]}, (-0.05, 0.5))

    assert answer.naive.starts_at == NOW


def test_of_equal_starts_the_earliest_in_the_region_named_first_is_best() -> None:
    answer = ask({GERMANY: [300.0] * 5}, (0, 2), regions=(FRANKFURT_TOO, GERMANY))

    assert (answer.ideal.starts_at, answer.ideal.region) == (NOW, FRANKFURT_TOO)


def test_starts_that_differ_by_rounding_alone_are_equal() -> None:
    answer = ask({GERMANY: [333.1] * 30}, (0, 20), duration_hours=0.7, options=1000)

    starts = [one.starts_at for one in answer.options]
    assert starts == sorted(starts)


def test_regions_without_a_figure_do_not_compete() -> None:
    hours = outlook({GERMANY: [300.0] * 5, SWEDEN: [30.0] * 5}, 4)
    unknown = hours.rows[hours.zones[cloud_map().regions[SWEDEN].zone]]
    unknown.values[:] = nan
    unknown.integral[1:] = nan
    query = StartQuery(
        windows=(Interval(starts_at=NOW, ends_at=NOW + HOUR),), duration_hours=1, regions=(SWEDEN, GERMANY), options=9
    )

    answer = start_options(query, cloud_map().regions, hours)

    assert {one.region for one in (*answer.options, answer.worst, answer.naive)} == {GERMANY}
    with pytest.raises(IntensityUnknown):
        start_options(
            StartQuery(windows=query.windows, duration_hours=1, regions=(SWEDEN,), options=1),
            cloud_map().regions,
            hours,
        )


@pytest.mark.parametrize("seed", range(40))
def test_no_start_of_any_minute_is_better_than_the_ideal_or_worse_than_the_worst(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311
    hours = {key: [draw.uniform(10, 700) for _ in range(30)] for key in (GERMANY, SWEDEN)}
    windows = [(low, low + draw.choice([0.2, 1, 5.35])) for low in (draw.randrange(43_200) / 3600 for _ in range(3))]
    duration = draw.choice([0.05, 0.5, 1, 2.77, 6])

    answer = ask(hours, *windows, duration_hours=duration)

    means = [
        mean(hours[key], minute / 60 + 0.5, duration)
        for key in hours
        for low, high in windows
        for minute in np.arange(low * 60, high * 60, 1.0)
    ]
    assert answer.ideal.gco2e_per_kwh <= min(means) + 1e-6
    assert answer.worst.gco2e_per_kwh >= max(means) - 1e-6
    start = (answer.ideal.starts_at - NOW) / HOUR
    assert any(low - 1 / 3600 <= start <= high + 1 / 3600 for low, high in windows)
    assert answer.ideal.gco2e_per_kwh == pytest.approx(
        mean(hours[answer.ideal.region], start + 0.5, duration), rel=0.01
    )


def mean(values: list[float], start: float, duration: float) -> float:
    """Of [start, start + duration) in hours, by adding what each hour has in it."""
    parts = [max(0.0, min(hour + 1, start + duration) - max(hour, start)) for hour in range(len(values))]
    return sum(part * value for part, value in zip(parts, values, strict=True)) / duration
