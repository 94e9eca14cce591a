"""Why a price list is not used."""

from __future__ import annotations

from carbon.errors import CarbonError


class RefreshRefused(CarbonError):
    """A list that was not read, or does not replace the present prices.

    reason: one of a few words, for metrics and logs. detail: what was seen, without keys.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
