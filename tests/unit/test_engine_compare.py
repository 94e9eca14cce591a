"""Options side by side: greenest first, and the same numbers as alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from carbon.workload import CalculateQuery
from engine import Engine
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, flat, known

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)


def engine() -> Engine:
    zones = {"SE-SE3": flat(NOW, 20), "FR": known(NOW, [40.0, 50.0, 60.0]), "US-MIDA-PJM": flat(NOW, 400)}
    return Engine(cloud_map(), FakeReader(zones))


def option(region: str, name: str = "m5.large", *, hours: float = 2, embodied: bool = False) -> CalculateQuery:
    return CalculateQuery(region=region, instance_type=name, duration_hours=hours, include_embodied=embodied)


def test_options_come_greenest_first_and_the_difference_is_of_the_worst() -> None:
    options = [option("aws:us-east-1"), option("aws:eu-north-1"), option("aws:us-east-1", "g4dn.xlarge")]

    comparison = engine().at(NOW).compare(options)

    assert [(row.region, row.instance_type) for row in comparison.rows] == [
        ("aws:eu-north-1", "m5.large"),
        ("aws:us-east-1", "m5.large"),
        ("aws:us-east-1", "g4dn.xlarge"),
    ]
    best, worst = comparison.rows[0].operational_gco2e, comparison.rows[-1].operational_gco2e
    assert comparison.difference_gco2e == pytest.approx(worst - best)
    assert comparison.difference_share == pytest.approx(1 - best / worst)
    # The same machine at 20 g/kWh with a PUE of 1.10 and at 400 g/kWh with 1.15.
    assert comparison.rows[1].operational_gco2e == pytest.approx(20 * 1.15 / 1.10 * best)


def test_each_option_uses_the_pue_of_its_region() -> None:
    # Both lie in Ireland on one grid, whose figure cancels out; AWS publishes 1.11 for it, Azure 1.19.
    aws, azure = option("aws:eu-west-1", "m5.large"), option("azure:northeurope", "Standard_D2s_v3")

    comparison = engine().at(NOW).compare([aws, azure])

    assert {row.region: row.pue for row in comparison.rows} == {"aws:eu-west-1": 1.11, "azure:northeurope": 1.19}
    for row in comparison.rows:
        assert row.energy_kwh == pytest.approx(row.draw.it_w / 1000 * 2 * row.pue)


def test_each_option_has_the_figures_it_has_alone_whatever_it_is_compared_with() -> None:
    options = [option("aws:eu-west-3", hours=hours) for hours in (0.25, 1, 2, 30, 200)]

    together = engine().at(NOW).compare(options)

    for row in together.rows:
        alone = engine().at(NOW).calculate(option("aws:eu-west-3", hours=row.duration_hours))
        assert row.operational_gco2e == pytest.approx(alone.operational_gco2e, rel=1e-9)
        assert row.used.provenance == alone.used.provenance


def test_equal_options_are_ordered_by_region_then_type() -> None:
    # Both French regions of Azure have its fleet's PUE and share a grid zone.
    regions = ("azure:francesouth", "azure:francecentral")
    comparison = engine().at(NOW).compare([option(region, "Standard_D2s_v3") for region in regions])

    assert [row.region for row in comparison.rows] == ["azure:francecentral", "azure:francesouth"]
    assert (comparison.difference_gco2e, comparison.difference_share) == (0, 0)


def test_a_single_option_differs_from_nothing() -> None:
    comparison = engine().at(NOW).compare([option("aws:eu-north-1")])

    assert len(comparison.rows) == 1
    assert (comparison.difference_gco2e, comparison.difference_share) == (0, 0)


def test_embodied_emissions_count_in_the_order_where_they_are_asked_for() -> None:
    # On 20 g/kWh a small new machine's hardware outweighs its power; on 400 it does not.
    comparison = engine().at(NOW).compare([option("aws:eu-north-1", embodied=True), option("aws:us-east-1")])

    totals = [row.total_gco2e for row in comparison.rows]
    assert totals == sorted(totals)
    assert comparison.difference_gco2e == pytest.approx(totals[1] - totals[0])


def test_regions_of_one_zone_are_read_once() -> None:
    reader = FakeReader({"US-MIDA-PJM": flat(NOW, 400)})

    Engine(cloud_map(), reader).at(NOW).compare([option("aws:us-east-1"), option("aws:us-east-2")])

    assert reader.reads == [(("US-MIDA-PJM",), True)]
