"""POST /api/v1/compare."""

from __future__ import annotations

import pytest

from tests.api.conftest import Ask

VIRGINIA = {"region": "us-east-1", "instance_type": "m7g.large"}
STOCKHOLM = {"region": "eu-north-1", "instance_type": "m7g.large"}
FINLAND = {"region": "gcp:europe-north1", "instance_type": "n2-standard-2"}


def test_options_come_greenest_first_and_the_ends_are_whole_rows(post: Ask) -> None:
    answer = post("compare", {"options": [VIRGINIA, FINLAND, STOCKHOLM], "duration_hours": 24})

    rows, analysis = answer["comparisons"], answer["analysis"]
    assert [row["region"] for row in rows] == ["eu-north-1", "europe-north1", "us-east-1"]
    assert analysis["best_option"] == rows[0]
    assert analysis["worst_option"] == rows[-1]
    assert analysis["total_options_compared"] == 3


def test_the_difference_is_that_of_the_ends_in_percent_of_the_worst(post: Ask) -> None:
    answer = post("compare", {"options": [VIRGINIA, STOCKHOLM], "duration_hours": 24})

    best, worst = (row["co2_emissions_kg"] for row in answer["comparisons"])
    analysis = answer["analysis"]
    assert analysis["difference_kg"] == pytest.approx(worst - best, rel=1e-2)
    assert analysis["difference_percentage"] == pytest.approx((worst - best) / worst * 100, rel=1e-2)


def test_a_row_is_what_calculate_answers_for_it(post: Ask) -> None:
    row = post("compare", {"options": [FINLAND], "duration_hours": 24})["comparisons"][0]
    alone = post("calculate", {**FINLAND, "duration_hours": 24})["calculation"]

    assert row == {name: value for name, value in alone.items() if name != "power_w"}


def test_an_options_own_utilisation_holds_before_the_common_one(post: Ask) -> None:
    answer = post("compare", {"options": [{**VIRGINIA, "utilization": 0.9}, STOCKHOLM], "utilization": 0.2})

    used = {row["region"]: row["utilization"] for row in answer["comparisons"]}
    assert used == {"us-east-1": 0.9, "eu-north-1": 0.2}


def test_a_thousand_options_are_answered_and_one_more_is_refused(post: Ask) -> None:
    assert post("compare", {"options": [VIRGINIA] * 1000})["analysis"]["total_options_compared"] == 1000

    problem = post("compare", {"options": [VIRGINIA] * 1001}, status=400)
    assert problem["errors"][0]["pointer"] == "#/options"


def test_no_option_is_refused(post: Ask) -> None:
    assert post("compare", {"options": []}, status=400)["errors"][0]["code"] == "too_short"


def test_a_wrong_option_is_named_by_its_place(post: Ask) -> None:
    problem = post("compare", {"options": [VIRGINIA, {"region": "nowhere"}], "limit": 3}, status=400)

    assert [error["pointer"] for error in problem["errors"]] == [
        "#/options/1/region",
        "#/options/1/instance_type",
        "#/limit",
    ]


def test_hundreds_of_wrong_names_are_all_told_but_only_the_first_get_suggestions(post: Ask) -> None:
    problem = post("compare", {"options": [{**VIRGINIA, "instance_type": "m7g.lrge"}] * 300}, status=400)

    assert len(problem["errors"]) == 300
    assert "m7g.large" in problem["errors"][0]["nearest"]
    assert "nearest" not in problem["errors"][299]


UNMODELLED = {"region": "us-east-1", "instance_type": "c6gn.metal"}


def test_compare_ranks_what_can_be_modelled_and_lists_the_rest(post: Ask) -> None:
    answer = post("compare", {"options": [VIRGINIA, UNMODELLED, STOCKHOLM]})

    assert [row["region"] for row in answer["comparisons"]] == ["eu-north-1", "us-east-1"]
    assert answer["analysis"]["total_options_compared"] == 2
    [row] = answer["not_compared"]
    assert (row["index"], row["instance_type"]) == (1, "c6gn.metal")
    assert row["reason"] == "no source at hand describes its hardware"
    assert len(row["nearest_modelled"]) == 5


def test_nothing_is_listed_where_every_option_is_ranked(post: Ask) -> None:
    assert post("compare", {"options": [VIRGINIA, STOCKHOLM]})["not_compared"] == []


def test_only_if_nothing_is_left_the_comparison_is_a_422(post: Ask) -> None:
    problem = post("compare", {"options": [UNMODELLED, UNMODELLED]}, status=422)

    assert problem["type"] == "/problems/power-not-modelled"
    assert [option["index"] for option in problem["options"]] == [0, 1]
    assert all(option["why"] and option["nearest_modelled"] for option in problem["options"])


def test_a_name_that_does_not_exist_stays_a_400_beside_options_that_can_be_ranked(post: Ask) -> None:
    problem = post("compare", {"options": [VIRGINIA, {**VIRGINIA, "instance_type": "c6gn.mtal"}]}, status=400)

    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [
        ("#/options/1/instance_type", "unknown_instance_type")
    ]


def test_an_option_whose_manufacture_is_not_known_is_not_ranked_as_if_that_were_zero(post: Ask) -> None:
    rated = {"region": "azure:westeurope", "instance_type": "Standard_D2s_v3"}
    unknown = {"region": "oci:us-ashburn-1", "instance_type": "BM.GPU4.8"}  # its list of parts names no host

    answer = post("compare", {"options": [unknown, rated], "include_embodied": True})

    assert [row["instance_type"] for row in answer["comparisons"]] == ["Standard_D2s_v3"]
    assert [row["index"] for row in answer["not_compared"]] == [0]
    assert "manufacturing" in answer["not_compared"][0]["reason"]
    assert len(post("compare", {"options": [unknown, rated]})["comparisons"]) == 2
