"""What a refusal says of constraints that are not numbers, such as a retired type or a country."""

from __future__ import annotations

from tests.api.conftest import Ask

GENERAL = {"workload": "general", "priority": "carbon"}


def test_a_refusal_says_how_many_offers_fail_only_one_constraint(post: Ask) -> None:
    # gcp:europe-west4 sells no machine of AWS: each of the two demands can be met without the other.
    demands = {"instance_types": ["m7g.large"], "regions": ["gcp:europe-west4"]}

    detail = post("optimize", {**GENERAL, **demands}, status=422)["detail"]

    for name in demands:
        rest = {key: value for key, value in demands.items() if key != name}
        answer = post("optimize", {**GENERAL, "providers": ["aws", "gcp"], **rest})["recommendation"]
        assert f"{answer['metadata']['qualifying']:,} offers fail only {name}" in detail


def test_gpus_that_general_work_does_not_use_are_answered_with_the_workload_that_stands_in_the_way(post: Ask) -> None:
    detail = post("optimize", {**GENERAL, "requirements": {"gpus": 1}}, status=422)["detail"]

    assert "offers fail only workload" in detail


def test_a_country_in_which_only_other_clouds_have_a_region_is_answered_with_these(post: Ask) -> None:
    problem = post("optimize", {**GENERAL, "countries": ["CZ", "MT"]}, status=422)

    # Prague is a local zone of OVHcloud; no cloud has a region on Malta.
    assert problem["countries_without_regions"] == ["CZ", "MT"]
    assert "in CZ only other clouds have a region (ovh): name them in providers" in problem["detail"]
    assert "MT" not in problem["detail"]


def test_a_retired_type_is_refused_with_the_day(post: Ask) -> None:
    body = {"workload": "training", "priority": "carbon", "instance_types": ["Standard_NC6s_v3"]}

    problem = post("optimize", body, status=422)

    assert "Standard_NC6s_v3 has been retired since 2025-09-30" in problem["detail"]


def test_by_rank_lists_no_region_for_a_retired_type_and_says_so(get: Ask) -> None:
    answer = get("/v1/by-rank?instanceType=NC6s_v3&provider=azure")

    assert answer["regions"] == []
    assert {row["reason"] for row in answer["excluded"]} == {"retired-machine"}
