"""Settings of the price refresh: where each provider publishes its prices, and the keys of those that need one."""

from __future__ import annotations

from dataclasses import dataclass

from setting_rules import BASE_URL, BASKETS, TOKEN, one_of, setting, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSettings:
    """A part of Settings."""

    price_refresh_hours: int = setting(
        24,
        whole(0, 720),
        "How often prices are refreshed from the providers' lists. 0: only by `flask prices refresh`.",
    )
    prices_aws_base_url: str = setting(
        "https://pricing.us-east-1.amazonaws.com", BASE_URL, "URL of AWS's offer files: machines, RDS, Lambda, Fargate."
    )
    prices_aws_spot_base_url: str = setting(
        "https://website.spot.ec2.aws.a2z.com", BASE_URL, "URL of AWS's public feed of spot prices."
    )
    prices_aws_spot_advisor_base_url: str = setting(
        "https://spot-bid-advisor.s3.amazonaws.com", BASE_URL, "URL of AWS's Spot Instance Advisor."
    )
    prices_azure_base_url: str = setting("https://prices.azure.com", BASE_URL, "URL of the Azure Retail Prices API.")
    prices_oci_base_url: str = setting("https://apexapps.oracle.com", BASE_URL, "URL of Oracle's price list.")
    prices_linode_base_url: str = setting(
        "https://api.linode.com/v4", BASE_URL, "URL of the Linode API, including its version."
    )
    prices_vultr_base_url: str = setting(
        "https://api.vultr.com/v2", BASE_URL, "URL of the Vultr API, including its version."
    )
    prices_ovh_base_url: str = setting(
        "https://eu.api.ovh.com/v1", BASE_URL, "URL of the OVHcloud API, including its version."
    )
    prices_scaleway_base_url: str = setting("https://api.scaleway.com", BASE_URL, "URL of the Scaleway API.")
    prices_exoscale_base_url: str = setting("https://portal.exoscale.com", BASE_URL, "URL of Exoscale's price list.")
    prices_ecb_base_url: str = setting(
        "https://www.ecb.europa.eu",
        BASE_URL,
        "URL of the European Central Bank, for the rate by which prices in euros are converted.",
    )
    prices_gcp_api_key: str | None = setting(
        None,
        TOKEN,
        "Key of a Google Cloud project for its price list. Empty: these prices are not refreshed.",
        secret=True,
    )
    prices_gcp_base_url: str = setting(
        "https://cloudbilling.googleapis.com/v1",
        BASE_URL,
        "URL of the Cloud Billing Catalog of Google Cloud, including its version.",
    )
    prices_hetzner_token: str | None = setting(
        None, TOKEN, "API token of Hetzner Cloud (read only). Empty: these prices are not refreshed.", secret=True
    )
    prices_hetzner_base_url: str = setting(
        "https://api.hetzner.cloud/v1", BASE_URL, "URL of the Hetzner Cloud API, including its version."
    )
    prices_digitalocean_token: str | None = setting(
        None, TOKEN, "API token of DigitalOcean (read only). Empty: these prices are not refreshed.", secret=True
    )
    prices_digitalocean_base_url: str = setting(
        "https://api.digitalocean.com/v2", BASE_URL, "URL of the DigitalOcean API, including its version."
    )
    prices_upcloud_token: str | None = setting(
        None, TOKEN, "API token of UpCloud. Empty: these prices are not refreshed.", secret=True
    )
    prices_upcloud_currency: str | None = setting(
        None,
        one_of("USD", "EUR"),
        "Currency of the UpCloud account, in which its price list is and which it does not name.",
    )
    prices_upcloud_base_url: str = setting(
        "https://api.upcloud.com/1.3", BASE_URL, "URL of the UpCloud API, including its version."
    )
    prices_aws_api: str = setting(
        "off",
        one_of("on", "off"),
        "on: spot prices and placement scores from AWS's API. Needs requirements-aws.txt and AWS_* credentials.",
    )
    prices_aws_api_base_url: str | None = setting(
        None, BASE_URL, "URL of AWS's EC2 API, the same for all regions. Empty: AWS's own, one a region."
    )
    prices_aws_score_baskets: str | None = setting(
        None,
        BASKETS,
        "Instance types that can stand in for each other, whose Spot placement scores AWS's API is asked for.",
    )
