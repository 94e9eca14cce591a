"""Usage types of AWS's bills."""

from __future__ import annotations

import pytest

from carbon.errors import CarbonError
from catalog.usage_prefixes import load_usage_prefixes
from planning.ledger.bills.outcome import NoMachine
from planning.ledger.bills.usage_types import MachineHours, machine_hours, usage_type
from tests.fakes.clouds import cloud_map

PREFIXES = load_usage_prefixes()


@pytest.mark.parametrize(
    ("usage", "amount", "machine"),
    [
        ("BoxUsage", 3, MachineHours(instance_type="m1.small", hours=3)),
        ("DedicatedUsage:m5.large", 3, MachineHours(instance_type="m5.large", hours=3)),
        ("EUC1-InstanceUsage:db.t4g.medium", 2, MachineHours(instance_type="db.t4g.medium", hours=2)),
        ("EUC1-Multi-AZUsage:db.t4g.medium", 2, MachineHours(instance_type="db.t4g.medium", hours=4)),
        ("Aurora:ServerlessV2Usage", 5, MachineHours(instance_type="aurora-serverless-x86_64-1acu", hours=5)),
        ("EU-NodeUsage:cache.m5.large", 1, MachineHours(instance_type="cache.m5.large", hours=1)),
        ("ESInstance:m5.large", 1, MachineHours(instance_type="m5.large.search", hours=1)),
        ("USW2-Node:ra3.4xlarge", 1, MachineHours(instance_type="ra3.4xlarge", hours=1)),
        ("Lambda-GB-Second", 7200, MachineHours(instance_type="lambda-x86_64-1024mb", hours=2)),
        ("Lambda-Provisioned-GB-Second-ARM", 3600, MachineHours(instance_type="lambda-arm64-1024mb", hours=1)),
        (
            "USE1-SpotUsage-Fargate-vCPU-Hours:perCPU",
            4,
            MachineHours(instance_type="fargate-x86_64-1vcpu-2gb", hours=4, spot=True),
        ),
    ],
)
def test_usage_types_of_aws(usage: str, amount: float, machine: MachineHours) -> None:
    assert machine_hours(usage_type(usage, PREFIXES), amount, "") == machine


@pytest.mark.parametrize(
    "usage",
    ["EBS:VolumeUsage.gp3", "CPUCredits:t3", "NatGateway-Hours", "LoadBalancerUsage", "Fargate-Windows-OS-Hours"],
)
def test_what_is_no_machine_is_named_by_its_usage_type(usage: str) -> None:
    with pytest.raises(NoMachine) as raised:
        machine_hours(usage_type(f"EUC1-{usage}", PREFIXES), 1, "")

    assert str(raised.value) == usage


def test_every_prefix_means_a_region_of_the_catalog() -> None:
    unknown = []
    for prefix in PREFIXES.values():
        try:
            cloud_map().region_and_kind(prefix.place, "aws")
        except CarbonError:
            unknown.append(prefix.prefix)
    assert unknown == []
