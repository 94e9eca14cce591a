"""What machines cost, worked out by hand from the literals of catalog/data/<provider>/prices.csv.

It is Wednesday, 18 November 2026, 10:20 UTC. The order is by USD per unit of work: price over index x vCPUs x 0.5,
the index being ssj_ops over 51,421. Every region of AWS is given a PUE of 1.15. m6g.large (Graviton2): 50389/51421 x 2
x 0.5 = 0.979930 an hour; it draws 6.19064 W, so 6.19064 / 1000 x 1.15 / 0.979930 = 0.00726506 kWh a unit. m5.large
(Xeon 8175M): 50844/51421 = 0.988779 an hour.
"""

from __future__ import annotations

import pytest

from carbon.errors import UnknownInstanceType
from carbon.results import Cost
from carbon.workload import CalculateQuery, Priority, WorkloadType
from planning.placing.costs import NO_PRICE
from tests.fakes.clouds import cloud_map
from tests.golden.cost_answers import NOW, THREE, answer, engine, graviton2, places


def bill(region: str, instance_type: str, hours: float = 1.0, count: int = 1) -> Cost:
    query = CalculateQuery(region=region, instance_type=instance_type, duration_hours=hours, count=count)
    return engine().at(NOW).calculate(query).cost


def test_three_machines_for_a_day_cost_72_machine_hours() -> None:
    # us-east-1,m5.large,0.096,2026-08-06,aws-pricing-page,0.0416,2026-08-11,aws-spot-feed
    # 0.096 x 24 x 3 = 6.912; 0.0416 x 24 x 3 = 2.9952.
    cost = bill("aws:us-east-1", "m5.large", hours=24, count=3)

    assert (cost.on_demand_usd_per_hour, cost.spot_usd_per_hour) == (0.096, 0.0416)
    assert cost.on_demand_usd == pytest.approx(6.912)
    assert cost.spot_usd == pytest.approx(2.9952)
    assert (cost.price_as_of, cost.spot_price_as_of) == ("2026-08-06", "2026-08-11")
    assert cost.price_source == "AWS EC2 pricing-page file"
    assert cost.spot_price_source == "AWS public spot price feed, one figure a region"
    assert not cost.is_estimate


def test_a_price_made_from_us_east_1_and_the_regions_factor_says_so() -> None:
    # us-east-1,m8a.2xlarge,0.48688 x 1.1146 (eu-south-2) = 0.542676, dated as the us-east-1 price.
    cost = bill("aws:eu-south-2", "m8a.2xlarge", hours=10)

    assert cost.on_demand_usd_per_hour == pytest.approx(0.48688 * 1.1146, abs=5e-7)
    assert cost.on_demand_usd == pytest.approx(5.42676)
    assert cost.is_estimate
    assert cost.price_as_of == "2026-08-06"
    assert (cost.price_source or "").startswith("us-east-1 price x 1.1146")


def test_an_old_spot_price_is_shown_with_its_date() -> None:
    # eastus,Standard_D2s_v5,0.096,2026-06-18,karpenter-azure,0.01056,2024-08-09,coroot: 831 days old.
    cost = bill("azure:eastus", "Standard_D2s_v5", hours=100)

    assert (cost.spot_usd_per_hour, cost.spot_price_as_of) == (0.01056, "2024-08-09")
    assert cost.spot_usd == pytest.approx(1.056)
    assert cost.on_demand_usd == pytest.approx(9.6)


def test_where_only_the_spot_price_is_blank_only_it_is_unknown() -> None:
    # me-central-1,m5.large,0.118,2025-11-03,aws-price,,,
    cost = bill("aws:me-central-1", "m5.large", hours=2)

    assert cost.on_demand_usd == pytest.approx(0.236)
    assert cost.price_as_of == "2025-11-03"
    assert (cost.spot_usd_per_hour, cost.spot_usd, cost.spot_price_as_of, cost.spot_price_source) == (None,) * 4


@pytest.mark.parametrize(
    ("region", "name"),
    [
        ("aws:us-east-1", "cache.r6g.large"),
        ("aws:us-east-1", "db.r8g.large"),
        ("aws:cn-north-1", "lambda-arm64-1769mb"),
        ("azure:eastus", "container-2vcpu-4gb"),
    ],
)
def test_services_without_a_price_have_none(region: str, name: str) -> None:
    assert bill(region, name, hours=24, count=2) == NO_PRICE


