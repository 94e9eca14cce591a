"""deploy/prometheus and deploy/grafana: accepted by promtool, and about metrics that the service has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import Settings
from tests.deploy.tools import DEPLOY, complaints, program
from tests.fakes.service import offline

ALERTS = DEPLOY / "prometheus" / "alerts.yml"
DASHBOARD = DEPLOY / "grafana" / "dashboard.json"
ALERT_TESTS = Path(__file__).with_name("alerts_test.yml")

# What the dashboard and the alerts may name, with the labels of each.
METRICS: dict[str, set[str]] = {
    "cao_http_requests_total": {"method", "route", "status"},
    "cao_http_request_duration_seconds_bucket": {"route", "le"},
    "cao_upstream_calls_total": {"source", "outcome"},
    "cao_upstream_call_duration_seconds_bucket": {"source", "le"},
    "cao_cache_lookups_total": {"kind", "result"},
    "cao_fallbacks_total": {"reason"},
    "cao_quota_calls_left": {"source"},
    "cao_breaker_open": {"source"},
    "cao_rate_limited_total": {"kind"},
    "cao_store_errors_total": {"store"},
    "cao_keys_configured": set(),
    "cao_overlay_refused": set(),
    "cao_keys_stale": set(),
    "cao_zone_carbon_intensity_gco2e_per_kwh": {"zone", "quality"},
    "cao_zone_data_age_seconds": {"zone"},
    "cao_webhook_attempts_total": {"outcome"},
    "up": set(),
}
OF_PROMETHEUS = {"job", "instance"}  # labels of every metric


def promtool() -> str:
    return program("promtool", "prometheus")


def alerts() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    board: dict[str, Any] = json.loads(DASHBOARD.read_text())
    return board


def questions() -> dict[str, str]:
    """Every expression, by the alert's or the panel's name and its place there."""
    expressions = {rule["alert"]: str(rule["expr"]) for rule in alerts()}
    for panel in dashboard()["panels"]:
        for target in panel["targets"]:
            expressions[f"{panel['title']}, {target['refId']}"] = target["expr"]
    return expressions


def test_promtool_accepts_the_alerts_and_the_example_that_loads_them() -> None:
    assert complaints(promtool(), "check", "config", DEPLOY / "prometheus" / "prometheus.yml") == ""


def test_every_alert_goes_off_when_it_should_and_only_then() -> None:
    assert complaints(promtool(), "test", "rules", ALERT_TESTS) == ""


def test_every_alert_is_tested_for_both() -> None:
    cases = [case for test in yaml.safe_load(ALERT_TESTS.read_text())["tests"] for case in test["alert_rule_test"]]
    bad = {case["alertname"] for case in cases if case["exp_alerts"]}
    quiet = {case["alertname"] for case in cases if not case["exp_alerts"]}

    assert bad == quiet == {rule["alert"] for rule in alerts()}


def test_data_can_grow_as_old_as_its_alert_asks_before_it_is_dropped() -> None:
    (rule,) = [rule for rule in alerts() if rule["alert"] == "CarbonOptimizerDataOld"]
    (bound,) = re.findall(r"age_seconds\) > (\d+)", rule["expr"])
    minutes = int(rule["for"].removesuffix("m"))

    assert int(bound) + 60 * minutes < 60 * Settings().max_age_minutes


def test_the_bound_of_slow_answers_is_an_edge_of_their_histogram() -> None:
    (rule,) = [rule for rule in alerts() if rule["alert"] == "CarbonOptimizerSlow"]
    (bound,) = re.findall(r"> (\d+)", rule["expr"])
    client = offline().test_client()
    client.get("/health")

    edges = re.findall(r'duration_seconds_bucket\{le="([^"]+)",route="/health"\}', client.get("/metrics").text)

    assert f"{bound}.0" in edges
    assert any(Settings().upstream_deadline_seconds < float(edge) < float(bound) for edge in edges)


def test_every_expression_of_the_dashboard_is_promql(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": text.replace("$__rate_interval", "5m").replace("$job", ".+")}
        for number, text in enumerate(questions().values())
    ]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))

    assert complaints(promtool(), "check", "rules", tmp_path / "rules.yml") == ""


@pytest.mark.parametrize("name", questions())
def test_every_expression_names_metrics_and_labels_that_exist(name: str) -> None:
    expression = questions()[name]

    named = set(re.findall(r"cao_\w+|\bup\b", expression))
    grouped = {label for group in re.findall(r"by \(([^)]+)\)", expression) for label in group.split(", ")}
    matched = {
        (metric, label)
        for metric, labels in re.findall(r"(\w+)\{([^}]*)\}", expression)
        for label in re.findall(r"(\w+)\s*[=!]~?\s*\"", labels)
    }

    assert named
    assert named <= METRICS.keys()
    assert all(grouped <= METRICS[metric] | OF_PROMETHEUS for metric in named)
    assert all(label in METRICS[metric] | OF_PROMETHEUS for metric, label in matched)


def test_the_service_has_every_metric_that_may_be_named() -> None:
    served = offline().test_client().get("/metrics").text

    typed = set(re.findall(r"^# TYPE (\w+) ", served, re.MULTILINE))

    assert {metric.removesuffix("_bucket") for metric in METRICS} - {"up"} <= typed


def test_panels_do_not_overlap_and_have_ids_of_their_own() -> None:
    panels = dashboard()["panels"]
    taken = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24
    assert len({panel["id"] for panel in panels}) == len(panels)
