"""Where the prices of services come from: Lambda, Fargate, RDS, Cloud Run and Azure Container Apps."""

from __future__ import annotations

from tools.price_sources import Source

SOURCES = (
    Source(
        key="aws-lambda",
        text="",
        what="AWS Lambda pricing-page file, duration in the first tier",
        repository="lamngockhuong/aws-price",
        licence="facts only; the repository has no licence",
        note="run time only; requests, storage and the free tier are not included",
    ),
    Source(
        key="aws-fargate",
        text="",
        what="AWS Fargate pricing-page file, Linux, vCPU and GB",
        repository="lamngockhuong/aws-price",
        licence="facts only; the repository has no licence",
        note="20 GB of storage included; Windows and Fargate Spot have other prices",
    ),
    Source(
        key="aws-rds",
        text="",
        what="Amazon RDS for PostgreSQL pricing-page file, Single-AZ, on demand",
        repository="yeo/ec2.shop",
        licence="MIT",
        note="storage is not included; other engines and Multi-AZ have other prices",
    ),
    Source(
        key="gcp-cloud-run",
        text="",
        what="Cloud Run list price, request-based billing, tier of the region",
        repository="cloud.google.com/run/pricing and docs.cloud.google.com/run/docs/locations; tier 2 from the Cloud "
        "Billing Catalog",
        licence="price list; facts only",
        note="time of requests only; requests and the free tier are not included; instance-based billing costs less",
    ),
    Source(
        key="azure-container-apps",
        text="",
        what="Azure Retail Prices API, Container Apps, Consumption plan, active use",
        repository="prices.azure.com/api/retail/prices, all regions, as read in a public repository; three regions "
        "checked against other readings of the same week",
        licence="public API; facts only",
        note="idle replicas cost less; requests and the free grant are not included",
    ),
)
