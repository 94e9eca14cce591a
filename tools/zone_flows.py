"""The table flow_error.csv: how far a value of a zone's production may be from that of its consumption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, hypot, log

import numpy as np

from catalog.footing import CLUSTER_KEY
from catalog.outlook_error import ANY_CLUSTER, CLUSTERS, cluster_of
from tools.zone_scores import markdown
from tools.zone_shapes import cell_means
from tools.zone_sources import Series, Sources

FLOW_COLUMNS = ("key", "low_factor", "high_factor", "yearly_percent", "within_year_percent", "basis", "source", "as_of")
COUNTRY_SOURCE = "Our World in Data country"  # Ember's table is not free enough to make another one from it
NORMAL_90TH = 1.2816  # the 90th centile of a normal distribution in standard deviations
PRODUCTION_YEAR, CONSUMPTION_YEAR = 2020, 2021  # the last of the one series, the first of the other
LEAST_GCO2E = 1.0

INTRO = """\
## Production and consumption

What a zone generates differs from what it consumes by its trade. Two comparisons say how much; both contain other
emission factors too, so they are rather too wide.

- **Yearly**: the publisher's flow-traced lifecycle mean of a country against the lifecycle intensity of its generation
  in national statistics (Our World in Data), same year, {countries} countries; |log| in per cent. One year may agree by
  chance, so a country has at least the median of its cluster. Parts of countries, and countries without statistics,
  have the 80th centile of their cluster, which with either sign leaves a tenth outside on each side.
- **Within the year**: production-based series of {zones} zones end in {production}, flow-traced ones begin in
  {consumption}; no hour is in both. The standard deviation of the logarithm of their ratio over month and hour of the
  day is {deviation:.3f} in the median zone, weather of both years included. Times 1.28, it is used everywhere.

The two are combined in quadrature. Imports that are added one step remove a part of the error; how much cannot be
measured with these series, so the range stays."""


@dataclass(frozen=True, kw_only=True)
class Flows:
    """yearly: country -> log(consumption / production) of one year. within: zone -> standard deviation over the year's
    cells. shifts: zone -> log of the yearly means, PRODUCTION_YEAR to CONSUMPTION_YEAR. shares: zone -> fossil-free."""

    yearly: Mapping[str, float]
    within: Mapping[str, float]
    shifts: Mapping[str, float]
    shares: Mapping[str, float | None]

    @property
    def deviation(self) -> float:
        """Median standard deviation within the year."""
        return float(np.median(list(self.within.values())))

    def of_cluster(self, cluster: str) -> list[float]:
        """|log| of the countries of a cluster, or of all."""
        return [
            abs(value)
            for zone, value in self.yearly.items()
            if cluster in (ANY_CLUSTER, cluster_of(self.shares.get(zone)))
        ]


def flows(sources: Sources) -> Flows:
    """Both comparisons."""
    published, shares = dict[tuple[str, str], float](), dict[str, float | None]()
    production = dict[tuple[str, str], float]()
    for row in sources.annual():
        value, place = float(row["lifecycle_gco2eq_kwh"] or 0), (row["zone"], row["year"])
        if row["method"] == "em_published":
            published[place] = value
        elif row["source"] == COUNTRY_SOURCE:
            production[place] = value
        if row["preferred"] == "1":
            shares[row["zone"]] = float(row["fossil_free_pct"]) / 100 if row["fossil_free_pct"] else None
    pairs = [place for place in sorted(production) if production[place] > 0 and published.get(place, 0) > 0]
    yearly = {zone: log(published[zone, year] / production[zone, year]) for zone, year in pairs}
    within, shifts = {}, {}
    for zone, series in sources.production().items():
        within[zone], shifts[zone] = _compared(
            series.where(series.years == PRODUCTION_YEAR), _year(sources.series(zone))
        )
    return Flows(yearly=yearly, within=within, shifts=shifts, shares=shares)


def _year(series: Series) -> Series:
    return series.where(series.years == CONSUMPTION_YEAR)


def _compared(production: Series, consumption: Series) -> tuple[float, float]:
    logs = np.log(
        np.maximum(cell_means(consumption, consumption.values), LEAST_GCO2E)
        / np.maximum(cell_means(production, production.values), LEAST_GCO2E)
    )
    return float(logs.std()), log(consumption.values.mean() / production.values.mean())


def flow_rows(flows: Flows) -> list[dict[str, object]]:
    """The rows of flow_error.csv: countries, then clusters."""
    within = NORMAL_90TH * flows.deviation
    rows = []
    for zone, value in flows.yearly.items():
        usual = float(np.median(flows.of_cluster(cluster_of(flows.shares.get(zone)))))
        rows.append(_row(zone, max(abs(value), usual), within, "country statistics"))
    for cluster in (*CLUSTERS, ANY_CLUSTER):
        yearly = float(np.quantile(flows.of_cluster(cluster), 0.8))
        rows.append(_row(f"{CLUSTER_KEY}{cluster}", yearly, within, "countries of the cluster"))
    return rows


def _row(key: str, yearly: float, within: float, basis: str) -> dict[str, object]:
    error = hypot(yearly, within)
    return {
        "key": key,
        "low_factor": f"{exp(-error):.3f}",
        "high_factor": f"{exp(error):.3f}",
        "yearly_percent": f"{100 * yearly:.1f}",
        "within_year_percent": f"{100 * within:.1f}",
        "basis": basis,
        "source": "em-published-against-country-lifecycle",
        "as_of": "2026-02",
    }


def flow_section(flows: Flows, rows: Sequence[Mapping[str, object]]) -> str:
    """Markdown: both comparisons and the ranges of some zones."""
    intro = INTRO.format(
        countries=len(flows.yearly),
        zones=len(flows.within),
        production=PRODUCTION_YEAR,
        consumption=CONSUMPTION_YEAR,
        deviation=flows.deviation,
    )
    zones = {"GB", "DE", "FR", "NL", "BE", "AT", "PL", "ES", "SE", "FI"}
    columns = FLOW_COLUMNS[:-2]
    cells = [
        [str(row[column]) for column in columns]
        for row in rows
        if row["key"] in zones or str(row["key"]).startswith(CLUSTER_KEY)
    ]
    pairs = [
        [zone, f"{100 * flows.shifts[zone]:.0f}", f"{100 * NORMAL_90TH * flows.within[zone]:.0f}"]
        for zone in flows.within
    ]
    head = ["zone", f"consumption {CONSUMPTION_YEAR} over production {PRODUCTION_YEAR}", "within the year"]
    return "\n\n".join(
        [intro, markdown(columns, cells), "The hourly series, 100 x log:", markdown(head, pairs)],
    )
