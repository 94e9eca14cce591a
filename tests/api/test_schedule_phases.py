"""POST /api/v1/schedule for jobs whose power changes with time. The clock stands at 2026-02-11T10:30."""

from __future__ import annotations

import pytest

from tests.api.conftest import Ask

OREGON = {"region": "us-west-2"}
RISING = [{"hours": 1, "power_w": 100}, {"hours": 1, "power_w": 300}]
SERIES = {"starts_at": "2026-02-11T10:00:00Z", "step_minutes": 60, "values": [400, 400, 100, 40, 10, 100, 400]}


def test_the_hungry_phase_is_put_into_the_lowest_hours(post: Ask) -> None:
    answer = post("schedule", {**OREGON, "phases": RISING, "forecast": SERIES, "search_hours": 4, "pue": 1.5})

    # 13:00 to 15:00: an hour of 100 W at 40, then one of 300 W at 10: (40 + 3 x 10)/4 = 17.5. With the PUE of 1.5 these
    # 0.4 kWh are 0.6: 10.5 g. At once, from 10:30 on: an hour of 100 W at 400, then half an hour of 300 W at 400 and
    # one at 100: (100 x 400 + 150 x 400 + 150 x 100)/400 = 287.5, which is 172.5 g.
    window, now = answer["optimal_window"], answer["start_now"]
    assert (window["start_time"], window["end_time"]) == ("2026-02-11T13:00:00Z", "2026-02-11T15:00:00Z")
    assert (window["avg_carbon_intensity"], window["co2_emissions_g"], window["duration_hours"]) == (17.5, 10.5, 2)
    assert (now["avg_carbon_intensity"], now["co2_emissions_g"]) == (287.5, 172.5)
    assert answer["savings_potential"]["start_now_vs_optimal_gco2_kwh"] == 270
    assert answer["savings_potential"]["start_now_vs_optimal_co2_g"] == 162


def test_watts_take_the_place_of_utilisation_and_power_model(post: Ask) -> None:
    machines = post("schedule", {**OREGON, "phases": RISING, "count": 10, "pue": 1.2})["machines"]

    # 10 machines x (100 + 300) Wh x 1.2 = 4.8 kWh.
    assert machines["power_consumption_kwh"] == 4.8
    assert (machines["utilization"], machines["utilization_defaulted"]) == (None, False)
    assert (machines["instance_type"], machines["cost"]["on_demand_usd"]) == (None, None)
    uncertainty = machines["uncertainty"]
    assert (uncertainty["power_low_factor"], uncertainty["power_high_factor"]) == (1, 1)
    assert uncertainty["basis"] == "power_w of the request"


def test_a_type_with_watts_of_the_request_still_has_its_price(post: Ask) -> None:
    job = {**OREGON, "instance_type": "m7g.large", "phases": RISING}

    answer = post("schedule", {**job, "carbon_price_usd_per_tonne": 100})

    assert answer["machines"]["instance_type"] == "m7g.large"
    assert answer["job_cost"]["cost_usd"] == pytest.approx(2 * answer["job_cost"]["usd_per_hour"])
    carbon_usd = answer["optimal_window"]["co2_emissions_g"] * 100 / 1e6
    assert answer["job_cost"]["carbon_cost_usd"] == pytest.approx(carbon_usd, rel=1e-3)


def test_the_energy_of_phases_of_utilisation_is_that_of_each_phase_alone(post: Ask) -> None:
    job = {**OREGON, "instance_type": "m7g.large"}
    loads = ((1, 0.1), (3, 0.9))

    answer = post("schedule", {**job, "phases": [{"hours": hours, "utilization": busy} for hours, busy in loads]})

    alone = [post("schedule", {**job, "duration_hours": hours, "utilization": busy}) for hours, busy in loads]
    kwh = sum(one["machines"]["power_consumption_kwh"] for one in alone)
    machines = answer["machines"]
    assert machines["power_consumption_kwh"] == pytest.approx(kwh, rel=1e-3)
    assert machines["utilization"] == pytest.approx((0.1 + 3 * 0.9) / 4)
    grams = answer["optimal_window"]["avg_carbon_intensity"] * kwh
    assert answer["optimal_window"]["co2_emissions_g"] == pytest.approx(grams, rel=2e-3)
    factors = [one["machines"]["uncertainty"]["power_low_factor"] for one in (alone[1], answer, alone[0])]
    assert factors == sorted(factors)


