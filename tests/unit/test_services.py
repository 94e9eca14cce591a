"""Which vCPUs, memory and power the name of a service stands for."""

from __future__ import annotations

import pytest

from carbon.power import PowerCurve
from catalog.load import Catalog, load_catalog
from catalog.model import InstanceType


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def found(catalog: Catalog, provider: str, name: str) -> InstanceType:
    instance = catalog.find_type(provider, name)
    assert instance is not None, name
    return instance


def watts(instance: InstanceType, utilization: float) -> float:
    assert instance.power is not None
    return instance.power.draw(utilization, utilization, PowerCurve.CONCAVE).it_w


@pytest.mark.parametrize(
    ("provider", "name", "vcpus", "memory_gb"),
    [
        ("aws", "lambda-arm64-1769mb", 1, 1769 / 1024),
        ("aws", "lambda-x86_64-10240mb", 10240 / 1769, 10),
        ("aws", "fargate-x86_64-0.25vcpu-0.5gb", 0.25, 0.5),
        ("aws", "fargate-arm64-16vcpu-120gb", 16, 120),
        ("aws", "aurora-serverless-arm64-8acu", 2, 16),
        ("aws", "glue-10dpu", 40, 160),
        ("aws", "dc2.8xlarge", 32, 244),
        ("aws", "ra3.xlplus", 4, 32),
        ("azure", "functions-1.5gb", 1.5 * 0.667, 1.5),
        ("azure", "container-2vcpu-4gb", 2, 4),
        ("azure", "GP_Gen5_8", 8, 40.8),
        ("gcp", "cloud-run-1vcpu-0.5gb", 1, 0.5),
        ("gcp", "cloud-run-0.75vcpu-1gb", 0.75, 1),
        ("gcp", "cloud-run-8vcpu-32gb", 8, 32),
        ("azure", "container-apps-3.75vcpu-7.5gb", 3.75, 7.5),
        ("gcp", "cloud-functions-gen1-1024mb", 0.583, 1),
        ("gcp", "db-custom-2-7680", 2, 7.5),
        ("gcp", "gke-autopilot-arm64-0.5vcpu-2gb", 0.5, 2),
    ],
)
def test_a_size_stands_for_its_vcpus_and_memory(
    catalog: Catalog, provider: str, name: str, vcpus: float, memory_gb: float
) -> None:
    instance = found(catalog, provider, name)

    assert instance.vcpus == pytest.approx(vcpus)
    assert instance.memory_gb == pytest.approx(memory_gb)
    assert instance.power_modelled


def test_one_vcpu_of_lambda_on_arm_draws_what_a_graviton2_core_draws(catalog: Catalog) -> None:
    instance = found(catalog, "aws", "lambda-arm64-1769mb")

    # CPU 0.495 + 0.69 x (2.599 - 0.495) = 1.9468; memory (1769/1024 - 1.07) x 0.392 = 0.2578.
    assert watts(instance, 0.5) == pytest.approx(1.9468 + 0.2578, abs=1e-3)


def test_fargate_on_x86_draws_the_median_of_common_cpus_and_has_no_performance_index(catalog: Catalog) -> None:
    instance = found(catalog, "aws", "fargate-x86_64-2vcpu-4gb")

    # CPU 2 x (0.684 + 0.69 x (4.24 - 0.684)) = 6.2753; memory (4 - 2 x 1.095) x 0.392 = 0.7095.
    assert watts(instance, 0.5) == pytest.approx(6.2753 + 0.7095, abs=1e-3)
    assert (instance.performance_index, instance.performance_basis) == (None, None)


def test_arm_services_of_aws_work_like_graviton2(catalog: Catalog) -> None:
    instance = found(catalog, "aws", "fargate-arm64-2vcpu-4gb")
    machine = found(catalog, "aws", "m6g.large")

    assert instance.performance_index == machine.performance_index
    assert instance.performance_basis == machine.performance_basis


def test_embodied_emissions_of_a_size_are_its_share_of_the_usual_host(catalog: Catalog) -> None:
    instance = found(catalog, "aws", "fargate-arm64-2vcpu-4gb")

    # Graviton2: one socket, 64 vCPUs: 1000 x 2/64 + 4 x 1.388.
    assert instance.embodied_kgco2e == pytest.approx(31.25 + 5.552)


