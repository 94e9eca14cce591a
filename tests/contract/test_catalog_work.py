"""Work that the shipped types do, and the machines of every priced cloud."""

from __future__ import annotations

import numpy as np
import pytest

from carbon import units
from catalog.columns import work_per_hour_at_full_load
from catalog.load import Catalog, load_catalog
from catalog.offers import offer_table
from catalog.participation import NO_TYPES, participation
from catalog.prices import PriceTable
from catalog.tables import DATA, read_table
from tests.contract.machines import machine
from tools.work_index import PAGE, comparisons, page


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def prices(catalog: Catalog) -> PriceTable:
    return PriceTable.load(offer_table(catalog))


def index(catalog: Catalog, provider: str, name: str) -> float:
    performance = machine(catalog, provider, name).performance_index
    assert performance is not None, name
    return performance


# --- work ----------------------------------------------------------------------------------------------------


def test_a_core_with_its_second_thread_off_does_not_get_the_work_of_both(catalog: Catalog) -> None:
    # EPYC 9R14: 119,239 ssj_ops a core with both threads; m7a sells the core with one. 119,239 x 0.605 / 51,421.
    assert index(catalog, "aws", "m7a.xlarge") == pytest.approx(1.4029, abs=1e-4)
    assert machine(catalog, "aws", "m7a.xlarge").performance_basis == "estimate"
    # m6a sells the threads of EPYC 7R13: 48,157 / 51,421.
    assert index(catalog, "aws", "m6a.xlarge") == pytest.approx(0.9365, abs=1e-4)


def test_m7a_does_at_most_one_and_a_half_times_the_work_of_m6a_as_aws_says(catalog: Catalog) -> None:
    ratio = index(catalog, "aws", "m7a.xlarge") / index(catalog, "aws", "m6a.xlarge")

    assert 1.45 <= ratio <= 1.5


def test_every_core_with_one_thread_of_a_cpu_with_two_has_a_wide_range(catalog: Catalog) -> None:
    cpus = {row.text("cpu_model"): row for row in read_table(DATA, "cpus.csv")}
    rated = {(row.text("provider"), row.text("family")) for row in read_table(DATA, "family_work.csv")}
    single = [
        machine(catalog, provider, row.text("instance_type"))
        for provider in ("aws", "azure", "gcp", "scaleway")
        for row in read_table(DATA, f"{provider}/instances.csv")
        if row.text("threads_per_core") == "1"
        and (cpu := cpus.get(row.text("cpu_model"))) is not None
        and cpu.number("max_w_per_core") > cpu.number("max_w_per_thread")
    ]
    by_rule = [t for t in single if (t.provider, t.family) not in rated]

    assert len(single) > 390
    assert {t.performance_basis for t in by_rule} == {"estimate"}
    for t in by_rule:
        # The published shares of a core lie between 0.57 and 0.80, and the figure for the core itself within 12 %.
        assert t.performance_low <= 0.57 / 0.605 / 1.12 + 1e-9
        assert t.performance_high >= 0.80 / 0.605 * 1.12 - 1e-9


@pytest.mark.parametrize(
    ("name", "acu"),
    [
        ("Standard_A4_v2", 100),
        ("Standard_A2m_v2", 100),
        ("Standard_D3_v2", 230),  # 210 to 250
        ("Standard_DS11_v2", 230),
        ("Standard_F4s", 230),
        ("Standard_D3", 205),  # 160 to 250
        ("Standard_G3", 210),  # 180 to 240
        ("Standard_L8s", 210),
        ("Standard_HC44rs", 306),  # 297 to 315
    ],
)
def test_an_older_azure_family_does_the_work_of_its_compute_units_relative_to_dv3(
    catalog: Catalog, name: str, acu: float
) -> None:
    # Dv3 has 160 to 190 units, the middle is 175.
    expected = index(catalog, "azure", "Standard_D4_v3") * acu / 175

    assert index(catalog, "azure", name) == pytest.approx(expected, abs=1e-3)
    assert machine(catalog, "azure", name).performance_basis == "derived"


def test_a_v2_does_less_work_than_d_v5_and_no_longer_twice_as_much(catalog: Catalog) -> None:
    assert index(catalog, "azure", "Standard_A4_v2") < 0.6 * index(catalog, "azure", "Standard_D4s_v5")


def test_published_comparisons_lie_within_the_ranges_and_29_are_independent(catalog: Catalog) -> None:
    rows = list(comparisons(catalog))
    acu_is_the_source = {
        row.text("family")
        for row in read_table(DATA, "family_work.csv")
        if row.text("index") and "Azure compute unit" in row.text("source")
    }

    def independent(name: str, metric: str, provider: str) -> bool:
        family = machine(catalog, provider, name).family
        return not (metric == "ACU" and family in acu_is_the_source) and name not in {"m7a.xlarge", "Standard_B4ms"}

    used = [c for c in rows if independent(*(c.row.text(x) for x in ("instance_type", "metric", "provider")))]

    assert [c.row.text("instance_type") for c in rows if not c.covered] == []
    assert len(rows) == 41
    assert len(used) == 29


def test_the_page_about_the_index_is_the_catalogs(catalog: Catalog) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(catalog)


