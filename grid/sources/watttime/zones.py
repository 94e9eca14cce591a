"""WattTime's regions: which one stands for a zone of ours."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from catalog.source_tables import SourceZone, surest_names

NAME = "watttime"
REGIONS: Mapping[str, SourceZone] = MappingProxyType(surest_names(NAME))  # by zone
