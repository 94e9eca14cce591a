"""Which named types, burstable types, accelerators and sizes are candidates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from carbon.workload import Allowance, RankBy, Requirements, WorkloadType
from tests.fakes.clouds import cloud_map
from tests.unit.candidate_queries import OFFERS, ask, find, names_of, types_of


def test_a_named_type_escapes_kind_size_and_index() -> None:
    # An FPGA, a retired K80, a burstable type without a known baseline, and a machine of 96 vCPUs.
    named = ("f1.2xlarge", "p2.xlarge", "t1.micro", "m5.24xlarge")
    assert not set(named) & names_of(find(ask()))

    candidates = find(ask(instance_types=named))

    assert names_of(candidates) == set(named)
    assert set(candidates.removed) == {"partition", "instance_types"}


def test_a_named_type_still_has_to_meet_requirements_and_be_modelled() -> None:
    unmodelled = next(
        t for t in cloud_map().catalog.types if t.provider == "azure" and t.power is None and t.retired_on is None
    )

    small = find(ask(instance_types=("m5.large",), requirements=Requirements(vcpus=4)))
    unknown = find(ask(providers=("azure",), instance_types=(unmodelled.instance_type,)))

    assert len(small.region) == 0
    assert set(small.removed) == {"partition", "instance_types", "requirements.vcpus"}
    assert len(unknown.region) == 0
    assert set(unknown.removed) == {"partition", "instance_types", "power_not_modelled"}


def test_a_type_without_a_sourced_index_takes_part_only_where_it_is_named() -> None:
    assert all(
        np.isfinite(OFFERS.columns.work_per_hour_at_full_load[index])
        for workload in (WorkloadType.TRAINING, WorkloadType.GENERAL, WorkloadType.DATABASE)
        for index in np.unique(find(ask(workload, providers=())).type)
    )


def test_burstable_types_take_part_where_they_are_named_or_allowed_and_those_of_unknown_baseline_where_named() -> None:
    assert "Standard_B2ms" not in names_of(find(ask(providers=("azure",))))
    assert "t3.large" not in names_of(find(ask()))
    assert {"t3.large"} == names_of(find(ask(instance_types=("t3.large",))))
    assert "t3.large" in names_of(find(ask(requirements=Requirements(burstable=Allowance.ALLOW))))
    assert all(m.burstable for m in types_of(find(ask(requirements=Requirements(burstable=Allowance.ONLY)))))

    candidates = find(ask(providers=("azure",), instance_types=("Standard_B2ms",)))

    assert names_of(candidates) == {"Standard_B2ms"}


def test_no_gpus_wanted_is_a_demand_and_not_the_lack_of_one() -> None:
    without = types_of(find(ask(WorkloadType.INFERENCE, requirements=Requirements(gpus=0))))
    types = types_of(find(ask(WorkloadType.INFERENCE, requirements=Requirements(vcpus=4))))

    assert all(machine.accelerator is None for machine in without)
    assert any(machine.accelerator is not None for machine in types)


def test_gpu_memory_is_of_all_accelerators_together() -> None:
    # Four T4 of 16 GB hold 64 GB: g4dn.12xlarge does, g4dn.xlarge does not.
    names = names_of(find(ask(WorkloadType.TRAINING, requirements=Requirements(gpu_memory_gb=64, gpu_model="t4"))))

    assert "g4dn.12xlarge" in names
    assert "g4dn.xlarge" not in names


def test_requirements_replace_the_reference_size() -> None:
    candidates = find(ask(requirements=Requirements(vcpus=64)))

    assert "m6g.16xlarge" in names_of(candidates)
    assert "size" not in candidates.removed


def test_each_offer_is_counted_by_the_first_constraint_that_removes_it() -> None:
    # Both constraints rule out every offer of us-east-1; the place is looked at first.
    candidates = find(ask(exclude_regions=("aws:us-east-1",), requirements=Requirements(vcpus=10_000)))

    here = int((OFFERS.region == cloud_map().region_index["aws:us-east-1"]).sum())
    assert candidates.removed["exclude_regions"] == here
    of_types = ("partition", "retired", "workload", "burstable", "requirements.vcpus")
    assert sum(candidates.removed.get(name, 0) for name in of_types) == candidates.total - here


def test_gpus_are_gpus_and_accelerators_are_devices_of_any_kind() -> None:
    gpus = types_of(find(ask(WorkloadType.TRAINING, providers=(), requirements=Requirements(gpus=1))))
    devices = types_of(find(ask(WorkloadType.TRAINING, providers=(), requirements=Requirements(accelerators=1))))

    assert {m.accelerator.kind for m in gpus if m.accelerator} == {"gpu"}
    assert "asic" in {m.accelerator.kind for m in devices if m.accelerator}
    assert all(m.accelerator_count >= 1 for m in gpus | devices)


def test_training_on_a_named_number_of_vcpus_still_needs_a_whole_accelerator_of_16_gb() -> None:
    types = types_of(find(ask(WorkloadType.TRAINING, requirements=Requirements(vcpus=4, memory_gb=16))))

    assert "g6.xlarge" in {machine.instance_type for machine in types}
    assert all(m.accelerator_count >= 1 and m.accelerator and m.accelerator.memory_gb >= 16 for m in types)
    names = names_of(find(ask(WorkloadType.TRAINING, requirements=Requirements(vcpus=4, gpu_model="L4"))))
    assert {"g6.xlarge", "g6f.xlarge"} <= names


def test_caps_leave_out_what_is_larger() -> None:
    capped = Requirements(vcpus=2, max_vcpus=4, max_memory_gb=16)
    gpus = types_of(find(ask(WorkloadType.TRAINING, requirements=Requirements(gpus=1, max_gpus=4))))

    assert {m.vcpus for m in types_of(find(ask(requirements=capped)))} == {2, 4}
    assert all((m.memory_gb or 0) <= 16 for m in types_of(find(ask(requirements=capped))))
    assert max(m.accelerator_count for m in gpus) == 4


def test_shared_cores_take_part_where_they_are_allowed_alone_where_only_they_are() -> None:
    allowed = ask(providers=("gcp",), requirements=Requirements(vcpus=0.2, shared_cores=Allowance.ALLOW))
    alone = ask(providers=("gcp",), requirements=Requirements(vcpus=0.2, shared_cores=Allowance.ONLY))

    assert {m.shared_core for m in types_of(find(allowed))} == {True, False}
    assert {m.shared_core for m in types_of(find(alone))} == {True}


def test_by_machine_allowed_types_take_part_though_nobody_says_which_share_of_a_core_they_sustain() -> None:
    # Hetzner publishes no share for its shared cores, nor Azure a baseline for Standard_B2ms.
    shared = Requirements(vcpus=4, memory_gb=8, shared_cores=Allowance.ONLY)
    burstable = Requirements(vcpus=2, memory_gb=8, burstable=Allowance.ONLY)

    by_machine = ask(providers=("hetzner",), requirements=shared)
    assert "cax21" in names_of(find(by_machine))
    assert not len(find(replace(by_machine, rank_by=RankBy.WORK)))
    assert "Standard_B2ms" in names_of(find(ask(providers=("azure",), requirements=burstable)))


def test_a_type_is_recommended_until_the_day_before_it_is_retired_even_if_it_is_named() -> None:
    retiring = next(
        OFFERS.columns.types[index]
        for index in np.unique(OFFERS.type)
        if OFFERS.columns.modelled[index] and np.isfinite(OFFERS.columns.retired_day[index])
    )
    last_day = int(OFFERS.columns.retired_day[OFFERS.columns.mask_of_names([retiring.instance_type])][0]) - 1
    query = ask(providers=(retiring.provider,), instance_types=(retiring.instance_type,))

    assert names_of(find(query, today_day=last_day)) == {retiring.instance_type}
    assert not len(find(query, today_day=last_day + 1))
    assert find(query, today_day=last_day + 1).removed["retired"] > 0
