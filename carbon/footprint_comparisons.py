"""What a provider itself says of emissions, beside what the ledger says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from carbon.usage_reports import UsageSums


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonQuery:
    """The months from that of `first` to that of `last`, both first days of a month."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSums:
    """Sums of a provider's own figures in gCO2e. None: of a part of them it does not say it."""

    model_versions: tuple[str, ...]
    location_based_g: float | None
    market_based_g: float | None
    scope_1_g: float | None
    scope_2_g: float | None
    scope_3_g: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Both figures of a month; of one account and region, or of all. ours: None without usage in the ledger; theirs:
    None where the provider has no figure. account, region (provider:region): None where they are not known, or of all.
    """

    month: date
    ours: UsageSums | None
    theirs: ProviderSums | None
    account: str | None = None
    account_name: str | None = None
    region: str | None = None

    @property
    def difference_g(self) -> float | None:
        """Ours, grid and hardware, less the provider's by location."""
        if self.ours is None or self.theirs is None or self.theirs.location_based_g is None:
            return None
        return None if self.ours.total_g is None else self.ours.total_g - self.theirs.location_based_g

    @property
    def ratio(self) -> float | None:
        """Ours over the provider's."""
        theirs = None if self.theirs is None else self.theirs.location_based_g
        return None if self.difference_g is None or not theirs else 1 + self.difference_g / theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthParts:
    """Parts of the difference of a month that can be counted, in gCO2e; the rest is method. None: not known.

    theirs_without_usage_g: the provider's, of accounts and regions without usage in the ledger. ours_without_figure_g:
    ours, of those where the provider has no figure. other_services_g: the provider's, where both have figures, of
    services that no row of the ledger is of. remaining_g: what is left of the difference without these three.
    purchases_g: the provider's figure by market less that by location.
    """

    theirs_without_usage_g: float | None
    ours_without_figure_g: float | None
    other_services_g: float | None
    remaining_g: float | None
    purchases_g: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedMonth:
    """All of a month. is_published: whether the provider has any figure of it."""

    whole: Compared
    parts: MonthParts
    is_published: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FootprintComparison:
    """All months of the question, and the accounts and regions in them that one of both has a figure of."""

    query: ComparisonQuery
    months: tuple[ComparedMonth, ...]
    rows: tuple[Compared, ...]
