"""The Python client of the Carbon-Aware Cloud Optimizer: `Client`, its errors, and the types of answers in `models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carbon_client.errors import CarbonError, ProblemError, ServiceUnreachable
from carbon_client.retries import Retries
from carbon_client.version import VERSION as __version__

if TYPE_CHECKING:
    from carbon_client.client import Client

__all__ = ["CarbonError", "Client", "ProblemError", "Retries", "ServiceUnreachable", "__version__"]


def __getattr__(name: str) -> Any:
    """`Client` on first use: its library for HTTP takes longer to import than all else, and help does not need it."""
    if name == "Client":
        from carbon_client.client import Client

        return Client
    raise AttributeError(name)
