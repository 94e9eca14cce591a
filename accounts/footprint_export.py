"""AWS's own figures of emissions by month, from the carbon table of its Data Exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from accounts.aws import AwsRefused
from accounts.sustainability import grams, newest
from carbon.accounts import ProviderFootprint

COLUMNS = frozenset(
    {
        "model_version",
        "product_code",
        "region_code",
        "total_mbm_emissions_unit",
        "total_mbm_emissions_value",
        "usage_account_id",
        "usage_period_start",
    }
)
LOCATION_BASED, MARKET_BASED = "total_lbm_emissions", "total_mbm_emissions"


def footprints(lines: Iterable[Mapping[str, str] | None]) -> list[ProviderFootprint]:
    """The footprints of a table. lines: cells by column; None: a line with more or fewer. Raises AwsRefused."""
    return newest(_footprint(number, line) for number, line in enumerate(lines, start=2))


def _footprint(number: int, line: Mapping[str, str] | None) -> ProviderFootprint:
    if line is None:
        raise AwsRefused(f"line {number} has more or fewer cells than the header")
    if not line["usage_account_id"]:
        raise AwsRefused(f"line {number} has no usage_account_id")
    try:
        return ProviderFootprint(
            month=date.fromisoformat(line["usage_period_start"][:10]).replace(day=1),
            account=line["usage_account_id"],
            region=line["region_code"],
            service=line["product_code"],
            model_version=line["model_version"],
            location_based_g=_grams(line, LOCATION_BASED),
            market_based_g=_grams(line, MARKET_BASED),
        )
    except (ValueError, AwsRefused) as error:
        raise AwsRefused(f"line {number} cannot be used: {error}") from None


def _grams(line: Mapping[str, str], name: str) -> float | None:
    """None where the table does not say it, as in versions of the model before 2.1."""
    value = line.get(f"{name}_value", "")
    return grams(float(value), line.get(f"{name}_unit")) if value else None
