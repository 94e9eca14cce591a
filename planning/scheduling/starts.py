"""When the work of each region starts, and how green its window is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from catalog.columns import FloatArray, IntArray

NO_ZONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class RegionStarts:
    """Per region: its zone's row in the outlook, its start in seconds from the outlook's first hour, and its mean.

    zone_row: NO_ZONE for a region that is not looked at, whose other figures are NaN.
    """

    zone_row: IntArray
    seconds: FloatArray
    gco2e_per_kwh: FloatArray

    @classmethod
    def of(cls, zone_row: IntArray, seconds: FloatArray, gco2e_per_kwh: FloatArray) -> RegionStarts:
        """From the figures of each zone, in the outlook's order."""
        return cls(zone_row, np.append(seconds, np.nan)[zone_row], np.append(gco2e_per_kwh, np.nan)[zone_row])
