"""Who competes: every constraint removes what its sentence says, on the shipped catalog."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbon.workload import Allowance, OptimizeQuery, Priority, Requirements, WorkloadType
from catalog.model import InstanceType, Region
from planning.placing.candidates import Candidates, narrow
from planning.placing.constraints import Constraints, type_constraints
from planning.placing.scope import region_scope
from tests.fakes.clouds import cloud_map

OFFERS = cloud_map().offers
TODAY_DAY = 20_775  # 2026-11-18
PROVIDERS = ("aws", "azure", "gcp", "scaleway", "ovh")


def ask(
    workload: WorkloadType = WorkloadType.GENERAL,
    *,
    providers: tuple[str, ...] = ("aws",),
    regions: tuple[str, ...] = (),
    countries: tuple[str, ...] = (),
    exclude_regions: tuple[str, ...] = (),
    instance_types: tuple[str, ...] = (),
    requirements: Requirements | None = None,
) -> OptimizeQuery:
    return OptimizeQuery(
        workload=workload,
        priority=Priority.CARBON,
        providers=providers,
        regions=regions,
        countries=countries,
        exclude_regions=exclude_regions,
        instance_types=instance_types,
        requirements=requirements,
    )


def find(query: OptimizeQuery, *, today_day: int = TODAY_DAY) -> Candidates:
    scope = region_scope(query, OFFERS.regions)
    constraints = Constraints(regions=scope.constraints, types=type_constraints(query, OFFERS.columns, today_day))
    return narrow(OFFERS, scope.in_scope, constraints)


def types_of(found: Candidates) -> set[InstanceType]:
    return {OFFERS.columns.types[index] for index in np.unique(found.type)}


def regions_of(found: Candidates) -> list[Region]:
    return [OFFERS.regions[index] for index in np.unique(found.region)]


def names_of(found: Candidates) -> set[str]:
    return {instance.instance_type for instance in types_of(found)}


some_regions = st.lists(st.sampled_from([r.key for r in OFFERS.regions if r.provider in PROVIDERS]), max_size=6)
some_types = st.lists(st.sampled_from([t.instance_type for t in OFFERS.columns.types]), max_size=4)
amounts = st.one_of(st.none(), st.sampled_from([0.0, 0.5, 1.0, 4.0, 16.0, 96.0]))


@st.composite
def queries(draw: st.DrawFn) -> OptimizeQuery:
    requirements = st.builds(
        Requirements,
        vcpus=amounts,
        memory_gb=amounts,
        gpus=amounts,
        gpu_model=st.sampled_from([None, "a100", "T4", "no such"]),
        gpu_memory_gb=amounts,
        arch=st.sampled_from([None, "arm64", "x86_64"]),
    )
    return ask(
        draw(st.sampled_from(WorkloadType)),
        providers=tuple(draw(st.lists(st.sampled_from(PROVIDERS), unique=True))),
        regions=tuple(draw(some_regions)),
        countries=tuple(draw(st.lists(st.sampled_from(["US", "DE", "SE", "CN", "IN"]), max_size=3))),
        exclude_regions=tuple(draw(some_regions)),
        instance_types=tuple(draw(some_types)),
        requirements=draw(st.one_of(st.none(), requirements)),
    )


@given(queries())
@settings(max_examples=150)
def test_what_is_left_and_what_each_constraint_removed_add_up_to_the_candidates(query: OptimizeQuery) -> None:
    found = find(query)

    assert len(found.region) == len(found.type)
    assert len(found.region) + sum(found.removed.values()) == found.total
    assert all(count > 0 for count in found.removed.values())


@given(queries())
@settings(max_examples=100)
def test_every_candidate_left_meets_every_constraint_on_its_place(query: OptimizeQuery) -> None:
    for region in regions_of(find(query)):
        assert (region.status, region.partition) == ("available", "commercial")
        assert not query.providers or region.provider in query.providers
        assert not query.regions or region.key in query.regions
        assert not query.countries or region.country in query.countries
        assert region.key not in query.exclude_regions


@given(queries())
@settings(max_examples=100)
def test_every_candidate_left_meets_every_requirement(query: OptimizeQuery) -> None:
    wanted = query.requirements or Requirements()

    for machine in types_of(find(query)):
        assert machine.power is not None
        assert not query.instance_types or machine.instance_type in query.instance_types
        usable = min(machine.vcpus or 0, machine.reserved_vcpus or 0)
        assert wanted.vcpus is None or usable >= wanted.vcpus
        assert wanted.memory_gb is None or (machine.memory_gb or 0) >= wanted.memory_gb
        assert wanted.arch is None or machine.arch == wanted.arch
        if wanted.gpus is not None:
            assert (machine.accelerator_count if _is_gpu(machine) else 0) >= wanted.gpus
            assert wanted.gpus > 0 or machine.accelerator is None
        if wanted.gpu_memory_gb:
            assert machine.accelerator is not None
            assert machine.accelerator.memory_gb * machine.accelerator_count >= wanted.gpu_memory_gb
        if wanted.gpu_model is not None:
            assert machine.accelerator is not None
            assert wanted.gpu_model.casefold() in machine.accelerator.accelerator.casefold()


def _is_gpu(machine: InstanceType) -> bool:
    return machine.accelerator is not None and machine.accelerator.kind == "gpu"


def test_regions_that_are_not_open_to_everyone_are_no_candidates_even_when_asked_for() -> None:
    closed = ("aws:us-gov-west-1", "aws:cn-north-1", "aws:eusc-de-east-1", "aws:sa-west-1")

    found = find(ask(regions=closed))

    assert len(found.region) == 0
    assert list(found.removed) == ["partition", "regions"]
    assert sum(found.removed.values()) == found.total


def test_34_regions_of_aws_are_in_scope() -> None:
    assert int(region_scope(ask(), OFFERS.regions).eligible.sum()) == 34
    assert int(region_scope(ask(providers=()), OFFERS.regions).eligible.sum()) == 374


def test_general_work_runs_on_general_purpose_types_of_one_to_four_times_2_vcpu_and_8_gb() -> None:
    left = types_of(find(ask(providers=())))

    assert {machine.category for machine in left} == {"general"}
    assert {(machine.vcpus, machine.memory_gb) for machine in left} >= {(2, 8), (8, 32), (4, 16)}
    assert all(2 <= min(m.vcpus or 0, m.reserved_vcpus or 0) <= 8 for m in left)
    assert all(8 <= (machine.memory_gb or 0) <= 32 for machine in left)
    assert {machine.arch for machine in left} == {"arm64", "x86_64"}


def test_databases_run_on_memory_and_storage_optimised_types_of_one_to_four_times_4_vcpu_and_32_gb() -> None:
    left = types_of(find(ask(WorkloadType.DATABASE)))

    assert {machine.category for machine in left} == {"memory", "storage"}
    assert {"r6g.xlarge", "i4i.xlarge", "x2gd.xlarge"} <= names_of(find(ask(WorkloadType.DATABASE)))
    assert all(4 <= (m.vcpus or 0) <= 16 and 32 <= (m.memory_gb or 0) <= 128 for m in left)


def test_training_runs_on_one_to_eight_accelerators_of_16_gb_and_never_on_retired_or_inference_chips() -> None:
    left = types_of(find(ask(WorkloadType.TRAINING, providers=())))

    assert {"p4d.24xlarge", "p3.2xlarge", "g5.xlarge", "g4dn.xlarge", "trn1.2xlarge"} <= {m.instance_type for m in left}
    for machine in left:
        assert machine.accelerator is not None
        assert machine.accelerator.memory_gb >= 16
        assert 1 <= machine.accelerator_count <= 8
        assert not machine.accelerator.retired
        assert machine.accelerator.kind in ("gpu", "tpu", "asic")
        assert "Inferentia" not in machine.accelerator.accelerator


def test_inference_runs_on_inferentia_gpus_and_cpus() -> None:
    left = types_of(find(ask(WorkloadType.INFERENCE)))

    assert {"inf2.xlarge", "g4dn.xlarge", "c7g.xlarge", "m6i.xlarge"} <= {machine.instance_type for machine in left}
    for machine in left:
        if machine.accelerator is None:
            assert 4 <= (machine.vcpus or 0) <= 16
            assert 8 <= (machine.memory_gb or 0) <= 32
        else:
            assert 1 <= machine.accelerator_count <= 4


def test_containers_and_functions_compete_in_their_size() -> None:
    containers, functions = find(ask(WorkloadType.CONTAINERS)), find(ask(WorkloadType.SERVERLESS))

    assert {"fargate-arm64-2vcpu-4gb", "fargate-x86_64-2vcpu-4gb", "c7g.large"} <= names_of(containers)
    assert names_of(functions) == {"lambda-arm64-1769mb", "lambda-x86_64-1769mb"}


def test_cloud_run_and_container_apps_compete_with_lambda_and_fargate_where_all_clouds_do() -> None:
    containers = find(ask(WorkloadType.CONTAINERS, providers=()))
    functions = find(ask(WorkloadType.SERVERLESS, providers=()))

    assert {"cloud-run-2vcpu-4gb", "container-apps-2vcpu-4gb", "fargate-arm64-2vcpu-4gb"} <= names_of(containers)
    assert names_of(functions) == {
        "lambda-arm64-1769mb",
        "lambda-x86_64-1769mb",
        "cloud-run-1vcpu-2gb",
        "container-apps-1vcpu-2gb",
    }


def test_a_size_in_the_question_is_met_by_services_of_that_size_or_more() -> None:
    sized = find(ask(WorkloadType.CONTAINERS, requirements=Requirements(vcpus=4, memory_gb=16), providers=()))

    services = {name for name in names_of(sized) if name.startswith(("fargate", "cloud-run", "container-apps"))}
    assert {name.removeprefix("fargate-arm64-") for name in services if "arm64" in name} == {
        "4vcpu-16gb",
        "8vcpu-16gb",
        "8vcpu-32gb",
        "16vcpu-32gb",
        "16vcpu-64gb",
    }
    # Container Apps have at most 8 GB.
    assert {name for name in services if "fargate" not in name} == {
        "cloud-run-4vcpu-16gb",
        "cloud-run-8vcpu-16gb",
        "cloud-run-8vcpu-32gb",
    }


def test_no_service_serves_a_workload_of_another_kind() -> None:
    for workload in (WorkloadType.GENERAL, WorkloadType.DATABASE, WorkloadType.TRAINING, WorkloadType.INFERENCE):
        assert not OFFERS.columns.service[find(ask(workload, providers=())).type].any()


@pytest.mark.parametrize("workload", WorkloadType)
def test_fpga_video_mac_and_retired_gpus_never_qualify_unless_named(workload: WorkloadType) -> None:
    for wanted in (None, Requirements(vcpus=1)):
        for machine in types_of(find(ask(workload, providers=(), requirements=wanted))):
            assert machine.category not in ("fpga", "media", "mac")
            assert machine.accelerator is None or not machine.accelerator.retired


def test_a_named_type_escapes_kind_size_and_index() -> None:
    # An FPGA, a retired K80, a burstable type without a known baseline, and a machine of 96 vCPUs.
    named = ("f1.2xlarge", "p2.xlarge", "t1.micro", "m5.24xlarge")
    assert not set(named) & names_of(find(ask()))

    found = find(ask(instance_types=named))

    assert names_of(found) == set(named)
    assert set(found.removed) == {"partition", "instance_types"}


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

    named = find(ask(providers=("azure",), instance_types=("Standard_B2ms",)))

    assert names_of(named) == {"Standard_B2ms"}


def test_no_gpus_wanted_is_a_demand_and_not_the_lack_of_one() -> None:
    without = types_of(find(ask(WorkloadType.INFERENCE, requirements=Requirements(gpus=0))))
    whatever = types_of(find(ask(WorkloadType.INFERENCE, requirements=Requirements(vcpus=4))))

    assert all(machine.accelerator is None for machine in without)
    assert any(machine.accelerator is not None for machine in whatever)


def test_gpu_memory_is_of_all_accelerators_together() -> None:
    # Four T4 of 16 GB hold 64 GB: g4dn.12xlarge does, g4dn.xlarge does not.
    left = names_of(find(ask(WorkloadType.TRAINING, requirements=Requirements(gpu_memory_gb=64, gpu_model="t4"))))

    assert "g4dn.12xlarge" in left
    assert "g4dn.xlarge" not in left


def test_requirements_replace_the_reference_size() -> None:
    found = find(ask(requirements=Requirements(vcpus=64)))

    assert "m6g.16xlarge" in names_of(found)
    assert "size" not in found.removed


def test_each_offer_is_counted_by_the_first_constraint_that_removes_it() -> None:
    # Both constraints rule out every offer of us-east-1; the place is looked at first.
    found = find(ask(exclude_regions=("aws:us-east-1",), requirements=Requirements(vcpus=10_000)))

    here = int((OFFERS.region == cloud_map().region_index["aws:us-east-1"]).sum())
    assert found.removed["exclude_regions"] == here
    of_types = ("partition", "retired", "workload", "burstable", "requirements.vcpus")
    assert sum(found.removed.get(name, 0) for name in of_types) == found.total - here


def test_gpus_are_gpus_and_accelerators_are_devices_of_any_kind() -> None:
    gpus = types_of(find(ask(WorkloadType.TRAINING, providers=(), requirements=Requirements(gpus=1))))
    devices = types_of(find(ask(WorkloadType.TRAINING, providers=(), requirements=Requirements(accelerators=1))))

    assert {m.accelerator.kind for m in gpus if m.accelerator} == {"gpu"}
    assert "asic" in {m.accelerator.kind for m in devices if m.accelerator}
    assert all(m.accelerator_count >= 1 for m in gpus | devices)


def test_training_on_a_named_number_of_vcpus_still_needs_a_whole_accelerator_of_16_gb() -> None:
    left = types_of(find(ask(WorkloadType.TRAINING, requirements=Requirements(vcpus=4, memory_gb=16))))

    assert "g6.xlarge" in {machine.instance_type for machine in left}
    assert all(m.accelerator_count >= 1 and m.accelerator and m.accelerator.memory_gb >= 16 for m in left)
    asked = names_of(find(ask(WorkloadType.TRAINING, requirements=Requirements(vcpus=4, gpu_model="L4"))))
    assert {"g6.xlarge", "g6f.xlarge"} <= asked


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


def test_a_type_is_recommended_until_the_day_before_it_is_retired_even_if_it_is_named() -> None:
    retiring = next(
        OFFERS.columns.types[index]
        for index in np.unique(OFFERS.type)
        if OFFERS.columns.modelled[index] and np.isfinite(OFFERS.columns.retired_day[index])
    )
    last_day = int(OFFERS.columns.retired_day[OFFERS.columns.named([retiring.instance_type])][0]) - 1
    query = ask(providers=(retiring.provider,), instance_types=(retiring.instance_type,))

    assert names_of(find(query, today_day=last_day)) == {retiring.instance_type}
    assert not len(find(query, today_day=last_day + 1))
    assert find(query, today_day=last_day + 1).removed["retired"] > 0
