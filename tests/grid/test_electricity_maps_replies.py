"""Reply bodies of Electricity Maps: which are used, and which end in which SourceError."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from carbon.intensity import Quality
from grid.source import MalformedReply, SourceError, SourceRefused
from grid.sources.electricity_maps import replies

BODIES = Path(__file__).parents[1] / "fixtures" / "electricity_maps"
NOW = datetime(2026, 3, 3, 9, 50, tzinfo=UTC)  # within the hour the bodies speak of
MAX_AGE = timedelta(minutes=60)
NINE = datetime(2026, 3, 3, 9, tzinfo=UTC)


def body(name: str, **changes: Any) -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads((BODIES / f"{name}.json").read_text())
    return {**recorded, **changes}


def latest(**changes: Any) -> dict[str, Any]:
    return body("carbon_intensity_latest", **changes)


def rows(*values: Any, start: datetime = NINE, step: timedelta = timedelta(hours=1)) -> list[dict[str, Any]]:
    return [
        {"carbonIntensity": value, "datetime": (start + index * step).isoformat()} for index, value in enumerate(values)
    ]


def reason_of(error: pytest.ExceptionInfo[SourceError]) -> str:
    return error.value.reason


# --- carbon-intensity/latest


def test_a_measured_hour_stands_for_its_hour() -> None:
    seen = replies.observation(latest(), "SE-SE3", NOW, MAX_AGE)

    assert seen.gco2e_per_kwh == 23
    assert (seen.starts_at, seen.ends_at) == (NINE, NINE + timedelta(hours=1))
    assert seen.quality is Quality.MEASURED
    assert seen.source == "electricity-maps"
    assert seen.estimation_method is None


def test_an_estimated_hour_is_marked_with_its_method() -> None:
    seen = replies.observation(body("carbon_intensity_latest_estimated"), "US-MIDA-PJM", NOW, MAX_AGE)

    assert seen.gco2e_per_kwh == 391
    assert seen.quality is Quality.ESTIMATED
    assert seen.estimation_method == "TIME_SLICER_AVERAGE"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"isEstimated": None}, id="not said"),
        pytest.param({"isEstimated": "false"}, id="said as text"),
        pytest.param({"estimationMethod": "MODE_BREAKDOWN"}, id="a method is named all the same"),
    ],
)
def test_a_value_is_measured_only_where_the_upstream_plainly_says_so(changes: dict[str, Any]) -> None:
    seen = replies.observation(latest(**changes), "SE-SE3", NOW, MAX_AGE)

    assert seen.quality is Quality.ESTIMATED


def test_fields_of_v4_may_be_absent_as_in_v3() -> None:
    recorded = latest()
    for name in ("flowTraced", "temporalGranularity", "createdAt", "updatedAt", "emissionFactorType"):
        del recorded[name]

    seen = replies.observation(recorded, "SE-SE3", NOW, MAX_AGE)

    assert seen.ends_at == NINE + timedelta(hours=1)


@pytest.mark.parametrize(("granularity", "minutes"), [("hourly", 60), ("15_minutes", 15), ("5_minutes", 5)])
def test_the_granularity_says_how_long_a_value_stands(granularity: str, minutes: int) -> None:
    seen = replies.observation(latest(temporalGranularity=granularity), "SE-SE3", NOW, MAX_AGE)

    assert seen.ends_at == NINE + timedelta(minutes=minutes)


def test_a_time_with_another_offset_is_the_same_instant() -> None:
    seen = replies.observation(latest(datetime="2026-03-03T10:00:00+01:00"), "SE-SE3", NOW, MAX_AGE)

    assert seen.starts_at == NINE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"carbonIntensity": None}, "null-value", id="null"),
        pytest.param({"carbonIntensity": "23"}, "not-a-number", id="text"),
        pytest.param({"carbonIntensity": True}, "not-a-number", id="boolean"),
        pytest.param({"carbonIntensity": [23]}, "not-a-number", id="list"),
        pytest.param({"carbonIntensity": math.nan}, "not-a-number", id="NaN"),
        pytest.param({"carbonIntensity": math.inf}, "not-a-number", id="infinite"),
        pytest.param({"carbonIntensity": -1}, "implausible-value", id="negative"),
        pytest.param({"carbonIntensity": 0}, "implausible-value", id="zero, which no lifecycle factor is"),
        pytest.param({"carbonIntensity": 3001}, "implausible-value", id="twice the dirtiest zone"),
        pytest.param({"zone": "SE-SE4"}, "wrong-zone", id="another zone"),
        pytest.param({"zone": None}, "wrong-zone", id="no zone"),
        pytest.param({"emissionFactorType": "direct"}, "not-lifecycle", id="direct factors"),
        pytest.param({"flowTraced": False}, "not-flow-traced", id="production based"),
        pytest.param({"temporalGranularity": "daily"}, "wrong-granularity", id="a day"),
        pytest.param({"temporalGranularity": ["hourly"]}, "wrong-granularity", id="granularity no text"),
        pytest.param({"datetime": None}, "bad-datetime", id="no time"),
        pytest.param({"datetime": "2026-03-03T09:00:00"}, "bad-datetime", id="no offset"),
        pytest.param({"datetime": "yesterday"}, "bad-datetime", id="no ISO time"),
        pytest.param({"datetime": 1772528400}, "bad-datetime", id="a number"),
        pytest.param({"datetime": "0001-01-01T00:00:00+14:00"}, "bad-datetime", id="before all time"),
        pytest.param({"datetime": "9999-12-31T23:30:00Z"}, "bad-datetime", id="the end of time"),
        pytest.param({"datetime": "2026-03-03T09:56:00Z"}, "future", id="six minutes ahead"),
    ],
)
def test_a_value_that_cannot_be_trusted_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(MalformedReply) as error:
        replies.observation(latest(**changes), "SE-SE3", NOW, MAX_AGE)

    assert reason_of(error) == reason


@pytest.mark.parametrize("missing", ["carbonIntensity", "zone", "datetime"])
def test_a_missing_key_is_refused(missing: str) -> None:
    recorded = latest()
    del recorded[missing]

    with pytest.raises(MalformedReply):
        replies.observation(recorded, "SE-SE3", NOW, MAX_AGE)


@pytest.mark.parametrize("shape", [[], [{"zone": "SE-SE3"}], "23", 23, None, True])
def test_another_shape_than_an_object_is_refused(shape: object) -> None:
    with pytest.raises(MalformedReply) as error:
        replies.observation(shape, "SE-SE3", NOW, MAX_AGE)

    assert reason_of(error) == "wrong-shape"


def test_age_counts_from_the_end_of_the_hour_so_nine_oclock_is_good_until_eleven() -> None:
    eleven = NINE + timedelta(hours=2)

    seen = replies.observation(latest(), "SE-SE3", eleven, MAX_AGE)
    with pytest.raises(MalformedReply) as error:
        replies.observation(latest(), "SE-SE3", eleven + timedelta(seconds=1), MAX_AGE)

    assert seen.gco2e_per_kwh == 23
    assert reason_of(error) == "stale"


def test_a_clock_five_minutes_slow_does_not_lose_the_new_hour() -> None:
    seen = replies.observation(latest(), "SE-SE3", NINE - timedelta(minutes=5), MAX_AGE)

    assert seen.starts_at == NINE


# --- sandbox


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param(body("sandbox_latest"), id="the recorded body"),
        pytest.param(latest(estimationMethod="SANDBOX_MODE_DATA"), id="the method alone"),
        pytest.param(latest(_disclaimer="Numbers in Sandbox Mode are scrambled"), id="the notice alone"),
        pytest.param(
            {"forecast": [{"carbonIntensity": 1}, {"estimationMethod": "SANDBOX_MODE_DATA"}]}, id="a row of a list"
        ),
    ],
)
def test_the_false_numbers_of_a_sandbox_key_are_refused(marked: dict[str, Any]) -> None:
    with pytest.raises(SourceRefused) as error:
        replies.refuse_sandbox(marked)

    assert reason_of(error) == "sandbox-key"


@pytest.mark.parametrize(
    "honest", [latest(), latest(_disclaimer="rights notice text"), body("carbon_intensity_latest_estimated"), [], None]
)
def test_other_bodies_pass_as_no_sandbox(honest: object) -> None:
    replies.refuse_sandbox(honest)


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
    given = {"zone": "GB", **named, "forecast": rows(110, 120, None, 200, start=NINE + quarter, step=quarter)}

    ahead = replies.forecast(given, "GB", NOW)

    assert (ahead.starts_at, ahead.step_seconds) == (NINE, 900)
    assert ahead.gco2e_per_kwh == (None, 110, 120, None, 200)


def test_steps_of_five_minutes_are_kept() -> None:
    given = {"zone": "GB", "temporalGranularity": "5_minutes", "forecast": rows(1, 2, 3, step=timedelta(minutes=5))}

    ahead = replies.forecast(given, "GB", NINE)

    assert (ahead.gco2e_per_kwh, ahead.step_seconds) == ((1, 2, 3), 300)


def test_half_hours_become_hourly_means() -> None:
    given = {"zone": "GB", "forecast": rows(100, 120, 130, None, step=timedelta(minutes=30))}

    ahead = replies.forecast(given, "GB", NOW)

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
