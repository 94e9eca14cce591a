"""Traces: none and no cost by default; else a span a request, in its caller's trace."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from opentelemetry.sdk.trace.export import SpanExporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from api.edge.tracing import Tracer
from app import create_app
from engine import Engine
from settings import Settings
from tests.fakes.access import access
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader

ROOT = Path(__file__).resolve().parents[2]
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"  # the example of the W3C recommendation


def test_a_request_is_a_span_of_its_callers_trace_named_by_its_route() -> None:
    spans = InMemorySpanExporter()
    tracer = Tracer("9.9", exporter=lambda: spans)
    client = create_app(Settings(), Engine(cloud_map(), FakeReader()), rules=access(), tracer=tracer).test_client()

    client.get("/api/v1/regions/eu-north-1", headers={"traceparent": PARENT, "X-Request-ID": "mine"})
    client.get("/nothing?secret=hidden")
    tracer.provider.force_flush()

    one, other = spans.get_finished_spans()
    assert (one.name, other.name) == ("GET /api/v1/regions/<region>", "GET")
    assert one.parent is not None
    assert f"{one.context.trace_id:032x}-{one.parent.span_id:016x}" == PARENT[3:-3]
    assert other.parent is None
    assert dict(one.attributes or {}) == {
        "http.route": "/api/v1/regions/<region>",
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "cao.request_id": "mine",
    }
    assert "hidden" not in other.to_json()


def test_an_exporter_that_cannot_be_made_is_a_500_in_the_form_of_all_others() -> None:
    def broken() -> SpanExporter:
        raise ValueError("no collector")

    tracer = Tracer("9.9", exporter=broken)
    app = create_app(Settings(), Engine(cloud_map(), FakeReader()), rules=access(), tracer=tracer)

    answer = app.test_client().get("/health")

    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")


def test_by_default_nothing_is_imported_for_traces() -> None:
    code = "import app, sys; app.app; assert 'api.edge.tracing' not in sys.modules"

    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603

    assert result.returncode == 0, result.stderr


def test_a_start_with_tracing_on_and_nothing_installed_says_what_is_missing() -> None:
    code = "import sys; sys.modules['opentelemetry'] = None; import app; app.app"
    environ = {"TRACING": "on", "PATH": ""}

    result = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )

    assert result.returncode == 1
    assert "install requirements-tracing.txt" in result.stderr
    assert "Traceback" not in result.stderr
