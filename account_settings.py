"""Settings of the accounts at providers: where their names, costs and the provider's own footprint are asked."""

from __future__ import annotations

from dataclasses import dataclass

from price_settings import PriceSettings
from setting_rules import BASE_URL, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings(PriceSettings):
    """A part of Settings."""

    aws_organizations_base_url: str = setting(
        "https://organizations.us-east-1.amazonaws.com",
        BASE_URL,
        "URL of AWS Organizations (flask accounts refresh). Credentials are those that boto3 finds (AWS_*).",
    )
    aws_cost_explorer_base_url: str = setting(
        "https://ce.us-east-1.amazonaws.com", BASE_URL, "URL of AWS Cost Explorer (flask usage cost-explorer)."
    )
    aws_sustainability_base_url: str = setting(
        "https://sustainability.us-east-1.amazonaws.com",
        BASE_URL,
        "URL of the AWS Sustainability API (flask accounts footprint).",
    )