@pytest.mark.parametrize(
    ("region", "name", "usd"),
    [
        # AWS's page: 0.0000166667 USD a GB-second on x86, 0.0000133334 on Arm; 512 MB are half a GB.
        ("aws:us-east-1", "lambda-x86_64-1024mb", 0.0000166667 * 3600),
        ("aws:eu-north-1", "lambda-arm64-512mb", 0.0000133334 * 3600 / 2),
        # us-east-1: 0.04048 USD a vCPU-hour and 0.004445 a GB-hour; Arm in eu-central-1: 0.03725 and 0.00409.
        ("aws:us-east-1", "fargate-x86_64-2vcpu-4gb", 2 * 0.04048 + 4 * 0.004445),
        ("aws:eu-central-1", "fargate-arm64-0.25vcpu-0.5gb", 0.25 * 0.03725 + 0.5 * 0.00409),
        # RDS for PostgreSQL, Single-AZ, of 4 April 2025.
        ("aws:us-east-1", "db.r6g.large", 0.225),
        # Cloud Run: tier 1 0.000024 USD a vCPU-second and 0.0000025 a GiB-second; tier 2 0.0000336 and 0.0000035.
        ("gcp:us-central1", "cloud-run-1vcpu-2gb", 3600 * (0.000024 + 2 * 0.0000025)),
        ("gcp:europe-west3", "cloud-run-0.5vcpu-0.5gb", 3600 * (0.5 * 0.0000336 + 0.5 * 0.0000035)),
        # Container Apps, active: 0.000024 and 0.000003 in eastus, 0.000034 and 0.000004 in westus2.
        ("azure:eastus", "container-apps-0.25vcpu-0.5gb", 3600 * (0.25 * 0.000024 + 0.5 * 0.000003)),
        ("azure:westus2", "container-apps-4vcpu-8gb", 3600 * (4 * 0.000034 + 8 * 0.000004)),
    ],
)
def test_a_service_costs_its_size_at_the_published_rates_of_its_region(region: str, name: str, usd: float) -> None:
    cost = bill(region, name, hours=10, count=3)

    assert cost.on_demand_usd_per_hour == pytest.approx(usd)
    assert cost.on_demand_usd == pytest.approx(30 * usd)
    assert cost.price_as_of is not None
    assert cost.price_source is not None
    assert (cost.spot_usd_per_hour, cost.is_estimate) == (None, False)


def test_where_a_region_has_no_list_of_database_prices_it_is_us_east_1_s_times_the_region_s_factor() -> None:
    # db.r6g.large costs 0.225 in us-east-1; the median ratio of mx-central-1 is 1.0500: 0.23625.
    cost = bill("aws:mx-central-1", "db.r6g.large")

    assert (cost.on_demand_usd_per_hour, cost.is_estimate) == (0.23625, True)
    assert (cost.price_source or "").startswith("us-east-1 price x 1.0500")


def test_a_plan_that_no_price_list_names_has_neither_a_price_nor_a_machine() -> None:
    assert cloud_map().price("vultr:ams", "vc2-64c-256gb") is None
    with pytest.raises(UnknownInstanceType):
        bill("vultr:ams", "vc2-64c-256gb")


def test_priority_cost_puts_the_same_work_where_it_costs_least() -> None:
    # m6g.large: ap-south-1 0.0506, us-east-1 0.077, eu-north-1 0.082, each over 0.979930 of work. The grid's order,
    # 700, 400, 20 g, is the opposite.
    ranking = graviton2()

    assert places(ranking) == ["aws:ap-south-1", "aws:us-east-1", "aws:eu-north-1"]
    assert [row.usd_per_unit_work for row in ranking.rows] == pytest.approx([0.0516363, 0.0785770, 0.0836794], rel=1e-5)
    assert [row.score for row in ranking.rows] == pytest.approx([1, 0.0506 / 0.077, 0.0506 / 0.082])
    assert places(graviton2(priority=Priority.CARBON)) == ["aws:eu-north-1", "aws:us-east-1", "aws:ap-south-1"]


def test_priority_cost_counts_the_work_and_not_the_smallest_bill() -> None:
    # us-east-1: m6g.large 0.077 / 0.979930 = 0.0785770; m8g.large 0.08976 / (81882/51421) = 0.0563683, and m8g.xlarge
    # at twice the bill does twice the work: of equals the smaller.
    types = ("m6g.large", "m8g.large", "m8g.xlarge")

    body = answer(regions=("aws:us-east-1",), instance_types=types, per_region=3)

    assert [row.emission.instance_type for row in body.rows] == ["m8g.large", "m8g.xlarge", "m6g.large"]
    assert [row.usd_per_unit_work for row in body.rows] == pytest.approx([0.0563683, 0.0563683, 0.0785770], rel=1e-5)


