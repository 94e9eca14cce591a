"""Pods and nodes as the scheduler sends them: what of them says where a node is and what a pod asks.

Nothing here is an error. What is missing or of another type than Kubernetes writes is read as absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

DEADLINE = "carbon-optimizer/deadline"
DURATION = "carbon-optimizer/duration-hours"
INTERRUPTIBLE = "carbon-optimizer/interruptible"
MAX_INTENSITY = "carbon-optimizer/max-intensity"
REGION_LABELS = ("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region")
ZONE_LABELS = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")
# The schemes of spec.providerID, and the provider of each in the catalog.
PROVIDERS = {
    "aws": "aws",
    "gce": "gcp",
    "azure": "azure",
    "digitalocean": "digitalocean",
    "hcloud": "hetzner",
    "ibm": "ibm",
    "linode": "linode",
    "exoscale": "exoscale",
    "scaleway": "scaleway",
    "upcloud": "upcloud",
    "vultr": "vultr",
}
PLACE_STEP = {"aws": 0, "gce": 1}  # which step of the path behind the scheme is an availability zone
_LONGEST = 253  # characters of a name or label

Place = tuple[str | None, str]  # a provider if it is known, and the name of a region or of a zone in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the annotations of a pod say; None for what they do not say, or not in a form that can be read."""

    deadline: datetime | None
    duration_hours: float | None
    interruptible: bool
    max_gco2e_per_kwh: float | None


def wishes_of(pod: Any) -> Wishes:
    """The annotations of a pod."""
    annotations = _part(pod, "metadata", "annotations")
    return Wishes(
        deadline=_moment(_text(annotations, DEADLINE)),
        duration_hours=_number(_text(annotations, DURATION), above=0.0),
        interruptible=(_text(annotations, INTERRUPTIBLE) or "").lower() == "true",
        max_gco2e_per_kwh=_number(_text(annotations, MAX_INTENSITY), above=-1.0),
    )


def name_of(node: Any) -> str | None:
    """The name of a node."""
    return _text(_part(node, "metadata"), "name")


def places_of(node: Any) -> Iterator[Place]:
    """Where a node may be, the surest first: by the label of its region, of its zone, and by its providerID."""
    scheme, _, path = (_text(_part(node, "spec"), "providerID") or "").partition("://")
    provider = PROVIDERS.get(scheme)
    labels = _part(node, "metadata", "labels")
    for label in (*REGION_LABELS, *ZONE_LABELS):
        if name := _text(labels, label):
            yield provider, name
    steps = path.lstrip("/").split("/")
    if provider is not None and scheme in PLACE_STEP and len(steps) > PLACE_STEP[scheme]:
        yield provider, steps[PLACE_STEP[scheme]]


def _part(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: Any, key: str) -> str | None:
    text = _part(value, key)
    return text if isinstance(text, str) and 0 < len(text) <= _LONGEST else None


def _moment(text: str | None) -> datetime | None:
    """A time with an offset; one without is UTC."""
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(text or "")
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return None


def _number(text: str | None, *, above: float) -> float | None:
    with suppress(ValueError):
        number = float(text or "")
        return number if isfinite(number) and number > above else None
    return None
