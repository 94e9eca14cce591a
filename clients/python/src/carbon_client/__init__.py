"""The Python client of the Carbon-Aware Cloud Optimizer: `Client`, its errors, and the types of answers in `models`."""

from carbon_client.client import Client
from carbon_client.errors import CarbonError, ProblemError, ServiceUnreachable
from carbon_client.version import VERSION as __version__

__all__ = ["CarbonError", "Client", "ProblemError", "ServiceUnreachable", "__version__"]
