"""AEMO's regions, and the lines between them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

STATES: Mapping[str, str] = {
    "NSW1": "AU-NSW",
    "QLD1": "AU-QLD",
    "SA1": "AU-SA",
    "TAS1": "AU-TAS",
    "VIC1": "AU-VIC",
}
MARKET_TIME = timedelta(hours=10)  # of all states, all year
# By name: where a positive flow comes from, and where it goes.
INTERCONNECTORS: Mapping[str, tuple[str, str]] = {
    "N-Q-MNSP1": ("AU-NSW", "AU-QLD"),
    "NSW1-QLD1": ("AU-NSW", "AU-QLD"),
    "T-V-MNSP1": ("AU-TAS", "AU-VIC"),
    "V-S-MNSP1": ("AU-VIC", "AU-SA"),
    "V-SA": ("AU-VIC", "AU-SA"),
    "VIC1-NSW1": ("AU-VIC", "AU-NSW"),
}
