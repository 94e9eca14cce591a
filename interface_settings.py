"""Settings of what others are told, and in which forms: streams, webhooks, formats of other services."""

from __future__ import annotations

from dataclasses import dataclass

from account_settings import AccountSettings
from setting_rules import OWN_HOSTS, PATH_PREFIX, one_of, setting, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceSettings(AccountSettings):
    """A part of Settings."""

    streams: int = setting(
        200, whole(0, 20_000), "Streams of events that each worker serves at once, see docs/streams.md."
    )
    streams_per_caller: int = setting(20, whole(0, 20_000), "Of those, streams of one key, or of one address.")
    webhooks: int = setting(100, whole(0, 10_000), "Most webhooks, see docs/webhooks.md. 0: they are switched off.")
    webhook_allow: str | None = setting(
        None, OWN_HOSTS, "Your own hosts, to which webhooks may send by http and to private addresses. Empty: none."
    )
    metrics_names: str = setting(
        "own",
        one_of("own", "grid-intensity-go", "carbon-aware-sdk", "all"),
        "Whose names the intensities at /metrics have too, for dashboards made for other exporters. all: both.",
    )
    compat_prefix: str | None = setting(
        None, PATH_PREFIX, "Path before those of the Carbon Aware SDK, such as /casdk, see docs/guide/other-tools.md."
    )
    extender_max_body_bytes: int = setting(
        4_194_304,
        whole(1024, 67_108_864),
        "Largest request body of a Kubernetes scheduler (/k8s): 5,000 nodes by name or without images need less.",
    )
