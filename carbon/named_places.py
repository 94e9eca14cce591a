"""Places by the name under which they can be asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """A cloud's region or a grid zone. latitude, longitude: degrees; None where a place is no single point."""

    name: str
    latitude: float | None
    longitude: float | None
