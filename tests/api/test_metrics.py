"""/metrics: every request counted under few names, and what is not known absent, never 0."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client import Counter
from prometheus_client.parser import text_string_to_metric_families

from api.edge.gauges import ServiceState
from api.edge.metrics import Metrics
from carbon.errors import StateUnavailable
from carbon.intensity import Quality
from carbon.reading import ZoneReading
from engine import Engine
from grid.chain import ChainReader
from grid.source import Quota, SourceState
from settings import VERSION
from store.keys.ring import KeyRing
from store.keys.table import KeyRecord
from tests.fakes.access import access, record
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, observation
from tests.fakes.service import NOW, service

ROOT = Path(__file__).resolve().parents[2]
ASKED = "/api/v1/workloads"
QUOTA = Quota(calls_per_hour=50, calls_used=43, calls_left=7, resets_at=None)
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def scrape(client: FlaskClient) -> Samples:
    response = client.get("/metrics")
    assert response.status_code == 200
    families = text_string_to_metric_families(response.get_data(as_text=True))
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def of(samples: Samples, name: str, **labels: str) -> float | None:
    return samples.get((name, tuple(sorted(labels.items()))))


def labels_of(samples: Samples, name: str, label: str) -> set[str]:
    return {dict(labels)[label] for found, labels in samples if found == name}


def test_requests_are_counted_by_method_route_template_and_status_with_their_time() -> None:
    client = service().test_client()
    for region in ("eu-north-1", "eu-west-1", "nowhere"):
        client.get(f"/api/v1/regions/{region}")

    metrics = scrape(client)

    route = "/api/v1/regions/<region>"
    assert of(metrics, "cao_http_requests_total", method="GET", route=route, status="200") == 2
    assert of(metrics, "cao_http_requests_total", method="GET", route=route, status="404") == 1
    assert of(metrics, "cao_http_request_duration_seconds_count", route=route) == 3


def test_answers_from_the_cache_refusals_and_preflights_are_counted_under_their_route() -> None:
    rules = access(record("cao_k"))
    client = service(rules=rules, cors_origins="https://a.example.org").test_client()
    key = {"X-API-Key": "cao_k"}
    tag = client.get(ASKED, headers=key).headers["ETag"]
    client.get(ASKED, headers=key)
    client.get(ASKED, headers={**key, "If-None-Match": tag})
    client.get(ASKED)
    client.options(ASKED, headers={"Origin": "https://a.example.org", "Access-Control-Request-Method": "GET"})

    metrics = scrape(client)

    counts = {
        (method, status): of(metrics, "cao_http_requests_total", method=method, route=ASKED, status=status)
        for method, status in (("GET", "200"), ("GET", "304"), ("GET", "401"), ("OPTIONS", "204"))
    }
    assert list(counts.values()) == [2, 1, 1, 1]
    assert of(metrics, "cao_http_request_duration_seconds_count", route=ASKED) == 5


def test_every_process_counts_in_a_file_of_its_own_and_any_of_them_tells_the_sum(tmp_path: Path) -> None:
    program = (
        "import os; from api.edge.metrics import Metrics;"
        "from prometheus_client import CollectorRegistry, multiprocess;"
        "metrics = Metrics(); metrics.store_error('redis'); child = os.fork(); metrics.store_error('redis');"
        "child or os._exit(0); os.waitpid(child, 0); registry = CollectorRegistry();"
        "multiprocess.MultiProcessCollector(registry);"
        "print(registry.get_sample_value('cao_store_errors_total', {'store': 'redis'}))"
    )
    environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environ, capture_output=True, text=True)  # noqa: S603

    assert result.stdout.strip() == "3.0", result.stderr  # one before the fork, one in each process after it
    assert len(list(tmp_path.glob("counter_*.db"))) == 2


def test_paths_and_methods_that_callers_make_up_share_one_name() -> None:
    client = service().test_client()
    for number in range(20):
        client.get(f"/nothing/{number}")
        client.open(ASKED, method=f"MADE-UP-{number}")

    metrics = scrape(client)

    assert labels_of(metrics, "cao_http_requests_total", "route") == {"unmatched"}
    assert labels_of(metrics, "cao_http_requests_total", "method") == {"GET", "other"}


def test_refusals_of_the_rate_limit_are_counted_by_key_and_address() -> None:
    client = service(rules=access(record("cao_k"), rate="1 per minute")).test_client()
    for _ in range(3):
        client.get(ASKED, headers={"X-API-Key": "cao_k"})
    for _ in range(2):
        client.get(ASKED)

    metrics = scrape(client)

    assert of(metrics, "cao_rate_limited_total", kind="key") == 2
    assert of(metrics, "cao_rate_limited_total", kind="address") == 1


def live(**readings: ZoneReading) -> FakeReader:
    states = (
        SourceState(source="one", state="ok", detail="", quota=QUOTA, breaker_open=False),
        SourceState(source="two", state="degraded", detail="", breaker_open=True),
        SourceState(source="three", state="unconfigured", detail=""),
    )
    return FakeReader(readings, states=states)


def test_live_values_are_told_by_zone_with_their_age_and_zones_without_one_are_absent() -> None:
    reader = live(
        SE=ZoneReading(latest=observation(NOW, 23.5)),
        DE=ZoneReading(latest=observation(NOW, 410, hours_ago=1, quality=Quality.ESTIMATED)),
        FR=ZoneReading(reason="timeout"),
    )

    metrics = scrape(service(reader).test_client())

    intensity, age = "cao_zone_carbon_intensity_gco2e_per_kwh", "cao_zone_data_age_seconds"
    assert of(metrics, intensity, zone="SE", quality="measured") == 23.5
    assert of(metrics, intensity, zone="DE", quality="estimated") == 410
    assert labels_of(metrics, intensity, "zone") == labels_of(metrics, age, "zone") == {"SE", "DE"}
    # NOW is 10:30:07; SE's hour lasts to 11:00, DE's ended at 10:00
    assert of(metrics, age, zone="SE") == 0
    assert of(metrics, age, zone="DE") == timedelta(minutes=30, seconds=7.25).total_seconds()


def test_without_a_key_the_baseline_of_every_zone_is_told_and_labelled_so() -> None:
    client = service(
        FakeReader(states=ChainReader(unconfigured={"electricity-maps": "no key is set"}).states())
    ).test_client()

    metrics = scrape(client)

    intensity = "cao_zone_carbon_intensity_gco2e_per_kwh"
    answers = {
        zone: client.get(f"/api/v1/zones/{zone}").get_json()["zone_details"]["current_carbon_intensity"]
        for zone in cloud_map().zones
    }
    usual = {zone: of(metrics, intensity, zone=zone, quality="baseline") for zone in answers}
    absent = {zone for zone, answer in answers.items() if answer is None}
    assert {zone for zone, figure in usual.items() if figure is None} == absent != set()
    assert all(usual[zone] == pytest.approx(answers[zone], rel=6e-4) for zone in set(answers) - absent)  # four digits
    assert labels_of(metrics, intensity, "quality") == {"baseline"}
    assert labels_of(metrics, "cao_zone_data_age_seconds", "zone") == set()  # nobody observed them


def test_with_a_key_a_zone_without_a_live_value_is_absent_and_no_baseline_stands_in() -> None:
    metrics = scrape(service(live(FR=ZoneReading(reason="timeout"))).test_client())

    assert labels_of(metrics, "cao_zone_carbon_intensity_gco2e_per_kwh", "zone") == set()


def test_quota_and_breaker_are_told_where_they_are_known() -> None:
    metrics = scrape(service(live()).test_client())

    assert of(metrics, "cao_quota_calls_left", source="one") == 7
    assert labels_of(metrics, "cao_quota_calls_left", "source") == {"one"}
    assert (of(metrics, "cao_breaker_open", source="one"), of(metrics, "cao_breaker_open", source="two")) == (0, 1)
    assert labels_of(metrics, "cao_breaker_open", "source") == {"one", "two"}


def test_whether_keys_are_needed_and_stale_is_told() -> None:
    none, some = scrape(service().test_client()), scrape(service(rules=access(record("cao_k"))).test_client())

    assert (of(none, "cao_keys_configured"), of(none, "cao_keys_stale")) == (0, 0)
    assert (of(some, "cao_keys_configured"), of(some, "cao_keys_stale")) == (1, 0)


def test_keys_that_cannot_be_read_are_stale_and_neither_needed_nor_not() -> None:
    def gone() -> Sequence[KeyRecord]:
        raise StateUnavailable("keys.sqlite3")

    metrics = scrape(service(rules=replace(access(), keys=KeyRing(gone))).test_client())

    assert (of(metrics, "cao_keys_configured"), of(metrics, "cao_keys_stale")) == (None, 1)


def test_the_running_version_is_told() -> None:
    metrics = scrape(service().test_client())

    (labels,) = [dict(labels) for name, labels in metrics if name == "cao_build_info"]
    assert labels["version"] == VERSION
    assert labels["data_version"]


@pytest.mark.parametrize("accept", ["", "application/openmetrics-text; version=1.0.0", "text/plain"])
def test_the_media_type_is_prometheus_own(accept: str) -> None:
    response = service().test_client().get("/metrics", headers={"Accept": accept})

    kind = "application/openmetrics-text" if "openmetrics" in accept else "text/plain"
    assert response.mimetype == kind
    assert "version=" in response.headers["Content-Type"]


def test_metrics_can_be_switched_off() -> None:
    assert service(metrics="off").test_client().get("/metrics").status_code == 404


def test_what_the_layers_below_tell_is_counted() -> None:
    metrics = Metrics()
    metrics.upstream_call("one", "ok", 0.3)
    metrics.upstream_call("one", "timeout", 5.0)
    metrics.cache_lookup("intensity", "hit", 3)
    metrics.fallback("timeout", 2)
    metrics.store_error("redis")

    engine = Engine(cloud_map(), FakeReader())
    text = metrics.expose(ServiceState(engine, access(), "1", lambda: NOW), "")[0].decode()

    for line in (
        'cao_upstream_calls_total{outcome="timeout",source="one"} 1.0',
        'cao_upstream_call_duration_seconds_count{source="one"} 2.0',
        'cao_cache_lookups_total{kind="intensity",result="hit"} 3.0',
        'cao_fallbacks_total{reason="timeout"} 2.0',
        'cao_store_errors_total{store="redis"} 1.0',
    ):
        assert line in text


def test_counting_that_fails_fails_no_request(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*labels: object) -> None:
        raise OSError("No space left for counts")

    monkeypatch.setattr(Counter, "labels", full)
    client = service().test_client()

    statuses = [client.get("/health").status_code for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert [line.levelname for line in caplog.records if "No space left for counts" in line.getMessage()] == ["ERROR"]


def test_the_ages_of_prices_and_the_refreshes_are_metrics() -> None:
    app = service()
    metrics = app.extensions["carbon-optimizer"].metrics
    metrics.price_refresh("azure", "price-jump")

    samples = scrape(app.test_client())

    # The service's day is 11 February 2026: 551 days after 9 August 2024, 489 after 10 October 2024.
    assert of(samples, "cao_price_age_oldest_days", provider="azure", prices="coroot") == 551
    assert of(samples, "cao_price_age_median_days", provider="alibaba", prices="on_demand") == 489
    assert of(samples, "cao_price_refreshes_total", list="azure", outcome="price-jump") == 1
