"""Which yearly levels contradict other figures in kind, and what is used instead where a better figure exists.

Levels are lifecycle figures. A lifecycle figure below the direct one, which counts combustion alone, cannot be right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tools.zone_sources import Sources

Row = Mapping[str, str]

# Direct gCO2e per kWh by state: Australian Government, National Greenhouse Accounts Factors 2024, scope 2 of grid
# electricity (Western Australia: SWIS, Northern Territory: DKIS). Their years end in June 2023.
OFFICIAL_DIRECT = {"AU-NSW": 660, "AU-VIC": 770, "AU-QLD": 710, "AU-SA": 230, "AU-WA": 510, "AU-NT": 560}
OFFICIAL_DIRECT_NATIONAL = {"AU": 630}
OFFICIAL_METHOD = "official_direct_x_ratio"
OFFICIAL_SOURCE = (
    "Australian National Greenhouse Accounts Factors 2024 (CC BY 4.0) x lifecycle/direct ratio of the hourly series "
    "(Electricity Maps, ODbL 1.0)"
)
OFFICIAL_YEAR = "2024"
RATIO_YEAR = 2023
# The publisher's yearly table contradicts the publisher's own mix.
OWN_MIX = {"HK": "2024"}

FIRST_YEAR = 2023  # earlier figures say little about the newest one
JUMP_LOW, JUMP_HIGH = 0.6, 1.6
BELOW_DIRECT = 0.95  # five percent are rounding and revisions
SHARE_POINTS = 20
LEVEL_FACTOR, LEAST_G = 1.5, 50.0
NATIONAL_SHARE = 0.5  # of the country's own production figure
RENEWABLE_FACTOR, RENEWABLE_POINTS = 2.0, 5.0


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is known against a zone's level. status: "uncontested", "corrected" or "doubtful".

    columns: cells of zones.csv that replace those of the published row; only where corrected.
    """

    status: str
    note: str
    columns: Mapping[str, object]


UNCONTESTED = Verdict(status="uncontested", note="", columns={})


def verdicts(sources: Sources, annual: Sequence[Row], preferred: Mapping[str, Row]) -> dict[str, Verdict]:
    """Zone -> verdict for every zone of `preferred`, which holds the rows that would be shipped."""
    doubts = _doubts(annual)
    levels = {}
    for zone, row in preferred.items():
        level = _number(row["lifecycle_gco2eq_kwh"])
        if zone in OWN_MIX:
            levels[zone] = _own_mix(_of(annual, zone, OWN_MIX[zone], "mix_x_factor"), row)
        elif level < OFFICIAL_DIRECT.get(zone, 0):
            levels[zone] = _official(_of(annual, zone, OFFICIAL_YEAR, "em_published"), row, _ratio(sources, zone))
        elif doubts[zone]:
            levels[zone] = Verdict(status="doubtful", note="level in doubt: " + "; ".join(doubts[zone]), columns={})
        else:
            levels[zone] = UNCONTESTED
    return levels


def _official(same_year: Row, published: Row, ratio: float) -> Verdict:
    """The official direct figure times the zone's own ratio of lifecycle to direct; shares of the same year."""
    zone, was = published["zone"], published["lifecycle_gco2eq_kwh"]
    direct = OFFICIAL_DIRECT[zone]
    return Verdict(
        status="corrected",
        note=f"level corrected: the published mean of {_number(was):g} ({published['year']}) is below the official "
        f"direct figure of {direct}; used is {direct} x {ratio:.4f}, lifecycle over direct in the hourly series of "
        f"{RATIO_YEAR}",
        columns={
            "gco2e_per_kwh": f"{direct * ratio:.0f}",
            "published_gco2e_per_kwh": f"{_number(was):g}",
            "renewable_share": _share(same_year["renewable_pct"]),
            "fossil_free_share": _share(same_year["fossil_free_pct"]),
            "year": OFFICIAL_YEAR,
            "method": OFFICIAL_METHOD,
            "source": OFFICIAL_SOURCE,
            "as_of": OFFICIAL_YEAR,
        },
    )


def _own_mix(mix: Row, published: Row) -> Verdict:
    was = f"{_number(published['lifecycle_gco2eq_kwh']):g}"
    return Verdict(
        status="corrected",
        note=f"level corrected: the published mean of {was} ({published['year']}) with "
        f"{published['fossil_free_pct']} % fossil-free contradicts the publisher's own mix of {mix['year']}, "
        f"{_number(mix['fossil_free_pct']):g} % fossil-free, from which this figure is made",
        columns={
            "gco2e_per_kwh": f"{_number(mix['lifecycle_gco2eq_kwh']):.0f}",
            "published_gco2e_per_kwh": was,
            "renewable_share": _share(mix["renewable_pct"]),
            "fossil_free_share": _share(mix["fossil_free_pct"]),
            "year": mix["year"],
            "method": mix["method"],
            "shares_source": "Electricity Maps configuration: fallback mix",
            "source": "Electricity Maps configuration: fallback mix x emission factors",
            "as_of": "2026-08-21",
        },
    )


