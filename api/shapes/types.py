"""The types of fields: unit, range, and how a value is written."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.shapes.numbers import kilograms, moment, percentage, rounded, stamp
from api.shapes.reading import Shown

Timestamp = Annotated[
    str,
    Field(
        description="UTC time in ISO 8601, with whole seconds and Z.",
        json_schema_extra={"format": "date-time"},
        examples=["2026-02-11T10:30:00Z"],
    ),
    Shown(stamp),
]
Moment = Annotated[
    str,
    Field(
        description="UTC, ISO 8601, whole seconds, +00:00.",
        json_schema_extra={"format": "date-time"},
        examples=["2026-02-11T10:30:00+00:00"],
    ),
    Shown(moment),
]
# Four significant digits; a plain float is written as it is.
Rounded = Annotated[float, Shown(rounded)]
GramsPerKwh = Annotated[
    float,
    Field(ge=0, description="gCO2e per kWh of electricity used, lifecycle, average signal."),
    Shown(rounded),
]
CurrentGramsPerKwh = Annotated[GramsPerKwh | None, Field(description="Current value in gCO2e/kWh; null if unknown.")]
Grams = Annotated[
    float, Field(ge=0, description="gCO2e emitted by the grid: power_consumption_kwh x intensity."), Shown(rounded)
]
Kwh = Annotated[float, Field(ge=0, description="Energy of the facility in kWh, including PUE."), Shown(rounded)]
Hours = Annotated[float, Field(gt=0, description="Hours."), Shown(rounded)]
Watts = Annotated[float, Field(ge=0, description="Watts of all machines together."), Shown(rounded)]
Usd = Annotated[float, Field(ge=0, description="USD."), Shown(rounded)]
Utilization = Annotated[float, Field(ge=0, le=1, description="0 to 1."), Shown(rounded)]
ListPrice = Annotated[float, Field(ge=0, description="USD, as in the price list.")]
# Read from grams.
SignedKilograms = Annotated[float, Shown(kilograms)]
Kilograms = Annotated[float, Field(ge=0, description="kgCO2e emitted by the grid."), Shown(kilograms)]
# Read from a share of 0 to 1.
SignedPercentage = Annotated[float, Shown(percentage)]
Percentage = Annotated[float, Field(ge=0, le=100, description="0 to 100."), Shown(percentage)]
RenewableShare = Annotated[Percentage | None, Field(description="Share of consumption, 0 to 100; null if unknown.")]
FossilFreeShare = Annotated[
    Percentage | None, Field(description="Renewable and nuclear share of consumption, 0 to 100; null if unknown.")
]
PriceAge = Annotated[
    int | None,
    Field(
        ge=0,
        description="Whole days from the date of the price to the UTC day of the answer; of a month, a year or a span, "
        "from its first day. Null without a price.",
    ),
]
PueBasis = Annotated[
    str,
    Field(
        description="region figure and its year: the provider publishes one for the region; fleet figure: the "
        "provider's mean; industry average: the provider publishes none; request: the request states it."
    ),
]
