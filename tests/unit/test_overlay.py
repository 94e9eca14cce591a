"""The operator's own facts over the shipped ones: each file, what it changes, and how a wrong cell is refused."""

from __future__ import annotations

import numpy as np
import pytest

from carbon.power import PowerCurve
from catalog.overlay.files import OverlayFiles
from catalog.overlay.overlay import with_overlay
from catalog.overlay.template import TEMPLATES
from catalog.tables import CatalogError
from tests.fakes.own_facts import INSTANCES, PRICES, REGIONS, ZONES, monthly, overlaid, overlaid_facts, shipped

RULES = "rule,subject,name,reason,source,as_of\n"


# --- regions and machines --------------------------------------------------------------------------------------


def test_an_own_data_centre_with_a_measured_machine_can_be_named_and_priced() -> None:
    clouds = overlaid(zones=ZONES, regions=REGIONS, instances=INSTANCES, prices=PRICES)

    region, machine = clouds.regions["own:dc1"], clouds.instance_type("own", "RACK1")
    price = clouds.price(region.key, machine.instance_type)

    assert (region.key, region.pue, region.pue_basis) == ("own:dc1", 1.25, "overlay:regions.csv")
    assert clouds.is_offered("own:dc1", "rack1") is True
    assert price is not None
    assert (price.on_demand_usd_per_hour, price.on_demand_as_of) == (1.25, "2026-01")
    assert price.on_demand_source is not None
    assert price.on_demand_source.key == "overlay:prices.csv"
    # 30 % is half way between 10 and 50 %: (140 + 220) / 2
    assert machine.power is not None
    assert machine.power.draw(0.3, 0.0, PowerCurve.CONCAVE).it_w == pytest.approx(180.0)
    assert machine.power.draw(0.3, 0.0, PowerCurve.LINEAR).it_w == pytest.approx(180.0)
    assert machine.source == "overlay:instances.csv"


def test_columns_over_all_types_use_the_measured_watts() -> None:
    columns = overlaid(zones=ZONES, regions=REGIONS, instances=INSTANCES).columns
    place = columns.by_name["rack1"][0]
    load = np.full(len(columns.types), 0.75)

    watts = columns.it_watts(load, load, PowerCurve.CONCAVE)

    assert watts[place] == pytest.approx(260.0)  # half way between 220 and 300


def test_a_machine_of_a_new_provider_is_on_offer_in_all_its_regions_unless_it_says_where() -> None:
    regions = REGIONS + "dc2,Berlin,DE,52.5,13.4,BER,DE,1.5,meter,2026\n"
    only = INSTANCES.replace("source,as_of\n", "regions,source,as_of\n").replace("meter,2026", "dc2,meter,2026")

    everywhere = overlaid(zones=ZONES, regions=regions, instances=INSTANCES)
    somewhere = overlaid(zones=ZONES, regions=regions, instances=only)

    assert [everywhere.is_offered(f"own:{name}", "rack1") for name in ("dc1", "dc2")] == [True, True]
    assert [somewhere.is_offered(f"own:{name}", "rack1") for name in ("dc1", "dc2")] == [False, True]


def test_a_row_about_a_region_of_a_cloud_changes_only_what_it_gives() -> None:
    clouds = overlaid(regions="provider,region,pue,source,as_of\naws,us-east-1,1.3,auditor,2025\n")

    region, before = clouds.regions["aws:us-east-1"], {r.key: r for r in shipped().catalog.regions}["aws:us-east-1"]

    assert (region.pue, region.pue_basis, region.source) == (1.3, "overlay:regions.csv", "overlay:regions.csv")
    assert (region.zone, region.city, region.latitude) == (before.zone, before.city, before.latitude)
    assert len(clouds.regions) == len(shipped().catalog.regions)


def test_what_no_file_names_is_shared_with_the_shipped_facts() -> None:
    facts = overlaid_facts(zones=ZONES)

    assert facts.catalog.types is shipped().catalog.types
    assert facts.places is shipped().places
    assert facts.prices is shipped().prices


# --- prices, discounts, policy ---------------------------------------------------------------------------------


def test_of_two_discounts_the_later_row_counts_and_spot_keeps_its_price() -> None:
    discounts = (
        "provider,region,instance_type,purchase,discount_percent,source,as_of\n"
        "aws,,,on-demand,10,agreement,2026\n"
        "aws,us-east-1,m5.*,on-demand,30,plan,2026\n"
    )
    clouds, before = overlaid(discounts=discounts), overlaid()

    def prices(region: str, name: str) -> list[float | None]:
        before_and_after = [each.price(region, name) for each in (before, clouds)]
        return [None if price is None else price.on_demand_usd_per_hour for price in before_and_after]

    listed, plan = prices("aws:us-east-1", "m5.large")
    assert listed == 0.096
    assert plan == pytest.approx(0.0672)  # 0.096 x 0.7
    listed, agreed = prices("aws:us-east-1", "c5.large")
    assert listed is not None
    assert agreed == pytest.approx(listed * 0.9)
    spots = [each.price("aws:us-east-1", "m5.large") for each in (before, clouds)]
    assert len({price and price.spot_usd_per_hour for price in spots}) == 1


