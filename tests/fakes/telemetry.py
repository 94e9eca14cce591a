"""A Telemetry that remembers."""

from __future__ import annotations

from collections import Counter


class Counts:
    """Counts by what was told, such as ("store_error", "redis")."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, ...]] = Counter()

    def upstream_call(self, source: str, outcome: str, seconds: float) -> None:
        self.seen["upstream_call", source, outcome] += 1

    def cache_lookup(self, kind: str, result: str, count: int = 1) -> None:
        self.seen["cache_lookup", kind, result] += count

    def fallback(self, reason: str, count: int = 1) -> None:
        self.seen["fallback", reason] += count

    def store_error(self, store: str) -> None:
        self.seen["store_error", store] += 1

    def disagreement(self, zone: str) -> None:
        self.seen["disagreement", zone] += 1

    def facts_change(self, outcome: str) -> None:
        self.seen["facts_change", outcome] += 1

    def price_refresh(self, refresher: str, outcome: str) -> None:
        self.seen["price_refresh", refresher, outcome] += 1

    def plan_end(self, state: str) -> None:
        self.seen["plan_end", state] += 1

    def webhook_attempt(self, outcome: str) -> None:
        self.seen["webhook_attempt", outcome] += 1

    def open_streams(self, protocol: str, count: int) -> None:
        self.seen["open_streams", protocol] = count
