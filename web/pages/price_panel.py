"""The chart on the first page of what a machine costs in each region against how clean the region is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from markupsafe import Markup

from planning.placing.pareto import pareto_front
from web.drawing.pareto_plot import pareto_chart
from web.geometry.pareto_picture import PAGE, Option, OptionMark, ParetoPicture, options_picture
from web.marks import UNIT, minute
from web.pages.embedded import embedded
from web.pages.ranking import Row

TITLE = "Price of the cheapest machine against carbon intensity"


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePanel:
    """The chart, whose marks are links."""

    picture: ParetoPicture
    svg: Markup

    @property
    def best(self) -> list[OptionMark]:
        """Those on the front, the cheapest first."""
        best = (one for one in self.picture.marks if one.is_best)
        return sorted(best, key=lambda one: (one.option.usd_per_hour or 0.0, one.option.carbon))


def price_panel(rows: Sequence[Row], now: datetime, link: Callable[[str], str]) -> PricePanel:
    """The regions of a ranking that have a figure. link: from a region's key to its address."""
    options = [_option(row) for row in rows if row.intensity.gco2e_per_kwh is not None and row.usd_per_hour is not None]
    usd, carbon = np.array([(one.usd_per_hour, one.carbon) for one in options], dtype=float).reshape(-1, 2).T
    best = pareto_front(usd, carbon, np.arange(len(options))).index.tolist()
    others = [option for place, option in enumerate(options) if place not in set(best)]
    subtitle = (
        f"At least 2 vCPUs and 8 GB · on demand · {len(options)} of {len(rows)} regions have a price · {minute(now)}"
    )
    picture = options_picture([options[place] for place in best], others, UNIT, TITLE, subtitle, PAGE)
    svg = embedded(pareto_chart(picture, "price", lambda region, _: link(region)))
    return PricePanel(picture=picture, svg=svg)


def _option(row: Row) -> Option:
    json = row.json
    return Option(
        region=row.key,
        instance_type=json["instanceType"],
        usd_per_hour=row.usd_per_hour,
        carbon=row.intensity.gco2e_per_kwh or 0.0,
        is_estimate=bool(json["priceIsEstimate"]),
        price_as_of=json["priceAsOf"],
        intensity=row.intensity,
    )