def test_discounts_are_of_services_too_and_an_estimate_stays_one() -> None:
    discounts = "provider,discount_percent,source,as_of\naws,50,agreement,2026\n"
    clouds, before = overlaid(discounts=discounts), overlaid()

    for region, name in (("aws:eu-west-1", "lambda-arm64-512mb"), ("aws:eu-west-1", "m7g.large")):
        listed, paid = before.price(region, name), clouds.price(region, name)
        assert listed is not None
        assert paid is not None
        assert paid.on_demand_usd_per_hour == pytest.approx((listed.on_demand_usd_per_hour or 0) / 2)
        assert paid.is_estimate == listed.is_estimate
        assert paid.on_demand_source is not None
        assert paid.on_demand_source.what == "overlay:discounts.csv"


def test_a_discount_and_a_rule_may_name_services() -> None:
    discounts = "provider,instance_type,discount_percent,source,as_of\naws,lambda-*,17,savings plan,2026\n"
    policy = RULES + "forbid,instance_type,aws:lambda-arm64-*,no runtime,platform,2026\n"
    clouds, before = overlaid(discounts=discounts, policy=policy), overlaid()

    listed, paid = (each.price("aws:eu-west-1", "lambda-x86_64-512mb") for each in (before, clouds))
    machines = [each.price("aws:eu-west-1", "m7g.large") for each in (before, clouds)]
    rules = [clouds.policy.of_type(clouds.instance_type("aws", f"lambda-{arch}-512mb")) for arch in ("arm64", "x86_64")]

    assert listed is not None
    assert paid is not None
    assert paid.on_demand_usd_per_hour == pytest.approx((listed.on_demand_usd_per_hour or 0) * 0.83)
    assert machines[0] == machines[1]
    assert [rule is None for rule in rules] == [False, True]


def test_where_providers_are_allowed_all_others_are_forbidden_with_the_reason() -> None:
    policy = "rule,subject,name,reason,source,as_of\nallow,provider,gcp,our contract,purchasing,2026\n"
    clouds = overlaid(policy=policy)

    rules = {key: clouds.policy.of_region(clouds.regions[key]) for key in ("aws:us-east-1", "gcp:us-east1")}

    assert rules["gcp:us-east1"] is None
    assert rules["aws:us-east-1"] is not None
    assert rules["aws:us-east-1"].in_words == "only provider gcp is allowed: our contract"


def test_what_is_forbidden_stays_forbidden_where_it_is_allowed_too() -> None:
    policy = (
        "rule,subject,name,reason,source,as_of\n"
        "allow,region,aws:eu-*,Europe,law,2026\n"
        "forbid,region,aws:eu-west-2,not the EU,law,2026\n"
    )
    clouds = overlaid(policy=policy)

    def reason(key: str) -> str | None:
        rule = clouds.policy.of_region(clouds.regions[key])
        return None if rule is None else rule.reason

    assert [reason(f"aws:{name}") for name in ("eu-west-1", "eu-west-2", "us-east-1")] == [None, "not the EU", "Europe"]


# --- wrong files -----------------------------------------------------------------------------------------------

HEAD = "zone,country,gco2e_per_kwh,basis,source,as_of\n"


