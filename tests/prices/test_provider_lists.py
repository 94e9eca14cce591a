"""The price lists of the other providers: what their samples say, and what is refused."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pricing.providers import azure, linode, oci, vultr
from pricing.refresh.refusal import RefreshRefused
from tests.fakes.price_lists import NOW, PriceServer, read, sample
from tests.fakes.upstream import Answer, Call, first, reply
from tests.prices.figures import figures_of, usd

TODAY = "2026-11-28"


def azure_row(**fields: Any) -> dict[str, Any]:
    return {**sample("azure_retail.json")["Items"][0], **fields}


def azure_prices(*rows: dict[str, Any]) -> dict[str, str]:
    document = {"Items": list(rows), "NextPageLink": None}
    figures = azure.machine_prices([document], NOW, TODAY)
    return {f"{figure.kind} {figure.name}": f"{figure.value.normalize():f}" for figure in figures}


def test_azure_has_one_linux_price_and_one_spot_price_in_its_sample() -> None:
    first_page = sample("azure_retail.json")
    last_page: dict[str, Any] = {"Items": [], "NextPageLink": None}

    def pages(call: Call) -> Answer:
        page = dict(first_page, NextPageLink=f"{server.base_url}/{azure.PATH}?$filter=x&$skip=1000")
        return reply(last_page if "$skip" in call.query else page)

    server = PriceServer({azure.PATH: pages})
    with server.serving():
        figures = read(azure.REFRESHER, server)

    # Of its six rows the others are low priority, Windows, a developer's rate and Cloud Services.
    assert usd(figures, "westeurope") == {
        ("on_demand", "Standard_D4s_v5"): "0.23",
        ("spot", "Standard_D4s_v5"): "0.046",
    }
    assert [call.query.get("$skip") for call in server.calls] == [None, "1000"]
    assert server.calls[0].query["currencyCode"] == "'USD'"


@pytest.mark.parametrize(
    "fields",
    [
        {"productName": "Virtual Machines Dsv5 Series Windows"},
        {"productName": "Dsv5 Series Cloud Services"},
        {"productName": "Dsv5 Series Dedicated Host"},
        {"meterName": "D4s v5 Low Priority"},
        {"type": "Reservation"},
        {"unitOfMeasure": "1 Month"},
        {"effectiveStartDate": "2026-12-01T00:00:00Z"},
        {"retailPrice": 0.0},
        {"tierMinimumUnits": 10.0},
        {"armSkuName": ""},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_other_rows_of_azure_are_no_prices(fields: dict[str, Any]) -> None:
    assert azure_prices(azure_row(**fields)) == {}


def test_of_twin_rows_of_azure_the_primary_meter_counts_and_then_the_newest() -> None:
    rows = [
        azure_row(retailPrice=0.3, effectiveStartDate="2026-04-01T00:00:00Z"),
        azure_row(retailPrice=0.2, effectiveStartDate="2026-05-01T00:00:00Z"),
        azure_row(retailPrice=0.1, effectiveStartDate="2026-06-01T00:00:00Z", isPrimaryMeterRegion=False),
    ]

    assert azure_prices(*rows) == azure_prices(*reversed(rows)) == {"on_demand Standard_D4s_v5": "0.2"}


def test_azure_in_another_currency_is_refused() -> None:
    with pytest.raises(RefreshRefused) as refusal:
        azure_prices(azure_row(currencyCode="EUR"))

    assert refusal.value.reason == "currency"


def test_a_next_page_on_another_host_is_refused() -> None:
    page = {"Items": [], "NextPageLink": "https://elsewhere.example/api/retail/prices?$skip=1000"}

    with pytest.raises(RefreshRefused) as refusal:
        figures_of(azure.REFRESHER, {azure.PATH: page})

    assert refusal.value.reason == "other-host"


def test_azure_is_asked_again_after_the_pause_that_it_demands() -> None:
    server = PriceServer({azure.PATH: {"Items": [azure_row()], "NextPageLink": None}})
    server.fault = first(2, lambda _call, _good: reply("slow down", 429))

    with server.serving():
        figures = read(azure.REFRESHER, server)

    assert (len(figures), server.count(azure.PATH)) == (1, 3)


def test_a_shape_of_oracle_costs_its_ocpus_and_memory_and_half_of_it_if_preemptible() -> None:
    figures = figures_of(oci.REFRESHER, {oci.PATH: sample("oci_products.json")})

    # VM.Standard.E5.Flex.4OCPU with 32 GB: 4 x 0.03 + 32 x 0.002 = 0.184; the sample has no memory of E6.
    prices = usd(figures, "eu-frankfurt-1")
    assert prices["on_demand", "VM.Standard.E5.Flex.4OCPU"] == "0.184"
    assert prices["spot", "VM.Standard.E5.Flex.4OCPU"] == "0.092"
    assert {name.split(".")[2] for _, name in prices} == {"E5"}
    assert {figure.day for figure in figures} == {"2026-11-01"}
    assert not usd(figures, "us-gov-ashburn-1")


def test_two_prices_of_oracle_for_one_rate_are_refused() -> None:
    document = sample("oci_products.json")
    twin = copy.deepcopy(document["items"][0])
    twin["currencyCodeLocalizations"][0]["prices"][0]["value"] = 0.04

    with pytest.raises(RefreshRefused, match="two prices of OCPU"):
        figures_of(oci.REFRESHER, {oci.PATH: {**document, "items": [*document["items"], twin]}})


def test_linode_costs_its_base_price_but_in_the_regions_with_their_own() -> None:
    figures = figures_of(linode.REFRESHER, {"linode/types": sample("linode_types.json")})

    assert usd(figures, "us-east") == {("on_demand", "g6-standard-2"): "0.036"}
    assert usd(figures, "id-cgk") == {("on_demand", "g6-standard-2"): "0.043"}
    assert usd(figures, "br-gru") == {("on_demand", "g6-standard-2"): "0.05"}


def test_vultr_costs_something_only_where_it_can_be_had() -> None:
    document = sample("vultr_plans.json")
    document["plans"][0]["locations"].append("sao")

    figures = figures_of(vultr.REFRESHER, {"plans": document})

    # The second plan of the sample has no place left.
    assert usd(figures, "fra") == {("on_demand", "vc2-2c-4gb"): "0.027"}
    assert usd(figures, "sao") == {("on_demand", "vc2-2c-4gb"): "0.041"}
    assert {figure.region for figure in figures} == {"ewr", "fra", "sao"}


def test_a_preemptible_plan_of_vultr_has_a_spot_price() -> None:
    document = sample("vultr_plans.json")
    document["plans"][1]["locations"].append("fra")

    figures = figures_of(vultr.REFRESHER, {"plans": document})

    assert usd(figures, "fra")["spot", "vcg-x-1-gpu"] == "0.893"
    assert ("on_demand", "vcg-x-1-gpu") not in usd(figures, "fra")
