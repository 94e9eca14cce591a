"""What moving data between regions takes: energy and price per GB, and the latency of a distance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from carbon.ranges import Factors
from catalog.model import Region
from catalog.tables import DATA, CatalogError, read_table

EGRESS, RULES = "network/egress.csv", "network/rules.csv"
EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
FIXED_MS = 1.0  # of the two ends, whatever the distance
OWN, INTERNET, FIBRE, PATH = "own_network_kwh_per_gb", "internet_kwh_per_gb", "fibre_km_per_ms", "internet_path_factor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Egress:
    """What data costs that leaves a region, in USD per GB of 10^9 bytes in the first paid tier. None is unknown.

    continent: of the region. own: to another region of the provider on this continent. own_far: on another one.
    """

    continent: str
    internet: float | None
    own: float | None
    own_far: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A term of the rules. range: what published figures span, as factors of the value; None if they are one."""

    value: float
    range: Factors | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Prices by provider:region, and the terms of energy and latency by name."""

    egress: Mapping[str, Egress]
    rules: Mapping[str, Rule]

    @classmethod
    def load(cls, data: Path = DATA) -> Network:
        """Both tables. Raises CatalogError, naming file and row."""
        egress = {
            f"{row.required('provider')}:{row.required('region')}": Egress(
                continent=row.required("continent"),
                internet=row.optional_number("internet_usd_per_gb"),
                own=row.optional_number("own_network_usd_per_gb"),
                own_far=row.optional_number("own_network_far_usd_per_gb"),
            )
            for row in read_table(data, EGRESS, "provider", "region")
        }
        rules: dict[str, Rule] = {}
        for row in read_table(data, RULES, "name"):
            value, low, high = row.number("value"), row.optional_number("low"), row.optional_number("high")
            span = None if low is None or high is None else Factors(low=low / value, high=high / value)
            rules[row.required("name")] = Rule(value=value, range=span)
        if missing := {OWN, INTERNET, FIBRE, PATH} - set(rules):
            raise CatalogError(f"{RULES} lacks {', '.join(sorted(missing))}")
        return cls(egress=egress, rules=rules)

    def usd_per_gb(self, source: Region, target: Region) -> float | None:
        """What a GB costs that moves from one region to another; None if no price is known."""
        if source.key == target.key:
            return 0.0
        price, there = self.egress.get(source.key), self.egress.get(target.key)
        if price is None:
            return None
        if source.provider != target.provider:
            return price.internet
        is_far = there is None or there.continent != price.continent
        return price.own_far if is_far else price.own

    def kwh_per_gb(self, source: Region, target: Region) -> Rule:
        """The network's energy for a GB between two regions: a share of its whole energy, not what the GB adds."""
        if source.key == target.key:
            return Rule(value=0.0, range=None)
        return self.rules[OWN if source.provider == target.provider else INTERNET]

    def round_trip_ms(self, latitude: float, longitude: float, region: Region) -> float:
        """Milliseconds from a point to a region and back, over the internet.

        Source: great-circle distance x 2.1 over the speed in fibre (Bozkurt and others 2018), and FIXED_MS. It is
        a rule for ranking places, no measurement.
        """
        km = great_circle_km(latitude, longitude, region.latitude, region.longitude)
        return 2 * km / self.rules[FIBRE].value * self.rules[PATH].value + FIXED_MS


def great_circle_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Distance of two points in degrees on a sphere (haversine)."""
    north, east = radians(other_latitude - latitude), radians(other_longitude - longitude)
    chord = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(chord, 1.0)))
