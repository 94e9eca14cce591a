"""Which region an availability, local or wavelength zone belongs to, by how each provider names its zones."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

AVAILABILITY_ZONE = "availability zone"
LOCAL_ZONE = "local zone"
WAVELENGTH_ZONE = "wavelength zone"
# Provider -> kind of zone, and what its name adds to the id of its region. Source: each provider's documentation of
# regions and zones (recalled), 2026-11.
_SUFFIXES: Mapping[str, Sequence[tuple[str, str]]] = {
    "aws": (
        (AVAILABILITY_ZONE, r"[a-z]"),
        (LOCAL_ZONE, r"-[a-z]{3}-\d[a-z]?"),  # without its last letter it is a zone group
        (WAVELENGTH_ZONE, r"-wl\d-[a-z]{3}-wlz-?\d"),
    ),
    "gcp": ((AVAILABILITY_ZONE, r"-[a-z]"),),
    "azure": ((AVAILABILITY_ZONE, r"-[1-3]"),),
    "alibaba": ((AVAILABILITY_ZONE, r"-?[a-z]"),),
    "oci": ((AVAILABILITY_ZONE, r"-ad-[1-3]"),),
    "scaleway": ((AVAILABILITY_ZONE, r"-\d"),),
    "ibm": ((AVAILABILITY_ZONE, r"-\d"),),
    "hetzner": ((AVAILABILITY_ZONE, r"-dc\d+"),),
}
# How the ids of AWS's zones (use1-az1) begin, which are the same in every account. Source: AWS documentation, AWS
# Availability Zones; China and GovCloud: endpoint lists of EMR Serverless; 2026-11.
AWS_ID_PREFIXES: Mapping[str, str] = {
    "use1": "us-east-1",
    "use2": "us-east-2",
    "usw1": "us-west-1",
    "usw2": "us-west-2",
    "usge1": "us-gov-east-1",
    "usgw1": "us-gov-west-1",
    "cac1": "ca-central-1",
    "caw1": "ca-west-1",
    "mxc1": "mx-central-1",
    "sae1": "sa-east-1",
    "euc1": "eu-central-1",
    "euc2": "eu-central-2",
    "eun1": "eu-north-1",
    "eus1": "eu-south-1",
    "eus2": "eu-south-2",
    "euw1": "eu-west-1",
    "euw2": "eu-west-2",
    "euw3": "eu-west-3",
    "ape1": "ap-east-1",
    "aps1": "ap-south-1",
    "aps2": "ap-south-2",
    "apne1": "ap-northeast-1",
    "apne2": "ap-northeast-2",
    "apne3": "ap-northeast-3",
    **{f"apse{number}": f"ap-southeast-{number}" for number in range(1, 8)},
    "cnn1": "cn-north-1",
    "cnnw1": "cn-northwest-1",
    "afs1": "af-south-1",
    "ilc1": "il-central-1",
    "mec1": "me-central-1",
    "mes1": "me-south-1",
}
_AWS_IDS = (
    (AVAILABILITY_ZONE, re.compile(r"(?P<prefix>[a-z]+\d)-az\d")),
    (LOCAL_ZONE, re.compile(r"(?P<prefix>[a-z]+\d)-[a-z]{3}\d-az\d")),
    (WAVELENGTH_ZONE, re.compile(r"(?P<prefix>[a-z]+\d)-wl\d-[a-z]{3}-wlz\d")),
)
# Zones of IBM look like regions of AWS (us-east-3), so that they count only if the caller names the provider.
AMBIGUOUS = frozenset({"ibm"})
_PATTERNS = {
    provider: [(kind, re.compile(rf"(?P<region>.+?){suffix}")) for kind, suffix in suffixes]
    for provider, suffixes in _SUFFIXES.items()
}


def region_ids(provider: str, name: str) -> Sequence[tuple[str, str]]:
    """(kind, region id in lower case) for each way to read `name` as a zone of the provider; often empty."""
    text = name.lower()
    matches = ((kind, pattern.fullmatch(text)) for kind, pattern in _PATTERNS.get(provider, ()))
    regions = [(kind, match["region"]) for kind, match in matches if match]
    return [*regions, *_of_aws_id(text)] if provider == "aws" else regions


def _of_aws_id(text: str) -> list[tuple[str, str]]:
    matches = ((kind, pattern.fullmatch(text)) for kind, pattern in _AWS_IDS)
    prefixes = ((kind, match["prefix"]) for kind, match in matches if match)
    return [(kind, AWS_ID_PREFIXES[prefix]) for kind, prefix in prefixes if prefix in AWS_ID_PREFIXES]
