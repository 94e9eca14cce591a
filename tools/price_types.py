"""What the machine types of providers without a power model are: size, family and use, from names and documents."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tools.catalog_facts import INSTANCE_COLUMNS

Cells = dict[str, str]

SIZES = Path(__file__).resolve().parent / "price_type_sizes.csv"
NOT_MODELLED = "no source at hand names its hardware"
NAMES_AS_OF = "2026-11"

# Families whose provider says that their vCPUs are shared between customers, and where it says so.
_LINODE = "Linode documentation: nanodes and shared CPU plans"
_HETZNER = "Hetzner Cloud server types: shared vCPU, by mixxor/eu-cloud-prices"
_SCALEWAY = "Scaleway documentation: Instances datasheet, shared vCPUs"
_VULTR = "Vultr documentation: only Optimized Cloud Compute (voc, VX1) has dedicated CPUs"
SHARED_VCPUS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("digitalocean", "s"): ("DigitalOcean documentation: choosing the right Droplet plan", NAMES_AS_OF),
    ("fly", "shared-cpu"): ("Fly.io: the name", NAMES_AS_OF),
    ("hetzner", "cax"): (_HETZNER, "2026-08-17"),
    ("hetzner", "cpx"): (_HETZNER, "2026-08-17"),
    ("hetzner", "cx"): (_HETZNER, "2026-08-17"),
    ("linode", "g6-nanode"): (_LINODE, "2024-07-11"),
    ("linode", "g6-standard"): (_LINODE, "2024-07-11"),
    ("ovh", "d2"): ("OVHcloud flavors: burstable (Discovery), by mixxor/eu-cloud-prices", "2026-08-14"),
    ("vultr", "vc2"): (_VULTR, "2026-10-09"),
    ("vultr", "vhf"): (_VULTR, "2026-10-09"),
    ("vultr", "vhp"): (_VULTR, "2026-10-09"),
    ("scaleway", "coparm1"): (_SCALEWAY, "2025-03-03"),
    ("scaleway", "dev1"): (_SCALEWAY, "2025-03-03"),
    ("scaleway", "gp1"): (_SCALEWAY, "2025-03-03"),
    ("scaleway", "play2"): (_SCALEWAY, "2025-03-03"),
    ("scaleway", "pro2"): (_SCALEWAY, "2025-03-03"),
    ("scaleway", "stardust1"): (_SCALEWAY, "2025-03-03"),
}

# How a type's name begins with its family.
_FAMILIES = {
    "alibaba": r"ecs\.(.+?)(?=\.)",
    "digitalocean": r"([a-z]+)-",
    "exoscale": r"([a-z]+)\.",
    "fly": r"([a-z]+-cpu|performance)-",
    "hetzner": r"([a-z]+)\d",
    "linode": r"(g\d-[a-z]+)-",
    "oci": r"(.+)\.[^.]+$",
    "ovh": r"(.+)-",
    "upcloud": r"([a-z]+)-",
    "vultr": r"(voc-[a-z]|[a-z]+\d?)-",
    "ibm": r"([a-z]+\d[a-z]*)-",
}
_CATEGORIES: Mapping[str, Mapping[str, str]] = {
    "digitalocean": {"gpu": "accelerated"},
    "exoscale": {"cpu": "compute", "memory": "memory", "storage": "storage"},
    "ibm": {"gx2": "accelerated"},
    "vultr": {"voc-c": "compute"},
    "linode": {"g1-gpu": "accelerated", "g7-highmem": "memory"},
    "oci": dict.fromkeys(("VM.GPU.A10", "BM.GPU.A10", "BM.GPU4", "BM.GPU.A100-v2", "BM.GPU.H100"), "accelerated"),
    "ovh": {"c2": "compute", "c3": "compute", "i1": "storage", "r2": "memory", "r3": "memory", "t2-le": "accelerated"},
}
_ALIBABA_CATEGORIES = (
    (r"(ebm|s|v)?gn\d.*|sgn\d.*|vgn\d.*", "accelerated"),
    (r"(ebm|scc)?(hf)?c[4-8].*", "compute"),
    (r"(ebm|scc)?(hf)?g\d.*|[tesu]\d.*|e-.*", "general"),
    (r"(ebm)?(hf)?r(e)?\d.*", "memory"),
    (r"i\d.*|d\d.*", "storage"),
    (r"hpc\d.*", "hpc"),
)
_NAMED_SIZES = {
    "digitalocean": re.compile(r"(?:s|g)-(?P<vcpus>\d+)vcpu-(?P<memory>\d+)gb(?:-intel)?"),
    "upcloud": re.compile(r"[a-z]+-(?P<vcpus>\d+)xCPU-(?P<memory>\d+)GB"),
    "fly": re.compile(r"shared-cpu-(?P<vcpus>\d+)x:(?P<megabytes>\d+)MB"),
}

# ecs.<c|g|r><generation>[<variant>].<size>: compute, general, memory with 2, 4, 8 GB a vCPU.
_ALIBABA = re.compile(
    r"ecs\.(?P<use>[cgr])(?P<generation>[5-8])(?P<variant>[a-z]*)\.(?P<size>small|(?P<times>\d*)x?large)"
)
_ALIBABA_GB_PER_VCPU = {"c": 2, "g": 4, "r": 8}
# Trusted-persistent-memory variants hold part of their memory as persistent memory; the ratio does not apply.
_ALIBABA_OTHER_RATIO = {"p"}
# The letter after the generation names the processor: Yitian or Altra; Intel or AMD. For other letters it is not known.
_ALIBABA_ARCH = {"r": "arm64", "y": "arm64"} | dict.fromkeys(("", "a", "ae", "e", "i", "ne", "t"), "x86_64")
# Alibaba Cloud documents these hosts' largest sizes with another memory than the ratio gives: GB by vCPU ratio 4.
_ALIBABA_13_AND_26 = {"13xlarge": 192, "26xlarge": 384}
# Its Intel hosts of 192 vCPUs have more memory than the ratio gives (g8i 1024 GB, c8i 512 GB); g8ise's is not at hand.
_ALIBABA_UNSTATED = {"ecs.g8ise.48xlarge"}


@cache
def documented_sizes() -> Mapping[tuple[str, str], Cells]:
    """(provider, type) -> vCPUs, memory and cards as the provider documents them, a source a row."""
    with SIZES.open(newline="", encoding="utf-8") as file:
        return {(row["provider"], row["instance_type"]): row for row in csv.DictReader(file)}


def family(provider: str, name: str) -> str:
    """The family a type's name begins with."""
    match = re.match(_FAMILIES[provider], name)
    if match is None:
        raise ValueError(f"{provider} {name}: no family in the name")
    return match.group(1)


