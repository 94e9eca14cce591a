"""The borders of bidding zones, and the areas by which the platform names both sides of one."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.source_tables import exact_zones

NAME = "entsoe"
# Pairs of neighbours with a line between them. Morocco and Corsica are left out: the platform has no flow of theirs.
PAIRS = (
    "AL|GR AL|ME AL|RS AL|XK AT|CH AT|CZ AT|DE AT|HU AT|IT-NO AT|SI BA|HR BA|ME BA|RS BE|DE BE|FR BE|GB BE|NL BG|GR "
    "BG|MK BG|RO BG|RS BG|TR CH|DE CH|FR CH|IT-NO CZ|DE CZ|PL CZ|SK DE|DK-DK1 DE|DK-DK2 DE|FR DE|LU DE|NL DE|NO-NO2 "
    "DE|PL DE|SE-SE4 DK-DK1|DK-DK2 DK-DK1|GB DK-DK1|NL DK-DK1|NO-NO2 DK-DK1|SE-SE3 DK-DK2|SE-SE4 EE|FI EE|LV ES|FR "
    "ES|PT FI|NO-NO4 FI|SE-SE1 FI|SE-SE3 FR|GB FR|IT-NO GB|GB-NIR GB|IE GB|NL GB|NO-NO2 GB-NIR|IE GR|IT-SO GR|MK "
    "GR|TR HR|HU HR|RS HR|SI HU|RO HU|RS HU|SI HU|SK HU|UA IT-CNO|IT-CSO IT-CNO|IT-NO IT-CSO|IT-SAR IT-CSO|IT-SO "
    "IT-CSO|ME IT-NO|SI IT-SIC|IT-SO IT-SIC|MT LT|LV LT|PL LT|SE-SE4 MD|RO MD|UA ME|RS ME|XK MK|RS MK|XK NL|NO-NO2 "
    "NO-NO1|NO-NO2 NO-NO1|NO-NO3 NO-NO1|NO-NO5 NO-NO1|SE-SE3 NO-NO2|NO-NO5 NO-NO3|NO-NO4 NO-NO3|NO-NO5 NO-NO3|SE-SE2 "
    "NO-NO4|SE-SE1 NO-NO4|SE-SE2 PL|SE-SE4 PL|SK PL|UA RO|RS RO|UA RS|XK SE-SE1|SE-SE2 SE-SE2|SE-SE3 SE-SE3|SE-SE4 "
    "SK|UA"
)
# Neighbours of which the platform has no generation that could be used.
OTHER_AREAS: Mapping[str, str] = {
    "AL": "10YAL-KESH-----5",
    "GB": "10YGB----------A",
    "MT": "10Y1001A1001A93C",
    "TR": "10YTR-TEIAS----W",
    "UA": "10Y1001C--000182",
}
GERMANY_AND_LUXEMBOURG = "10Y1001A1001A82H"
ITALY, CALABRIA, SWEDEN = "10YIT-GRTN-----B", "10Y1001C--00096J", "10YSE-1--------K"
# Flows of some borders are listed under a larger area, or another one, of the zone named first.
AREAS_AT_BORDERS: Mapping[tuple[str, str], str] = {
    ("DE", "CH"): GERMANY_AND_LUXEMBOURG,
    ("DE", "DK-DK1"): GERMANY_AND_LUXEMBOURG,
    ("DE", "DK-DK2"): GERMANY_AND_LUXEMBOURG,
    ("DE", "NL"): GERMANY_AND_LUXEMBOURG,
    ("DE", "NO-NO2"): GERMANY_AND_LUXEMBOURG,
    ("IT-CSO", "ME"): ITALY,
    ("IT-NO", "AT"): ITALY,
    ("IT-SO", "IT-SIC"): CALABRIA,
    ("SE-SE4", "DE"): SWEDEN,
}


def neighbours_of(zone: str) -> tuple[str, ...]:
    """The zones with a line to this one."""
    return _NEIGHBOURS.get(zone, ())


def areas(zone: str, neighbour: str) -> tuple[str, str]:
    """The platform's names of both sides of a border."""
    return _area(zone, neighbour), _area(neighbour, zone)


def _area(zone: str, other: str) -> str:
    return AREAS_AT_BORDERS.get((zone, other)) or OTHER_AREAS.get(zone) or exact_zones(NAME)[zone]


def _neighbours() -> dict[str, tuple[str, ...]]:
    by_zone: dict[str, tuple[str, ...]] = {}
    for pair in PAIRS.split():
        first, second = pair.split("|")
        by_zone[first] = (*by_zone.get(first, ()), second)
        by_zone[second] = (*by_zone.get(second, ()), first)
    return by_zone


_NEIGHBOURS = _neighbours()
