"""OpenTelemetry: one span for each request, sent to where the OTEL_* variables say; imported only if TRACING is on."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from opentelemetry.propagate import extract
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from api.edge.exchange import Exchange

_PARENT = {"HTTP_TRACEPARENT": "traceparent", "HTTP_TRACESTATE": "tracestate"}


def to_collector() -> SpanExporter:
    """OTLP over HTTP, to the collector that OTEL_EXPORTER_OTLP_ENDPOINT and related variables name."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()


class Tracer:
    """Traces every request, as a part of its caller's trace if the request names one.

    The exporter's thread starts with the first request of a process, so never before a fork.
    """

    def __init__(self, version: str, exporter: Callable[[], SpanExporter] = to_collector) -> None:
        self._version = version
        self._exporter = exporter

    @cached_property
    def provider(self) -> TracerProvider:
        """Hands finished spans to the exporter."""
        provider = TracerProvider(resource=Resource.create({"service.version": self._version}))
        provider.add_span_processor(BatchSpanProcessor(self._exporter()))  # service.name: OTEL_SERVICE_NAME
        return provider

    def begin(self, exchange: Exchange) -> None:
        """Start the span of a request."""
        parent = {name: exchange.environ[key] for key, name in _PARENT.items() if key in exchange.environ}
        tracer = self.provider.get_tracer(__name__)
        exchange.span = tracer.start_span(exchange.method, context=extract(parent), kind=SpanKind.SERVER)

    def end(self, exchange: Exchange, status: int) -> None:
        """End the span of a request; it holds no query, header or address."""
        span: Span = exchange.span
        if exchange.route is not None:
            span.update_name(f"{exchange.method} {exchange.route}")
            span.set_attribute("http.route", exchange.route)
        span.set_attribute("http.request.method", exchange.method)
        span.set_attribute("http.response.status_code", status)
        span.set_attribute("cao.request_id", exchange.request_id)
        if status >= 500:
            span.set_status(Status(StatusCode.ERROR))
        span.end()