def test_phases_of_equal_load_are_a_job_of_that_load(post: Ask) -> None:
    job = {**OREGON, "instance_type": "m7g.large", "risk": "cautious"}

    plain = post("schedule", {**job, "duration_hours": 3, "utilization": 0.7})
    phases = post("schedule", {**job, "phases": [{"hours": 1, "utilization": 0.7}, {"hours": 2, "utilization": 0.7}]})

    for field in ("optimal_window", "start_now", "next_best_windows", "machines", "savings_potential"):
        assert phases[field] == plain[field], field


def test_places_are_ranked_by_their_own_windows_and_pue(post: Ask) -> None:
    where = {"regions": ["us-west-2", "gcp:europe-north1", "eu-central-1"], "max_options": 5}

    answer = post("schedule", {**where, "phases": RISING})

    rows = [answer, *answer["options"]]
    grams = [row["optimal_window"]["co2_emissions_g"] for row in rows]
    assert (len(rows), grams) == (3, sorted(grams))
    for row in rows:
        alone = post("schedule", {"provider": row["provider"], "region": row["region"], "phases": RISING})
        assert row["optimal_window"] == alone["optimal_window"]
        energy = row["machines"]["power_consumption_kwh"]
        assert energy == pytest.approx(0.4 * row["machines"]["pue"], rel=1e-3)


def test_a_batch_takes_phases_too(post: Ask) -> None:
    answer = post("schedule/batch", {"jobs": [{**OREGON, "phases": RISING}, {**OREGON, "phases": []}]})

    alone = post("schedule", {**OREGON, "phases": RISING})
    assert answer["results"][0]["schedule"]["optimal_window"] == alone["optimal_window"]
    assert answer["results"][1]["problem"]["errors"][0]["pointer"] == "#/jobs/1/phases"


def test_the_hours_of_the_phases_are_the_duration(post: Ask) -> None:
    with_duration = post("schedule", {**OREGON, "phases": RISING, "duration_hours": 2})
    assert with_duration["optimal_window"]["duration_hours"] == 2

    error = post("schedule", {**OREGON, "phases": RISING, "duration_hours": 3}, status=400)["errors"][0]
    assert (error["pointer"], error["code"]) == ("#/duration_hours", "other_duration")
    assert "must be 2" in error["detail"]


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({"interruptible": True, "phases": RISING}, "#/interruptible", "phases_in_one_piece"),
        ({"utilization": 0.5, "phases": RISING}, "#/phases", "phases_or_utilization"),
        ({"accelerator_utilization": 0.5, "phases": RISING}, "#/phases", "phases_or_utilization"),
        ({"phases": [*RISING, {"hours": 1, "utilization": 0.5}]}, "#/phases", "mixed_phases"),
        ({"phases": [{"hours": 1}]}, "#/phases/0", "utilization_or_power"),
        ({"phases": [{"hours": 1, "power_w": 5, "utilization": 1}]}, "#/phases/0", "utilization_or_power"),
        ({"phases": [{"hours": 1, "power_w": 0}]}, "#/phases", "no_power"),
        ({"phases": [{"hours": 8000, "power_w": 1}] * 2}, "#/phases", "too_long"),
        ({"phases": [{"hours": 1, "utilization": 0.5}]}, "#/instance_type", "missing"),
        ({"phases": [{"hours": 1, "power_w": 5}] * 25}, "#/phases", "too_long"),
    ],
)
def test_phases_that_cannot_be_answered_are_refused(
    post: Ask, more: dict[str, object], pointer: str, code: str
) -> None:
    error = post("schedule", {**OREGON, **more}, status=400)["errors"][0]

    assert (error["pointer"], error["code"]) == (pointer, code)


def test_a_search_that_takes_too_long_is_refused_with_what_to_change(post: Ask) -> None:
    odd = [{"hours": 1 + 0.01 * index, "power_w": 100 + index} for index in range(24)]
    everywhere = {"providers": ["all"], "search_hours": 168, "phases": odd}

    error = post("schedule", everywhere, status=400)["errors"][0]

    assert error["code"] == "too_many_places"
    assert "fewer places or phases, or fewer search_hours" in error["detail"]
