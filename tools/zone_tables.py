"""The rows of zones.csv, zone_aliases.csv and zone_profiles.csv."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from tools.zone_levels import Verdict, verdicts
from tools.zone_shapes import is_constant, is_pattern, kept_weekend_factor, lifecycle_shape, shape_of
from tools.zone_sources import Floats, Sources

ZONE_COLUMNS = (
    *("zone", "country", "gco2e_per_kwh", "published_gco2e_per_kwh", "level_status"),
    *("renewable_share", "fossil_free_share", "year", "method", "profile_basis"),
    *("profile_zone", "profile_years", "profile_from_estimates", "weekend_factor", "note"),
    *("shares_source", "source", "as_of"),
)
ALIAS_COLUMNS = ("old_zone", "current_zone", "kind", "changed", "note", "source", "as_of")
PROFILE_COLUMNS = ("zone", "month", "per_mille_of_annual_mean_by_utc_hour", "source", "as_of")

# A shape is marked as made from estimates when the publisher estimated at least this share of its hours.
ESTIMATED_SHARE = 0.5
# Zones whose own series is not free to ship take the shape of the zone around them.
BORROWED = {"SE-SE3": "SE"}
CONFIG_DATE = "2026-08-21"
LEVEL_SOURCES = {
    "em_published": ("Electricity Maps yearly table (in co2.js), ODbL 1.0", "2026-02"),
    "mix_x_factor": ("Electricity Maps configuration: fallback mix x emission factors", CONFIG_DATE),
    "country_lifecycle": ("Our World in Data, country electricity mix, CC BY 4.0", ""),
}
SERIES_DATES = {"EM-2025": "2025", "EM-2025b": "2025", "EM-2024": "2024", "EM-2023": "2023", "EM-2023e": "2023"}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The shape of one zone and where it comes from. cells: (288,), mean 1; None for a flat one."""

    cells: Floats | None
    basis: str
    zone: str
    years: str = ""
    from_estimates: bool = False
    weekend_factor: float = 1.0
    note: str = ""
    source: str = ""
    as_of: str = ""


def shapes(sources: Sources, levels: Mapping[str, float]) -> dict[str, Shape]:
    """Zone -> its shape: history before model before flat. levels: zone -> annual lifecycle mean."""
    facts = sources.series_facts()
    modelled = sources.modelled_direct()
    shapes_by_zone: dict[str, Shape] = {}
    for zone in sorted(levels):
        if zone in facts and zone not in BORROWED:
            shapes_by_zone[zone] = _from_history(sources, zone, facts[zone])
        elif zone in modelled:
            shapes_by_zone[zone] = _from_model(zone, modelled[zone], levels[zone])
        elif zone not in BORROWED:
            shapes_by_zone[zone] = Shape(cells=None, basis="flat", zone=zone)
    for zone, lender in BORROWED.items():
        shapes_by_zone[zone] = replace(shapes_by_zone[lender], note=f"the shape is that of {lender}")
    return shapes_by_zone


def _from_history(sources: Sources, zone: str, facts: Mapping[str, str]) -> Shape:
    series = sources.series(zone)
    if is_constant(series):
        return Shape(cells=None, basis="flat", zone=zone, note="the hourly series is one constant number")
    share = float(facts["estimated_share"] or 0)
    notes = [] if facts["estimated_share"] else ["which hours of the shape's series were estimated is not known"]
    if share >= ESTIMATED_SHARE:
        notes.append(f"{share:.0%} of the shape's hours were estimated by the publisher")
    if pattern := is_pattern(series):
        notes.append("the hourly series repeats a fixed pattern: the publisher's estimate, not a measurement")
    if facts["split"].startswith("days 1-20"):
        notes.append("shape from days 1 to 20 of each month")
    vintage = facts["vintage"]
    return Shape(
        cells=shape_of(series),
        basis="history",
        zone=zone,
        years=facts["train_years"].replace(" ", ";"),
        from_estimates=share >= ESTIMATED_SHARE or pattern,
        weekend_factor=round(kept_weekend_factor(series), 3),
        note="; ".join(notes),
        source="em-hourly",
        as_of=SERIES_DATES[vintage],
    )


def _from_model(zone: str, direct: Floats, level: float) -> Shape:
    if np.isnan(direct).any():
        return Shape(cells=None, basis="flat", zone=zone, note="the modelled shape lacks months")
    return Shape(
        cells=lifecycle_shape(direct, level),
        basis="modelled",
        zone=zone,
        years="2021;2022;2023",
        source="modelled-direct",
        as_of="2025",
    )


