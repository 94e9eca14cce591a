"""Fills in the CPU of machines whose provider names it, or a generation of it, outside its list of machines.

Reads catalog/data/provider_cpus.csv, which is kept by hand, and the tables of CPUs and accelerators.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from catalog.power import embodied_kgco2e

Cells = dict[str, str]

DATA = Path(__file__).resolve().parent.parent / "catalog" / "data"
GENERIC_NOTE = "power and work are those of a generation of CPUs, with its range"


@cache
def _rows(name: str) -> tuple[Mapping[str, str], ...]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def with_cpu(provider: str, row: Cells) -> Cells:
    """The row with CPU, host and embodied emissions where a row of provider_cpus.csv and the size allow it."""
    entry = _entry(provider, row["instance_type"])
    if entry is None or not row["vcpus"] or not row["memory_gb"]:
        return row
    cpu_model, microarchitecture = row["cpu_model"] or entry["cpu_model"], row["microarchitecture"]
    microarchitecture = microarchitecture or entry["microarchitecture"]
    host = _host(cpu_model, microarchitecture)
    row = {
        **row,
        "cpu_model": cpu_model,
        "microarchitecture": microarchitecture,
        "arch": row["arch"] or entry["arch"],
        "threads_per_core": row["threads_per_core"] or entry["threads_per_core"],
        "reserved_vcpus": row["reserved_vcpus"] or row["vcpus"],
        "host_vcpus": row["host_vcpus"] or host["host_vcpus"],
        "host_sockets": row["host_sockets"] or host["host_sockets"],
        "not_modelled": "",
        "note": "; ".join(filter(None, (row["note"], entry["why"], _generic(entry)))),
        "source": f"{row['source']}; CPU: {entry['source']}",
    }
    return {**row, "embodied_kgco2e": row["embodied_kgco2e"] or _embodied(row)}


def _entry(provider: str, name: str) -> Mapping[str, str] | None:
    rows = (row for row in _rows("provider_cpus.csv") if row["provider"] == provider)
    return next((row for row in rows if re.fullmatch(row["types"], name)), None)


def _generic(entry: Mapping[str, str]) -> str:
    return GENERIC_NOTE if entry["power_basis"] == "generic" else ""


def _host(cpu_model: str, microarchitecture: str) -> Mapping[str, str]:
    """The usual host of the CPU, else that of its microarchitecture."""
    hosts = (row for row in _rows("cpus.csv") if row["cpu_model"] == cpu_model and row["host_vcpus"])
    usual = (row for row in _rows("microarchitectures.csv") if row["microarchitecture"] == microarchitecture)
    return next(hosts, None) or next(usual)


def _embodied(row: Cells) -> str:
    cards = {card["accelerator"]: float(card["embodied_kgco2e"]) for card in _rows("accelerators.csv")}
    kilograms = embodied_kgco2e(
        host_share=float(row["reserved_vcpus"]) / float(row["host_vcpus"]),
        host_sockets=int(row["host_sockets"]),
        memory_gb=float(row["memory_gb"]),
        accelerators_kg=float(row["accelerator_count"] or 0) * cards.get(row["accelerator"], 0.0),
    )
    return f"{kilograms:.1f}"
