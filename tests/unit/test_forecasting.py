"""The forecast from recent hours: what it sees, how gaps are filled, and the blend that it corrects. By hand."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.forecast_model import ForecastModel, load_forecast_models
from forecasting.blend import blend
from forecasting.experts import analogs, experts
from forecasting.hours import HOURS_AHEAD, HOURS_BACK, filled, hours_of, recent_hours, usual_of_history
from forecasting.model import forecast, history_lengths
from tools.forecast_samples import samples
from tools.zone_sources import Series

MODELS = load_forecast_models()
ORIGIN = np.array([int(np.datetime64("2023-03-15T06", "h").astype(np.int64))])  # a Wednesday
FLAT = np.full((1, HOURS_BACK + HOURS_AHEAD), 100.0)
ZERO = {name: np.zeros(4) for name in MODELS[336].correction}


def wavy(seed: int = 1) -> np.ndarray:
    """Two weeks of a zone whose hours differ."""
    hours = np.arange(HOURS_BACK)
    noise = np.random.default_rng(seed).normal(0.0, 20.0, HOURS_BACK)
    return (300.0 + 100.0 * np.sin(hours / 24 * 2 * np.pi) + noise)[None]


def without_correction() -> dict[int, ForecastModel]:
    return {336: replace(MODELS[336], correction=ZERO)}


def test_a_short_gap_is_interpolated_and_the_last_value_carried() -> None:
    anomaly = np.zeros(HOURS_BACK)
    anomaly[[99, 102, -3]] = 1.0, 4.0, 7.0
    anomaly[[100, 101, -2, -1]] = np.nan

    whole = filled(anomaly)

    assert whole[[100, 101]].tolist() == pytest.approx([2.0, 3.0])
    assert whole[[-2, -1]].tolist() == [7.0, 7.0]


def test_a_long_gap_has_the_same_hours_of_the_next_day_that_is_known_and_else_of_the_day_before() -> None:
    anomaly = np.repeat(np.arange(14.0), 24) + np.tile(np.arange(24.0) / 100, 14)
    anomaly[: 3 * 24] = np.nan  # the first three days
    anomaly[-24:] = np.nan  # and the last

    whole = filled(anomaly)

    assert whole[5] == pytest.approx(3.05)  # 5 o'clock of day 3
    assert whole[-24 + 10] == pytest.approx(12.10)  # 10 o'clock of day 12


def test_the_blend_is_a_quarter_yesterday_a_quarter_the_week_and_half_the_scaled_pattern() -> None:
    history = np.full((1, HOURS_BACK), 100.0)
    history[:, -24:] = 200.0

    with_error, plain = blend(hours_of(history, FLAT, ORIGIN))

    # Yesterday 200, the week's mean (6 x 100 + 200) / 7, the pattern 100 at twice its level.
    expected = 0.25 * 200 + 0.25 * 800 / 7 + 0.5 * 100 * 2
    assert np.exp(plain[0, 0]) == pytest.approx(expected)
    # Of the last hour, which was 200, the blend says 0.25 x 100 + 0.25 x 100 + 0.5 x 200 = 150: the day and the week
    # before it were 100. An hour later that error is e^(-1/16) as large.
    assert with_error[0, 0] == pytest.approx(log(expected) + log(200 / 150) * exp(-1 / 16))


def test_a_model_without_coefficients_is_the_blend() -> None:
    history = wavy()

    values = forecast(history, FLAT, ORIGIN, without_correction()).values

    assert values == pytest.approx(np.exp(blend(recent_hours(history, FLAT, ORIGIN, 336))[0]))


def test_with_a_week_of_history_its_mean_day_counts_for_half_of_what_is_usual() -> None:
    history = np.full((1, HOURS_BACK), 400.0)

    week, day = (recent_hours(history, FLAT, ORIGIN, hours).usual for hours in (168, 24))

    # The geometric mean of 100 and 400.
    assert week[0] == pytest.approx(200.0)
    assert day[0] == pytest.approx(100.0)


def test_experts_and_analogs_foresee_a_zone_that_repeats_every_day() -> None:
    day = np.linspace(50.0, 150.0, 24)
    recent = hours_of(np.tile(day, 14)[None], FLAT, ORIGIN)

    expected = np.tile(np.log(day / 100.0), 7)

    # Three of the six rules repeat the day; the others hold a level and have errors, so that their weight is near 0.
    assert experts(recent)[0] == pytest.approx(expected, abs=1e-3)
    assert analogs(recent)[0] == pytest.approx(expected)


def test_a_zone_is_forecast_alike_alone_and_beside_others() -> None:
    history = np.concatenate([wavy(1), wavy(2)])
    both = forecast(history, np.repeat(FLAT, 2, axis=0), np.repeat(ORIGIN, 2), MODELS)

    alone = forecast(history[1:], FLAT, ORIGIN, MODELS)

    assert both.values[1] == pytest.approx(alone.values[0])
    assert both.high[1] == pytest.approx(alone.high[0])


def test_a_zone_at_twice_the_level_has_twice_the_forecast() -> None:
    once, twice = forecast(wavy(), FLAT, ORIGIN, MODELS), forecast(2 * wavy(), 2 * FLAT, ORIGIN, MODELS)

    assert twice.values == pytest.approx(2 * once.values)
    assert twice.low == pytest.approx(2 * once.low)


@pytest.mark.parametrize(("hours", "length"), [(336, 336), (168, 168), (100, 24), (24, 24), (15, 24), (14, 0), (0, 0)])
def test_the_model_is_that_of_the_longest_history_of_which_three_fifths_are_known(hours: int, length: int) -> None:
    history = np.full((1, HOURS_BACK), np.nan)
    history[:, HOURS_BACK - hours :] = 300.0

    assert history_lengths(history, (336, 168, 24)).tolist() == [length]


def test_a_single_known_hour_scales_the_pattern_with_a_ratio_that_relaxes() -> None:
    history = np.full((1, HOURS_BACK), np.nan)
    history[0, -1] = 200.0

    prediction = forecast(history, FLAT, ORIGIN, MODELS)

    # Twice the pattern in the hour before; the excess halves in 96 h (units.RATIO_HALF_LIFE_HOURS).
    assert prediction.values[0, 95] == pytest.approx(150.0)
    assert np.isnan(prediction.low).all()


def test_without_history_the_pattern_is_the_forecast() -> None:
    usual = np.arange(1.0, HOURS_BACK + HOURS_AHEAD + 1)[None]

    prediction = forecast(np.full((1, HOURS_BACK), np.nan), usual, ORIGIN, MODELS)

    assert prediction.values.tolist() == usual[:, HOURS_BACK:].tolist()


def test_the_mean_day_of_a_history_is_shrunk_to_its_mean() -> None:
    history = np.full((1, HOURS_BACK), np.nan)
    history[0, -24:] = 100.0
    history[0, -1] = 340.0  # the mean is 110

    usual = usual_of_history(history)

    assert usual[0, 23] == pytest.approx((340 + 110) / 2)
    assert usual[0, 22] == pytest.approx((100 + 110) / 2)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), known=st.floats(0.3, 1.0), level=st.floats(1.0, 1000.0))
def test_the_value_lies_within_its_range_and_is_finite(seed: int, known: float, level: float) -> None:
    rng = np.random.default_rng(seed)
    history = level * np.exp(rng.normal(0, 0.5, (1, HOURS_BACK)))
    history[rng.random(history.shape) > known] = np.nan

    prediction = forecast(history, FLAT, ORIGIN, MODELS)

    assert np.isfinite(prediction.values).all()
    has_range = np.isfinite(prediction.low)
    assert (prediction.low[has_range] <= prediction.values[has_range]).all()
    assert (prediction.values[has_range] <= prediction.high[has_range]).all()


def test_a_history_without_sense_is_not_continued_beyond_twice_its_highest_value() -> None:
    history = np.where(np.random.default_rng(0).random((1, HOURS_BACK)) < 0.5, 0.0, 100_000.0)

    prediction = forecast(history, FLAT, ORIGIN, MODELS)

    assert prediction.high.max() <= 200_000.0 * (1 + 1e-9)
    assert prediction.low.min() >= 0.5 * (1 - 1e-9)  # 0 counts as 1 g


def two_years(future: np.ndarray, from_hour: int) -> Series:
    """A zone's 2022 and 2023, whose values from an hour of 2023 on are replaced."""
    first = int(np.datetime64("2022-01-01T00", "h").astype(np.int64))
    hours = np.arange(first, first + 2 * 8760)
    values = 300.0 + 100.0 * np.sin(hours / 24 * 2 * np.pi) + np.random.default_rng(5).normal(0, 20, len(hours))
    values[8760 + from_hour :] = future
    return Series(zone="XX", hours=hours, values=values, direct=None)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), origin=st.integers(0, 500))
def test_changing_the_future_changes_no_forecast(seed: int, origin: int) -> None:
    count = 8760 - origin
    rng = np.random.default_rng(seed)
    first, second = (
        samples(two_years(rng.uniform(1, 1000, count), origin), 2023, (2022,), first=origin, stride=10_000)
        for _ in range(2)
    )

    predictions = [forecast(part.history, part.usual, part.origins, MODELS) for part in (first, second)]

    assert (first.truth != second.truth).any()
    assert predictions[0].values.tolist() == predictions[1].values.tolist()
    assert predictions[0].high.tolist() == predictions[1].high.tolist()
