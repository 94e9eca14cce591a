"""Who competes: every constraint removes what its sentence says, on the shipped catalog."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbon.workload import OptimizeQuery, Requirements, WorkloadType
from catalog.model import InstanceType, Region
from planning.placing.candidates import Candidates
from planning.placing.scope import region_scope
from tests.fakes.clouds import cloud_map
from tests.unit.candidate_queries import OFFERS, ask, find, names_of, types_of

PROVIDERS = ("aws", "azure", "gcp", "scaleway", "ovh")


def regions_of(found: Candidates) -> list[Region]:
    return [OFFERS.regions[index] for index in np.unique(found.region)]


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
    candidates = find(query)

    assert len(candidates.region) == len(candidates.type)
    assert len(candidates.region) + sum(candidates.removed.values()) == candidates.total
    assert all(count > 0 for count in candidates.removed.values())


@given(queries())
@settings(max_examples=100)
def test_every_candidate_left_meets_every_constraint_on_its_place(query: OptimizeQuery) -> None:
    named = {cloud_map().regions[key].partition for key in query.regions}
    partition = named if len(named) == 1 else {"commercial"}  # who names only government regions means their cloud

    for region in regions_of(find(query)):
        assert region.status == "available"
        assert region.partition in partition
        assert not query.providers or region.provider in query.providers
        assert not query.regions or region.key in query.regions
        assert not query.countries or region.country in query.countries
        assert region.key not in query.exclude_regions


@given(queries())
@settings(max_examples=100)
def test_every_candidate_left_meets_every_requirement(query: OptimizeQuery) -> None:
    requirements = query.requirements or Requirements()

    for machine in types_of(find(query)):
        assert machine.power is not None
        assert not query.instance_types or machine.instance_type in query.instance_types
        usable = min(machine.vcpus or 0, machine.reserved_vcpus or 0)
        assert requirements.vcpus is None or usable >= requirements.vcpus
        assert requirements.memory_gb is None or (machine.memory_gb or 0) >= requirements.memory_gb
        assert requirements.arch is None or machine.arch == requirements.arch
        if requirements.gpus is not None:
            assert (machine.accelerator_count if _is_gpu(machine) else 0) >= requirements.gpus
            assert requirements.gpus > 0 or machine.accelerator is None
        if requirements.gpu_memory_gb:
            assert machine.accelerator is not None
            assert machine.accelerator.memory_gb * machine.accelerator_count >= requirements.gpu_memory_gb
        if requirements.gpu_model is not None:
            assert machine.accelerator is not None
            assert requirements.gpu_model.casefold() in machine.accelerator.accelerator.casefold()


def _is_gpu(machine: InstanceType) -> bool:
    return machine.accelerator is not None and machine.accelerator.kind == "gpu"


def test_regions_that_are_not_open_to_everyone_are_no_candidates_even_when_asked_for() -> None:
    closed = ("aws:us-gov-west-1", "aws:cn-north-1", "aws:eusc-de-east-1", "aws:sa-west-1")

    candidates = find(ask(regions=closed))

    assert len(candidates.region) == 0
    assert list(candidates.removed) == ["partition", "regions"]
    assert sum(candidates.removed.values()) == candidates.total


def test_34_regions_of_aws_are_in_scope() -> None:
    assert int(region_scope(ask(), cloud_map()).eligible.sum()) == 34
    assert int(region_scope(ask(providers=()), cloud_map()).eligible.sum()) == 374


def test_general_work_runs_on_general_purpose_types_of_one_to_four_times_2_vcpu_and_8_gb() -> None:
    types = types_of(find(ask(providers=())))

    assert {machine.category for machine in types} == {"general"}
    assert {(machine.vcpus, machine.memory_gb) for machine in types} >= {(2, 8), (8, 32), (4, 16)}
    assert all(2 <= min(m.vcpus or 0, m.reserved_vcpus or 0) <= 8 for m in types)
    assert all(8 <= (machine.memory_gb or 0) <= 32 for machine in types)
    assert {machine.arch for machine in types} == {"arm64", "x86_64"}


def test_databases_run_on_memory_and_storage_optimised_types_of_one_to_four_times_4_vcpu_and_32_gb() -> None:
    types = types_of(find(ask(WorkloadType.DATABASE)))

    assert {machine.category for machine in types} == {"memory", "storage"}
    assert {"r6g.xlarge", "i4i.xlarge", "x2gd.xlarge"} <= names_of(find(ask(WorkloadType.DATABASE)))
    assert all(4 <= (m.vcpus or 0) <= 16 and 32 <= (m.memory_gb or 0) <= 128 for m in types)


def test_training_runs_on_one_to_eight_accelerators_of_16_gb_and_never_on_retired_or_inference_chips() -> None:
    types = types_of(find(ask(WorkloadType.TRAINING, providers=())))

    assert {"p4d.24xlarge", "p3.2xlarge", "g5.xlarge", "g4dn.xlarge", "trn1.2xlarge"} <= {
        m.instance_type for m in types
    }
    for machine in types:
        assert machine.accelerator is not None
        assert machine.accelerator.memory_gb >= 16
        assert 1 <= machine.accelerator_count <= 8
        assert not machine.accelerator.retired
        assert machine.accelerator.kind in ("gpu", "tpu", "asic")
        assert "Inferentia" not in machine.accelerator.accelerator


def test_inference_runs_on_inferentia_gpus_and_cpus() -> None:
    types = types_of(find(ask(WorkloadType.INFERENCE)))

    assert {"inf2.xlarge", "g4dn.xlarge", "c7g.xlarge", "m6i.xlarge"} <= {machine.instance_type for machine in types}
    for machine in types:
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