@pytest.mark.parametrize(
    ("provider", "name", "machine"),
    [
        ("aws", "db.r6g.large", "r6g.large"),
        ("aws", "cache.m6g.xlarge", "m6g.xlarge"),
        ("aws", "kafka.m5.large", "m5.large"),
        ("aws", "ml.g4dn.xlarge", "g4dn.xlarge"),
        ("aws", "dms.r5.large", "r5.large"),
        ("aws", "dax.r5.large", "r5.large"),
        ("aws", "r6g.large.search", "r6g.large"),
        ("aws", "m5.large.elasticsearch", "m5.large"),
        ("gcp", "db-n1-standard-4", "n1-standard-4"),
        ("gcp", "db-n1-highmem-8", "n1-highmem-8"),
        ("gcp", "db-perf-optimized-N-8", "n2-highmem-8"),
    ],
)
def test_a_service_over_a_machine_type_draws_what_the_machine_draws(
    catalog: Catalog, provider: str, name: str, machine: str
) -> None:
    service, base = found(catalog, provider, name), found(catalog, provider, machine)

    assert service.instance_type == name
    assert service.power == base.power
    assert service.performance_index == base.performance_index


def test_business_critical_sql_sells_one_replica_and_runs_four(catalog: Catalog) -> None:
    general, critical = found(catalog, "azure", "GP_Gen5_8"), found(catalog, "azure", "BC_Gen5_8")

    assert (critical.vcpus, critical.reserved_vcpus) == (8, 32)
    assert watts(critical, 0.5) == pytest.approx(4 * watts(general, 0.5))
    assert critical.embodied_kgco2e == pytest.approx(4 * general.embodied_kgco2e)  # type: ignore[operator]


@pytest.mark.parametrize("name", ["lambda-x86-1769mb", "Lambda-X86_64-1769MB", "lambda-X86-1769mb"])
def test_case_does_not_matter_and_x86_is_x86_64(catalog: Catalog, name: str) -> None:
    assert found(catalog, "aws", name).instance_type == "lambda-x86_64-1769mb"


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ("aws", "lambda-arm64-127mb"),  # 128 to 10,240 MB are sold
        ("aws", "lambda-arm64-10241mb"),
        ("aws", "lambda-arm64-128.5mb"),
        ("aws", "lambda-riscv-128mb"),
        ("aws", f"lambda-arm64-{'9' * 400}mb"),
        ("aws", "fargate-arm64-2vcpu-3gb"),  # 4 to 16 GB go with 2 vCPUs
        ("aws", "fargate-arm64-8vcpu-18gb"),  # 16 to 60 GB in steps of 4
        ("aws", "fargate-arm64-3vcpu-8gb"),
        ("aws", f"fargate-arm64-{'9' * 400}vcpu-8gb"),
        ("aws", "glue-1.5dpu"),
        ("aws", "glue-4dpu-arm64"),
        ("aws", "db.no-such-type"),
        ("aws", "db.lambda-arm64-1769mb"),
        ("azure", "lambda-arm64-1769mb"),
        ("gcp", "cloud-functions-gen1-300mb"),
        ("gcp", "cloud-run-0vcpu-1gb"),
        ("gcp", "cloud-run-16vcpu-64gb"),
        ("gcp", "cloud-run-3vcpu-4gb"),  # 1, 2, 4, 6 or 8 vCPUs
        ("gcp", "cloud-run-1vcpu-4.5gb"),  # at most 4 GB with 1 vCPU
        ("gcp", "cloud-run-8vcpu-3gb"),  # at least 4 GB with 8
        ("gcp", "cloud-run-0.4vcpu-1gb"),  # at most 0.5 GB below half a vCPU
        ("azure", "container-apps-1vcpu-4gb"),  # 2 GB a vCPU
        ("azure", "container-apps-4.25vcpu-8.5gb"),
        ("azure", "container-apps-0.3vcpu-0.6gb"),  # steps of a quarter
        ("no-such-cloud", "db.r6g.large"),
    ],
)
def test_a_size_that_is_not_sold_is_nobodys(catalog: Catalog, provider: str, name: str) -> None:
    assert catalog.find_type(provider, name) is None


def test_no_size_of_any_service_is_without_bounds(catalog: Catalog) -> None:
    huge = "9" * 400
    templates = [
        (provider, service.template.format(arch="x86_64", units=huge, vcpus=huge, memory=huge, type="m5.large"))
        for provider, services in catalog.services.by_provider.items()
        for service in services
        if "{" in service.template and "{type}" not in service.template
    ]

    assert len(templates) == 31
    assert [name for provider, name in templates if catalog.find_type(provider, name) is not None] == []