def _ratio(sources: Sources, zone: str) -> float:
    """Mean lifecycle over mean direct intensity in the hourly series of RATIO_YEAR."""
    series = sources.series(zone)
    year = series.where(series.years == RATIO_YEAR)
    if year.direct is None or not len(year.values):
        raise ValueError(f"{zone} has no direct series of {RATIO_YEAR}")
    return float(year.values.mean() / year.direct.mean())


def doubtful_levels(annual: Sequence[Row]) -> dict[str, tuple[float, float]]:
    """Zone -> published means of 2024 and 2025 where one is out of proportion to the other."""
    published = {
        (row["zone"], row["year"]): _number(row["lifecycle_gco2eq_kwh"])
        for row in annual
        if row["method"] == "em_published"
    }
    pairs = {zone: (published[zone, "2024"], value) for (zone, year), value in published.items() if year == "2025"}
    return {zone: (old, new) for zone, (old, new) in pairs.items() if not JUMP_LOW * old <= new <= JUMP_HIGH * old}


def _doubts(annual: Sequence[Row]) -> defaultdict[str, list[str]]:
    """Zone -> contradictions between the published figure and other figures of the same year, newest first."""
    by_zone: defaultdict[str, defaultdict[str, dict[str, Row]]] = defaultdict(lambda: defaultdict(dict))
    for row in annual:
        by_zone[row["zone"]][row["year"]][row["method"]] = row
    zones: defaultdict[str, list[str]] = defaultdict(list)
    for zone, (old, new) in doubtful_levels(annual).items():
        zones[zone].append(f"published mean {old:g} in 2024 and {new:g} in 2025")
    for zone, years in by_zone.items():
        if zone in OFFICIAL_DIRECT_NATIONAL:
            zones[zone].append(f"below the official direct figure of {OFFICIAL_DIRECT_NATIONAL[zone]}")
        for year in sorted((year for year in years if year and int(year) >= FIRST_YEAR), reverse=True):
            published = years[year].get("em_published")
            if published is not None:
                zones[zone].extend(_against_own(years[year], published, year))
                zones[zone].extend(_against_statistics(years[year], published, year))
    return zones


def _against_own(rows: Mapping[str, Row], published: Row, year: str) -> Iterator[str]:
    """The publisher's yearly figure against its own mix or hourly series of the same year."""
    level, share = _number(published["lifecycle_gco2eq_kwh"]), _number(published["fossil_free_pct"])
    for method, name in (("mix_x_factor", "mix"), ("hourly_mean", "hourly series")):
        row = rows.get(method)
        if row is None:
            continue
        other, other_share = _number(row["lifecycle_gco2eq_kwh"]), _number(row["fossil_free_pct"])
        direct = _number(row["direct_gco2eq_kwh"])
        whose = f"the publisher's {name} of {year}"
        if level < BELOW_DIRECT * direct:
            yield f"published {level:g} is below the direct figure of {whose}, {direct:g}"
        elif max(level, other) > LEAST_G and not 1 / LEVEL_FACTOR < other / level < LEVEL_FACTOR:
            yield f"published {level:g}, but {other:g} from {whose}"
        elif row["fossil_free_pct"] and abs(share - other_share) >= SHARE_POINTS:
            yield f"published {share:g} % fossil-free, but {other_share:g} % in {whose}"


def _against_statistics(rows: Mapping[str, Row], published: Row, year: str) -> Iterator[str]:
    """The published figure against the country's production, where imports do not explain the difference."""
    row = rows.get("country_lifecycle")
    if row is None:
        return
    level, other = _number(published["lifecycle_gco2eq_kwh"]), _number(row["lifecycle_gco2eq_kwh"])
    if level < NATIONAL_SHARE * other:
        yield f"published {level:g}, but {other:g} in the country's statistics of {year}"
    renewable, counted = _number(published["renewable_pct"]), _number(row["renewable_pct"])
    low, high = sorted((renewable, counted))
    if row["renewable_pct"] and high - low >= RENEWABLE_POINTS and low * RENEWABLE_FACTOR <= high:
        yield f"published {renewable:g} % renewable, but {counted:g} % in the country's statistics of {year}"


def _of(annual: Sequence[Row], zone: str, year: str, method: str) -> Row:
    """The zone's row of that year and method."""
    return next(row for row in annual if (row["zone"], row["year"], row["method"]) == (zone, year, method))


def _number(cell: str) -> float:
    return float(cell or 0)


def _share(percent: str) -> str:
    return f"{float(percent) / 100:.4g}" if percent else ""
