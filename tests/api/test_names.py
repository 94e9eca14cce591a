"""Names as people write them: zones for regions, sizes without their prefix, and what is suggested for the others."""

from __future__ import annotations

import re

import pytest

from catalog.availability_zones import AWS_ID_PREFIXES
from tests.api.conftest import Ask
from tests.fakes.clouds import cloud_map

GENERAL = {"workload": "general", "priority": "carbon"}


@pytest.mark.parametrize(
    ("zone", "region", "kind"),
    [
        ("us-east-1a", "aws:us-east-1", "availability zone"),
        ("use1-az1", "aws:us-east-1", "availability zone"),
        ("EUC1-AZ2", "aws:eu-central-1", "availability zone"),
        ("aws:usgw1-az1", "aws:us-gov-west-1", "availability zone"),
        ("usw2-lax1-az1", "aws:us-west-2", "local zone"),
        ("use1-wl1-bos-wlz1", "aws:us-east-1", "wavelength zone"),
        ("us-west-2-lax-1a", "aws:us-west-2", "local zone"),
        ("us-east-1-bos-1", "aws:us-east-1", "local zone"),
        ("us-east-1-wl1-bos-wlz-1", "aws:us-east-1", "wavelength zone"),
        ("europe-west1-b", "gcp:europe-west1", "availability zone"),
        ("westeurope-2", "azure:westeurope", "availability zone"),
        ("fr-par-1", "scaleway:fr-par", "availability zone"),
        ("oci:eu-frankfurt-1-ad-2", "oci:eu-frankfurt-1", "availability zone"),
        ("alibaba:cn-hangzhou-h", "alibaba:cn-hangzhou", "availability zone"),
        ("ibm:us-south-1", "ibm:us-south", "availability zone"),
    ],
)
def test_a_zone_means_its_region_and_the_answer_says_so(post: Ask, zone: str, region: str, kind: str) -> None:
    of_zone, of_region = (post("schedule", {"region": name, "duration_hours": 2}) for name in (zone, region))

    (note,) = of_zone.pop("zone_notes")
    assert (note["name"], note["region"], note["kind"]) == (zone, region, kind)
    assert "zone_notes" not in of_region
    del of_zone["request_id"], of_region["request_id"]
    assert of_zone == of_region


def test_every_prefix_of_an_aws_zone_id_is_short_for_its_region() -> None:
    short = {"north": "n", "south": "s", "east": "e", "west": "w", "central": "c", "gov": "g"}

    for prefix, region in AWS_ID_PREFIXES.items():
        place, *directions, number = re.sub(r"(north|south)(east|west)", r"\1-\2", region).split("-")
        assert prefix == place + "".join(short[direction] for direction in directions) + number
        assert f"aws:{region}" in cloud_map().regions


@pytest.mark.parametrize("name", ["usx9-az1", "use1-az", "use1", "gcp:use1-az1"])
def test_what_is_no_id_of_a_zone_of_aws_is_no_region(post: Ask, name: str) -> None:
    problem = post("schedule", {"region": name, "duration_hours": 2}, status=400)

    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("#/region", "unknown_region")]


def test_a_local_zone_may_be_on_another_grid_and_the_note_says_so(post: Ask) -> None:
    body = {"region": "us-west-2-lax-1a", "instance_type": "m5.large"}

    (note,) = post("calculate", body)["zone_notes"]

    assert note["detail"].endswith("although a local zone may be on another grid")


def test_a_zone_is_noted_wherever_a_region_is_named(get: Ask, post: Ask) -> None:
    machine = {"region": "us-east-1a", "instance_type": "m5.large"}
    answers = [
        post("calculate", machine),
        post("compare", {"options": [machine, {**machine, "region": "us-east-1b"}, machine]}),
        post("optimize", {**GENERAL, "region": "us-east-1a", "exclude_regions": ["us-east-1a"]}),
        get("/api/v1/regions/us-east-1a"),
        get("/api/v1/instances?region=us-east-1a&limit=1"),
    ]

    assert [[note["name"] for note in answer["zone_notes"]] for answer in answers] == [
        ["us-east-1a"],
        ["us-east-1a", "us-east-1b"],
        ["us-east-1a"],
        ["us-east-1a"],
        ["us-east-1a"],
    ]
    ranked = get("/v1/by-rank?country=US&exclude=aws:us-east-1a")
    assert [note["name"] for note in ranked["zoneNotes"]] == ["us-east-1a"]
    assert "aws-us-east-1" not in {row["gid"] for row in ranked["regions"]}


@pytest.mark.parametrize("name", ["us-east-3", "us-east-9a", "us-east-1-1a", "europe-west1-bb", "us-east1-b-c"])
def test_what_only_looks_like_a_zone_is_an_unknown_region(post: Ask, name: str) -> None:
    problem = post("schedule", {"region": name, "duration_hours": 2}, status=400)

    assert problem["errors"][0]["code"] == "unknown_region"


