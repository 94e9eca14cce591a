"""OpenTelemetry: a span a request, sent where the OTEL_* variables say; imported only when TRACING is on."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from flask import Flask, Response, g, request
from opentelemetry.propagate import extract
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from api.edge.exchange import request_id


def to_collector() -> SpanExporter:
    """OTLP over HTTP, as OTEL_EXPORTER_OTLP_ENDPOINT and its kin say."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()


def install(app: Flask, version: str, *, exporter: Callable[[], SpanExporter] = to_collector) -> None:
    """Trace every request of the app as a part of its caller's trace, if it names one.

    The exporter's thread starts with the first request of a process, so never before a fork.
    """

    @cache
    def provider() -> TracerProvider:
        resource = Resource.create({"service.version": version})  # service.name: OTEL_SERVICE_NAME
        made = TracerProvider(resource=resource)
        made.add_span_processor(BatchSpanProcessor(exporter()))
        return made

    def begin() -> None:
        given = {name: request.headers[name] for name in ("traceparent", "tracestate") if name in request.headers}
        tracer = provider().get_tracer(__name__)
        g.span = tracer.start_span(request.method, context=extract(given), kind=SpanKind.SERVER)

    def end(response: Response) -> Response:
        span: Span = g.span
        route = request.url_rule.rule if request.url_rule else None
        if route is not None:
            span.update_name(f"{request.method} {route}")
            span.set_attribute("http.route", route)
        span.set_attribute("http.request.method", request.method)
        span.set_attribute("http.response.status_code", response.status_code)
        span.set_attribute("cao.request_id", request_id())
        if response.status_code >= 500:
            span.set_status(Status(StatusCode.ERROR))
        span.end()
        return response

    app.before_request(begin)
    app.after_request(end)
    app.extensions["tracing"] = provider