def zone_rows(sources: Sources) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The rows of zones.csv and of zone_profiles.csv, sorted by zone."""
    aliases = sources.aliases()
    preferred, level_verdicts = _published(sources)
    shape = shapes(sources, {zone: float(row["lifecycle_gco2eq_kwh"]) for zone, row in preferred.items()})
    zones: list[dict[str, object]] = []
    for zone, verdict in level_verdicts.items():
        level = _level_columns(preferred[zone]) | dict(verdict.columns) | {"level_status": verdict.status}
        zones.append(level | _shape_columns(shape[zone], verdict.note))
    for zone in sorted({row["current_zone"] for row in aliases} - set(preferred)):
        zones.append(_empty_level(zone) | _shape_columns(Shape(cells=None, basis="flat", zone=zone), ""))
    zones.sort(key=lambda row: str(row["zone"]))
    profiles: list[dict[str, object]] = []
    for zone in sorted({str(row["profile_zone"]) for row in zones if row["profile_basis"] != "flat"}):
        profiles.extend(_profile_rows(shape[zone]))
    return zones, profiles


def fossil_free_shares(sources: Sources) -> dict[str, float | None]:
    """Zone -> the share of zones.csv, 0 to 1, as corrected; None where it is not known."""
    preferred, level_verdicts = _published(sources)
    shares = {}
    for zone, verdict in level_verdicts.items():
        share = (_level_columns(preferred[zone]) | dict(verdict.columns))["fossil_free_share"]
        shares[zone] = float(str(share)) if share else None
    return shares


def _published(sources: Sources) -> tuple[Mapping[str, Mapping[str, str]], Mapping[str, Verdict]]:
    """The published row of each zone, and what is known against its level."""
    annual, retired = sources.annual(), {row["old_zone"] for row in sources.aliases()}
    preferred = {row["zone"]: row for row in annual if row["preferred"] == "1" and row["zone"] not in retired}
    return preferred, verdicts(sources, annual, preferred)


def _level_columns(row: Mapping[str, str]) -> dict[str, object]:
    source, as_of = LEVEL_SOURCES[row["method"]]
    return {
        "zone": row["zone"],
        "country": row["zone"].split("-")[0],
        "gco2e_per_kwh": f"{float(row['lifecycle_gco2eq_kwh']):g}",
        "renewable_share": _share(row["renewable_pct"]),
        "fossil_free_share": _share(row["fossil_free_pct"]),
        "year": row["year"],
        "method": row["method"],
        "shares_source": source,
        "source": source,
        "as_of": as_of or row["year"],
    }


def _empty_level(zone: str) -> dict[str, object]:
    return {
        "zone": zone,
        "country": zone.split("-")[0],
        "level_status": "none",
        "method": "none",
        "note": "no annual figure is published for this zone",
        "shares_source": "Electricity Maps configuration: zone list",
        "source": "Electricity Maps configuration: zone list",
        "as_of": CONFIG_DATE,
    }


def _share(percent: str) -> str:
    return f"{float(percent) / 100:.4g}" if percent else ""


def _shape_columns(shape: Shape, level_note: str) -> dict[str, object]:
    columns: dict[str, object] = {
        "profile_basis": shape.basis,
        "profile_zone": shape.zone,
        "profile_years": shape.years,
        "profile_from_estimates": "yes" if shape.from_estimates else "no",
        "weekend_factor": f"{shape.weekend_factor:g}",
    }
    if notes := [note for note in (level_note, shape.note) if note]:
        columns["note"] = "; ".join(notes)
    return columns


def _profile_rows(shape: Shape) -> list[dict[str, object]]:
    if shape.cells is None:
        raise ValueError(f"{shape.zone}: a flat shape has no rows")
    per_mille = np.rint(shape.cells * 1000).astype(int).reshape(12, 24)
    return [
        {
            "zone": shape.zone,
            "month": month,
            "per_mille_of_annual_mean_by_utc_hour": " ".join(map(str, hours)),
            "source": shape.source,
            "as_of": shape.as_of,
        }
        for month, hours in enumerate(per_mille.tolist(), start=1)
    ]


def alias_rows(sources: Sources) -> list[dict[str, object]]:
    """The rows of zone_aliases.csv, sorted by the old key."""
    source = {"source": "Electricity Maps configuration: retired zones and history", "as_of": CONFIG_DATE}
    return [{**row, **source} for row in sorted(sources.aliases(), key=lambda row: row["old_zone"])]
