"""zones.csv of an overlay: own emission factors, as one figure or by month and hour, of the grid or of a contract."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carbon.intensity import BASES, LOCATION_BASED
from carbon.results import GridShares
from catalog.facts import Facts, annual_shares
from catalog.model import Zone
from catalog.overlay.files import ZONES, OverlayFiles, merged, refuse_twice
from catalog.profiles import CELLS, ZoneProfiles, zone_of
from catalog.seasons import MONTH_DAYS
from catalog.tables import Row, read_table

HOURS = "gco2e_per_kwh_by_utc_hour"
HIGHEST_GCO2E_PER_KWH = 2000.0  # above that of any power station
CATALOG_COLUMNS = (
    "zone", "country", "gco2e_per_kwh", "published_gco2e_per_kwh", "level_status", "renewable_share",
    "fossil_free_share", "year", "method", "profile_basis", "profile_zone", "profile_years", "profile_from_estimates",
    "weekend_factor", "note", "shares_source", "source", "as_of",
)  # fmt: skip
COLUMNS = (*CATALOG_COLUMNS, "basis", "month", HOURS)
REQUIRED = ("zone", "source", "as_of")
_NAME = re.compile(r"[A-Z0-9][A-Z0-9-]{0,39}")
# What a factor of the operator's own does not take over from the shipped row.
_OWN = {
    "gco2e_per_kwh": "",
    "published_gco2e_per_kwh": "",
    "level_status": "uncontested",
    "year": "",
    "method": "operator",
    "profile_basis": "flat",
    "profile_years": "",
    "profile_from_estimates": "no",
    "weekend_factor": "1",
    "note": "",
}


@dataclass(frozen=True, slots=True)
class _OwnZone:
    """A zone of the overlay. shape: by month and UTC hour relative to the mean; None: that of the profile, if any."""

    zone: Zone
    shape: NDArray[np.float32] | None
    shares: GridShares


def with_zones(facts: Facts, files: OverlayFiles, data: Path) -> Facts:
    """The facts with the zones of zones.csv. data: the shipped tables. Raises CatalogError."""
    rows: dict[str, list[Row]] = {}
    for row in files.rows(ZONES, COLUMNS, REQUIRED):
        rows.setdefault(row.required("zone"), []).append(row)
    if not rows:
        return facts
    shipped = {row.text("zone"): row for row in read_table(data, "zones.csv", "zone") if row.text("zone") in rows}
    own = {key: _own_zone(key, parts, shipped.get(key), facts) for key, parts in rows.items()}
    zones = {**facts.zones, **{key: each.zone for key, each in own.items()}}
    shapes = {**facts.profiles.shapes, **{key: each.shape for key, each in own.items() if each.shape is not None}}
    return replace(
        facts,
        zones=zones,
        annual_shares={**facts.annual_shares, **{key: each.shares for key, each in own.items()}},
        profiles=ZoneProfiles(zones, shapes, facts.profiles.errors),
        tables={**facts.tables, ZONES_TABLE: (len(own), max(each.zone.as_of for each in own.values()))},
    )


ZONES_TABLE = "overlay/zones"


def _own_zone(key: str, rows: Sequence[Row], shipped: Row | None, facts: Facts) -> _OwnZone:
    row = rows[0]
    if not _NAME.fullmatch(key):
        raise row.error("zone must be letters in upper case, digits and hyphens, as in DE or OWN-DC1")
    if key in facts.zone_aliases:
        raise row.error(f"zone {key} is the old name of {facts.zone_aliases[key]}")
    by_month = [part for part in rows if part.text("month") or part.text(HOURS)]
    if not by_month and len(rows) > 1:
        raise rows[1].error(f"zone {key} is in row {row.line} as well")
    basis = _basis(rows)
    shape, cells = None, _cells(row, shipped)
    if by_month:
        values = _table(rows)
        level = float(np.average(values.reshape(12, 24).mean(axis=1), weights=MONTH_DAYS))
        if level <= 0:
            raise row.error(f"{HOURS} is 0 throughout: give gco2e_per_kwh 0 instead")
        shape = (values / level).astype(np.float32)
        own = {"gco2e_per_kwh": repr(level), "profile_basis": "modelled", "profile_zone": key, "weekend_factor": "1"}
        cells |= own
    zone = zone_of(Row(table=row.table, line=row.line, cells=cells, header=row.header))
    _check(zone, row, facts)
    gives_shares = bool(row.text("renewable_share") or row.text("fossil_free_share"))
    before = facts.zones.get(key)
    if not gives_shares and basis != LOCATION_BASED:  # the mix of the grid is not that of the contract
        zone = replace(zone, renewable_share=None, fossil_free_share=None)
    zone = replace(zone, basis=basis, shares_source=row.table)
    keeps_shares = not gives_shares and basis == LOCATION_BASED and before is not None
    shares = facts.annual_shares[key] if keeps_shares else annual_shares(zone)
    return _OwnZone(zone, shape, shares)


def _cells(row: Row, shipped: Row | None) -> dict[str, str]:
    below = {"country": "", "profile_zone": row.required("zone"), "renewable_share": "", "fossil_free_share": ""}
    if shipped is not None:
        below |= {column: shipped.cells[column] for column in ("country", "renewable_share", "fossil_free_share")}
    return merged(row, None, _OWN | below | {"shares_source": row.table}).cells


def _basis(rows: Sequence[Row]) -> str:
    bases = {row.text("basis") or LOCATION_BASED for row in rows}
    for row in rows:
        if row.text("basis") and row.text("basis") not in BASES:
            raise row.error(f"basis is not one of {', '.join(BASES)}: {row.text('basis')!r}")
        if len(bases) > 1:
            raise row.error("basis differs between rows of the zone")
    return bases.pop()


def _table(rows: Sequence[Row]) -> NDArray[np.float64]:
    """(288,) gCO2e/kWh of the twelve rows of a zone, as in the middle of each month."""
    values, line_of_month = np.full(CELLS, np.nan), dict[tuple[str, ...], int]()
    for row in rows:
        if row.text("gco2e_per_kwh"):
            raise row.error("gco2e_per_kwh must be empty in a row of a month")
        month = row.number("month")
        if month not in range(1, 13):
            raise row.error(f"month is not 1 to 12: {row.text('month')!r}")
        refuse_twice(row, (row.required("zone"), f"month {month:g}"), line_of_month)
        try:
            hours = [float(text) for text in row.required(HOURS).split()]
        except ValueError:
            raise row.error(f"{HOURS} contains something other than numbers") from None
        if len(hours) != 24 or not all(0 <= value <= HIGHEST_GCO2E_PER_KWH for value in hours):
            raise row.error(f"{HOURS} must hold 24 numbers from 0 to {HIGHEST_GCO2E_PER_KWH:g}")
        values[(int(month) - 1) * 24 : int(month) * 24] = hours
    if len(line_of_month) != 12:
        raise rows[0].error(f"month: {rows[0].text('zone')} has rows for {len(line_of_month)} of 12 months")
    return values


def _check(zone: Zone, row: Row, facts: Facts) -> None:
    if zone.gco2e_per_kwh is None:
        raise row.error(f"gco2e_per_kwh is empty, and there are no rows of months with {HOURS}")
    if not 0 <= zone.gco2e_per_kwh <= HIGHEST_GCO2E_PER_KWH:
        raise row.error(f"gco2e_per_kwh is not 0 to {HIGHEST_GCO2E_PER_KWH:g}: {zone.gco2e_per_kwh:g}")
    if zone.country not in facts.places.countries:
        raise row.error(f"country is not an ISO 3166 code of two letters: {zone.country!r}")
    if zone.profile_basis == "flat" or row.text(HOURS):
        return
    if zone.profile_zone not in facts.profiles.shapes:
        raise row.error(f"profile_zone has no profile: {zone.profile_zone!r}")
