"""What a refresher reads: one figure of a price list at a time, and the kinds of figures there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from catalog.model import InstanceType, Region
from catalog.packed import MICRO_USD, PriceSource
from pricing.refresh.web import Web
from settings import Settings

# Kinds of figures beside those of machines; each is one table of each provider.
RDS_PRICES = "rds_prices"
SERVICE_RATES = "service_rates"
PLACEMENT_SCORES = "placement_scores"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a list.

    name: an instance type, a database class, "service/arch/unit" of a rate, whose unit is vcpu or gb, or a basket of
    types separated by spaces. value: USD an hour; of INTERRUPTION a band from 0 to 4, of PLACEMENT_SCORES 1 to 10.
    day: of the list, as in 2026-11-28.
    """

    kind: str
    region: str
    name: str
    value: Decimal
    day: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.region, self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudFacts:
    """What the catalog knows of a provider: the names that its price list must fit.

    types: by name or other spelling, in lower case.
    """

    provider: str
    regions: Mapping[str, Region]
    types: Mapping[str, InstanceType]

    def commercial(self) -> list[str]:
        """The regions of the public cloud."""
        return [name for name, region in self.regions.items() if region.partition == "commercial"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a refresher works with. web: opens a URL of the settings, with the headers or parameters of a key."""

    settings: Settings
    cloud: CloudFacts
    now: datetime
    web: Callable[..., Web]

    @property
    def today(self) -> str:
        """The day of a list without a date of its own: the day on which it was read."""
        return f"{self.now:%Y-%m-%d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresher:
    """One price list. Adding one is a file in pricing/providers/ with this value, and a line in the registry.

    figures: reads the whole list; raises RefreshRefused. source: of all its figures; its as_of is set when they are
    stored. missing: the setting without which it does not run, None where it can run. replaces: another refresher of
    the same table that does not run when this one can.
    """

    name: str
    provider: str
    kinds: Sequence[str]
    source: PriceSource
    figures: Callable[[Task], Iterator[Figure]]
    missing: Callable[[Settings], str | None] = field(default=lambda _: None)
    replaces: str | None = None
    edition: Callable[[Task], str] | None = None
    is_partial: bool = False


def published(key: str, what: str, url: str, note: str = "") -> PriceSource:
    """The source of a provider's own public list."""
    return PriceSource(
        key=key, what=what, source=url, licence="public list; facts only", as_of="", is_estimate=False, note=note
    )


def micro_usd(usd: Decimal) -> int:
    """Millionths of a dollar, rounded half to even."""
    return int((usd * MICRO_USD).to_integral_value(ROUND_HALF_EVEN))
