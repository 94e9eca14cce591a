"""GET /health, /ready, /docs and /."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from grid.source import Quota, SourceState
from pricing.refresh.state import RefreshState, write_state
from pricing.refresh.tables import FOLDER
from tests.api.conftest import Ask
from tests.fakes.grid import FakeReader
from tests.fakes.service import NOW, service


def test_health_is_exactly_what_the_specification_says(get: Ask) -> None:
    assert get("/health") == {
        "status": "healthy",
        "service": "carbon-optimizer",
        "timestamp": "2026-02-11T10:30:07Z",
        "api_configured": False,
    }


def test_health_says_that_a_key_is_set_and_asks_no_source() -> None:
    reader = FakeReader()
    client = service(reader, el_maps_api_key="secret").test_client()

    answer = client.get("/health").get_json()

    assert answer["api_configured"] is True
    assert reader.reads == []


def test_an_upstreams_outage_leaves_the_service_ready_but_degraded() -> None:
    state = SourceState(
        source="electricity-maps",
        state="degraded",
        detail="last call failed",
        zones_covered=1,
        last_success_at=NOW,
        last_error="timeout",
        calls=7,
        fallbacks={"timeout": 3},
        quota=Quota(calls_per_hour=50, calls_used=48, calls_left=2, resets_at=NOW),
        breaker_open=True,
        shared_by="service",
    )
    client = service(FakeReader(states=[state])).test_client()

    response = client.get("/ready")

    assert response.status_code == 200
    answer = response.get_json()
    assert (answer["status"], answer["degraded"]) == ("ready", True)
    assert answer["sources"] == [
        {
            "source": "electricity-maps",
            "state": "degraded",
            "detail": "last call failed",
            "zones_covered": 1,
            "last_success_at": "2026-02-11T10:30:07Z",
            "last_error": "timeout",
            "calls": 7,
            "fallbacks": {"timeout": 3},
            "quota": {
                "calls_per_hour": 50,
                "calls_used": 48,
                "calls_left": 2,
                "resets_at": "2026-02-11T10:30:07Z",
            },
            "breaker_open": True,
            "shared_by": "service",
        }
    ]


def test_workers_that_each_go_on_alone_leave_the_service_ready_but_degraded() -> None:
    state = SourceState(source="electricity-maps", state="ok", detail="answers", shared_by="worker")

    answer = service(FakeReader(states=[state])).test_client().get("/ready").get_json()

    assert (answer["status"], answer["degraded"]) == ("ready", True)
    assert answer["sources"][0]["shared_by"] == "worker"


@pytest.mark.parametrize("state", ["unconfigured", "untried", "off"])
def test_a_source_that_is_not_configured_or_was_never_reached_is_no_outage(state: str) -> None:
    states = [SourceState(source="uk-carbon", state=state, detail="no reply ever arrived")]

    answer = service(FakeReader(states=states)).test_client().get("/ready").get_json()

    assert (answer["status"], answer["degraded"], answer["sources"][0]["state"]) == ("ready", False, state)


def test_ready_names_every_catalog_table_with_its_date(get: Ask) -> None:
    tables = get("/ready")["catalog"]

    assert {"zones", "accelerators", "aws/regions"} <= {table["table"] for table in tables}
    assert all(re.match(r"20\d\d", table["as_of"]) and table["rows"] > 0 for table in tables)


def test_the_docs_page_works_offline(client: FlaskClient) -> None:
    page = client.get("/docs")

    html = page.get_data(as_text=True)
    assert "//" not in html  # no address of another host
    sources = re.findall(r'(?:src|href)="(/[^"]+)"', html)
    assert len(sources) == 4
    assert all(client.get(source).status_code == 200 for source in sources)


def test_the_docs_page_may_load_from_its_own_host_only(client: FlaskClient) -> None:
    policy = client.get("/docs").headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "http" not in policy


def test_the_docs_serve_no_other_file(client: FlaskClient) -> None:
    assert client.get("/docs/plugins.py").status_code == 404
    assert client.get("/docs/..%2f..%2fplugins.py").status_code == 404


def test_ready_shows_the_ages_of_prices_and_how_many_spot_prices_are_older_than_a_year(get: Ask) -> None:
    tables = {row["table"]: row for row in get("/ready")["catalog"]}

    # The service's day is 11 February 2026: 551 days after 9 August 2024, 489 after 10 October 2024.
    azure, alibaba = tables["azure/prices"], tables["alibaba/prices"]
    assert {row["source"]: row["share_older_than_a_year"] for row in azure["spot_sources"]}["coroot"] == 1
    assert {row["source"]: row["oldest_age_days"] for row in azure["spot_sources"]}["coroot"] == 551
    assert (alibaba["median_age_days"], alibaba["oldest_age_days"], alibaba["spot_sources"]) == (489, 489, [])
    assert "median_age_days" not in tables["zones"]


def test_ready_shows_what_became_of_each_price_list(tmp_path: Path) -> None:
    states = {
        "azure": RefreshState(
            attempted_at="2026-02-11T09:00:00Z",
            outcome="refused",
            reason="price-jump",
            detail="not shown",
            succeeded_at="2026-02-10T09:00:00Z",
            rows=66_000,
        )
    }
    (tmp_path / FOLDER).mkdir()
    write_state(tmp_path / FOLDER, states)

    answer = service(data_dir=tmp_path).test_client().get("/ready").get_json()

    lists = {row.pop("list"): row for row in answer["price_lists"]}
    assert lists["azure"] == {
        "provider": "azure",
        "outcome": "refused",
        "reason": "price-jump",
        "attempted_at": "2026-02-11T09:00:00Z",
        "succeeded_at": "2026-02-10T09:00:00Z",
        "prices": 66_000,
    }
    assert (lists["gcp"]["outcome"], lists["gcp"]["reason"]) == ("skipped", "PRICES_GCP_API_KEY is not set")
    assert (lists["vultr"]["outcome"], lists["vultr"]["attempted_at"]) == ("untried", None)
    assert not answer["degraded"]
