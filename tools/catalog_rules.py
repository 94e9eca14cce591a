"""What the catalog's builder decides about a fact: categories, corrections and their reasons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from catalog.power import embodied_kgco2e

Cells = dict[str, str]

# Zones that Electricity Maps' own point lookup (or its geometry) places wrongly.
ZONE_CORRECTIONS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("gcp", "us-central1"): (
        "US-MIDW-MISO",
        (
            "zone corrected: the Council Bluffs utility is in MISO, and the grid figure Google publishes for this "
            "region differs from the one for its site in SPP"
        ),
    ),
    ("gcp", "us-east1"): (
        "US-CAR-SC",
        (
            "zone corrected: Moncks Corner is in the area of Santee Cooper, and the grid figure Google publishes "
            "for this region (576 g in 2024) is near that of US-CAR-SC"
        ),
    ),
    ("gcp", "us-west1"): (
        "US-NW-BPAT",
        (
            "zone corrected: The Dalles is supplied through BPA, and the grid figure Google publishes for this "
            "region (79 g in 2024) is near that of US-NW-BPAT"
        ),
    ),
}
CITY_HYDRO_ZONE = "US-NW-SCL"
CITY_HYDRO_CORRECTION = (
    "US-NW-PSEI",
    (
        "zone corrected: US-NW-SCL counts only the hydro plants the city owns, so its near-zero figure does not "
        "describe the supply; the surrounding area is used"
    ),
)

_AWS_CATEGORIES = {
    "general": ("a", "m", "t"),
    "compute": ("c", "cc"),
    "memory": ("r", "x", "u", "z", "cr"),
    "storage": ("i", "d", "h", "im", "is", "hs"),
    "accelerated": ("p", "g", "gr", "inf", "trn", "dl"),
    "fpga": ("f",),
    "media": ("vt",),
    "mac": ("mac",),
    "hpc": ("hpc",),
}
_AZURE_CATEGORIES = {
    "general": ("A", "B", "D", "DC", "DS"),
    "compute": ("F", "FX"),
    "memory": ("E", "EC", "M", "G", "GS"),
    "storage": ("L",),
    "accelerated": ("NC", "NCC", "ND", "NV", "NG"),
    "fpga": ("NP", "PB"),
    "media": ("NM",),
    "hpc": ("H", "HB", "HC", "HX"),
}
_GCP_SERIES = {
    "compute": ("c2", "c2d"),
    "hpc": ("h3", "h4d"),
    "memory": ("m1", "m2", "m3", "m4", "x4"),
    "storage": ("z3",),
    "accelerated": ("a2", "a3", "a4", "g2", "g4", "ct3", "ct3p", "ct5l", "ct5lp", "ct5p", "ct6e", "tpu7x"),
}
_GCP_SHAPES = (("-highcpu", "compute"), ("-highmem", "memory"), ("-megamem", "memory"), ("-ultramem", "memory"))
_SCALEWAY_PREFIXES = (
    ("POP2-HC-", "compute"),
    ("COMPUTE", "compute"),
    ("POP2-HM-", "memory"),
    ("MEMORY", "memory"),
    ("GPU-", "accelerated"),
    ("H100-", "accelerated"),
    ("L4-", "accelerated"),
    ("L40S-", "accelerated"),
    ("RENDER-", "accelerated"),
)


def _inverted(groups: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {name: category for category, names in groups.items() for name in names}


_AWS_BY_LETTERS, _AZURE_BY_LETTERS, _GCP_BY_SERIES = map(_inverted, (_AWS_CATEGORIES, _AZURE_CATEGORIES, _GCP_SERIES))


def category(provider: str, instance_type: str) -> str:
    """What the provider's naming rules say the type is for."""
    if provider == "aws":
        return _AWS_BY_LETTERS[_letters(r"[a-z]+", instance_type)]
    if provider == "azure":
        return _AZURE_BY_LETTERS.get(_letters(r"(?<=_)[A-Z]+", instance_type), "other")
    if provider == "gcp":
        series = instance_type.split("-")[0]
        by_shape = next((use for mark, use in _GCP_SHAPES if mark in instance_type), "general")
        return _GCP_BY_SERIES.get(series, by_shape)
    return next((use for prefix, use in _SCALEWAY_PREFIXES if instance_type.startswith(prefix)), "general")


