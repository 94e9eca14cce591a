"""The answer of the history of a zone or region."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import Field

from api.openapi.enumerations import DataQuality, HistoryStep
from api.shapes.numbers import rounded
from api.shapes.parts import Listed, Place, Success, of_region
from api.shapes.reading import Reading, Shown
from api.shapes.shape import Shape
from api.shapes.types import Timestamp
from carbon.history import Gap, HistoryPoint, Percentiles, ZoneHistory
from carbon.intensity import SignalName
from catalog.model import Region

# Kept, since the figures of a step with one reading are equal: that halves the time of a long answer.
PastGramsPerKwh = Annotated[
    float,
    Field(ge=0, description="gCO2e per kWh of electricity used."),
    Shown(lru_cache(maxsize=64)(rounded)),
]
of_percentiles = Reading(Percentiles)
of_point = Reading(HistoryPoint)
of_gap = Reading(Gap)
of_history = Reading(Listed[ZoneHistory])


@dataclass(frozen=True, slots=True)
class RegionPast:
    """The history of a region's zone, and the region."""

    listed: Listed[ZoneHistory]
    region: Region


of_regional = Reading(RegionPast)
of_regional.part(of_history, lambda past: past.listed)
of_regional.part(of_region, lambda past: past.region)


class PastPercentiles(Shape):
    """What the intensity did not exceed in a part of the time with readings."""

    p10: PastGramsPerKwh = of_percentiles("gCO2e/kWh: in 10 % of the time it was at most this.")
    p50: PastGramsPerKwh = of_percentiles("gCO2e/kWh: in 50 % of the time it was at most this.")
    p90: PastGramsPerKwh = of_percentiles("gCO2e/kWh: in 90 % of the time it was at most this.")


class PointRow(Shape):
    """One step. All figures are weighted by the time for which each reading stands."""

    starts_at: Timestamp = of_point("Start of the step.")
    value: PastGramsPerKwh = of_point("gCO2e/kWh in this step: the mean over the time with readings.")
    min: PastGramsPerKwh = of_point("Lowest reading, in gCO2e/kWh.", lambda p: p.lowest)
    mean: PastGramsPerKwh = of_point("The same as value.", lambda p: p.value)
    max: PastGramsPerKwh = of_point("Highest reading, in gCO2e/kWh.", lambda p: p.highest)
    percentiles: PastPercentiles = of_point()
    data_quality: DataQuality = of_point("The worst quality of the readings.", lambda p: p.quality)
    source: str = of_point("The source whose readings cover most of the step.", examples=["electricity-maps"])


class GapRow(Shape):
    """A time on which no point rests."""

    starts_at: Timestamp = of_gap("Start of the gap.")
    ends_at: Timestamp = of_gap("End of the gap; exclusive.")


class ZoneHistoryAnswer(Success):
    """Past carbon intensity of a grid zone. Steps without a reading have no point: nothing is filled in."""

    zone: str = of_history("Grid zone, as Electricity Maps names it.", lambda h: h.result.zone, examples=["CA-QC"])
    signal: SignalName = of_history("What the intensities count.", lambda h: h.result.signal)
    step: HistoryStep = of_history("What a point stands for.", lambda h: h.result.step)
    starts_at: Timestamp = of_history("Start of the first step.", lambda h: h.result.starts_at)
    ends_at: Timestamp = of_history("End of the last step, at most the present.", lambda h: h.result.ends_at)
    total: int = of_history("Number of points without limit and offset.", lambda h: h.result.total, ge=0)
    points: list[PointRow] = of_history.rendered("The steps with readings, the oldest first.", lambda h: h.rows)
    gaps: list[GapRow] = of_history(
        "Times without readings from the first point to the next page; on the first page from starts_at.",
        lambda h: h.result.gaps,
    )


class RegionHistoryAnswer(ZoneHistoryAnswer, Place):
    """Past carbon intensity of the grid zone of a region."""

    region: str = of_regional("The provider's id of the region.", lambda p: p.region.region, examples=["ca-central-1"])
