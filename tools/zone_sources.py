"""Reads the raw intensity tables: yearly figures, hourly series, modelled shapes, retired keys, cloud regions."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CELLS = 288  # 12 months x 24 hours of the day, UTC


@dataclass(frozen=True, kw_only=True)
class Series:
    """Hourly intensities of one zone; hours are full UTC hours since the epoch, values gCO2e per kWh.

    direct: combustion only, None where the source has no such column.
    """

    zone: str
    hours: Ints
    values: Floats
    direct: Floats | None

    @cached_property
    def years(self) -> Ints:
        """Calendar year of each hour."""
        return np.asarray(self.hours.astype("datetime64[h]").astype("datetime64[Y]").astype(np.int64) + 1970, np.int64)

    @cached_property
    def cells(self) -> Ints:
        """Index of each hour's month and hour of day: month x 24 + hour."""
        months = self.hours.astype("datetime64[h]").astype("datetime64[M]").astype(np.int64) % 12
        return months * 24 + self.hours % 24

    @cached_property
    def weekend(self) -> NDArray[np.bool_]:
        """True on Saturday and Sunday, UTC."""
        return (self.hours // 24 + 3) % 7 >= 5

    @cached_property
    def days(self) -> Ints:
        """Day of the month, from 1."""
        dates = self.hours.astype("datetime64[h]").astype("datetime64[D]")
        return np.asarray((dates - dates.astype("datetime64[M]")).astype(np.int64) + 1, np.int64)

    def where(self, mask: NDArray[np.bool_]) -> Series:
        """The hours the mask picks."""
        direct = None if self.direct is None else self.direct[mask]
        return Series(zone=self.zone, hours=self.hours[mask], values=self.values[mask], direct=direct)


class Sources:
    """The input folder: `intensity/` and `regions/`."""

    def __init__(self, folder: Path) -> None:
        self._intensity = folder / "intensity"
        self._regions = folder / "regions"
        self.hourly_dir = self._intensity / "hourly"

    def annual(self) -> list[dict[str, str]]:
        """Every yearly figure."""
        return list(_rows(self._intensity / "zones_annual.csv"))

    def series_facts(self) -> dict[str, dict[str, str]]:
        """Zone -> what is known of its hourly series."""
        return {row["zone"]: row for row in _rows(self._intensity / "series.csv")}

    def aliases(self) -> list[dict[str, str]]:
        """Retired and wrong zone keys with the current one."""
        return list(_rows(self._regions / "zone_aliases.csv"))

    def region_zones(self) -> list[str]:
        """Zones of cloud regions, the second candidates included, sorted."""
        rows = list(_rows(self._regions / "regions.csv"))
        return sorted({row["zone"] for row in rows} | {row["zone_alt"] for row in rows if row["zone_alt"]})

    def series(self, zone: str) -> Series:
        """The hourly history of one zone's consumption."""
        return self._hourly("hourly", zone)

    def production(self) -> dict[str, Series]:
        """Zone -> the hourly history of its production; other emission factors than series()."""
        names = sorted(path.name.removesuffix(".csv.gz") for path in (self._intensity / "hourly_production").iterdir())
        return {zone: self._hourly("hourly_production", zone) for zone in names}

    def _hourly(self, folder: str, zone: str) -> Series:
        table = list(_rows(self._intensity / folder / f"{zone}.csv.gz"))
        hours = np.array([row["datetime_utc"][:13] for row in table], "datetime64[h]").astype(np.int64)
        values = np.array([row["lifecycle_gco2eq_kwh"] for row in table], np.float64)
        direct = None
        if all(row.get("direct_gco2eq_kwh") for row in table):
            direct = np.array([row["direct_gco2eq_kwh"] for row in table], np.float64)
        return Series(zone=zone, hours=hours, values=values, direct=direct)

    def modelled_direct(self) -> dict[str, Floats]:
        """Zone -> typical direct intensity by cell, shape (288,), NaN where the model has none."""
        series: dict[str, Floats] = {}
        for row in _rows(self._intensity / "profiles_modelled_direct.csv.gz"):
            cells = series.setdefault(row["zone"], np.full(CELLS, np.nan))
            if row["direct_gco2eq_kwh"]:
                cells[(int(row["month"]) - 1) * 24 + int(row["hour_utc"])] = float(row["direct_gco2eq_kwh"])
        return series


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
    else:
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
