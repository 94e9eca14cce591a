"""GET /api/v1/zones/{zone}/history and /api/v1/regions/{region}/history."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from carbon.intensity import Quality
from grid.source import SourceState
from store.history.readings import Readings
from tests.fakes.grid import FakeReader, hour_of
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW, service

HOUR = timedelta(hours=1)
PATH = "/api/v1/zones/CA-QC/history"
TEN = hour_of(NOW)  # the clock says 10:30 on 2026-02-11


def client_of(
    sources: Mapping[str, Sequence[Readings]], *, trust: Sequence[str] = (), fails: bool = False
) -> FlaskClient:
    states = [SourceState(source=name, state="ok", detail="") for name in trust]
    return service(FakeReader(states=states), past=FakePast(sources, fails=fails)).test_client()


@pytest.fixture
def client() -> FlaskClient:
    return client_of({"CA-QC": [readings(TEN - 4 * HOUR, [20.0, 30.0, None, 41.2345])]})


def get(client: FlaskClient, path: str, status: int = 200) -> Any:
    response = client.get(path)
    assert response.status_code == status, response.text
    return response.get_json(force=True)


def test_a_zone_is_answered_with_its_points_and_gaps_of_the_last_24_hours(client: FlaskClient) -> None:
    answer = get(client, PATH)

    assert (answer["zone"], answer["signal"], answer["step"], answer["total"]) == ("CA-QC", "average", "1h", 3)
    assert (answer["starts_at"], answer["ends_at"]) == ("2026-02-10T10:00:00Z", "2026-02-11T10:30:00Z")
    assert [point["starts_at"][11:13] for point in answer["points"]] == ["06", "07", "09"]
    assert answer["points"][2] == {
        "starts_at": "2026-02-11T09:00:00Z",
        "value": 41.23,
        "min": 41.23,
        "mean": 41.23,
        "max": 41.23,
        "percentiles": {"p10": 41.23, "p50": 41.23, "p90": 41.23},
        "data_quality": "measured",
        "source": "one",
    }
    assert answer["gaps"] == [
        {"starts_at": "2026-02-10T10:00:00Z", "ends_at": "2026-02-11T06:00:00Z"},
        {"starts_at": "2026-02-11T08:00:00Z", "ends_at": "2026-02-11T09:00:00Z"},
        {"starts_at": "2026-02-11T10:00:00Z", "ends_at": "2026-02-11T10:30:00Z"},
    ]


def test_a_region_is_answered_with_the_past_of_its_zone(client: FlaskClient) -> None:
    answer = get(client, "/api/v1/regions/ca-central-1/history")

    assert (answer["region"], answer["provider"], answer["zone"]) == ("ca-central-1", "aws", "CA-QC")
    assert answer["points"] == get(client, PATH)["points"]


def test_the_table_has_a_row_for_each_point(client: FlaskClient) -> None:
    text = client.get(PATH, headers={"Accept": "text/csv"}).text

    rows = list(csv.DictReader(text.splitlines()))
    assert [row["value"] for row in rows] == ["20.0", "30.0", "41.23"]
    assert {"percentiles.p10", "min", "max", "data_quality", "source"} <= rows[0].keys()


def test_pages_link_to_each_other(client: FlaskClient) -> None:
    response = client.get(f"{PATH}?limit=1&offset=1")

    assert [point["value"] for point in response.json["points"]] == [30.0]  # type: ignore[index]
    links = response.headers["Link"]
    assert f'<{PATH}?limit=1&offset=2>; rel="next"' in links
    assert f'<{PATH}?limit=1&offset=0>; rel="prev"' in links


def test_a_retired_zone_is_answered_with_its_successor(client: FlaskClient) -> None:
    assert get(client, "/api/v1/zones/US-MIDW-PJM/history")["zone"] == "US-MIDA-PJM"
    assert get(client, "/api/v1/zones/NOWHERE/history", 404)["type"] == "/problems/unknown-zone"


def test_the_marginal_signal_is_not_answered_with_average_readings(client: FlaskClient) -> None:
    answer = get(client, f"{PATH}?signal=marginal")

    assert (answer["signal"], answer["points"]) == ("marginal", [])


def test_between_equally_complete_sources_the_order_of_trust_decides() -> None:
    one = readings(TEN - HOUR, [20.0], source="one")
    two = readings(TEN - HOUR, [30.0], source="two", quality=Quality.ESTIMATED)

    first = get(client_of({"CA-QC": [one, two]}, trust=["two", "one"]), PATH)
    second = get(client_of({"CA-QC": [one, two]}, trust=["one", "two"]), PATH)

    assert [(point["source"], point["data_quality"]) for point in first["points"]] == [("two", "estimated")]
    assert [point["source"] for point in second["points"]] == ["one"]


def test_the_data_version_names_the_readings_so_that_no_older_answer_is_repeated() -> None:
    sources = {"CA-QC": [readings(TEN - 2 * HOUR, [20.0])]}
    client = client_of(sources)
    before = get(client, PATH)

    sources["CA-QC"] = [readings(TEN - 2 * HOUR, [20.0, 30.0])]
    after = get(client, PATH)

    assert len(after["points"]) == 2
    assert before["data_version"] != after["data_version"]


def test_who_holds_the_answer_gets_a_304_until_other_readings_arrive() -> None:
    sources = {"CA-QC": [readings(TEN - 2 * HOUR, [20.0])]}
    client = client_of(sources)
    first = client.get(PATH).headers
    held = {"If-None-Match": first["ETag"]}

    again = client.get(PATH, headers=held).status_code
    sources["CA-QC"] = [readings(TEN - 2 * HOUR, [20.0, 30.0])]

    assert first["Cache-Control"] == "public, no-cache"
    assert (again, client.get(PATH, headers=held).status_code) == (304, 200)


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("step=2h", "step", "not_one_of"),
        ("signal=both", "signal", "not_one_of"),
        ("start=2026-02-11T10:30:00Z", "start", "not_in_the_past"),
        ("start=2026-02-11T09:00:00Z&end=2026-02-11T09:00:00Z", "end", "end_before_start"),
        ("start=2016-01-01T00:00:00Z&step=1mo", "end", "range_too_long"),
        ("start=2025-01-01T00:00:00Z&step=5m", "end", "too_many_points"),
        ("end=0001-01-01T00:00:00Z", "end", "too_early"),
        ("start=2026-02-11", "start", "datetime"),
        ("from=2026-02-11T09:00:00Z", "from", "unknown_field"),
    ],
)
def test_a_wrong_parameter_is_named(client: FlaskClient, query: str, parameter: str, code: str) -> None:
    problem = get(client, f"{PATH}?{query}", 400)

    assert [(error["parameter"], error["code"]) for error in problem["errors"]] == [(parameter, code)]


def test_a_database_that_fails_is_a_503() -> None:
    problem = get(client_of({}, fails=True), PATH, 503)

    assert problem["type"] == "/problems/state-unavailable"


def test_a_year_of_hours_is_answered_whole_and_more_points_are_refused() -> None:
    client = client_of({"CA-QC": [readings(TEN - 8760 * HOUR, [20.0] * 8760)]})

    answer = get(client, f"{PATH}?start=2025-02-11T10:00:00Z")

    assert len(answer["points"]) == answer["total"] == 8760
    assert get(client, f"{PATH}?start=2024-12-01T10:00:00Z", 400)["errors"][0]["code"] == "too_many_points"
