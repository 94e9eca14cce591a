"""The PUE that a provider publishes for a region, wherever a figure of the region uses it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Ask
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, flat
from tests.fakes.service import NOW, service

# AWS's own figures of 2024 (Green Software Foundation, real-time-cloud b2858aa): Hyderabad 1.46, Stockholm 1.10,
# Ohio 1.13. It publishes none for Paris, where its fleet's figure of 2025, 1.14, is used.
PUBLISHED = {"ap-south-2": 1.46, "eu-north-1": 1.10, "us-east-2": 1.13}


def test_47_regions_have_a_pue_of_their_own() -> None:
    bases = [region.pue_basis for region in cloud_map().regions.values()]

    assert sum(basis.startswith("region figure 20") for basis in bases) == 47
    assert set(bases) == {"region figure 2023", "region figure 2024", "fleet figure", "industry average"}


@pytest.mark.parametrize(
    ("region", "pue", "basis"),
    [
        ("aws:ap-south-2", 1.46, "region figure 2024"),
        ("aws:eu-north-1", 1.10, "region figure 2024"),
        ("aws:eu-west-3", 1.14, "fleet figure"),
        ("azure:westeurope", 1.14, "region figure 2023"),
        ("azure:australiaeast", 1.18, "fleet figure"),  # only a design value of 2022 exists
        ("gcp:europe-west4", 1.07, "region figure 2024"),
        ("gcp:europe-west3", 1.10, "fleet figure"),
        ("vultr:ams", 1.56, "industry average"),
    ],
)
def test_a_region_without_a_figure_of_its_own_has_its_providers(region: str, pue: float, basis: str) -> None:
    region_facts = cloud_map().regions[region]

    assert (region_facts.pue, region_facts.pue_basis) == (pue, basis)


@pytest.mark.parametrize("region", PUBLISHED)
def test_every_answer_about_a_region_uses_and_names_the_regions_own_pue(region: str, get: Ask, post: Ask) -> None:
    option = {"region": region, "instance_type": "m6g.large"}
    placing = {
        "workload": "general",
        "priority": "carbon",
        "region": region,
        "regions": [region],
        "instance_types": ["m6g.large"],
    }
    rows = {
        "calculate": post("calculate", option)["calculation"],
        "compare": post("compare", {"options": [option]})["comparisons"][0],
        "optimize": post("optimize", placing)["recommendation"]["recommendations"][0],
        "region": get(f"/api/v1/regions/{region}")["region_details"],
    }

    assert {name: (row["pue"], row["pue_basis"]) for name, row in rows.items()} == dict.fromkeys(
        rows, (PUBLISHED[region], "region figure 2024")
    )
    # m6g.large half busy draws 6.19064 W (worked out in tests/golden/test_cost_golden.py).
    energy = rows["calculate"]["power_consumption_kwh"]
    assert energy == pytest.approx(6.19064 / 1000 * PUBLISHED[region], rel=1e-3)


def test_the_ranking_prefers_the_region_with_the_lower_pue_on_one_grid() -> None:
    # Virginia (1.15) and Ohio (1.13) share the zone US-MIDA-PJM: the same machine needs 1.15/1.13 times as much there.
    client = service(FakeReader(others=flat(NOW, 400))).test_client()
    body: dict[str, Any] = {"workload": "general", "priority": "carbon", "instance_types": ["m6g.large"]}

    rows = client.post("/api/v1/optimize", json=body | {"regions": ["us-east-1", "us-east-2"]}).get_json()

    first, second = rows["recommendation"]["recommendations"]
    assert (first["region"], second["region"]) == ("us-east-2", "us-east-1")
    ratio = second["co2_g_per_unit_work"] / first["co2_g_per_unit_work"]
    assert ratio == pytest.approx(1.15 / 1.13, rel=1e-3)