def category(provider: str, name: str) -> str:
    """What the provider's naming says the type is for."""
    series = family(provider, name)
    if provider != "alibaba":
        return _CATEGORIES.get(provider, {}).get(series, "general")
    return next((use for pattern, use in _ALIBABA_CATEGORIES if re.fullmatch(pattern, series)), "other")


def documented(provider: str, name: str) -> Cells:
    """The cells that price_type_sizes.csv holds of the type; none where it is not there."""
    row = documented_sizes().get((provider, name), {})
    return {column: cell for column, cell in row.items() if column not in {"provider", "instance_type"}}


def size(provider: str, name: str) -> Cells:
    """The cells that are known of a type's size, with their source."""
    if cells := documented(provider, name):
        return cells
    if provider == "alibaba":
        return _alibaba(name)
    size = _NAMED_SIZES[provider].fullmatch(name) if provider in _NAMED_SIZES else None
    if size is None:
        return {"note": "size not stated in the name", "source": f"{provider}: the name", "as_of": NAMES_AS_OF}
    parts = size.groupdict()
    gigabytes = parts.get("memory") or f"{int(parts['megabytes']) / 1024:g}"
    return {
        "vcpus": parts["vcpus"],
        "memory_gb": gigabytes,
        "arch": "x86_64" if name.endswith("-intel") else "",
        "source": f"{provider}: the name",
        "as_of": NAMES_AS_OF,
    }


def _alibaba(name: str) -> Cells:
    match = _ALIBABA.fullmatch(name)
    source = {"source": "Alibaba Cloud: the naming of c, g and r families", "as_of": NAMES_AS_OF}
    if match is None or match["variant"] in _ALIBABA_OTHER_RATIO:
        return {**source, "source": "cloudpilot-ai/karpenter-provider-alibabacloud", "as_of": "2024-10-10"}
    vcpus = {"small": 1, "large": 2, "xlarge": 4}.get(match["size"]) or 4 * int(match["times"])
    ratio = _ALIBABA_GB_PER_VCPU[match["use"]]
    memory, note = f"{vcpus * ratio}", "derived: size read from the name"
    if match["generation"] == "6" and match["size"] in _ALIBABA_13_AND_26:
        memory = f"{_ALIBABA_13_AND_26[match['size']] * ratio // 4}"
        note, source["source"] = "vCPUs derived from the name", "memory: Alibaba Cloud documentation, instance families"
    elif name in _ALIBABA_UNSTATED:
        memory, note = "", "vCPUs derived from the name; memory of this size does not follow the ratio"
    arch = _ALIBABA_ARCH.get(match["variant"], "")
    return {"vcpus": f"{vcpus}", "memory_gb": memory, "arch": arch, "note": note, **source}


def instance_row(provider: str, name: str) -> Cells:
    """A row of instances.csv for a type without a power model."""
    cells = {
        "instance_type": name,
        "family": family(provider, name),
        "category": category(provider, name),
        "burstable": "yes" if provider == "alibaba" and re.match(r"ecs\.t[56]-", name) else "",
    }
    return sized({column: cells.get(column, "") for column in INSTANCE_COLUMNS}, size(provider, name))


def sized(row: Cells, size_cells: Cells) -> Cells:
    """The row of an undescribed type with the cells of its size, if there are any."""
    if not size_cells:
        return row
    reasons = filter(None, (NOT_MODELLED, size_cells.get("not_modelled", "")))
    return {**row, **size_cells, "not_modelled": "; ".join(reasons)}


def shared_vcpu_rows() -> Iterator[Cells]:
    """shared_vcpus.csv: the families sold on shared vCPUs."""
    for (provider, name), (source, as_of) in SHARED_VCPUS.items():
        yield {"provider": provider, "family": name, "source": source, "as_of": as_of}
