"""The arithmetic of catalog/data/README.md done again from the raw CSV rows, without the code under test."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "catalog" / "data"

Rows = Mapping[str, Mapping[str, str]]

# The services that compete, which instances.csv does not list: vCPUs, GB, and the row whose watts they take.
SERVICES = {
    "lambda-arm64-1769mb": (1.0, 1769 / 1024, "AWS Graviton2"),
    "lambda-x86_64-1769mb": (1.0, 1769 / 1024, "unknown-x86_64"),
    "fargate-arm64-2vcpu-4gb": (2.0, 4.0, "AWS Graviton2"),
    "fargate-x86_64-2vcpu-4gb": (2.0, 4.0, "unknown-x86_64"),
    "cloud-run-1vcpu-2gb": (1.0, 2.0, "unknown-x86_64"),
    "cloud-run-2vcpu-4gb": (2.0, 4.0, "unknown-x86_64"),
    "container-apps-1vcpu-2gb": (1.0, 2.0, "unknown-x86_64"),
    "container-apps-2vcpu-4gb": (2.0, 4.0, "unknown-x86_64"),
}
# Service -> its sizes among the offers; each of AWS's is sold for two architectures.
SIZES = {
    "lambda": ("512mb", "1024mb", "1769mb", "3538mb", "7076mb", "10240mb"),
    "fargate": tuple(
        f"{size}gb"
        for size in ["1vcpu-2", "2vcpu-4", "4vcpu-8", "4vcpu-16", "8vcpu-16", "8vcpu-32", "16vcpu-32", "16vcpu-64"]
    ),
    "cloud-run": tuple(f"{size}gb" for size in ["1vcpu-2", "2vcpu-4", "4vcpu-8", "4vcpu-16", "8vcpu-16", "8vcpu-32"]),
    "container-apps": ("1vcpu-2gb", "2vcpu-4gb", "4vcpu-8gb"),
}


@cache
def table(name: str, key: str) -> Rows:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def number(text: str) -> float:
    return float(text or 0)


@dataclass(frozen=True)
class Machine:
    """One raw row of instances.csv and its CPU's."""

    row: Mapping[str, str]
    cpu: Mapping[str, str]
    accelerator: Mapping[str, str] | None

    @property
    def cores(self) -> bool:
        """A vCPU is a whole core of a CPU with two threads a core."""
        two = self.cpu.get("threads_per_socket") != self.cpu.get("cores_per_socket")
        return self.row["threads_per_core"] == "1" and two

    @property
    def vcpus(self) -> float:
        return min(number(self.row["vcpus"]), number(self.row["reserved_vcpus"]))

    @property
    def memory_gb(self) -> float:
        return number(self.row["memory_gb"])

    @property
    def accelerators(self) -> float:
        return number(self.row["accelerator_count"])

    def load(self, utilization: float) -> float:
        """Burstable types work at most at their baseline."""
        baseline = self.row["baseline_utilization"]
        return min(utilization, float(baseline)) if baseline else utilization

    def watts(self, utilization: float = 0.5) -> float:
        """P_cpu + P_mem + P_acc + P_disk."""
        u = self.load(utilization)
        # Straight lines through (0, 0), (0.10, 0.22), (0.50, 0.69), (1, 1).
        share = u * 2.2 if u <= 0.1 else 0.22 + (u - 0.1) * 1.175 if u <= 0.5 else 0.69 + (u - 0.5) * 0.62
        per = "core" if self.cores else "thread"
        idle, full = number(self.cpu[f"idle_w_per_{per}"]), number(self.cpu[f"max_w_per_{per}"])
        reserved = number(self.row["reserved_vcpus"])
        held = number(self.cpu["base_memory_gb_per_thread"]) * reserved * (2 if self.cores else 1)
        cpu_w = reserved * (idle + share * (full - idle))
        memory_w = 0.392 * max(0.0, self.memory_gb - held)
        per_tb = {"ssd": 1.2, "hdd": 0.65, "": 0.0}[self.row["local_storage_kind"]]
        disk_w = per_tb * number(self.row["local_storage_gb"]) / 1000
        acc_w = 0.0
        if self.accelerator:
            idle, full = number(self.accelerator["idle_w"]), number(self.accelerator["max_w"])
            acc_w = self.accelerators * (idle + u * (full - idle))
        return cpu_w + memory_w + acc_w + disk_w

    @property
    def speed(self) -> float | None:
        """TFLOP/s of one accelerator, or the index of one vCPU; None without a comparable figure."""
        if self.accelerator:
            matrix = self.accelerator["throughput_metric"] == "dense BF16/FP16 matrix throughput"
            return number(self.accelerator["throughput_tflops"]) if matrix else None
        if published := families().get(self.row["family"], ""):
            return float(published)
        ops = self.cpu.get(f"ssj_ops_per_{'core' if self.cores else 'thread'}", "")
        # A core with its second thread off does 0.605 of the work that was measured with both.
        return float(ops) / 51_421 * (0.605 if self.cores else 1.0) if ops else None

    def work(self, utilization: float = 0.5) -> float | None:
        """Work an hour: TFLOP/s-hours, or vCPU-hours of index 1; None where it is not known."""
        unknown_burst = self.row["burstable"] == "yes" and not self.row["baseline_utilization"]
        if self.speed is None or unknown_burst:
            return None
        return self.speed * (self.accelerators if self.accelerator else self.vcpus) * self.load(utilization)

    def watts_per_work(self, utilization: float = 0.5) -> float:
        work = self.work(utilization)
        assert work is not None
        return self.watts(utilization) / work


