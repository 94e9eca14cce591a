"""nodes.csv of the overlay: the region of a node by its name."""

from __future__ import annotations

import pytest

from catalog.tables import CatalogError
from tests.fakes.own_facts import REGIONS, ZONES, overlaid

HEADER = "node,provider,region,source,as_of\n"


def rows(*lines: str) -> str:
    return HEADER + "".join(f"{line},platform team,2026-01\n" for line in lines)


def test_a_node_is_found_by_its_name_else_by_the_last_pattern_that_matches() -> None:
    nodes = overlaid(nodes=rows("*,gcp,us-west1", "node-*,aws,eu-north-1", "node-7,aws,eu-central-1")).nodes

    assert nodes.region_of("node-7") == "aws:eu-central-1"
    assert nodes.region_of("node-8") == "aws:eu-north-1"
    assert nodes.region_of("other") == "gcp:us-west1"


def test_a_name_that_no_row_has_is_not_found_and_a_dot_is_a_dot() -> None:
    nodes = overlaid(nodes=rows("*.a.b,aws,eu-north-1")).nodes

    assert nodes.region_of("x.a.b") == "aws:eu-north-1"
    assert nodes.region_of("x.a-b") is None
    assert overlaid().nodes.region_of("x.a.b") is None


def test_a_node_may_be_in_a_data_centre_of_the_operator() -> None:
    mapping = overlaid(zones=ZONES, regions=REGIONS, nodes=rows("rack-1,,dc1"))

    assert mapping.nodes.region_of("rack-1") == "own:dc1"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["n,aws,eu-nowhere-1"], "region aws:eu-nowhere-1 is not in the catalog"),
        (["n,aws,eu-north-1", "n,aws,eu-north-1"], "n is in row 2 as well"),
        (["a*b*c*d*e,aws,eu-north-1"], "more than 3 stars"),
        ([f"n{number}*,aws,eu-north-1" for number in range(201)], "more than 200 rows have a star"),
        (["x" * 254 + ",aws,eu-north-1"], "longer than 253 characters"),
    ],
)
def test_a_wrong_row_is_refused_with_its_reason(lines: list[str], reason: str) -> None:
    with pytest.raises(CatalogError, match=reason.replace("*", "\\*")):
        overlaid(nodes=rows(*lines))
