"""How the survey's columns become the catalog's columns."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools import catalog_rules as rules

Cells = dict[str, str]

REGIONS_AS_OF = "2026-11-21"
INSTANCES_AS_OF = "2026-11"
RETIRED_ACCELERATORS = {"NVIDIA Tesla K80", "NVIDIA Tesla M60", "NVIDIA GRID K520"}

PROVIDER_COLUMNS = ("provider", "name", "pue", "pue_basis", "source", "as_of")
REGION_COLUMNS = (
    "region", "name", "city", "country", "latitude", "longitude", "iata", "iata_also", "zone", "zone_published",
    "zone_basis", "partition", "status", "launched", "confidence", "note", "source", "as_of",
)  # fmt: skip
CPU_COLUMNS = (
    "cpu_model", "microarchitecture", "arch", "cores_per_socket", "threads_per_socket", "tdp_w", "tdp_low_w",
    "tdp_high_w", "tdp_status", "idle_w_per_thread", "max_w_per_thread", "idle_w_per_core", "max_w_per_core",
    "base_memory_gb_per_thread", "ssj_ops_per_thread", "ssj_ops_per_core", "performance_basis", "host_vcpus",
    "host_sockets", "source", "as_of",
)  # fmt: skip
MICROARCHITECTURE_COLUMNS = (
    "microarchitecture", "arch", "idle_w_per_thread", "max_w_per_thread", "idle_w_per_core", "max_w_per_core",
    "base_memory_gb_per_thread", "host_vcpus", "host_sockets", "source", "as_of",
)  # fmt: skip
ACCELERATOR_COLUMNS = (
    "accelerator", "kind", "memory_gb", "idle_w", "max_w", "max_low_w", "max_high_w", "power_status",
    "throughput_metric", "throughput_tflops", "performance_basis", "retired", "embodied_kgco2e", "note", "source",
    "as_of",
)  # fmt: skip
INSTANCE_COLUMNS = (
    "instance_type", "family", "category", "vcpus", "reserved_vcpus", "memory_gb", "cpu_model", "microarchitecture",
    "arch", "threads_per_core", "burstable", "baseline_utilization", "accelerator", "accelerator_count",
    "local_storage_gb", "local_storage_kind", "host_vcpus", "host_sockets", "embodied_kgco2e", "not_modelled", "note",
    "source", "as_of",
)  # fmt: skip

_FLEET, _INDUSTRY = "fleet figure", "industry average"
# provider -> (name, key of its PUE in constants.csv or "" where it publishes none, remark)
_PROVIDERS = {
    "aws": ("Amazon Web Services", "pue_aws", ""),
    "azure": ("Microsoft Azure", "pue_azure", ""),
    "gcp": ("Google Cloud", "pue_gcp", ""),
    "alibaba": ("Alibaba Cloud", "pue_alibaba", ""),
    "digitalocean": ("DigitalOcean", "", ""),
    "exoscale": ("Exoscale", "", ""),
    "fly": ("Fly.io", "", ""),
    "hetzner": ("Hetzner", "pue_hetzner", ""),
    "ibm": ("IBM Cloud", "", ""),
    "linode": ("Akamai Cloud (Linode)", "", ""),
    "oci": ("Oracle Cloud Infrastructure", "", "Oracle publishes only its best case (as low as 1.15)"),
    "ovh": ("OVHcloud", "pue_ovhcloud", ""),
    "scaleway": ("Scaleway", "pue_scaleway", ""),
    "upcloud": ("UpCloud", "", "no figure found"),
    "vultr": ("Vultr", "", ""),
}


def provider_rows(source: Path) -> Iterator[Cells]:
    """One row a provider: its own fleet PUE where it publishes one, else the industry's average."""
    with (source / "instances" / "constants.csv").open(newline="", encoding="utf-8") as file:
        constants = {row["key"]: row for row in csv.DictReader(file)}
    for provider, (name, key, remark) in _PROVIDERS.items():
        constant = constants[key or "pue_industry_average"]
        status = "" if constant["checked"] == "seen in this survey" else constant["checked"]
        yield {
            "provider": provider,
            "name": name,
            "pue": constant["value"],
            "pue_basis": _FLEET if key else _INDUSTRY,
            "source": "; ".join(filter(None, (constant["source"], status, remark))),
            "as_of": constant["year"],
        }


def region_row(cells: Cells) -> Cells:
    """A region with the zone the catalog uses and, beside it, the one Electricity Maps publishes."""
    published = cells["zone"] if cells["zone_basis"] == "em" else ""
    correction = rules.ZONE_CORRECTIONS.get((cells["provider"], cells["region"]))
    if cells["zone"] == rules.CITY_HYDRO_ZONE:
        correction = rules.CITY_HYDRO_CORRECTION
    if correction:
        # The survey's own remark on the zone of such a row argues for the correction, so it is not repeated.
        remark = "" if cells["zone_basis"] == "em" else cells["note"]
        zone, basis, note = correction[0], "corrected", "; ".join(filter(None, (remark, correction[1])))
    else:
        doubt = f"zone in doubt: {cells['zone_alt']} is also plausible" if cells["zone_alt"] else ""
        zone, basis, note = cells["zone"], cells["zone_basis"], "; ".join(filter(None, (cells["note"], doubt)))
    changes = {"zone": zone, "zone_basis": basis, "zone_published": published, "note": note, "as_of": REGIONS_AS_OF}
    changes["iata_also"] = cells["iata_also"].replace(";", " ")
    return {column: changes.get(column) or cells.get(column, "") for column in REGION_COLUMNS} | changes


