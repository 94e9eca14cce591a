"""The state of the service at the time of a scrape, for /metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.edge.access import Access
from api.edge.compatible_gauges import ZoneFigure, compatible_gauges
from carbon.errors import StateUnavailable
from carbon.intensity import Quality, Signal
from carbon.queued_plans import PlanState
from catalog.dates import day_of
from catalog.price_ages import price_ages
from engine import Engine
from renewal.keeper import FactsState

BASELINE = "baseline"  # where a figure comes from that no live source gave


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
        webhooks: Callable[[], int] | None = None,
        names: str = "own",
    ) -> None:
        """facts: None where no files are followed. plans: in the background, by state; raises StateUnavailable.

        webhooks: how many are stored; raises StateUnavailable; None: not looked at.
        names: METRICS_NAMES.
        """
        self._names = names
        self._plans = plans
        self._webhooks = webhooks
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
        yield from self._webhook_gauges()
        yield from self._skill_gauges()
        yield from self._zone_gauges()

    def _plan_gauges(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily("cao_plans", "Plans in the background that are stored now.", labels=("state",))
        with suppress(StateUnavailable):
            plans = self._plans()
            for state in PlanState:
                gauge.add_metric((state.value,), plans.get(state, 0))
        yield gauge

    def _webhook_gauges(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily("cao_webhooks", "Webhooks that are stored now.")
        if self._webhooks is not None:
            with suppress(StateUnavailable):
                gauge.add_metric((), self._webhooks())
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

    def _skill_gauges(self) -> Iterator[Metric]:
        figures = (
            ("mape", "mape_ratio", "Mean relative error"),
            ("coverage", "coverage_ratio", "Share of hours within the range"),
            ("captured", "captured_saving_ratio", "Share of the saving of a perfect forecast"),
            ("zones", "scored_zones", "Number of zones with an error"),
        )
        means = self._engine.forecasts.skills.means()
        for name, metric, text in figures:
            help_text = f"{text}, over zones: forecasts of the last 30 days."
            gauge = GaugeMetricFamily(f"cao_forecast_{metric}", help_text, labels=("source", "lead_day"))
            for (source, lead_day), figure in means.items():
                if (value := getattr(figure, name)) is not None:
                    gauge.add_metric((source, str(lead_day)), value)
            yield gauge

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
        figures = dict[str, ZoneFigure]()
        if all(state.has_no_key for state in self._engine.source_states()):
            for zone, baseline in session.grid.baselines().items():
                figures[zone] = ZoneFigure(gco2e_per_kwh=baseline, quality=Quality.BASELINE, source=BASELINE)
        for zone, value in values.items():
            figures[zone] = ZoneFigure(gco2e_per_kwh=value.gco2e_per_kwh, quality=value.quality, source=value.source)
            age.add_metric((zone,), max(0.0, (now - value.as_of).total_seconds()))
        for zone, figure in figures.items():
            intensity.add_metric((zone, figure.quality.value), figure.gco2e_per_kwh)
        yield intensity
        yield age
        marginal = {
            zone: ZoneFigure(gco2e_per_kwh=value.gco2e_per_kwh, quality=value.quality, source=value.source)
            for zone, value in session.grid.of_signal(Signal.MARGINAL).present_values().items()
        }
        yield from compatible_gauges(self._names, figures, marginal, session.mapping)