@pytest.mark.parametrize(
    ("name", "text", "why", "line", "column"),
    [
        ("zones", HEAD + "DE,DE,abc,,a,2024\n", "gco2e_per_kwh is not a number: 'abc'", 2, 3),
        ("zones", "# a remark\n" + HEAD + "\nDE,DE,-1,,a,2024\n", "gco2e_per_kwh is not 0 to 2000", 4, 3),
        ("zones", HEAD + "DE,DE,1,grid,a,2024\n", "basis is not one of location, market: 'grid'", 2, 4),
        ("zones", HEAD + "OWN-X,,1,,a,2024\n", "country is empty", 2, 2),
        ("zones", HEAD + "OWN-X,XX,1,,a,2024\n", "country is not an ISO 3166 code", 2, 2),
        ("zones", HEAD + "DE,DE,,,a,2024\n", "gco2e_per_kwh is empty", 2, 3),
        ("zones", HEAD + "DE,DE,1,,,2024\n", "source is empty", 2, 5),
        ("zones", HEAD + "DE,DE,1,,a,2024\nDE,DE,2,,a,2024\n", "zone DE is in row 2 as well", 3, 1),
        ("zones", HEAD + "DE,DE,1,a,2024\n", "5 cells, the header has 6", 2, None),
        ("zones", "zone,gco2,source,as_of\nDE,1,a,2024\n", "'gco2' is not a column of this file", 1, 2),
        ("zones", "zone,zone,source,as_of\n", "zone appears twice", 1, 2),
        ("zones", "zone,gco2e_per_kwh,source\n", "column as_of is missing", 1, None),
        ("zones", HEAD + 'DE,DE,1,,"a\nb",2024\n', "a cell reaches over several lines", 2, None),
        ("zones", HEAD + 'DE,DE,1,,"a"b,2024\n', "is not CSV", 2, None),
        ("zones", monthly(months=range(1, 12)), "month: OWN-SUN has rows for 11 of 12 months", 2, None),
        ("zones", monthly() + "OWN-SUN,DE,market,3,1,contract,2026\n", "is in row 4 as well", 14, None),
        ("zones", monthly("1 2 3"), "gco2e_per_kwh_by_utc_hour must hold 24 numbers", 2, 5),
        ("zones", monthly().replace("market,7", "location,7"), "basis differs between rows", 2, 3),
        ("regions", REGIONS.replace("FRA", "XXQ"), "iata: 'XXQ' is not an airport code", 2, None),
        ("regions", REGIONS.replace("1.25", "0.9"), "pue is 0.9, below 1", 2, 8),
        ("regions", REGIONS.replace("OWN-DC1", "OWN-NONE"), "zone 'OWN-NONE' is not in zones.csv", 2, 7),
        ("regions", REGIONS.replace("50.1", "91"), "latitude is not -90 to 90", 2, 4),
        ("regions", "provider,region,source,as_of\nMy Cloud,x,a,2026\n", "provider must be lower case", 2, 1),
        ("instances", INSTANCES.replace("EPYC 7763", "EPYC 9"), "cpu_model 'EPYC 9' is not known", 2, 4),
        ("instances", INSTANCES.replace("220", "120"), "watts_50 is below the one before it", 2, 8),
        ("instances", INSTANCES.replace("100,140", ",140"), "watts_0 is empty", 2, 6),
        ("instances", INSTANCES.replace("64,256", "64,"), "memory_gb is empty", 2, 3),
        ("prices", PRICES.replace("1.25", "1.2500001"), "on_demand_usd_per_hour is not a price", 2, 3),
        ("prices", PRICES.replace("1.25", "-1"), "on_demand_usd_per_hour is not a price", 2, 3),
        ("prices", PRICES.replace("1.25", "NaN"), "on_demand_usd_per_hour is not a price", 2, 3),
        ("prices", PRICES.replace("2026-01", "soon"), "as_of is not a date", 2, 5),
        ("prices", PRICES.replace("rack1", "rack2"), "instance_type 'rack2' is not a machine type of own", 2, 2),
        ("discounts", "provider,discount_percent,source,as_of\naws,100,a,2026\n", "discount_percent is not 0", 2, 2),
        (
            "policy",
            "rule,subject,name,reason,source,as_of\nforbid,region,aws:xx-*,a,a,2026\n",
            "name matches no region",
            2,
            3,
        ),
        ("policy", "rule,subject,name,reason,source,as_of\ndeny,region,aws:*,a,a,2026\n", "rule is neither", 2, 1),
        ("policy", "rule,subject,name,reason,source,as_of\nforbid,region,aws:*,,a,2026\n", "reason is empty", 2, 4),
    ],
)
def test_a_wrong_cell_is_refused_with_file_line_and_column(
    name: str, text: str, why: str, line: int, column: int | None
) -> None:
    texts = {"zones": ZONES, "regions": REGIONS, "instances": INSTANCES, "prices": PRICES, name: text}
    if name == "zones":
        texts = {name: text}

    with pytest.raises(CatalogError) as error:
        overlaid_facts(**texts)

    assert str(error.value).startswith(f"overlay:{name}.csv row {line}: ")
    assert why in str(error.value)
    assert (error.value.table, error.value.line, error.value.column) == (f"overlay:{name}.csv", line, column)


def test_a_file_that_is_not_utf_8_is_refused_with_its_line() -> None:
    files = OverlayFiles({"zones.csv": HEAD.encode() + b"DE,DE,1,,caf\xe9,2024\n"})

    with pytest.raises(CatalogError, match=r"^overlay:zones\.csv row 2: is not UTF-8$"):
        with_overlay(shipped(), files)


def test_the_template_changes_nothing_and_all_its_examples_are_valid() -> None:
    commented = OverlayFiles({name: text.encode() for name, text in TEMPLATES.items()})
    header = {name: text.splitlines() for name, text in TEMPLATES.items()}
    rows = {
        name: "\n".join(line.removeprefix("# ") for line in lines if line.count(",") > 3 and "," in line.split()[1])
        for name, lines in header.items()
    }

    facts = with_overlay(shipped(), commented)
    example = with_overlay(shipped(), OverlayFiles({name: text.encode() for name, text in rows.items()}))

    assert (facts.zones, facts.catalog.regions, facts.prices) == (
        shipped().zones, shipped().catalog.regions, shipped().prices,
    )  # fmt: skip
    assert {name: state[0] for name, state in example.tables.items() if name.startswith("overlay/")} == {
        "overlay/zones": 3, "overlay/regions": 2, "overlay/instances": 1, "overlay/prices": 2,
        "overlay/discounts": 2, "overlay/policy": 3, "overlay/nodes": 2,
    }  # fmt: skip
