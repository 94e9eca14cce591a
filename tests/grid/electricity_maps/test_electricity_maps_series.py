"""Electricity Maps: past hours, forecasts, shares and zones in its replies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from carbon.intensity import Quality
from grid.source import MalformedReply
from grid.sources.electricity_maps import replies
from tests.grid.electricity_maps.bodies import MAX_AGE, NINE, NOW, body, reason_of


def rows(*values: Any, start: datetime = NINE, step: timedelta = timedelta(hours=1)) -> list[dict[str, Any]]:
    return [
        {"carbonIntensity": value, "datetime": (start + index * step).isoformat()} for index, value in enumerate(values)
    ]


# --- carbon-intensity/history


def hour(**changes: Any) -> dict[str, Any]:
    return {
        "zone": "DE",
        "carbonIntensity": 375,
        "datetime": "2026-03-03T08:00:00.000Z",
        "isEstimated": False,
        **changes,
    }


def past(*hours: Any, **changes: Any) -> dict[str, Any]:
    return {"zone": "DE", "history": list(hours), **changes}


def test_the_last_day_comes_in_the_order_of_time_each_hour_as_it_was_published() -> None:
    hours = replies.past(body("carbon_intensity_history"), "DE", datetime(2026, 3, 3, 9, 50, tzinfo=UTC))

    # 24 hours to 09:00, of which that of 06:00 is null.
    assert [one.starts_at for one in hours] == [NINE - timedelta(hours=back) for back in range(23, -1, -1) if back != 3]
    assert (hours[0].gco2e_per_kwh, hours[0].quality, hours[0].source) == (375, Quality.MEASURED, "electricity-maps")


def test_an_hour_without_a_value_is_missing_and_not_zero() -> None:
    estimated = hour(datetime="2026-03-03T07:00:00.000Z", isEstimated=True, estimationMethod="TIME_SLICER_AVERAGE")

    hours = replies.past(
        past(hour(), hour(carbonIntensity=None, datetime="2026-03-03T06:00:00.000Z"), estimated), "DE", NOW
    )

    assert [one.starts_at.hour for one in hours] == [7, 8]
    assert [one.quality for one in hours] == [Quality.ESTIMATED, Quality.MEASURED]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (past(), "empty"),
        (past(history=None), "wrong-shape"),
        (past(7), "wrong-shape"),
        (past(hour(zone="FR")), "wrong-zone"),
        (past(hour(), zone="FR"), "wrong-zone"),
        (past(hour(carbonIntensity=None)), "null-value"),
        (past(hour(carbonIntensity=-3)), "implausible-value"),
        (past(hour(carbonIntensity="375")), "not-a-number"),
        (past(hour(emissionFactorType="direct")), "not-lifecycle"),
        (past(hour(flowTraced=False)), "not-flow-traced"),
        (past(hour(datetime="2026-03-03T12:00:00.000Z")), "future"),
        (past(hour(datetime="2026-02-27T08:00:00.000Z")), "stale"),
        (past(hour(datetime="yesterday")), "bad-datetime"),
        (past(hour(), temporalGranularity="daily"), "wrong-granularity"),
    ],
)
def test_a_day_with_an_hour_that_cannot_be_trusted_is_refused_as_a_whole(reply: dict[str, Any], reason: str) -> None:
    with pytest.raises(MalformedReply) as error:
        replies.past(reply, "DE", NOW)

    assert reason_of(error) == reason


# --- carbon-intensity/forecast


def test_a_forecast_is_hourly_from_its_first_hour() -> None:
    ahead = replies.forecast(body("carbon_intensity_forecast"), "GB", NOW)

    assert ahead.starts_at == NINE
    assert len(ahead.gco2e_per_kwh) == 25
    assert ahead.gco2e_per_kwh[:3] == (98, 107, 120)
    assert ahead.gco2e_per_kwh[-1] == 97


def test_null_and_missing_hours_are_gaps_not_zeros() -> None:
    body = rows(100, None, 120, 130)
    del body[2]

    ahead = replies.forecast({"zone": "GB", "forecast": body}, "GB", NOW)

    assert ahead.gco2e_per_kwh == (100, None, None, 130)


def test_rows_may_come_in_any_order() -> None:
    ahead = replies.forecast({"zone": "GB", "forecast": rows(100, 110, 120)[::-1]}, "GB", NOW)

    assert ahead.starts_at == NINE
    assert ahead.gco2e_per_kwh == (100, 110, 120)


@pytest.mark.parametrize("named", [{"temporalGranularity": "15_minutes"}, {}])
def test_finer_steps_are_kept_from_the_full_hour_on(named: dict[str, str]) -> None:
    quarter = timedelta(minutes=15)
    reply = {"zone": "GB", **named, "forecast": rows(110, 120, None, 200, start=NINE + quarter, step=quarter)}

    ahead = replies.forecast(reply, "GB", NOW)

    assert (ahead.starts_at, ahead.step_seconds) == (NINE, 900)
    assert ahead.gco2e_per_kwh == (None, 110, 120, None, 200)


def test_steps_of_five_minutes_are_kept() -> None:
    reply = {"zone": "GB", "temporalGranularity": "5_minutes", "forecast": rows(1, 2, 3, step=timedelta(minutes=5))}

    ahead = replies.forecast(reply, "GB", NINE)

    assert (ahead.gco2e_per_kwh, ahead.step_seconds) == ((1, 2, 3), 300)


def test_half_hours_become_hourly_means() -> None:
    reply = {"zone": "GB", "forecast": rows(100, 120, 130, None, step=timedelta(minutes=30))}

    ahead = replies.forecast(reply, "GB", NOW)

    assert (ahead.gco2e_per_kwh, ahead.step_seconds) == ((110, 130), 3600)


def test_a_forecast_may_begin_with_the_next_hour() -> None:
    ahead = replies.forecast({"zone": "GB", "forecast": rows(100, start=NINE + timedelta(hours=1))}, "GB", NOW)

    assert ahead.starts_at == NINE + timedelta(hours=1)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param({"forecast": []}, "empty", id="no rows"),
        pytest.param({"forecast": rows(None, None)}, "empty", id="no values"),
        pytest.param({"forecast": None}, "wrong-shape", id="null"),
        pytest.param({"forecast": {"2026": 1}}, "wrong-shape", id="an object"),
        pytest.param({}, "wrong-shape", id="no forecast"),
        pytest.param({"forecast": [98, 107]}, "wrong-shape", id="bare numbers"),
        pytest.param({"forecast": rows(98, -5)}, "implausible-value", id="one negative hour"),
        pytest.param({"forecast": rows(98, 1e9)}, "implausible-value", id="one absurd hour"),
        pytest.param({"forecast": rows(98, "107")}, "not-a-number", id="one text"),
        pytest.param({"forecast": [{"carbonIntensity": 98}]}, "bad-datetime", id="a row without time"),
        pytest.param({"forecast": rows(98), "zone": "FR"}, "wrong-zone", id="another zone"),
        pytest.param({"forecast": rows(98), "temporalGranularity": "daily"}, "wrong-granularity", id="daily"),
        pytest.param({"forecast": rows(98, start=NINE - timedelta(hours=1))}, "stale", id="over before now"),
        pytest.param({"forecast": rows(98, start=NINE + timedelta(hours=3))}, "future", id="not begun for hours"),
        pytest.param({"forecast": rows(98, 99, step=timedelta(days=3000))}, "wrong-shape", id="years long"),
    ],
)
def test_a_forecast_that_cannot_be_used_is_refused_as_a_whole(body: dict[str, Any], reason: str) -> None:
    with pytest.raises(MalformedReply) as error:
        replies.forecast({"zone": "GB", **body}, "GB", NOW)

    assert reason_of(error) == reason


# --- shares


def test_two_share_calls_make_one_value_between_zero_and_one() -> None:
    renewable = replies.share(body("renewable_energy_latest"), "DK-DK1", NOW, MAX_AGE)
    fossil_free = replies.share(body("carbon_free_energy_latest", zone="DK-DK1"), "DK-DK1", NOW, MAX_AGE)

    both = replies.shares("DK-DK1", renewable, fossil_free)

    assert (both.renewable_share, both.fossil_free_share) == (0.81, 0.94)
    assert (both.starts_at, both.quality) == (NINE, Quality.MEASURED)


def test_shares_are_as_old_and_as_estimated_as_the_worse_of_them() -> None:
    renewable = replies.share(body("renewable_energy_latest", isEstimated=True), "DK-DK1", NOW, MAX_AGE)
    older = body("carbon_free_energy_latest", zone="DK-DK1", value=70, datetime="2026-03-03T08:00:00Z")
    fossil_free = replies.share(older, "DK-DK1", NOW, MAX_AGE)

    both = replies.shares("DK-DK1", renewable, fossil_free)

    assert both.starts_at == NINE - timedelta(hours=1)
    assert both.quality is Quality.ESTIMATED


def test_a_power_breakdown_gives_both_shares() -> None:
    both = replies.breakdown(body("power_breakdown_latest"), "PT", NOW, MAX_AGE)

    assert (both.renewable_share, both.fossil_free_share) == (0.78, 0.84)
    assert both.starts_at == NINE


def test_one_unknown_share_of_a_breakdown_is_none_and_not_zero() -> None:
    both = replies.breakdown(body("power_breakdown_latest", renewablePercentage=None), "PT", NOW, MAX_AGE)

    assert (both.renewable_share, both.fossil_free_share) == (None, 0.84)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"value": None}, "null-value", id="null"),
        pytest.param({"value": 101}, "implausible-value", id="over 100 percent"),
        pytest.param({"value": -1}, "implausible-value", id="negative"),
        pytest.param({"value": "81"}, "not-a-number", id="text"),
        pytest.param({"unit": "MW"}, "wrong-unit", id="megawatts"),
        pytest.param({"zone": "DE"}, "wrong-zone", id="another zone"),
        pytest.param({"datetime": "2026-03-03T07:00:00Z"}, "stale", id="two hours old"),
    ],
)
def test_a_share_that_cannot_be_used_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(MalformedReply) as error:
        replies.share(body("renewable_energy_latest", **changes), "DK-DK1", NOW, MAX_AGE)

    assert reason_of(error) == reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"renewablePercentage": None, "fossilFreePercentage": None}, "null-value", id="both null"),
        pytest.param({"renewablePercentage": 90}, "implausible-value", id="more renewable than fossil-free"),
        pytest.param({"fossilFreePercentage": 180}, "implausible-value", id="over 100 percent"),
    ],
)
def test_a_breakdown_that_cannot_be_used_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(MalformedReply) as error:
        replies.breakdown(body("power_breakdown_latest", **changes), "PT", NOW, MAX_AGE)

    assert reason_of(error) == reason


def test_shares_of_one_hour_may_cross_by_rounding_but_not_by_more() -> None:
    renewable = replies.share(body("renewable_energy_latest", value=95), "DK-DK1", NOW, MAX_AGE)
    rounded = replies.share(body("carbon_free_energy_latest", zone="DK-DK1"), "DK-DK1", NOW, MAX_AGE)
    wrong = replies.share(body("carbon_free_energy_latest", zone="DK-DK1", value=93), "DK-DK1", NOW, MAX_AGE)

    both = replies.shares("DK-DK1", renewable, rounded)
    with pytest.raises(MalformedReply) as error:
        replies.shares("DK-DK1", renewable, wrong)

    assert (both.renewable_share, both.fossil_free_share) == (0.95, 0.94)
    assert reason_of(error) == "implausible-value"


# --- zones


def test_the_access_lists_of_zones_say_what_may_be_asked() -> None:
    access = replies.access(body("zones_with_key"))

    assert access is not None
    assert access.grants("DE", "carbon-intensity/latest")
    assert not access.grants("DE", "carbon-intensity/forecast")
    assert access.grants("SE", "carbon-intensity/forecast")  # "*"
    assert not access.grants("SE-SE3", "carbon-intensity/latest")  # []
    assert not access.grants("FR", "carbon-intensity/latest")  # not in the list
    assert access.count("carbon-intensity/latest") == 2


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"DE": {"zoneName": "Germany"}}, id="no access field, as without a key"),
        pytest.param([{"zoneKey": "DE"}], id="a list"),
        pytest.param({}, id="nothing"),
        pytest.param({"DE": {"access": None}}, id="null"),
    ],
)
def test_without_access_lists_the_coverage_is_unknown(body: object) -> None:
    assert replies.access(body) is None
