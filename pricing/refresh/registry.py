"""The price lists that are refreshed: one line each."""

from __future__ import annotations

from collections.abc import Sequence

from carbon.errors import CarbonError
from pricing.providers import (
    aws_api,
    aws_machines,
    aws_rds,
    aws_services,
    aws_spot_advisor,
    aws_spot_feed,
    azure,
    digitalocean,
    exoscale,
    gcp,
    hetzner,
    linode,
    oci,
    ovh,
    scaleway,
    upcloud,
    vultr,
)
from pricing.refresh.figure import Refresher
from settings import Settings

REFRESHERS: tuple[Refresher, ...] = (
    aws_machines.REFRESHER,
    aws_api.SPOT_HISTORY,
    aws_spot_feed.REFRESHER,
    aws_spot_advisor.REFRESHER,
    aws_api.SCORES,
    aws_rds.REFRESHER,
    aws_services.REFRESHER,
    azure.REFRESHER,
    oci.REFRESHER,
    linode.REFRESHER,
    vultr.REFRESHER,
    ovh.REFRESHER,
    scaleway.REFRESHER,
    exoscale.REFRESHER,
    gcp.REFRESHER,
    hetzner.REFRESHER,
    digitalocean.REFRESHER,
    upcloud.REFRESHER,
)  # fmt: skip


class UnknownRefresher(CarbonError):
    """A name that is neither a provider with a price list nor a price list."""


def selected(names: Sequence[str], settings: Settings) -> list[Refresher]:
    """The refreshers of these names or providers, all without any; less those that another one replaces.

    Raises UnknownRefresher.
    """
    all_names = {name for refresher in REFRESHERS for name in (refresher.name, refresher.provider)}
    if unknown := [name for name in names if name not in all_names]:
        raise UnknownRefresher(f"{unknown[0]!r} has no price list here; use {', '.join(sorted(all_names))}")
    replaced = {r.replaces for r in REFRESHERS if r.missing(settings) is None}
    return [
        refresher
        for refresher in REFRESHERS
        if (not names or refresher.name in names or refresher.provider in names) and refresher.name not in replaced
    ]