def test_every_range_of_an_index_contains_its_central_figure(catalog: Catalog) -> None:
    rated = [t for t in catalog.types if t.performance_index is not None]

    assert all(0 < t.performance_low <= 1 <= t.performance_high for t in rated)
    # Every index has a range; only a family with exact published units may have a narrow one.
    assert [t.instance_type for t in rated if t.performance_low > 0.95] == []
    assert units.SMT_OFF_SHARE_LOW < units.SMT_OFF_SHARE < units.SMT_OFF_SHARE_HIGH


# --- every priced cloud --------------------------------------------------------------------------------------


def test_every_cloud_sells_a_general_machine_with_power_work_and_price(catalog: Catalog, prices: PriceTable) -> None:
    columns, offers = prices.offers.columns, prices.offers
    priced = np.isfinite(prices.on_demand_usd_per_hour)
    able = {
        offers.regions[region].provider
        for region, kind in zip(offers.region[priced].tolist(), offers.type[priced].tolist(), strict=True)
        if columns.types[kind].category == "general"
        and columns.modelled[kind]
        and not columns.shared_core[kind]
        and work_per_hour_at_full_load(columns.types[kind]) is not None
    }

    assert able == set(catalog.providers)


def test_no_cloud_is_left_out_and_a_cloud_without_types_would_have_a_reason(catalog: Catalog) -> None:
    participations = participation(catalog)

    assert {p.reason for p in participations.values()} == {None}
    assert participations["hetzner"].types == participations["hetzner"].modelled == 25
    assert participations["hetzner"].rated == 6  # the ccx family; the others share their vCPUs
    without = Catalog(**{f: getattr(catalog, f) for f in catalog.__slots__} | {"types": ()})
    assert {p.reason for p in participation(without).values()} == {NO_TYPES}


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ("hetzner", "ccx13"),
        ("upcloud", "premium-2xCPU-8GB"),
        ("ovh", "b3-8"),
        ("oci", "VM.Standard.E5.Flex.2OCPU"),
        ("digitalocean", "g-2vcpu-8gb"),
        ("linode", "g6-dedicated-4"),
        ("vultr", "voc-g-4c-16gb-80s-amd"),
    ],
)
def test_a_machine_whose_cpu_is_not_named_has_generic_power_a_wider_range_and_an_estimated_index(
    catalog: Catalog, provider: str, name: str
) -> None:
    instance = machine(catalog, provider, name)

    assert instance.power is not None
    assert instance.power.basis == "generic"
    assert instance.power.cpu_low < 1 < instance.power.cpu_high
    assert instance.power.cpu_high / instance.power.cpu_low > 1.5
    assert instance.performance_basis == "estimate"
    assert instance.note


def test_generic_power_is_the_median_of_its_generation_and_the_range_that_of_its_members(catalog: Catalog) -> None:
    # EPYC 3rd Gen: 0.430 W idle and 1.984 W busy a thread; ccx13 has two. The hottest EPYC of the second to fourth
    # generation in cpus.csv is EPYC 9V64F with 4.607 W a thread, the coolest EPYC 7763's kin with 1.707 W.
    power = machine(catalog, "hetzner", "ccx13").power
    candidates = [
        row.number("max_w_per_thread")
        for row in read_table(DATA, "cpus.csv")
        if row.text("microarchitecture") in {"EPYC 2nd Gen", "EPYC 3rd Gen", "EPYC 4th Gen"}
    ]

    assert power is not None
    assert (power.cpu_idle_w, power.cpu_max_w) == pytest.approx((0.86, 3.968))
    assert power.cpu_low == pytest.approx(min(candidates) / 1.984)
    assert power.cpu_high == pytest.approx(max(candidates) / 1.984)


def test_the_work_of_an_unnamed_cpu_is_the_median_of_the_cpus_it_may_be(catalog: Catalog) -> None:
    # Of the EPYCs of the second to fourth generation in cpus.csv most are of the third: 48,157 ssj_ops a thread. The
    # least do 46,695, the most 59,619.
    instance = machine(catalog, "hetzner", "ccx13")

    assert instance.performance_index == pytest.approx(48_157 / 51_421)
    assert instance.performance_low == pytest.approx(46_695 / 48_157 / 1.12, rel=1e-3)
    assert instance.performance_high == pytest.approx(59_619 / 48_157 * 1.12, rel=1e-3)


def test_alibabas_families_run_on_the_cpu_that_alibaba_names(catalog: Catalog) -> None:
    instance = machine(catalog, "alibaba", "ecs.g7.large")

    assert (instance.cpu_model, instance.performance_basis) == ("Xeon Platinum 8369B", "derived")
    assert instance.power is not None
    assert instance.power.basis.startswith("CPU: SPECpower_ssj2008 medians over the TDP of Xeon Platinum 8369B")


def test_a_vcpu_that_is_shared_or_may_be_draws_and_does_as_little_as_a_quarter(catalog: Catalog) -> None:
    # The same mixture of CPUs: DigitalOcean's g has its own threads, Vultr's vc2 shares them, Exoscale does not say.
    own = machine(catalog, "digitalocean", "g-2vcpu-8gb")
    shared, unstated = machine(catalog, "vultr", "vc2-2c-4gb"), machine(catalog, "exoscale", "standard.medium")

    assert own.power is not None
    for one in (shared, unstated):
        assert one.power is not None
        assert one.power.cpu_low == pytest.approx(own.power.cpu_low / 4)
        assert one.power.cpu_high == own.power.cpu_high
        assert one.performance_low == pytest.approx(own.performance_low / 4)
    assert shared.shared_core
    assert not unstated.shared_core
