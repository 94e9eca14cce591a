"""Which region an availability, local or wavelength zone belongs to, by how each provider names its zones."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

AVAILABILITY_ZONE = "availability zone"
LOCAL_ZONE = "local zone"
WAVELENGTH_ZONE = "wavelength zone"
# Provider -> kind of zone, and what its name adds to the id of its region. Source: each provider's documentation of
# regions and zones (recalled), 2026-11.
_SUFFIXES: Mapping[str, Sequence[tuple[str, str]]] = {
    "aws": (
        (AVAILABILITY_ZONE, r"[a-z]"),
        (LOCAL_ZONE, r"-[a-z]{3}-\d[a-z]"),
        (WAVELENGTH_ZONE, r"-wl\d-[a-z]{3}-wlz-?\d"),
    ),
    "gcp": ((AVAILABILITY_ZONE, r"-[a-z]"),),
    "azure": ((AVAILABILITY_ZONE, r"-[1-3]"),),
    "alibaba": ((AVAILABILITY_ZONE, r"-?[a-z]"),),
    "oci": ((AVAILABILITY_ZONE, r"-ad-[1-3]"),),
    "scaleway": ((AVAILABILITY_ZONE, r"-\d"),),
    "ibm": ((AVAILABILITY_ZONE, r"-\d"),),
    "hetzner": ((AVAILABILITY_ZONE, r"-dc\d+"),),
}
# Zones of IBM look like regions of AWS (us-east-3), so that they count only if the caller names the provider.
AMBIGUOUS = frozenset({"ibm"})
_PATTERNS = {
    provider: [(kind, re.compile(rf"(?P<region>.+?){suffix}")) for kind, suffix in suffixes]
    for provider, suffixes in _SUFFIXES.items()
}


def region_ids(provider: str, name: str) -> Sequence[tuple[str, str]]:
    """(kind, region id in lower case) for each way to read `name` as a zone of the provider; often empty."""
    matches = ((kind, pattern.fullmatch(name.lower())) for kind, pattern in _PATTERNS.get(provider, ()))
    return [(kind, match["region"]) for kind, match in matches if match]