def burstable(provider: str, instance_type: str) -> bool:
    """True for AWS' T family and Azure's B series, whose vCPUs may not be busy all the time."""
    if provider == "aws":
        return re.match(r"t\d", instance_type) is not None
    return provider == "azure" and re.match(r"Standard_B\d", instance_type) is not None


def family(provider: str, instance_type: str) -> str:
    """The family of a type no list of machines describes, from its name alone."""
    if provider == "azure":
        return re.sub(r"^(?:Standard|Basic)_([A-Za-z]+)\d+(?:-\d+)?", r"\1", instance_type)
    return re.split(r"[.-]", instance_type)[0].lower()


def canonical_name(provider: str, instance_type: str) -> str:
    """The provider's own spelling: Scaleway's API and price list write capitals, some machine lists do not."""
    return instance_type.upper() if provider == "scaleway" else instance_type


def _letters(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match.group() if match else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Cells to replace in the instance rows that a pattern names. Embodied emissions are computed again.

    reason: for the column `note`; "" where the cells give the reason in `not_modelled`.
    """

    provider: str
    pattern: str
    cells: Mapping[str, str]
    reason: str = ""


INSTANCE_CORRECTIONS = (
    Correction(
        provider="scaleway",
        pattern=r"L40S-\d-48G",
        cells={"accelerator": "NVIDIA L40S"},
        reason="corrected: the machine list gives the L4 (24 GB); name and 48 GB are those of the L40S",
    ),
    Correction(
        provider="scaleway",
        pattern=r"GPU-3070-S",
        cells={
            "accelerator": "",
            "accelerator_count": "0",
            "microarchitecture": "",
            "embodied_kgco2e": "",
            "not_modelled": "the machine list gives a P100, the name a GeForce RTX 3070, for which no power or "
            "performance is at hand; host CPU unknown",
        },
    ),
    Correction(
        provider="azure",
        pattern=r"Standard_B1ls",
        cells={"memory_gb": "0.5"},
        reason="corrected: the machine list cuts memory to whole GB; Microsoft documents 0.5 GB",
    ),
    Correction(
        provider="azure",
        pattern=r"Standard_DS?1(_v2)?(_Promo)?",
        cells={"memory_gb": "3.5"},
        reason="corrected: the machine list cuts memory to whole GB; Microsoft documents 3.5 GB",
    ),
    Correction(
        provider="aws",
        pattern=r"trn2u\.48xlarge",
        cells={"accelerator": "AWS Trainium2", "accelerator_count": "16"},
        reason="corrected: the machine list leaves the accelerators out; a Trn2 UltraServer node has 16 Trainium2",
    ),
    Correction(
        provider="aws",
        pattern=r"c5d?\.(large|xlarge|2xlarge|4xlarge|9xlarge|18xlarge)",
        cells={"host_vcpus": "72", "host_sockets": "2"},
        reason="corrected: host of 96 vCPUs and three sockets; two 18-core Platinum 8124M make 72 vCPUs, as in c5n",
    ),
)


def corrected(provider: str, cells: Cells, accelerator_kg: Mapping[str, float]) -> Cells:
    """The instance row with every correction that names it, embodied emissions recomputed, reason in `note`."""
    for rule in INSTANCE_CORRECTIONS:
        if rule.provider != provider or not re.fullmatch(rule.pattern, cells["instance_type"]):
            continue
        cells = {**cells, **rule.cells, "note": rule.reason}
        if "embodied_kgco2e" not in rule.cells:
            ssd_gb = float(cells["local_storage_gb"] or 0) if cells["local_storage_kind"] == "ssd" else 0.0
            kilograms = embodied_kgco2e(
                host_share=float(cells["reserved_vcpus"]) / float(cells["host_vcpus"]),
                host_sockets=int(cells["host_sockets"]),
                memory_gb=float(cells["memory_gb"]),
                ssd_gb=ssd_gb,
                accelerators_kg=float(cells["accelerator_count"] or 0) * accelerator_kg.get(cells["accelerator"], 0.0),
            )
            cells["embodied_kgco2e"] = f"{kilograms:.1f}"
    return cells