def test_priority_cost_with_spot_compares_spot_prices() -> None:
    # m6g.large spot: ap-south-1 0.0195, eu-north-1 0.0282, us-east-1 0.0294.
    placement = graviton2(spot=True)

    assert places(placement) == ["aws:ap-south-1", "aws:eu-north-1", "aws:us-east-1"]
    assert [row.usd_per_unit_work for row in placement.rows] == pytest.approx(
        [0.0195 / 0.979930, 0.0282 / 0.979930, 0.0294 / 0.979930], rel=1e-5
    )


def test_unknown_prices_come_last_by_their_carbon() -> None:
    # No source at hand has AWS's prices of tasks in China.
    types = ("fargate-arm64-2vcpu-4gb", "m6g.large")

    body = answer(
        workload=WorkloadType.CONTAINERS,
        regions=("aws:cn-north-1", "aws:cn-northwest-1"),
        instance_types=types,
        per_region=2,
    )

    assert [(row.emission.region, row.emission.instance_type) for row in body.rows[:1]] == [
        ("aws:cn-north-1", "m6g.large")
    ]
    without = [row for row in body.rows if row.usd_per_unit_work is None]
    assert without == list(body.rows[1:])
    assert {row.emission.instance_type for row in without} == {"fargate-arm64-2vcpu-4gb"}
    grams = [row.emission.operational_gco2e for row in without]
    assert grams == sorted(grams)
    assert body.offers_without_price == 2


def test_a_price_on_carbon_turns_the_order_of_cost_where_it_outweighs_the_difference() -> None:
    # A unit in us-east-1: 0.0785770 USD and 0.00726506 kWh x 400 = 2.90602 g; in eu-north-1: 0.0836794 USD, 0.145301 g.
    # 0.0051024 USD against 2.76072 g: even at 1,848.2 USD a tonne. ap-south-1 (0.0516363 USD, 5.08554 g) leads
    # us-east-1 until 0.0269407 / 2.17952e-6 = 12,361 and eu-north-1 until 0.0320431 / 4.94024e-6 = 6,486.
    order = {
        usd: places(graviton2(carbon_usd_per_tonne=usd)) for usd in (0.0, 1848.0, 1849.0, 6480.0, 6490.0, 12_370.0)
    }

    india, virginia, sweden = THREE
    assert order[0.0] == order[1848.0] == [india, virginia, sweden]
    assert order[1849.0] == order[6480.0] == [india, sweden, virginia]
    assert order[6490.0] == [sweden, india, virginia]
    assert order[12_370.0] == [sweden, virginia, india]


def test_the_folded_carbon_of_a_row_is_its_grams_at_the_price_and_leaves_the_bill_alone() -> None:
    # m6g.large for 24 h in us-east-1: 6.19064 W x 24 h x 1.15 = 0.170862 kWh x 400 = 68.3447 g; at 100 USD a tonne
    # 0.00683447 USD. Embodied 42.4 kg over 35,040 h x 24 h = 29.0411 g more: 0.00973858 USD.
    bare, whole = (
        next(
            row
            for row in graviton2(carbon_usd_per_tonne=100.0, include_embodied=embodied).rows
            if row.emission.region == "aws:us-east-1"
        )
        for embodied in (False, True)
    )

    assert bare.carbon_usd == pytest.approx(0.00683447, rel=1e-5)
    assert whole.carbon_usd == pytest.approx(0.00973858, rel=1e-5)
    assert bare.usd_per_unit_work == pytest.approx(0.0785770, rel=1e-5)
    assert bare.emission.cost.on_demand_usd == pytest.approx(24 * 0.077)


def test_without_a_carbon_price_a_row_names_no_carbon_cost() -> None:
    assert [row.carbon_usd for row in graviton2().rows] == [None, None, None]


@pytest.mark.parametrize("priority", [Priority.CARBON, Priority.PERFORMANCE, Priority.BALANCED])
def test_a_carbon_price_changes_only_the_order_of_cost(priority: Priority) -> None:
    assert places(graviton2(priority=priority, carbon_usd_per_tonne=1e5)) == places(graviton2(priority=priority))
