"""Reply bodies of Electricity Maps: which are used, and which end in which SourceError."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest

from carbon.intensity import Quality
from grid.source import MalformedReply, SourceRefused
from grid.sources.electricity_maps import replies
from tests.grid.electricity_maps.bodies import MAX_AGE, NINE, NOW, body, latest, reason_of

# --- carbon-intensity/latest


def test_a_measured_hour_stands_for_its_hour() -> None:
    observation = replies.observation(latest(), "SE-SE3", NOW, MAX_AGE)

    assert observation.gco2e_per_kwh == 23
    assert (observation.starts_at, observation.ends_at) == (NINE, NINE + timedelta(hours=1))
    assert observation.quality is Quality.MEASURED
    assert observation.source == "electricity-maps"
    assert observation.estimation_method is None


def test_an_estimated_hour_is_marked_with_its_method() -> None:
    observation = replies.observation(body("carbon_intensity_latest_estimated"), "US-MIDA-PJM", NOW, MAX_AGE)

    assert observation.gco2e_per_kwh == 391
    assert observation.quality is Quality.ESTIMATED
    assert observation.estimation_method == "TIME_SLICER_AVERAGE"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"isEstimated": None}, id="not said"),
        pytest.param({"isEstimated": "false"}, id="said as text"),
        pytest.param({"estimationMethod": "MODE_BREAKDOWN"}, id="a method is named all the same"),
    ],
)
def test_a_value_is_measured_only_where_the_upstream_plainly_says_so(changes: dict[str, Any]) -> None:
    observation = replies.observation(latest(**changes), "SE-SE3", NOW, MAX_AGE)

    assert observation.quality is Quality.ESTIMATED


def test_fields_of_v4_may_be_absent_as_in_v3() -> None:
    recorded = latest()
    for name in ("flowTraced", "temporalGranularity", "createdAt", "updatedAt", "emissionFactorType"):
        del recorded[name]

    observation = replies.observation(recorded, "SE-SE3", NOW, MAX_AGE)

    assert observation.ends_at == NINE + timedelta(hours=1)


@pytest.mark.parametrize(("granularity", "minutes"), [("hourly", 60), ("15_minutes", 15), ("5_minutes", 5)])
def test_the_granularity_says_how_long_a_value_stands(granularity: str, minutes: int) -> None:
    observation = replies.observation(latest(temporalGranularity=granularity), "SE-SE3", NOW, MAX_AGE)

    assert observation.ends_at == NINE + timedelta(minutes=minutes)


def test_a_time_with_another_offset_is_the_same_instant() -> None:
    observation = replies.observation(latest(datetime="2026-03-03T10:00:00+01:00"), "SE-SE3", NOW, MAX_AGE)

    assert observation.starts_at == NINE


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

    observation = replies.observation(latest(), "SE-SE3", eleven, MAX_AGE)
    with pytest.raises(MalformedReply) as error:
        replies.observation(latest(), "SE-SE3", eleven + timedelta(seconds=1), MAX_AGE)

    assert observation.gco2e_per_kwh == 23
    assert reason_of(error) == "stale"


def test_a_clock_five_minutes_slow_does_not_lose_the_new_hour() -> None:
    observation = replies.observation(latest(), "SE-SE3", NINE - timedelta(minutes=5), MAX_AGE)

    assert observation.starts_at == NINE


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
