"""An answer with all that it was decided on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carbon.placements import BareRegion, PlacementRow
from carbon.ranges import RangedFigure
from catalog.columns import BoolArray
from catalog.model import InstanceType
from planning.placing.figures import OfferFigures
from planning.placing.hints.hint import Choice, Period
from planning.placing.job import Job
from planning.placing.rank import Measured, Ranked
from planning.placing.rates import UNRATED
from planning.placing.rows import finite
from planning.placing.told_apart import ranged_offer
from planning.ties import significant


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """offers, measured: of every offer that qualifies. first: row 1 of `ranked`."""

    job: Job
    offers: OfferFigures
    measured: Measured
    ranked: Ranked
    first: PlacementRow
    requested: PlacementRow | BareRegion | None
    period: Period

    @property
    def machine(self) -> InstanceType:
        """Row 1's."""
        return self.job.mapping.columns.types[int(self.ranked.type[0])]

    @property
    def usd(self) -> float | None:
        """What row 1 costs at the price that the question pays."""
        cost = self.first.emission.cost
        return cost.spot_usd if self.job.query.spot else cost.on_demand_usd

    def as_it_is(self, label: str) -> Choice:
        """Row 1 under a label."""
        return Choice(label=label, gco2e=self.first.emission.total_gco2e, usd=self.usd)

    def type_of(self, index: int) -> str:
        """The type of an offer."""
        instance: InstanceType = self.job.mapping.columns.types[int(self.offers.type[index])]
        return instance.instance_type

    def greenest(self, mask: BoolArray) -> int | None:
        """The offer of the mask with the fewest grams among those that row 1 is compared with."""
        group, grams = self.measured.group, self.measured.gco2e
        indexes = np.flatnonzero(mask & (group == self.ranked.group[0]) & (group != UNRATED))
        if not len(indexes):
            return None
        return int(indexes[np.lexsort((self.offers.order[indexes], significant(grams[indexes])))[0]])

    def choice(self, index: int, label: str) -> Choice:
        """An offer for as much as row 1 stands for."""
        amount = self.job.amount(int(self.ranked.type[0]))
        usd = float(self.measured.usd[index]) * amount
        return Choice(label=label, gco2e=float(self.measured.gco2e[index]) * amount, usd=finite(usd))

    def ranged(self, index: int, choice: Choice) -> RangedFigure:
        """The grams of an offer's choice with their range."""
        return ranged_offer(self.job, choice.gco2e, int(self.offers.region[index]), int(self.offers.type[index]))

    def ranged_row(self, row: PlacementRow, choice: Choice) -> RangedFigure:
        """The grams of a row's choice with their range."""
        mapping, emission = self.job.mapping, row.emission
        provider = mapping.regions[emission.region].provider
        type_index = mapping.offers.type_index[provider, emission.instance_type]
        return ranged_offer(self.job, choice.gco2e, mapping.region_index[emission.region], type_index)
