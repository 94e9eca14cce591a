"""Usage types of AWS's bills, `[PREFIX-]Name[:size]`: which machine they mean, and for how many hours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from catalog.usage_prefixes import UsagePrefix
from planning.ledger.bills.outcome import NoMachine, NoUsage

SECONDS_PER_HOUR = 3600
NO_SIZE = "m1.small"  # of an EC2 usage type without a size
EC2 = {"BoxUsage", "SpotUsage", "DedicatedUsage", "HighUsage", "HeavyUsage", "SchedUsage", "HostBoxUsage"}
NOT_RUNNING = {"UnusedBox", "UnusedDed", "ReservedHostUsage"}
HOST = "HostUsage"  # a Dedicated Host; its instances have lines of their own
SIZED = {"InstanceUsage": 1, "Multi-AZUsage": 2, "NodeUsage": 1, "Node": 1}  # name: machines that run for one sold
SEARCH = "ESInstance"
ACU = ("Aurora", "ServerlessV2Usage")
FARGATE = re.compile(r"(?:SpotUsage-)?Fargate-(?:(ARM|Windows)-)?(vCPU|GB)-Hours")
LAMBDA = re.compile(r"Lambda-(?:Provisioned-)?GB-Second(-ARM)?")
PREFIX = re.compile(r"([A-Z0-9]+)-")


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageType:
    """The parts of a usage type. prefix: None for one that is not in the table, which then is part of the name."""

    prefix: UsagePrefix | None
    name: str
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineHours:
    """What ran: a type of the catalog, and for how many hours in all. spot: whether at the spot price."""

    instance_type: str
    hours: float
    spot: bool = False


def usage_type(text: str, prefixes: Mapping[str, UsagePrefix]) -> UsageType:
    """The parts of a usage type. Only what the table names is a prefix: many names begin like one."""
    match = PREFIX.match(text)
    prefix = prefixes.get(match.group(1)) if match else None
    name, _, size = text.removeprefix(f"{prefix.prefix}-" if prefix else "").partition(":")
    return UsageType(prefix=prefix or (None if match else prefixes.get("")), name=name, size=size)


def machine_hours(kind: UsageType, amount: float, unit: str) -> MachineHours:
    """What an amount of a usage type means. unit: as the bill writes it; "": not said. Raises NoUsage, NoMachine."""
    if kind.name in NOT_RUNNING:
        raise NoUsage(f"{kind.name}: reserved, but not running")
    if kind.name == HOST:
        raise NoUsage(f"{HOST}: the instances on the host are counted")
    hours = _machine_hours(kind, amount)
    is_in_seconds = LAMBDA.fullmatch(kind.name) is not None
    if unit and not re.search("second" if is_in_seconds else "hour|hr", unit, re.IGNORECASE):
        raise NoMachine(f"{kind.name} in {unit}")
    return hours


def _machine_hours(kind: UsageType, amount: float) -> MachineHours:
    if kind.name in EC2:
        return MachineHours(instance_type=kind.size or NO_SIZE, hours=amount, spot=kind.name == "SpotUsage")
    if kind.name in SIZED and kind.size:
        return MachineHours(instance_type=kind.size, hours=amount * SIZED[kind.name])
    if kind.name == SEARCH and kind.size:
        is_whole = kind.size.endswith((".search", ".elasticsearch"))
        return MachineHours(instance_type=kind.size if is_whole else f"{kind.size}.search", hours=amount)
    if (kind.name, kind.size) == ACU:  # on which processor is not said; x86_64 draws more
        return MachineHours(instance_type="aurora-serverless-x86_64-1acu", hours=amount)
    if match := FARGATE.fullmatch(kind.name):
        return _fargate(kind.name, match, amount)
    if match := LAMBDA.fullmatch(kind.name):
        arch = "arm64" if match.group(1) else "x86_64"
        return MachineHours(instance_type=f"lambda-{arch}-1024mb", hours=amount / SECONDS_PER_HOUR)
    raise NoMachine(f"{kind.name}:{kind.size}" if kind.size else kind.name)


def _fargate(name: str, match: re.Match[str], amount: float) -> MachineHours:
    """One vCPU with 2 GB, the least that is sold with it, for each vCPU of a task; memory is billed by another line."""
    if match.group(2) == "GB":
        raise NoMachine("memory of Fargate: 2 GB are counted with each vCPU, and more is not")
    arch = "arm64" if match.group(1) == "ARM" else "x86_64"
    return MachineHours(instance_type=f"fargate-{arch}-1vcpu-2gb", hours=amount, spot=name.startswith("SpotUsage"))
