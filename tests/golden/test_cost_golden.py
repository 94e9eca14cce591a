"""What machines cost, worked out by hand from the literals of catalog/data/<provider>/prices.csv.

It is Wednesday, 18 November 2026, 10:20 UTC. The order is by USD per unit of work: price over index x vCPUs x 0.5,
the index being ssj_ops over 51,421. Every region of AWS is given a PUE of 1.15. m6g.large (Graviton2): 50389/51421 x 2
x 0.5 = 0.979930 an hour; it draws 6.19064 W, so 6.19064 / 1000 x 1.15 / 0.979930 = 0.00726506 kWh a unit. m5.large
(Xeon 8175M): 50844/51421 = 0.988779 an hour.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from carbon.errors import NoFeasiblePlacement, UnknownInstanceType
from carbon.placements import Placement
from carbon.results import Cost
from carbon.workload import CalculateQuery, OptimizeQuery, Priority, Requirements, WorkloadType
from engine import Engine
from planning.placing.costs import NO_PRICE
from tests.fakes.clouds import cloud_map, one_pue_map
from tests.fakes.grid import FakeReader, flat
from tests.golden.builders import utc

NOW = utc(18, 10, 20)
# ap-south-1 lies in IN-WE, us-east-1 in US-MIDA-PJM, eu-north-1 in SE-SE3.
GRID = {"IN-WE": flat(NOW, 700), "US-MIDA-PJM": flat(NOW, 400), "SE-SE3": flat(NOW, 20)}
THREE = ("aws:ap-south-1", "aws:us-east-1", "aws:eu-north-1")


def engine() -> Engine:
    return Engine(one_pue_map(), FakeReader(GRID, others=flat(NOW, 300)))


def bill(region: str, instance_type: str, hours: float = 1.0, count: int = 1) -> Cost:
    query = CalculateQuery(region=region, instance_type=instance_type, duration_hours=hours, count=count)
    return engine().at(NOW).calculate(query).cost


def answer(**more: object) -> Placement:
    return answer_at(NOW, **more)


def answer_at(now: datetime, /, **more: object) -> Placement:
    given = {"workload": WorkloadType.GENERAL, "priority": Priority.COST, "providers": ("aws",), "flexible": False}
    query = OptimizeQuery(**given | {"duration_hours": 24.0, "limit": 500} | more)  # type: ignore[arg-type]
    return engine().at(now).optimize(query)


def graviton2(**more: object) -> Placement:
    """One type in three regions: the same work everywhere."""
    return answer(regions=THREE, instance_types=("m6g.large",), **more)


def places(found: Placement) -> list[str]:
    return [row.emission.region for row in found.rows]


def test_three_machines_for_a_day_cost_72_machine_hours() -> None:
    # us-east-1,m5.large,0.096,2026-08-06,aws-pricing-page,0.0416,2026-08-11,aws-spot-feed
    # 0.096 x 24 x 3 = 6.912; 0.0416 x 24 x 3 = 2.9952.
    found = bill("aws:us-east-1", "m5.large", hours=24, count=3)

    assert (found.on_demand_usd_per_hour, found.spot_usd_per_hour) == (0.096, 0.0416)
    assert found.on_demand_usd == pytest.approx(6.912)
    assert found.spot_usd == pytest.approx(2.9952)
    assert (found.price_as_of, found.spot_price_as_of) == ("2026-08-06", "2026-08-11")
    assert found.price_source == "AWS EC2 pricing-page file"
    assert found.spot_price_source == "AWS public spot price feed, one figure a region"
    assert not found.is_estimate


def test_a_price_made_from_us_east_1_and_the_regions_factor_says_so() -> None:
    # us-east-1,m8a.2xlarge,0.48688 x 1.1146 (eu-south-2) = 0.542676, dated as the us-east-1 price.
    found = bill("aws:eu-south-2", "m8a.2xlarge", hours=10)

    assert found.on_demand_usd_per_hour == pytest.approx(0.48688 * 1.1146, abs=5e-7)
    assert found.on_demand_usd == pytest.approx(5.42676)
    assert found.is_estimate
    assert found.price_as_of == "2026-08-06"
    assert (found.price_source or "").startswith("us-east-1 price x 1.1146")


def test_an_old_spot_price_is_shown_with_its_date() -> None:
    # eastus,Standard_D2s_v5,0.096,2026-06-18,karpenter-azure,0.01056,2024-08-09,coroot: 831 days old.
    found = bill("azure:eastus", "Standard_D2s_v5", hours=100)

    assert (found.spot_usd_per_hour, found.spot_price_as_of) == (0.01056, "2024-08-09")
    assert found.spot_usd == pytest.approx(1.056)
    assert found.on_demand_usd == pytest.approx(9.6)


def test_where_only_the_spot_price_is_blank_only_it_is_unknown() -> None:
    # me-central-1,m5.large,0.118,2025-11-03,aws-price,,,
    found = bill("aws:me-central-1", "m5.large", hours=2)

    assert found.on_demand_usd == pytest.approx(0.236)
    assert found.price_as_of == "2025-11-03"
    assert (found.spot_usd_per_hour, found.spot_usd, found.spot_price_as_of, found.spot_price_source) == (None,) * 4


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
    found = bill(region, name, hours=10, count=3)

    assert found.on_demand_usd_per_hour == pytest.approx(usd)
    assert found.on_demand_usd == pytest.approx(30 * usd)
    assert found.price_as_of is not None
    assert found.price_source is not None
    assert (found.spot_usd_per_hour, found.is_estimate) == (None, False)


def test_where_a_region_has_no_list_of_database_prices_it_is_us_east_1_s_times_the_region_s_factor() -> None:
    # db.r6g.large costs 0.225 in us-east-1; the median ratio of mx-central-1 is 1.0500: 0.23625.
    found = bill("aws:mx-central-1", "db.r6g.large")

    assert (found.on_demand_usd_per_hour, found.is_estimate) == (0.23625, True)
    assert (found.price_source or "").startswith("us-east-1 price x 1.0500")


def test_a_plan_that_no_price_list_names_has_neither_a_price_nor_a_machine() -> None:
    assert cloud_map().price("vultr:ams", "vc2-64c-256gb") is None
    with pytest.raises(UnknownInstanceType):
        bill("vultr:ams", "vc2-64c-256gb")


def test_priority_cost_puts_the_same_work_where_it_costs_least() -> None:
    # m6g.large: ap-south-1 0.0506, us-east-1 0.077, eu-north-1 0.082, each over 0.979930 of work. The grid's order,
    # 700, 400, 20 g, is the opposite.
    found = graviton2()

    assert places(found) == ["aws:ap-south-1", "aws:us-east-1", "aws:eu-north-1"]
    assert [row.usd_per_unit_work for row in found.rows] == pytest.approx([0.0516363, 0.0785770, 0.0836794], rel=1e-5)
    assert [row.score for row in found.rows] == pytest.approx([1, 0.0506 / 0.077, 0.0506 / 0.082])
    assert places(graviton2(priority=Priority.CARBON)) == ["aws:eu-north-1", "aws:us-east-1", "aws:ap-south-1"]


def test_priority_cost_counts_the_work_and_not_the_smallest_bill() -> None:
    # us-east-1: m6g.large 0.077 / 0.979930 = 0.0785770; m8g.large 0.08976 / (81882/51421) = 0.0563683, and m8g.xlarge
    # at twice the bill does twice the work: of equals the smaller.
    types = ("m6g.large", "m8g.large", "m8g.xlarge")

    found = answer(regions=("aws:us-east-1",), instance_types=types, per_region=3)

    assert [row.emission.instance_type for row in found.rows] == ["m8g.large", "m8g.xlarge", "m6g.large"]
    assert [row.usd_per_unit_work for row in found.rows] == pytest.approx([0.0563683, 0.0563683, 0.0785770], rel=1e-5)


def test_priority_cost_with_spot_compares_spot_prices() -> None:
    # m6g.large spot: ap-south-1 0.0195, eu-north-1 0.0282, us-east-1 0.0294.
    found = graviton2(spot=True)

    assert places(found) == ["aws:ap-south-1", "aws:eu-north-1", "aws:us-east-1"]
    assert [row.usd_per_unit_work for row in found.rows] == pytest.approx(
        [0.0195 / 0.979930, 0.0282 / 0.979930, 0.0294 / 0.979930], rel=1e-5
    )


def test_unknown_prices_come_last_by_their_carbon() -> None:
    # No source at hand has AWS's prices of tasks in China.
    types = ("fargate-arm64-2vcpu-4gb", "m6g.large")

    found = answer(
        workload=WorkloadType.CONTAINERS,
        regions=("aws:cn-north-1", "aws:cn-northwest-1"),
        instance_types=types,
        per_region=2,
    )

    assert [(row.emission.region, row.emission.instance_type) for row in found.rows[:1]] == [
        ("aws:cn-north-1", "m6g.large")
    ]
    without = [row for row in found.rows if row.usd_per_unit_work is None]
    assert without == list(found.rows[1:])
    assert {row.emission.instance_type for row in without} == {"fargate-arm64-2vcpu-4gb"}
    grams = [row.emission.operational_gco2e for row in without]
    assert grams == sorted(grams)
    assert found.offers_without_price == 2


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


def test_a_bound_on_the_hourly_price_keeps_what_costs_no_more() -> None:
    # 0.0506, 0.077, 0.082: exactly 0.077 passes.
    found = graviton2(max_usd_per_hour=0.077)

    assert places(found) == ["aws:ap-south-1", "aws:us-east-1"]
    assert found.removed["max_price_per_hour"] == 1
    assert found.candidates == found.qualifying + sum(found.removed.values())


def test_a_bound_on_the_cost_is_for_the_hours_of_the_job() -> None:
    # 24 h: 1.2144, 1.848, 1.968 USD. For 12 h 1.9 buys all three.
    assert places(graviton2(max_cost_usd=1.9)) == ["aws:ap-south-1", "aws:us-east-1"]
    assert graviton2(max_cost_usd=1.9).removed["max_cost"] == 1
    assert len(graviton2(max_cost_usd=1.9, duration_hours=12.0).rows) == 3


def test_bounds_are_on_spot_prices_where_those_are_paid() -> None:
    # 0.0195, 0.0282, 0.0294 an hour; 24 h of the last are 0.7056.
    assert places(graviton2(spot=True, max_usd_per_hour=0.029)) == ["aws:ap-south-1", "aws:eu-north-1"]
    assert len(graviton2(spot=True, max_cost_usd=0.71).rows) == 3
    assert len(graviton2(spot=True, max_cost_usd=0.70).rows) == 2


@pytest.mark.parametrize("bound", ["max_usd_per_hour", "max_cost_usd"])
def test_an_unknown_price_passes_no_bound(bound: str) -> None:
    with pytest.raises(NoFeasiblePlacement) as raised:
        answer(workload=WorkloadType.SERVERLESS, partition="china", **{bound: 1e9})

    # Two functions in each of two regions.
    assert raised.value.facts["removed"]["no_price"] == 4  # type: ignore[index]
    assert raised.value.facts["candidates"] == sum(raised.value.facts["removed"].values())  # type: ignore[attr-defined]


def test_spot_prices_older_than_a_year_are_none_when_spot_is_paid() -> None:
    # Of Standard_D2s_v5, five European regions have a spot price of 2026-08-20; the others' are of 2024-08-09.
    found = answer(providers=("azure",), instance_types=("Standard_D2s_v5",), spot=True)

    five = ("belgiumcentral", "francecentral", "northeurope", "swedencentral", "westeurope")
    assert set(places(found)) == {f"azure:{region}" for region in five}
    assert {row.emission.cost.spot_price_as_of for row in found.rows} == {"2026-08-20"}
    assert found.removed["no_spot_price"] > 20
    assert found.candidates == found.qualifying + sum(found.removed.values())


@pytest.mark.parametrize(
    ("day", "usable"), [(datetime(2025, 8, 9, tzinfo=UTC), True), (datetime(2025, 8, 10, tzinfo=UTC), False)]
)
def test_a_spot_price_serves_through_its_365th_day(day: datetime, usable: bool) -> None:
    # 2024-08-09 + 365 days is 2025-08-09.
    at = day.replace(hour=23)
    asked = {"providers": ("azure",), "regions": ("azure:eastus", "azure:westeurope"), "spot": True}

    found = answer_at(at, instance_types=("Standard_D2s_v5",), **asked)

    assert ("azure:eastus" in places(found)) == usable
    assert found.removed.get("no_spot_price", 0) == (0 if usable else 1)


def test_only_paying_spot_demands_a_spot_price() -> None:
    # m5.large in me-central-1 has an on-demand price alone.
    one = {"regions": ("aws:me-central-1", "aws:us-east-1"), "instance_types": ("m5.large",)}

    paid, listed, either = (answer(spot=spot, **one) for spot in (True, False, None))

    assert places(paid) == ["aws:us-east-1"]
    assert set(places(listed)) == set(places(either)) == {"aws:us-east-1", "aws:me-central-1"}
    assert [row.usd_per_unit_work for row in listed.rows] == [row.usd_per_unit_work for row in either.rows]


def test_a_front_by_hand() -> None:
    # m6g.large, USD and grams a unit. Spot: ap-south-1 0.0198994, 5.08554; eu-north-1 0.0287776, 0.145301; us-east-1
    # 0.0300022, 2.90602 (beaten). On demand all cost more for the same carbon.
    # (5.08554 - 0.145301) / (0.0287776 - 0.0198994) = 556.44 g for the next dollar.
    # On demand alone: ap-south-1 0.0516363, us-east-1 0.0785770: 2.17952 / 0.0269407 = 80.901; eu-north-1 0.0836794:
    # 2.76072 / 0.0051024 = 541.07.
    both, listed = graviton2().pareto, graviton2(spot=False).pareto

    assert (both.per, [(p.region, p.spot) for p in both.points]) == (
        "vcpu-hours",
        [("aws:ap-south-1", True), ("aws:eu-north-1", True)],
    )
    assert [p.usd for p in both.points] == pytest.approx([0.0198994, 0.0287776], rel=1e-5)
    assert [p.gco2e for p in both.points] == pytest.approx([5.08554, 0.145301], rel=1e-4)
    assert both.points[0].saved_gco2e_per_usd == pytest.approx(556.44, rel=1e-4)
    assert [p.region for p in listed.points] == list(THREE)
    assert [p.saved_gco2e_per_usd for p in listed.points] == [
        pytest.approx(80.901, rel=1e-3),
        pytest.approx(541.07, rel=1e-3),
        None,
    ]


def test_a_front_for_the_job_that_requirements_describe_is_the_machines_bill() -> None:
    # 24 h of m6g.large: spot 0.0195 x 24 = 0.468 USD with 0.170862 kWh x 700 = 119.603 g; 0.0282 x 24 = 0.6768 USD with
    # 3.41723 g. 116.186 / 0.2088 = 556.45.
    found = graviton2(requirements=Requirements(vcpus=2)).pareto

    assert found.per == "job"
    assert [p.usd for p in found.points] == pytest.approx([0.468, 0.6768])
    assert [p.gco2e for p in found.points] == pytest.approx([119.603, 3.41723], rel=1e-5)
    assert found.points[0].saved_gco2e_per_usd == pytest.approx(556.45, rel=1e-4)


def test_a_shared_core_never_wins_by_its_low_price() -> None:
    # e2-micro in us-central1 costs 0.008376 for an eighth of the work that e2-standard-2 does for 0.067011: 0.067769
    # and 0.067771 USD a unit. What it does depends on its neighbours: it competes nowhere but where it is named.
    shared = {kind.instance_type for kind in cloud_map().catalog.types if kind.shared_core}

    for spot in (True, False, None):
        for wanted in (None, Requirements(vcpus=0.2), Requirements()):
            found = answer(providers=(), requirements=wanted, spot=spot, per_region=3)
            assert not shared & {row.emission.instance_type for row in found.rows}
            assert not shared & {point.instance_type for point in found.pareto.points}


def test_metadata_names_the_clouds_that_took_part() -> None:
    # All clouds have a machine whose power and work are known; four have spot prices of the last year.
    assert answer(providers=()).providers == tuple(sorted(cloud_map().catalog.providers))
    assert answer(providers=(), spot=True).providers == ("aws", "azure", "gcp", "oci")
    assert answer(providers=("hetzner", "gcp")).providers == ("gcp", "hetzner")


def test_a_requested_region_priced_out_says_by_which_bound() -> None:
    # us-east-1's cheapest general type of the reference size is t4g.large at 0.0672; ap-south-1 has it for 0.0448.
    dear = answer(region="aws:us-east-1", max_usd_per_hour=0.06, limit=1)
    no_spot = answer(region="aws:me-central-1", spot=True, limit=1)

    for found, bound in ((dear, "max_price_per_hour"), (no_spot, "no_spot_price")):
        assert found.requested is not None
        assert found.requested.refused_by == (bound,)
