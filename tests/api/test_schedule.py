"""POST /api/v1/schedule. The clock stands at 2026-02-11T10:30:07Z; what decides is the minute."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.api.conftest import Ask

OREGON = {"region": "us-west-2", "duration_hours": 4}


def test_the_window_is_as_long_as_the_job_and_starts_within_24_hours(post: Ask) -> None:
    answer = post("schedule", OREGON)

    window = answer["optimal_window"]
    start, end = (datetime.fromisoformat(window[name]) for name in ("start_time", "end_time"))
    came = datetime.fromisoformat(answer["timestamp"])
    assert end - start == timedelta(hours=4)
    assert came <= start <= came + timedelta(hours=24)


def test_the_saving_is_start_now_minus_the_optimal_mean_in_percent_of_start_now(post: Ask) -> None:
    answer = post("schedule", OREGON)

    now, best = answer["start_now"]["avg_carbon_intensity"], answer["optimal_window"]["avg_carbon_intensity"]
    saving = answer["savings_potential"]
    assert saving["start_now_vs_optimal_gco2_kwh"] == pytest.approx(now - best, abs=0.1)
    assert saving["start_now_vs_optimal_percentage"] == pytest.approx((now - best) / now * 100, abs=0.1)
    assert saving["current_vs_optimal_gco2_kwh"] == pytest.approx(answer["current_intensity"] - best, abs=0.1)


def test_start_now_is_the_later_of_now_and_start_after(post: Ask) -> None:
    past = post("schedule", {**OREGON, "start_after": "2020-01-01T00:00:00Z"})
    later = post("schedule", {**OREGON, "start_after": "2026-02-11T15:00:00+01:00"})

    assert past["start_now"]["start_time"] == "2026-02-11T10:30:00Z"
    assert later["start_now"]["start_time"] == "2026-02-11T14:00:00Z"


def test_with_a_deadline_the_job_ends_by_it(post: Ask) -> None:
    answer = post("schedule", {**OREGON, "deadline": "2026-02-11T18:00:00Z"})

    assert answer["optimal_window"]["end_time"] <= "2026-02-11T18:00:00Z"


def test_a_job_that_does_not_fit_is_a_422_with_the_earliest_finish(post: Ask) -> None:
    problem = post("schedule", {**OREGON, "deadline": "2026-02-11T12:00:00Z"}, status=422)

    assert problem["type"] == "/problems/does-not-fit"
    assert problem["earliest_finish"] == "2026-02-11T14:30:00Z"


def test_the_next_best_windows_are_no_better_than_the_best(post: Ask) -> None:
    answer = post("schedule", OREGON)

    best = answer["optimal_window"]["avg_carbon_intensity"]
    others = [window["avg_carbon_intensity"] for window in answer["next_best_windows"]]
    assert others == sorted(others)
    assert all(other >= best for other in others)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("start_after", "2026-02-12T00:00:00", "timezone_aware"),
        ("deadline", "2026-02-12T00:00:00", "timezone_aware"),
        ("deadline", "2026-02-12", "datetime"),
        ("deadline", "1770854400", "datetime"),
        ("deadline", 1770854400, "datetime"),
        ("deadline", "2026-02-30T00:00:00Z", "datetime_from_date_parsing"),
        ("deadline", "9999-12-31T23:00:00-14:00", "datetime"),
        ("start_after", "0001-01-01T00:00:00+14:00", "datetime"),
        ("deadline", "2027-02-12T00:00:00Z", "too_far_ahead"),
        ("search_hours", 0.5, "greater_than_equal"),
        ("search_hours", 169, "less_than_equal"),
        ("duration_hours", 0, "greater_than"),
        ("region", "us-wst-2", "unknown_region"),
    ],
)
def test_a_wrong_field_is_refused(post: Ask, field: str, value: object, code: str) -> None:
    problem = post("schedule", {**OREGON, field: value}, status=400)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(f"#/{field}", code)]


def test_a_deadline_before_the_start_is_refused(post: Ask) -> None:
    body = {**OREGON, "start_after": "2026-02-12T12:00:00Z", "deadline": "2026-02-12T12:00:00Z"}

    assert post("schedule", body, status=400)["errors"][0]["code"] == "deadline_before_start"


def test_a_search_of_a_week_may_start_later_than_one_of_a_day(post: Ask) -> None:
    answer = post("schedule", {**OREGON, "search_hours": 168})

    assert (
        answer["optimal_window"]["avg_carbon_intensity"]
        <= (post("schedule", OREGON)["optimal_window"]["avg_carbon_intensity"])
    )


def test_the_earlier_of_deadline_and_search_hours_binds(post: Ask) -> None:
    deadline_first = post("schedule", {**OREGON, "deadline": "2026-02-11T18:00:00Z", "search_hours": 24})
    search_first = post("schedule", {**OREGON, "deadline": "2026-02-12T18:00:00Z", "search_hours": 2})

    assert deadline_first["latest_start_time"] == "2026-02-11T14:00:00Z"
    assert deadline_first["optimal_window"]["end_time"] <= "2026-02-11T18:00:00Z"
    assert search_first["latest_start_time"] == "2026-02-11T12:30:00Z"
    assert search_first["optimal_window"]["start_time"] <= "2026-02-11T12:30:00Z"


def test_with_an_instance_type_the_answer_speaks_in_grams(post: Ask) -> None:
    answer = post("schedule", {**OREGON, "instance_type": "M7G.large", "count": 3, "utilization": 0.8})

    machines, best = answer["machines"], answer["optimal_window"]
    energy_kwh = machines["power_consumption_kwh"]
    assert (machines["instance_type"], machines["count"], machines["utilization"]) == ("m7g.large", 3, 0.8)
    windows = [best, answer["start_now"], *answer["next_best_windows"]]
    assert [window["co2_emissions_g"] for window in windows] == [
        pytest.approx(energy_kwh * window["avg_carbon_intensity"], rel=1e-3) for window in windows
    ]
    saving = answer["start_now"]["co2_emissions_g"] - best["co2_emissions_g"]
    assert answer["savings_potential"]["start_now_vs_optimal_co2_g"] == pytest.approx(saving, abs=0.02)
    assert machines["uncertainty"]["low_co2_emissions_g"] < best["co2_emissions_g"]
    # Three machines at the list price of one, for four hours.
    assert machines["cost"]["on_demand_usd"] == pytest.approx(machines["cost"]["on_demand_usd_per_hour"] * 12, rel=1e-3)


OWN = {"vcpus": 32, "memory_gb": 128, "arch": "x86_64"}


def test_a_job_on_a_server_of_one_s_own_is_in_grams_too(post: Ask) -> None:
    answer = post("schedule", {**OREGON, "machine": OWN, "pue": 1.5})
    calculation = post("calculate", {**OREGON, "machine": OWN, "pue": 1.5})["calculation"]

    machines, best = answer["machines"], answer["optimal_window"]
    assert (machines["instance_type"], machines["machine"]["vcpus"], machines["pue"]) == (None, 32, 1.5)
    assert machines["power_consumption_kwh"] == calculation["power_consumption_kwh"]
    grams = machines["power_consumption_kwh"] * best["avg_carbon_intensity"]
    assert best["co2_emissions_g"] == pytest.approx(grams, rel=1e-3)


def test_a_machine_and_an_instance_type_exclude_each_other(post: Ask) -> None:
    problem = post("schedule", {**OREGON, "machine": OWN, "instance_type": "m7g.large"}, status=400)

    assert [error["code"] for error in problem["errors"]] == ["machine_or_instance_type"]


def test_without_an_instance_type_the_answer_has_no_grams(post: Ask) -> None:
    answer = post("schedule", OREGON)

    assert "machines" not in answer
    assert "co2_emissions_g" not in answer["optimal_window"]
    assert "start_now_vs_optimal_co2_g" not in answer["savings_potential"]


@pytest.mark.parametrize("field", [{"count": 2}, {"pue": 1.2}, {"utilization": 0.3}, {"power_model": "linear"}])
def test_what_describes_a_machine_needs_its_type(post: Ask, field: dict[str, object]) -> None:
    problem = post("schedule", {**OREGON, **field}, status=400)

    assert problem["errors"] == [
        {
            "pointer": "#/instance_type",
            "code": "missing",
            "detail": f"is required with {next(iter(field))}, or machine in its place",
        }
    ]


def test_no_window_overlaps_a_blackout_of_local_office_hours(post: Ask) -> None:
    # 08:00 to 18:00 in Los Angeles is 16:00 to 02:00 UTC in February; 10:30 UTC is in the night.
    office = {"days": ["wed", "thu"], "from": "08:00", "to": "18:00", "time_zone": "america/los_angeles"}
    answer = post("schedule", {**OREGON, "search_hours": 36, "blackout": [office]})

    for window in (answer["optimal_window"], answer["start_now"], *answer["next_best_windows"]):
        for day in (11, 12):
            ends_before = window["end_time"] <= f"2026-02-{day}T16:00:00Z"
            assert ends_before or window["start_time"] >= f"2026-02-{day + 1}T02:00:00Z"


def test_start_now_is_the_first_start_outside_what_is_excluded(post: Ask) -> None:
    answer = post(
        "schedule", {**OREGON, "exclude": [{"start": "2026-02-11T12:00:00+01:00", "end": "2026-02-11T13:00Z"}]}
    )

    assert answer["start_now"]["start_time"] == "2026-02-11T13:00:00Z"


def test_a_job_longer_than_every_gap_is_a_422_without_an_earliest_finish(post: Ask) -> None:
    problem = post("schedule", {**OREGON, "blackout": [{"from": "09:00", "to": "06:00"}]}, status=422)

    assert (problem["type"], problem["earliest_finish"]) == ("/problems/does-not-fit", None)


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"days": ["monday"]}, "/days/0", "not_one_of"),
        ({"days": []}, "/days", "too_short"),
        ({"from": "8:00"}, "/from", "clock_time"),
        ({"to": "24:00"}, "/to", "clock_time"),
        ({"time_zone": "Europe/Berln"}, "/time_zone", "not_one_of"),
        ({"time_zone": "../zones"}, "/time_zone", "not_one_of"),
        ({"until": "09:00"}, "/until", "unknown_field"),
    ],
)
def test_a_wrong_blackout_is_refused(post: Ask, change: dict[str, object], pointer: str, code: str) -> None:
    office = {"from": "08:00", "to": "18:00", **change}

    problem = post("schedule", {**OREGON, "blackout": [office]}, status=400)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(f"#/blackout/0{pointer}", code)]


def test_an_exclusion_ends_after_it_starts(post: Ask) -> None:
    empty = {"start": "2026-02-11T12:00:00Z", "end": "2026-02-11T13:00:00+01:00"}

    problem = post("schedule", {**OREGON, "exclude": [empty]}, status=400)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [
        ("#/exclude/0/end", "end_before_start")
    ]
