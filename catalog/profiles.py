"""The baseline of a grid zone: yearly level x time of year and UTC hour, with a weekend factor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carbon import units
from carbon.errors import UnknownZone
from carbon.intensity import LOCATION_BASED
from catalog.memo import Memo
from catalog.model import Zone
from catalog.outlook_error import OutlookErrors, load_outlook_errors
from catalog.seasons import profile_cells
from catalog.tables import DATA, CatalogError, Row, read_table

CELLS = 288  # 12 months x 24 hours of the day
BASES = ("history", "modelled", "flat")
LEVEL_STATUSES = ("uncontested", "corrected", "doubtful", "none")
HOURS_COLUMN = "per_mille_of_annual_mean_by_utc_hour"


def hour_of(moment: datetime) -> int:
    """Full UTC hours since the epoch of an aware datetime, rounded down."""
    return int(moment.timestamp() // units.SECONDS_PER_HOUR)


class ZoneProfiles:
    """Baseline intensity of every zone at any hour; built by load_zones()."""

    def __init__(
        self,
        zones: Mapping[str, Zone],
        shapes: Mapping[str, NDArray[np.float32]],
        errors: OutlookErrors | None = None,
    ) -> None:
        """shapes: profile zone -> (288,) by month x 24 + UTC hour, relative to the annual mean, in mid-month.

        errors: how far outlooks made from these profiles stray; None where no range is to be given.
        """
        self.memo: Memo = {}
        self.zones = zones
        self.errors = errors
        self.shapes = shapes
        self._rows = {zone: row for row, zone in enumerate(zones)}
        self._shaped = frozenset(zone.zone for zone in zones.values() if zone.profile_basis != "flat")
        # By zone, then weekday (0) or weekend (1), month and hour: level, shape and weekend factor multiplied out.
        self._values = np.empty((len(zones), 2 * CELLS), np.float32)
        for row, zone in enumerate(zones.values()):
            level = np.nan if zone.gco2e_per_kwh is None else zone.gco2e_per_kwh
            shape = shapes[zone.profile_zone] if zone.zone in self._shaped else np.ones(CELLS, np.float32)
            weekday, weekend = weekend_multipliers(zone.weekend_factor)
            self._values[row, :CELLS] = shape * (level * weekday)
            self._values[row, CELLS:] = shape * (level * weekend)

    def rows(self, zones: Sequence[str]) -> NDArray[np.intp]:
        """Row of each zone, in order, for gco2e_per_kwh. Raises UnknownZone; retired keys are unknown here."""
        try:
            return np.array([self._rows[zone] for zone in zones], np.intp)
        except KeyError as error:
            raise UnknownZone(error.args[0]) from None

    def gco2e_per_kwh(self, rows: NDArray[np.intp], hours: NDArray[np.int64]) -> NDArray[np.float64]:
        """Baseline gCO2e per kWh, shape (len(rows), len(hours)); NaN for a zone without an annual figure.

        hours: full UTC hours since the epoch (Unix seconds // 3600). A value lies on the line from the middle of one
        month to that of the next, so nothing jumps at the end of a month.
        """
        cells = profile_cells(hours)
        values = self._values[rows]
        earlier = values.take(cells.earlier, axis=1)
        return earlier + (values.take(cells.later, axis=1) - earlier) * cells.weight

    def mid_months(self, zone: str) -> NDArray[np.float64]:
        """gCO2e per kWh by month and UTC hour, shape (12, 24): the mean of a week in the middle of each month.

        NaN for a zone without an annual figure. Raises UnknownZone.
        """
        values = self._values[self.rows([zone])].astype(np.float64)
        mean: NDArray[np.float64] = (5 * values[0, :CELLS] + 2 * values[0, CELLS:]) / 7
        return mean.reshape(12, 24)

    def without_figures(self) -> ZoneProfiles:
        """The same zones, of which no hour and no error is known: for a signal that these profiles do not count."""
        unknown = {
            key: replace(zone, gco2e_per_kwh=None, profile_basis="flat", weekend_factor=1.0, basis=LOCATION_BASED)
            for key, zone in self.zones.items()
        }
        return ZoneProfiles(unknown, {})

    def baseline_source(self, zone: str) -> str:
        """Where the baseline of a zone is from: "profile", "annual", or "none" where no figure is known.

        It ends in -corrected where the zone's level is. An operator's own zone: the file.
        """
        facts = self.zones.get(zone)
        if facts is not None and facts.gco2e_per_kwh is None:
            return "none"
        if facts is not None and facts.is_own:
            return facts.source
        source = "profile" if self.has_shape(zone) else "annual"
        return f"{source}-corrected" if facts is not None and facts.level_status == "corrected" else source

    def lowest_hour(self, zone: str) -> float | None:
        """The lowest gCO2e per kWh of the zone's year, in the middle of a month; None without an annual figure."""
        lowest = float(self._values[self._rows[zone]].min())
        return lowest if np.isfinite(lowest) else None

    def has_shape(self, zone: str) -> bool:
        """False where the baseline is the annual figure at every hour, or the zone is unknown."""
        return zone in self._shaped


def weekend_multipliers(weekend_factor: float) -> tuple[float, float]:
    """What weekday and weekend hours are multiplied with; the mean of a week stays 1."""
    weekday = 7.0 / (5.0 + 2.0 * weekend_factor)
    return weekday, weekday * weekend_factor


def load_zones(data: Path = DATA) -> tuple[dict[str, Zone], dict[str, str], ZoneProfiles]:
    """Zones by key, current key by retired key, and the profiles. Raises CatalogError, naming file and row."""
    shapes = _shapes(data)
    zones = {}
    for row in read_table(data, "zones.csv", "zone"):
        zone = zone_of(row)
        if zone.profile_basis != "flat" and zone.profile_zone not in shapes:
            raise row.error(f"zone_profiles.csv has no shape for {zone.profile_zone}")
        zones[zone.zone] = zone
    return zones, _aliases(data, zones), ZoneProfiles(zones, shapes, load_outlook_errors(data))


def zone_of(row: Row) -> Zone:
    """The zone of a row of zones.csv. Raises CatalogError."""
    year = row.optional_number("year")
    basis = row.required("profile_basis")
    if basis not in BASES:
        raise row.error(f"profile_basis is not one of {', '.join(BASES)}: {basis!r}")
    status, published = row.required("level_status"), row.optional_number("published_gco2e_per_kwh")
    if status not in LEVEL_STATUSES:
        raise row.error(f"level_status is not one of {', '.join(LEVEL_STATUSES)}: {status!r}")
    if (status == "corrected") != (published is not None):
        raise row.error("published_gco2e_per_kwh must be given if the level is corrected, and only then")
    weekend_factor = row.number("weekend_factor")
    if weekend_factor <= 0:
        raise row.error("weekend_factor is not above 0")
    return Zone(
        zone=row.required("zone"),
        country=row.required("country"),
        gco2e_per_kwh=row.optional_number("gco2e_per_kwh"),
        renewable_share=_share(row, "renewable_share"),
        fossil_free_share=_share(row, "fossil_free_share"),
        year=None if year is None else int(year),
        method=row.required("method"),
        profile_basis=basis,
        profile_zone=row.required("profile_zone"),
        profile_years=row.text("profile_years"),
        profile_from_estimates=row.required("profile_from_estimates") == "yes",
        weekend_factor=weekend_factor,
        note=row.text("note"),
        source=row.required("source"),
        shares_source=row.required("shares_source"),
        as_of=row.required("as_of"),
        level_status=status,
        published_gco2e_per_kwh=published,
    )


def _share(row: Row, column: str) -> float | None:
    share = row.optional_number(column)
    if share is not None and not 0.0 <= share <= 1.0:
        raise row.error(f"{column} is not a share of 0 to 1: {share}")
    return share


def _shapes(data: Path) -> dict[str, NDArray[np.float32]]:
    """Profile zone -> (288,) relative to the annual mean."""
    shapes: dict[str, NDArray[np.float32]] = {}
    for row in read_table(data, "zone_profiles.csv", "zone", "month"):
        month = row.number("month")
        if month not in range(1, 13):
            raise row.error(f"month is not 1 to 12: {month:g}")
        try:
            hours = np.array(row.required(HOURS_COLUMN).split(), np.float32)
        except ValueError:
            raise row.error(f"{HOURS_COLUMN} contains something other than numbers") from None
        if len(hours) != 24 or not (hours > 0).all():
            raise row.error(f"{HOURS_COLUMN} must hold 24 numbers above 0")
        shape = shapes.setdefault(row.required("zone"), np.full(CELLS, np.nan, np.float32))
        first = (int(month) - 1) * 24
        shape[first : first + 24] = hours / 1000
    for zone, shape in shapes.items():
        if np.isnan(shape).any():
            raise CatalogError(f"zone_profiles.csv lacks months of {zone}")
    return shapes


def _aliases(data: Path, zones: Mapping[str, Zone]) -> dict[str, str]:
    aliases = {}
    for row in read_table(data, "zone_aliases.csv", "old_zone"):
        old, current = row.required("old_zone"), row.required("current_zone")
        if current not in zones:
            raise row.error(f"current_zone {current} is not in zones.csv")
        if old in zones:
            raise row.error(f"old_zone {old} is a current zone")
        aliases[old] = current
    return aliases
