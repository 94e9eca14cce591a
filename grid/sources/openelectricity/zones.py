"""Open Electricity's networks, their regions and their clocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

# By network: our zone of each of its regions. The WEM is the south-west of Western Australia, most of the state.
NETWORKS: Mapping[str, Mapping[str, str]] = {
    "NEM": {"NSW1": "AU-NSW", "QLD1": "AU-QLD", "SA1": "AU-SA", "TAS1": "AU-TAS", "VIC1": "AU-VIC"},
    "WEM": {"WEM": "AU-WA"},
}
# Network time to UTC, all year.
OFFSETS: Mapping[str, timedelta] = {"NEM": timedelta(hours=10), "WEM": timedelta(hours=8)}
NETWORK_OF: Mapping[str, str] = {zone: network for network, regions in NETWORKS.items() for zone in regions.values()}
