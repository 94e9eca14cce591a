"""signal=marginal: ranked alone, and unknown where no marginal value is known. The clock stands at 10:30:07Z.

California emits 400 g/kWh now and 100 from 14:00 on, Germany 700; no other zone has a marginal value.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from carbon.reading import Percentile, ZoneReading
from tests.fakes.grid import FakeReader, flat, known
from tests.fakes.service import NOW, service

CALIFORNIA, VIRGINIA, FRANKFURT = "us-west-1", "us-east-1", "eu-central-1"
MACHINE = {"instance_type": "m5.large"}
MARGINAL = {"signal": "marginal"}


def fake() -> FakeReader:
    reader = FakeReader({"US-CAL-CISO": flat(NOW, 50.0), "DE": flat(NOW, 60.0), "US-MIDA-PJM": flat(NOW, 70.0)})
    reader.marginal = FakeReader(
        {
            "US-CAL-CISO": known(NOW, [400.0] * 4 + [100.0] * 19),
            "DE": flat(NOW, 700.0),
            "US-MIDA-PJM": ZoneReading(reason="plan-percentile-only"),
        },
        others=ZoneReading(reason="no-source"),
    )
    minute = NOW.replace(second=0, microsecond=0)
    reader.marginal.percentiles = {
        "US-MIDA-PJM": Percentile(
            zone="US-MIDA-PJM",
            percentile=37.0,
            starts_at=minute,
            ends_at=minute + timedelta(minutes=5),
            source="watttime",
        )
    }
    return reader


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return service(fake()).test_client()


def got(client: FlaskClient, path: str, **query: Any) -> Any:
    response = client.get(path, query_string=query)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()


def posted(client: FlaskClient, path: str, body: dict[str, Any], status: int = 200) -> Any:
    response = client.post(f"/api/v1/{path}", json=body)
    assert response.status_code == status, response.get_data(as_text=True)
    return response.get_json(force=True)


def test_regions_are_ranked_by_marginal_values_and_those_without_one_are_left_out(client: FlaskClient) -> None:
    answer = got(client, "/api/v1/regions", **MARGINAL)

    order = {row["zone"]: row["carbon_intensity"] for row in answer["regions"]}
    assert list(order.items()) == [("US-CAL-CISO", 400.0), ("DE", 700.0)]
    reasons = {row["region"]: row["reason"] for row in answer["excluded"]}
    assert reasons["aws:us-east-1"] == "plan-percentile-only"
    assert reasons["aws:sa-east-1"] == "no-source"
    assert answer["signal"] == "marginal"
    assert answer["total_regions"] == len(answer["regions"])


def test_an_average_answer_is_the_same_with_and_without_the_parameter(client: FlaskClient) -> None:
    plain, named = got(client, "/api/v1/regions"), got(client, "/api/v1/regions", signal="average")

    assert plain["regions"] == named["regions"]
    assert "signal" not in plain
    assert "excluded" not in plain
    assert plain["regions"][0]["carbon_intensity"] is not None


def test_a_region_shows_its_marginal_hours_and_nothing_after_the_forecast(client: FlaskClient) -> None:
    details = got(client, f"/api/v1/regions/{CALIFORNIA}", **MARGINAL)["region_details"]

    hours = [hour["carbon_intensity"] for hour in details["hourly_forecast"]]
    assert hours == [400.0] * 4 + [100.0] * 19 + [None]  # 23 hours are known
    assert (details["forecast_24h"]["minimum"], details["forecast_24h"]["maximum"]) == (100.0, 400.0)
    assert details["forecast_24h"]["average"] is None  # it reaches beyond the forecast
    assert details["low"] is None  # backtests are of averages


def test_a_region_with_a_percentile_alone_has_no_intensity_and_no_hours_to_start_in(client: FlaskClient) -> None:
    details = got(client, f"/api/v1/regions/{VIRGINIA}", **MARGINAL)["region_details"]

    assert details["percentile"] == 37
    assert details["current_carbon_intensity"] is None
    assert (details["source"], details["fallback_reason"]) == ("none", "plan-percentile-only")
    assert {hour["carbon_intensity"] for hour in details["hourly_forecast"]} == {None}
    assert details["optimal_hours_utc"] == []


def test_an_average_answer_has_no_percentile(client: FlaskClient) -> None:
    assert "percentile" not in got(client, f"/api/v1/regions/{VIRGINIA}")["region_details"]


def test_a_zone_shows_its_marginal_value(client: FlaskClient) -> None:
    assert got(client, "/api/v1/zones/DE", **MARGINAL)["zone_details"]["current_carbon_intensity"] == 700
    assert got(client, "/api/v1/zones/FR", **MARGINAL)["zone_details"]["current_carbon_intensity"] is None
    assert got(client, "/api/v1/zones/DE")["zone_details"]["current_carbon_intensity"] == 60


def test_a_calculation_uses_the_marginal_value(client: FlaskClient) -> None:
    average = posted(client, "calculate", {"region": FRANKFURT, **MACHINE})
    marginal = posted(client, "calculate", {"region": FRANKFURT, **MACHINE, **MARGINAL})

    # The same energy at 700 instead of 60 g/kWh.
    grams = [answer["calculation"]["co2_emissions_g"] for answer in (average, marginal)]
    assert grams[1] / grams[0] == pytest.approx(700 / 60, rel=1e-3)
    assert marginal["signal"] == "marginal"


def test_a_calculation_without_a_marginal_value_is_refused_and_names_the_reason(client: FlaskClient) -> None:
    problem = posted(client, "calculate", {"region": "sa-east-1", **MACHINE, **MARGINAL}, 422)

    assert problem["type"] == "/problems/intensity-unknown"
    assert problem["unknown_zones"] == [{"zone": "BR-CS", "reason": "no-source"}]


def test_a_calculation_beyond_the_forecast_is_refused(client: FlaskClient) -> None:
    problem = posted(client, "calculate", {"region": CALIFORNIA, **MACHINE, "duration_hours": 30, **MARGINAL}, 422)

    assert problem["unknown_zones"] == [{"zone": "US-CAL-CISO", "reason": "beyond-forecast"}]


def test_options_without_a_marginal_value_are_not_compared(client: FlaskClient) -> None:
    options = [{"region": region, **MACHINE} for region in ("sa-east-1", FRANKFURT, CALIFORNIA, VIRGINIA)]

    answer = posted(client, "compare", {"options": options, **MARGINAL})

    assert [row["region"] for row in answer["comparisons"]] == [CALIFORNIA, FRANKFURT]
    assert [row["index"] for row in answer["not_compared"]] == [0, 3]
    assert "no-source" in answer["not_compared"][0]["reason"]


def test_places_are_not_compared_by_percentiles(client: FlaskClient) -> None:
    problem = posted(client, "compare", {"options": [{"region": VIRGINIA, **MACHINE}], **MARGINAL}, 422)

    assert problem["type"] == "/problems/intensity-unknown"
    assert "percentiles order the hours of one place and cannot compare places" in problem["detail"]


def test_a_job_waits_for_the_cleanest_marginal_hours_within_the_forecast(client: FlaskClient) -> None:
    answer = posted(client, "schedule", {"region": CALIFORNIA, "duration_hours": 2, "search_hours": 100, **MARGINAL})

    assert answer["optimal_window"]["start_time"] == "2026-02-11T14:00:00Z"
    assert answer["optimal_window"]["avg_carbon_intensity"] == 100
    assert answer["start_now"]["avg_carbon_intensity"] == 400
    ends = [window["end_time"] for window in answer["next_best_windows"]]
    assert max(ends) <= "2026-02-12T09:00:00Z"  # the end of the forecast


def test_a_job_that_may_pause_uses_marginal_hours_within_the_forecast_alone(client: FlaskClient) -> None:
    pause = {"start": "2026-02-11T15:00:00Z", "end": "2026-02-11T16:00:00Z"}
    job = {"region": CALIFORNIA, "duration_hours": 18, "exclude": [pause], "interruptible": {"max_segments": 2}}

    answer = posted(client, "schedule", {**job, **MARGINAL})

    # From 14:00 to the end of the forecast at 09:00 are 18 h without the excluded one, all of 100.
    assert [(part["start_time"], part["end_time"]) for part in answer["optimal_window"]["segments"]] == [
        ("2026-02-11T14:00:00Z", "2026-02-11T15:00:00Z"),
        ("2026-02-11T16:00:00Z", "2026-02-12T09:00:00Z"),
    ]


@pytest.mark.parametrize("region", [VIRGINIA, "sa-east-1"])
def test_a_schedule_without_marginal_hours_is_refused(region: str, client: FlaskClient) -> None:
    problem = posted(client, "schedule", {"region": region, "duration_hours": 2, **MARGINAL}, 422)

    assert problem["type"] == "/problems/intensity-unknown"


def test_the_greenest_offer_is_looked_for_only_where_marginal_values_are_known(client: FlaskClient) -> None:
    question = {"workload": "training", "priority": "carbon", "duration_hours": 2, "limit": 20, "per_region": 1}

    answer = posted(client, "optimize", {**question, **MARGINAL})

    recommendation = answer["recommendation"]
    zones = {row["zone"] for row in recommendation["recommendations"]}
    assert zones == {"US-CAL-CISO", "DE"}
    assert recommendation["metadata"]["removed"]["intensity_unknown"] > 0


def test_an_optimum_without_any_marginal_value_is_refused(client: FlaskClient) -> None:
    question = {"workload": "training", "priority": "carbon", "regions": [VIRGINIA], **MARGINAL}

    problem = posted(client, "optimize", question, 422)

    assert problem["type"] == "/problems/intensity-unknown"
    assert "cannot compare places" in problem["detail"]


def test_savings_over_a_region_without_a_marginal_value_are_refused(client: FlaskClient) -> None:
    question = {"workload": "training", "priority": "carbon", "region": VIRGINIA, "duration_hours": 2, **MARGINAL}

    problem = posted(client, "optimize", question, 422)

    assert problem["unknown_zones"] == [{"zone": "US-MIDA-PJM", "reason": "plan-percentile-only"}]


@pytest.mark.parametrize("more", [{}, {"within": 12, "durationHours": 2}])
def test_the_ranking_of_clouds_leaves_out_what_has_no_marginal_value(more: dict[str, Any], client: FlaskClient) -> None:
    answer = got(client, "/v1/by-rank", provider="aws", **more, **MARGINAL)

    assert {row["zone"] for row in answer["regions"]} == {"US-CAL-CISO", "DE"}
    reasons = {row["gid"]: row["reason"] for row in answer["excluded"]}
    assert "plan-percentile-only" in reasons.values()
    assert answer["signal"] == "marginal"


def test_the_sources_of_a_zone_are_those_of_the_signal(client: FlaskClient) -> None:
    assert got(client, "/api/v1/zones/DE/sources", **MARGINAL)["signal"] == "marginal"


def test_another_signal_is_refused(client: FlaskClient) -> None:
    response = client.get("/api/v1/regions", query_string={"signal": "both"})

    assert response.status_code == 400
    assert response.get_json(force=True)["errors"][0]["parameter"] == "signal"


def test_answers_of_two_signals_have_different_tags(client: FlaskClient) -> None:
    tags = {
        client.get("/api/v1/regions", query_string={"signal": one}).headers["ETag"] for one in ("average", "marginal")
    }

    assert len(tags) == 2
