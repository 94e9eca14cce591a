"""The content of /metrics: counts of all workers; the gauges of the state come from api/edge/gauges.py."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, values
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from pid import process_id

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
OTHER = "other"  # all methods that a client may invent
UNMATCHED = "unmatched"  # all paths without a route
# 3.25 and 4: around UPSTREAM_DEADLINE_SECONDS, to distinguish waiting for live data from slowness
_REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 3.25, 4, 5)
_CALL_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

# Counts by name: what is counted, and its labels.
COUNTS = (
    ("http_requests", "Requests answered.", ("method", "route", "status")),
    ("upstream_calls", "Requests sent to a source.", ("source", "outcome")),
    ("cache_lookups", "Lookups of live values.", ("kind", "result")),
    ("fallbacks", "Zone readings answered without a fresh live value.", ("reason",)),
    ("rate_limited", "Requests refused by the rate limit.", ("kind",)),
    ("store_errors", "Failed uses of a store.", ("store",)),
    ("source_disagreements", "Times that the sources of a zone began to disagree.", ("zone",)),
    ("facts_changes", "Changes of the overlay or of refreshed prices, by each worker.", ("outcome",)),
    ("price_refreshes", "Price lists read in the background.", ("list", "outcome")),
    ("plan_ends", "Plans in the background that ended.", ("state",)),
    ("webhook_attempts", "Attempts to send a delivery of a webhook.", ("outcome",)),
)
# Durations by name: what is measured, its labels, and the bounds of its buckets.
TIMES = (
    ("http_request", "Time from receiving a request until its answer is ready to send.", ("route",), _REQUEST_SECONDS),
    ("upstream_call", "Duration of requests sent to a source.", ("source",), _CALL_SECONDS),
)
PROTOCOLS = ("sse", "websocket")  # of streams
DELIVERY_OUTCOMES = ("delivered", "retried", "dead")

if (
    values.ValueClass is not values.MutexValue
):  # several processes count; by default each count asks the system for the process id
    values.ValueClass = values.MultiProcessValue(process_id)  # type: ignore[no-untyped-call]

P = ParamSpec("P")
log = logging.getLogger(__name__)


def _never_raising(count: Callable[Concatenate[Metrics, P], None]) -> Callable[Concatenate[Metrics, P], None]:
    """A count that is lost, with one line in the log, if the folder of the counts is full or missing."""

    @wraps(count)
    def counted(self: Metrics, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            count(self, *args, **kwargs)
        except (OSError, ValueError) as error:  # ValueError: of mmap, for a file that could not be made long enough
            if not self.losing:
                self.losing = True
                log.error("metrics cannot be written and counts are lost: %s", error)  # noqa: TRY400  # its traceback says no more

    return counted


class Metrics:
    """Counts requests, and what the layers below report (a Telemetry).

    If PROMETHEUS_MULTIPROC_DIR is set before the library is imported, every process counts in files of that folder and
    any worker reports the sum; without it a process reports its own counts.
    """

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # they double the number of series
        counts = {name: Counter(f"cao_{name}", text, labels, registry=None) for name, text, labels in COUNTS}
        times = {
            name: Histogram(f"cao_{name}_duration_seconds", text, labels, buckets=buckets, registry=None)
            for name, text, labels, buckets in TIMES
        }
        streams = Gauge(
            "cao_open_streams", "Streams open now.", ("protocol",), registry=None, multiprocess_mode="livesum"
        )
        self._collectors: tuple[Collector, ...] = (*counts.values(), *times.values(), streams)
        self.losing = False
        # labels() checks and converts its arguments each time; these remember its results.
        self._requests = lru_cache(maxsize=4096)(counts["http_requests"].labels)
        self._seconds = lru_cache(maxsize=512)(times["http_request"].labels)
        self._calls = lru_cache(maxsize=512)(counts["upstream_calls"].labels)
        self._call_seconds = lru_cache(maxsize=64)(times["upstream_call"].labels)
        self._lookups = lru_cache(maxsize=64)(counts["cache_lookups"].labels)
        self._fallbacks = lru_cache(maxsize=512)(counts["fallbacks"].labels)
        self._limited = lru_cache(maxsize=8)(counts["rate_limited"].labels)
        self._store_errors = lru_cache(maxsize=64)(counts["store_errors"].labels)
        self._disagreements = lru_cache(maxsize=512)(counts["source_disagreements"].labels)
        self._facts_changes = counts["facts_changes"].labels
        self._refreshes = counts["price_refreshes"].labels
        self._plan_ends = counts["plan_ends"].labels
        self._webhook_attempts = counts["webhook_attempts"].labels
        self._open_streams = streams.labels

    @_never_raising
    def request(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """One request answered. route: the template of its path; None: no route matched."""
        route = route or UNMATCHED
        self._requests(method if method in METHODS else OTHER, route, status).inc()
        self._seconds(route).observe(seconds)

    @_never_raising
    def rate_limited(self, kind: str) -> None:
        """One request refused. kind: whether it was counted by "key" or by "address"."""
        self._limited(kind).inc()

    @_never_raising
    def upstream_call(self, source: str, outcome: str, seconds: float) -> None:
        """See Telemetry."""
        self._calls(source, outcome).inc()
        self._call_seconds(source).observe(seconds)

    @_never_raising
    def cache_lookup(self, kind: str, result: str, count: int = 1) -> None:
        """See Telemetry."""
        self._lookups(kind, result).inc(count)

    @_never_raising
    def fallback(self, reason: str, count: int = 1) -> None:
        """See Telemetry."""
        self._fallbacks(reason).inc(count)

    @_never_raising
    def store_error(self, store: str) -> None:
        """See Telemetry."""
        self._store_errors(store).inc()

    @_never_raising
    def disagreement(self, zone: str) -> None:
        """See Telemetry."""
        self._disagreements(zone).inc()

    @_never_raising
    def facts_change(self, outcome: str) -> None:
        """See Telemetry."""
        self._facts_changes(outcome).inc()

    @_never_raising
    def price_refresh(self, refresher: str, outcome: str) -> None:
        """See Telemetry."""
        self._refreshes(refresher, outcome).inc()

    @_never_raising
    def plan_end(self, state: str) -> None:
        """See Telemetry."""
        self._plan_ends(state).inc()

    @_never_raising
    def webhook_attempt(self, outcome: str) -> None:
        """See Telemetry."""
        self._webhook_attempts(outcome).inc()

    @_never_raising
    def open_streams(self, protocol: str, count: int) -> None:
        """See Telemetry."""
        self._open_streams(protocol).set(count)

    @_never_raising
    def _begin_at_zero(self) -> None:
        """A series that begins with 1 has not increased for Prometheus: the first dead letter would be no alert."""
        for outcome in DELIVERY_OUTCOMES:
            self._webhook_attempts(outcome)
        for protocol in PROTOCOLS:
            self._open_streams(protocol)

    def expose(self, state: Collector, accept: str) -> tuple[bytes, str]:
        """The text of a scrape and its media type. state: gauges of now. accept: the Accept header."""
        self._begin_at_zero()
        registry = CollectorRegistry()
        if values.ValueClass is values.MutexValue:
            for collector in self._collectors:
                registry.register(collector)
        else:
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        registry.register(state)
        encode, media_type = choose_encoder(accept)
        return encode(registry), media_type
