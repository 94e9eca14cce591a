"""What the operator pays less than the list price."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

ESTIMATE = " (estimate)"  # behind the source's key where the list price is an estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """One rule. region: None for all of the provider. instance_type: a name, in which "*" stands for any text.

    kinds: of prices, ON_DEMAND and SPOT of catalog.refreshed. share: of the list price that is paid, above 0 to 1.
    """

    provider: str
    region: str | None
    instance_type: str
    kinds: tuple[str, ...]
    share: float
    as_of: str

    def is_of_region(self, provider: str, region: str) -> bool:
        """Whether the rule covers the region."""
        return provider == self.provider and self.region in (None, region)

    def is_of_type(self, provider: str, instance_type: str) -> bool:
        """Whether the rule covers the type, in any case."""
        return provider == self.provider and fnmatchcase(instance_type.casefold(), self.instance_type.casefold())


@dataclass(frozen=True, slots=True, kw_only=True)
class Discounts:
    """The rules in their order; of several that cover an offer the last one counts. source: of discounted prices."""

    rules: tuple[Discount, ...] = ()
    source: str = ""

    def share(self, kind: str, provider: str, region: str, instance_type: str) -> float:
        """The share of the list price that is paid for an offer; 1 without a discount."""
        matching = (
            rule.share
            for rule in reversed(self.rules)
            if kind in rule.kinds and rule.is_of_region(provider, region) and rule.is_of_type(provider, instance_type)
        )
        return next(matching, 1.0)


NO_DISCOUNTS = Discounts()
