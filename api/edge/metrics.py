"""The content of /metrics: counts of all workers, and the state of the service at the time of the scrape."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, values
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from api.edge.access import Access
from carbon.errors import StateUnavailable
from carbon.intensity import Quality
from carbon.queued_plans import PlanState
from catalog.dates import day_of
from catalog.price_ages import price_ages
from engine import Engine
from pid import process_id
from renewal.keeper import FactsState

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
OTHER = "other"  # all methods that a client may invent
UNMATCHED = "unmatched"  # all paths without a route
# 3.25 and 4: around UPSTREAM_DEADLINE_SECONDS, to distinguish waiting for live data from slowness
_REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 3.25, 4, 5)
_CALL_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

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
        requests = Counter("cao_http_requests", "Requests answered.", ("method", "route", "status"), registry=None)
        seconds = Histogram(
            "cao_http_request_duration_seconds",
            "Time from receiving a request until its answer is ready to send.",
            ("route",),
            buckets=_REQUEST_SECONDS,
            registry=None,
        )
        calls = Counter("cao_upstream_calls", "Requests sent to a source.", ("source", "outcome"), registry=None)
        call_seconds = Histogram(
            "cao_upstream_call_duration_seconds",
            "Duration of requests sent to a source.",
            ("source",),
            buckets=_CALL_SECONDS,
            registry=None,
        )
        lookups = Counter("cao_cache_lookups", "Lookups of live values.", ("kind", "result"), registry=None)
        fallbacks = Counter(
            "cao_fallbacks", "Zone readings answered without a fresh live value.", ("reason",), registry=None
        )
        limited = Counter("cao_rate_limited", "Requests refused by the rate limit.", ("kind",), registry=None)
        store_errors = Counter("cao_store_errors", "Failed uses of a store.", ("store",), registry=None)
        disagreements = Counter(
            "cao_source_disagreements", "Times that the sources of a zone began to disagree.", ("zone",), registry=None
        )
        facts_changes = Counter(
            "cao_facts_changes",
            "Changes of the overlay or of refreshed prices, by each worker.",
            ("outcome",),
            registry=None,
        )
        refreshes = Counter(
            "cao_price_refreshes", "Price lists read in the background.", ("list", "outcome"), registry=None
        )
        plan_ends = Counter("cao_plan_ends", "Plans in the background that ended.", ("state",), registry=None)
        self._collectors: tuple[Collector, ...] = (
            requests,
            seconds,
            calls,
            call_seconds,
            lookups,
            fallbacks,
            limited,
            store_errors,
            disagreements,
            facts_changes,
            refreshes,
            plan_ends,
        )
        self.losing = False
        # labels() checks and converts its arguments each time; these remember its results.
        self._requests = lru_cache(maxsize=4096)(requests.labels)
        self._seconds = lru_cache(maxsize=512)(seconds.labels)
        self._calls = lru_cache(maxsize=512)(calls.labels)
        self._call_seconds = lru_cache(maxsize=64)(call_seconds.labels)
        self._lookups = lru_cache(maxsize=64)(lookups.labels)
        self._fallbacks = lru_cache(maxsize=512)(fallbacks.labels)
        self._limited = lru_cache(maxsize=8)(limited.labels)
        self._store_errors = lru_cache(maxsize=64)(store_errors.labels)
        self._disagreements = lru_cache(maxsize=512)(disagreements.labels)
        self._facts_changes = facts_changes.labels
        self._refreshes = refreshes.labels
        self._plan_ends = plan_ends.labels

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

    def expose(self, state: ServiceState, accept: str) -> tuple[bytes, str]:
        """The text of a scrape and its media type. accept: the Accept header."""
        registry = CollectorRegistry()
        if values.ValueClass is values.MutexValue:
            for collector in self._collectors:
                registry.register(collector)
        else:
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        registry.register(state)
        encode, media_type = choose_encoder(accept)
        return encode(registry), media_type


class ServiceState(Collector):
    """The state at the time of the scrape. Unknown values are absent: a zero would look like a perfectly clean grid."""

    def __init__(
        self,
        engine: Engine,
        access: Access,
        version: str,
        clock: Callable[[], datetime],
        facts: FactsState | None = None,
        plans: Callable[[], Mapping[PlanState, int]] = dict,
    ) -> None:
        """facts: None where no files are followed. plans: in the background, by state; raises StateUnavailable."""
        self._plans = plans
        self._facts = facts
        self._engine = engine
        self._keys = access.keys
        self._version = version
        self._clock = clock

    def describe(self) -> list[Metric]:
        """Nothing: the registry would collect everything just to learn the names."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Gauges of build, keys, sources and zones."""
        build = GaugeMetricFamily("cao_build_info", "The running version.", labels=("version", "data_version"))
        build.add_metric((self._version, self._engine.mapping.version), 1)
        yield build
        refusal = GaugeMetricFamily("cao_overlay_refused", "1 while the newest overlay is wrong and not in force.")
        refusal.add_metric((), self._facts is not None and self._facts.error is not None)
        yield refusal
        yield from self._key_gauges()
        yield from self._source_gauges()
        yield from self._price_gauges()
        yield from self._plan_gauges()
        yield from self._zone_gauges()

    def _plan_gauges(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily("cao_plans", "Plans in the background that are stored now.", labels=("state",))
        with suppress(StateUnavailable):
            plans = self._plans()
            for state in PlanState:
                gauge.add_metric((state.value,), plans.get(state, 0))
        yield gauge

    def _key_gauges(self) -> Iterator[Metric]:
        configured = GaugeMetricFamily("cao_keys_configured", "1 once an API key was created, so that one is required.")
        with suppress(StateUnavailable):  # not known yet: absent
            configured.add_metric((), self._keys.configured())
        stale = GaugeMetricFamily("cao_keys_stale", "1 while changes of API keys may not be in force.")
        stale.add_metric((), self._keys.stale())
        yield configured
        yield stale

    def _source_gauges(self) -> Iterator[Metric]:
        calls_left = GaugeMetricFamily("cao_quota_calls_left", "Calls left of this hour's budget.", labels=("source",))
        help_text = "1 while calls to a source are held back."
        open_breakers = GaugeMetricFamily("cao_breaker_open", help_text, labels=("source",))
        for state in self._engine.source_states():
            if state.calls_left is not None:
                calls_left.add_metric((state.source,), state.calls_left)
            if state.breaker_open is not None:
                open_breakers.add_metric((state.source,), state.breaker_open)
        yield calls_left
        yield open_breakers

    def _price_gauges(self) -> Iterator[Metric]:
        labels = ("provider", "prices")
        median = GaugeMetricFamily("cao_price_age_median_days", "Median age of a cloud's prices.", labels=labels)
        oldest = GaugeMetricFamily("cao_price_age_oldest_days", "Age of the oldest of them.", labels=labels)
        for provider, ages in price_ages(self._engine.mapping.prices, day_of(self._clock())).items():
            for prices, age in (("on_demand", ages.on_demand), *sorted(ages.spot.items())):
                if age is not None:
                    median.add_metric((provider, prices), age.median_days)
                    oldest.add_metric((provider, prices), age.oldest_days)
        yield median
        yield oldest

    def _zone_gauges(self) -> Iterator[Metric]:
        now = self._clock()
        intensity = GaugeMetricFamily(
            "cao_zone_carbon_intensity_gco2e_per_kwh",
            "Current carbon intensity of a grid zone: average, lifecycle. Without a key the baseline, labelled so.",
            labels=("zone", "quality"),
        )
        age = GaugeMetricFamily(
            "cao_zone_data_age_seconds",
            "Time since the end of that value's interval; 0 while it lasts.",
            labels=("zone",),
        )
        session = self._engine.at(now)
        values = session.grid.present_values()
        if all(state.has_no_key for state in self._engine.source_states()):
            for zone, baseline in session.grid.baselines().items():
                if zone not in values:
                    intensity.add_metric((zone, Quality.BASELINE.value), baseline)
        for zone, value in values.items():
            intensity.add_metric((zone, value.quality.value), value.gco2e_per_kwh)
            age.add_metric((zone,), max(0.0, (now - value.as_of).total_seconds()))
        yield intensity
        yield age