def cpu_row(cells: Cells, work: Mapping[str, str], hosts: Mapping[str, str]) -> Cells:
    """A CPU with its power, its work and the host most of its instances name."""
    host_vcpus, host_sockets = (hosts.get(cells["cpu_model"]) or " ").split(" ")
    changes = {
        **_watts(cells, "min_watts_per_thread", "max_watts_per_thread", "min_watts_per_core", "max_watts_per_core"),
        "ssj_ops_per_thread": work["value"],
        "ssj_ops_per_core": work["value_per_core"],
        "performance_basis": work["status"] if work["value"] else "",
        "host_vcpus": host_vcpus,
        "host_sockets": host_sockets,
        "source": "; ".join(filter(None, (cells["source"], work["value"] and f"work: {_work_source(work)}"))),
        "as_of": INSTANCES_AS_OF,
    }
    return {column: changes[column] if column in changes else cells[column] for column in CPU_COLUMNS}


def _work_source(work: Mapping[str, str]) -> str:
    return f"{work['source']}, {work['note']}".replace(
        "SPECpower_ssj2008 results as collected by ccf-coefficients (2022, 2023 and 2026 files)", "SPECpower_ssj2008"
    )


def microarchitecture_row(cells: Cells, hosts: Mapping[str, str]) -> Cells:
    """A microarchitecture's medians; where no machine names a host, it is that of most machines of the architecture."""
    host = hosts.get(cells["microarchitecture"]) or hosts[cells["arch"]]
    names = ("min_watts_per_vcpu", "max_watts_per_vcpu", "min_watts_per_vcpu_smt_off", "max_watts_per_vcpu_smt_off")
    changes = {
        **_watts(cells, *names),
        "host_vcpus": host.split(" ")[0],
        "host_sockets": host.split(" ")[1],
        "source": cells["source"].split("; CCF columns")[0],
        "as_of": INSTANCES_AS_OF,
    }
    return {column: changes[column] if column in changes else cells[column] for column in MICROARCHITECTURE_COLUMNS}


def _watts(cells: Cells, idle: str, full: str, core_idle: str, core_full: str) -> Cells:
    return {
        "idle_w_per_thread": cells[idle],
        "max_w_per_thread": cells[full],
        "idle_w_per_core": cells[core_idle],
        "max_w_per_core": cells[core_full],
    }


def accelerator_row(cells: Cells, work: Mapping[str, str]) -> Cells:
    """An accelerator with its power and its throughput in the metric that exists for it."""
    changes = {
        "power_status": cells["status"],
        "throughput_metric": work["metric"] if work["value"] else "",
        "throughput_tflops": work["value"],
        "performance_basis": work["status"] if work["value"] else "",
        "retired": "yes" if cells["accelerator"] in RETIRED_ACCELERATORS else "",
        "note": "; ".join(filter(None, (cells["note"], work["note"]))),
        "source": "; ".join(
            f"{what}: {where}"
            for what, where in (
                ("idle", cells["idle_source"]),
                ("max", cells["max_source"]),
                ("embodied", cells["embodied_source"]),
                ("throughput", work["source"]),
            )
            if where
        ),
        "as_of": INSTANCES_AS_OF,
    }
    return {column: changes[column] if column in changes else cells[column] for column in ACCELERATOR_COLUMNS}


def instance_row(provider: str, cells: Cells) -> Cells:
    """An instance type as its provider sells it."""
    name = rules.canonical_name(provider, cells["instance_type"])
    baseline = cells.get("baseline_cpu_pct", "")
    changes = {
        "instance_type": name,
        "category": rules.category(provider, name),
        "burstable": "yes" if rules.burstable(provider, name) else "",
        "baseline_utilization": f"{float(baseline) / 100:g}" if baseline else "",
        "local_storage_kind": cells["local_storage_type"],
        "not_modelled": "",
        "note": "",
        "source": cells["source"].replace("; reference watts Teads 2021", ""),
        "as_of": INSTANCES_AS_OF,
    }
    return {column: changes[column] if column in changes else cells[column] for column in INSTANCE_COLUMNS}


def undescribed_row(provider: str, name: str, as_of: str, source: str) -> Cells:
    """A type that a price list names and no list of machines describes."""
    changes = {
        "instance_type": name,
        "family": rules.family(provider, name),
        "category": rules.category(provider, name),
        "burstable": "yes" if rules.burstable(provider, name) else "",
        "not_modelled": "no source at hand describes its hardware",
        "source": source,
        "as_of": as_of,
    }
    return {column: changes.get(column, "") for column in INSTANCE_COLUMNS}