@pytest.mark.parametrize("name", ["D2s_v3", "d2s_v3", "D2s v3", "Standard D2s v3", "standard_d2s_v3"])
def test_an_azure_size_may_be_named_without_standard(post: Ask, name: str) -> None:
    answer = post("calculate", {"region": "westeurope", "instance_type": name})

    assert answer["calculation"]["instance_type"] == "Standard_D2s_v3"


def test_an_alibaba_type_may_be_named_without_ecs(post: Ask) -> None:
    answer = post("calculate", {"region": "alibaba:eu-central-1", "instance_type": "g6.large"})

    assert answer["calculation"]["instance_type"] == "ecs.g6.large"


def test_a_custom_type_is_calculated_and_its_basis_says_so(post: Ask) -> None:
    body = {"region": "gcp:europe-west1", "instance_type": "n2-custom-4-8192"}

    calculation = post("calculate", body)["calculation"]

    assert calculation["co2_emissions_g"] > 0
    assert calculation["uncertainty"]["basis"].endswith("vCPUs and GB at the shares of the n2 family")
    assert (calculation["offered"], calculation["cost"]["on_demand_usd"]) == (None, None)


@pytest.mark.parametrize(
    ("region", "name", "first"),
    [
        ("us-east-1", "m5large", "m5.large"),
        ("us-east-1", "m5-large", "m5.large"),
        ("westeurope", "D2sv3", "Standard_D2s_v3"),
        ("westeurope", "d2s-v3", "Standard_D2s_v3"),
        ("gcp:europe-west1", "n2standard4", "n2-standard-4"),
    ],
)
def test_a_type_with_the_same_letters_and_digits_is_suggested_first(
    post: Ask, region: str, name: str, first: str
) -> None:
    problem = post("calculate", {"region": region, "instance_type": name}, status=400)

    assert problem["errors"][0]["nearest"][0] == first


def test_a_city_suggests_the_regions_in_it_and_no_others(post: Ask) -> None:
    problem = post("schedule", {"region": "Frankfurt", "duration_hours": 2}, status=400)

    nearest = problem["errors"][0]["nearest"]
    assert nearest[0] == "eu-central-1"
    assert "gcp:europe-west3" in nearest
    assert not {name for name in nearest if name.startswith("fly:") and name != "fly:fra"}


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Frankfrt", "eu-central-1"),
        ("stockholm", "eu-north-1"),
        ("N. Virginia", "us-east-1"),
        ("West Europe", "azure:westeurope"),
    ],
)
def test_a_misspelt_city_or_part_of_the_name_of_a_region_suggests_it(post: Ask, name: str, first: str) -> None:
    problem = post("schedule", {"region": name, "duration_hours": 2}, status=400)

    assert problem["errors"][0]["nearest"][0] == first


@pytest.mark.parametrize("name", ["vcpus", "memory_gb", "gpus", "gpu_model"])
def test_a_requirement_at_the_top_level_is_told_where_it_belongs(post: Ask, name: str) -> None:
    (error,) = post("optimize", {**GENERAL, name: 2}, status=400)["errors"]

    assert error["nearest"][0] == f"requirements.{name}"
    assert f"did you mean requirements.{name}?" in error["detail"]


def test_a_size_beside_the_machine_of_today_is_told_to_belong_into_that_machine(post: Ask) -> None:
    current = {"region": "us-east-1", "instance_type": "m7g.large", "vcpus": 2}
    (error,) = post("optimize", {**GENERAL, "current": current}, status=400)["errors"]

    assert error["nearest"][:2] == ["current.machine.vcpus", "requirements.vcpus"]


def test_a_misspelt_field_beside_others_is_suggested_by_its_name_alone(post: Ask) -> None:
    (error,) = post("optimize", {**GENERAL, "requirements": {"vcpu": 2}}, status=400)["errors"]

    assert error["nearest"][0] == "vcpus"


def test_a_field_of_the_body_inside_another_object_is_told_where_it_belongs(post: Ask) -> None:
    option = {"region": "us-east-1", "instance_type": "m5.large", "duration_hours": 3}

    (error,) = post("compare", {"options": [option]}, status=400)["errors"]

    assert error["detail"].endswith("did you mean duration_hours of the body itself?")


def test_an_unknown_provider_lists_all_of_them(post: Ask, get: Ask) -> None:
    in_body = post("optimize", {**GENERAL, "providers": ["amazon"]}, status=400)["errors"][0]
    in_path = get("/v1/by-provider/amazon", status=404)

    providers = [row["provider"] for row in get("/v1/by-rank")["regions"]]
    assert len(set(providers)) == 15
    for detail in (in_body["detail"], in_path["detail"]):
        assert set(detail.partition("use one of ")[2].split(", ")) == set(providers)


def test_a_gpu_in_the_requirements_may_be_written_as_nvidia_smi_prints_it(post: Ask) -> None:
    body = {"workload": "training", "priority": "carbon", "requirements": {"gpu_model": "NVIDIA H100 80GB HBM3"}}

    rows = post("optimize", body)["recommendation"]["recommendations"]

    assert {row["accelerator"] for row in rows} == {"NVIDIA H100 SXM"}