@cache
def families() -> dict[str, str]:
    """Azure family -> its index where family_work.csv has one."""
    with (DATA / "family_work.csv").open(encoding="utf-8", newline="") as file:
        return {row["family"]: row["index"] for row in csv.DictReader(file)}


@cache
def machine(provider: str, name: str) -> Machine:
    if name in SERVICES:
        vcpus, memory_gb, cpu = SERVICES[name]
        row = dict.fromkeys(next(iter(table("aws/instances.csv", "instance_type").values())), "")
        row |= {"vcpus": str(vcpus), "reserved_vcpus": str(vcpus), "memory_gb": str(memory_gb)}
        return Machine(row, _cpu(cpu), None)
    row = dict(table(f"{provider}/instances.csv", "instance_type")[name])
    accelerator = table("accelerators.csv", "accelerator")[row["accelerator"]] if row["accelerator"] else None
    return Machine(row, _cpu(row["cpu_model"] or row["microarchitecture"]), accelerator)


def _cpu(name: str) -> Mapping[str, str]:
    models = table("cpus.csv", "cpu_model")
    return models[name] if name in models else table("microarchitectures.csv", "microarchitecture")[name]


@cache
def offers(provider: str) -> frozenset[tuple[str, str]]:
    """(region, type) as the price tables list them, services included."""
    with (DATA / provider / "prices.csv").open(encoding="utf-8", newline="") as file:
        pairs = {(row["region"], row["instance_type"]) for row in csv.DictReader(file)}
    if provider == "aws":
        for service, row in table("aws/service_regions.csv", "service").items():
            names = {f"{service}-{arch}-{size}" for arch in ("arm64", "x86_64") for size in SIZES[service]}
            pairs |= {(region, name) for region in row["regions"].split() for name in names}
    with (DATA / "service_rates.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["provider"] == provider != "aws":
                names = {f"{row['service']}-{size}" for size in SIZES[row["service"]]}
                pairs |= {(region, name) for region in row["regions"].split() for name in names}
    return frozenset(pairs)


def selling() -> list[str]:
    """Providers whose offers are known."""
    return [folder.parent.name for folder in DATA.glob("*/prices.csv")]


def one_pue(provider: str, region: str) -> float:
    """What tests.fakes.clouds.one_pue_map gives every region of a provider."""
    return 1.15 if provider == "aws" else float(table("providers.csv", "provider")[provider]["pue"])


def region_pue(provider: str, region: str) -> float:
    """The region's own figure, else its provider's."""
    with (DATA / "region_pue.csv").open(encoding="utf-8", newline="") as file:
        own = {(row["provider"], row["region"]): float(row["pue"]) for row in csv.DictReader(file)}
    return own.get((provider, region)) or float(table("providers.csv", "provider")[provider]["pue"])


@cache
def available_regions(provider: str) -> frozenset[str]:
    """The regions that are open, of every partition."""
    rows = table(f"{provider}/regions.csv", "region").values()
    return frozenset(r["region"] for r in rows if r["status"] == "available")


@cache
def open_regions(provider: str) -> dict[str, str]:
    """Region -> zone of the regions open to everyone."""
    rows = table(f"{provider}/regions.csv", "region").values()
    return {r["region"]: r["zone"] for r in rows if (r["status"], r["partition"]) == ("available", "commercial")}


@dataclass(frozen=True)
class Placed:
    """One region's best type, with grams per unit of work, or per hour of one machine."""

    grams: float
    type: str
    region: str


def ranking(
    provider: str,
    serves: Callable[[str, Machine], bool],
    intensity: Callable[[str], float],
    *,
    utilization: float = 0.5,
    embodied: bool = False,
    pue: Callable[[str, str], float] = one_pue,
    by_machine: bool = False,
) -> list[Placed]:
    """Each open region's best type by grams, best first; of equals the smaller, then the name.

    Grams are those of a unit of work, or of one machine in an hour. serves: whether a type of this name may run the
    work; intensity: mean of a grid zone.
    """
    kwh, hardware, zones = {}, {}, open_regions(provider)
    pues = {region: pue(provider, region) for region in zones}
    offers_of_region: dict[str, list[tuple[str, str]]] = {}
    for region, name in eligible(provider, serves):
        offers_of_region.setdefault(region, []).append((region, name))
        one = machine(provider, name)
        if name not in kwh:
            watts = one.watts(utilization) if by_machine else one.watts_per_work(utilization)
            kwh[name] = watts / 1000
            grams_an_hour = number(one.row["embodied_kgco2e"]) * 1000 / 35_040
            hardware[name] = grams_an_hour / (one.work(utilization) or 1) if embodied else 0.0

    def placed(region: str, name: str) -> Placed:
        return Placed(kwh[name] * pues[region] * intensity(zones[region]) + hardware[name], name, region)

    def key(one: Placed) -> tuple[float, float, float, str, str]:
        size = machine(provider, one.type)
        return float(f"{one.grams:.9g}"), size.vcpus, size.memory_gb, one.type, one.region

    return sorted((min((placed(*pair) for pair in pairs), key=key) for pairs in offers_of_region.values()), key=key)


def eligible(provider: str, serves: Callable[[str, Machine], bool]) -> list[tuple[str, str]]:
    """(region, type) of the offers in open regions that may run the work and whose work is known."""
    good = {
        name
        for name in {name for _, name in offers(provider)}
        if _modelled(provider, name) and machine(provider, name).work() is not None
        if machine(provider, name).row["burstable"] != "yes"
        if serves(name, machine(provider, name))
    }
    return [(region, name) for region, name in offers(provider) if name in good and region in open_regions(provider)]


def _modelled(provider: str, name: str) -> bool:
    if name in SERVICES:
        return True
    row = table(f"{provider}/instances.csv", "instance_type").get(name)
    if row is None:  # a service of a size that competes only with a size in the question
        return False
    return bool(row["cpu_model"] or row["microarchitecture"]) and bool(row["reserved_vcpus"] and row["memory_gb"])


def mean(hours: list[float], minute: float, minutes: float) -> float:
    """Mean of hourly values over `minutes` from `minute` of the first hour on, minute by minute's share."""
    total = 0.0
    for index, value in enumerate(hours):
        total += value * max(0.0, min(60 * (index + 1), minute + minutes) - max(60 * index, minute))
    return total / minutes


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)
