"""What the lists of OVH, Scaleway, Exoscale, Google, Hetzner, DigitalOcean and UpCloud say; exchange rates and keys."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pricing.providers import digitalocean, exoscale, gcp, hetzner, ovh, scaleway, upcloud
from pricing.refresh import euro
from pricing.refresh.figure import Refresher
from pricing.refresh.refusal import RefreshRefused
from pricing.refresh.registry import REFRESHERS
from tests.fakes.price_lists import PriceServer, facts, read, sample
from tests.fakes.upstream import Answer, reply
from tests.prices.figures import ECB, figures_of, usd


def test_a_price_of_ovh_is_in_hundred_millionths_of_a_euro() -> None:
    figures = figures_of(ovh.REFRESHER, {"order/catalog/public/cloud": sample("ovh_catalog.json")})

    # 5,080,000 x 1e-8 = 0.0508 EUR; at 1.25 USD a euro 0.0635. The plans of three zones, Local Zones, months and
    # Windows of the sample are others.
    assert usd(figures, "GRA11") == {("on_demand", "b3-8"): "0.0635"}
    assert not usd(figures, "EU-WEST-PAR")
    assert len(figures) == len(ovh.ONE_ZONE)
    assert set(ovh.ONE_ZONE) <= facts("ovh").regions.keys()


def test_a_price_of_scaleway_is_in_units_and_billionths_of_the_first_zone_that_sells_the_type() -> None:
    document = sample("scaleway_products.json")
    second_zone = copy.deepcopy(document["products"][0])
    second_zone["locality"]["zone"] = "fr-par-2"
    second_zone["price"]["retail_price"]["nanos"] = 99_000_000
    volume = copy.deepcopy(document["products"][0])
    volume["sku"] = "/storage/block"
    document = {"products": [second_zone, volume, *document["products"]], "total_count": 3}

    figures = figures_of(scaleway.REFRESHER, {scaleway.PATH: document})

    # 0.0735 EUR x 1.25 = 0.091875
    assert [(figure.region, figure.name, f"{figure.value.normalize():f}") for figure in figures] == [
        ("fr-par", "POP2-2C-8G", "0.091875")
    ]


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [(("unit_of_measure", "unit"), "minute", "unit"), (("price", "retail_price", "currency_code"), "USD", "currency")],
)
def test_scaleway_in_another_unit_or_currency_is_refused(path: tuple[str, ...], value: str, reason: str) -> None:
    document = {**sample("scaleway_products.json"), "total_count": 1}
    target = document["products"][0]
    for name in path[:-1]:
        target = target[name]
    target[path[-1]] = value

    with pytest.raises(RefreshRefused) as refusal:
        figures_of(scaleway.REFRESHER, {scaleway.PATH: document})

    assert refusal.value.reason == reason


def test_exoscale_has_dollars_of_its_own_for_the_sizes_that_its_keys_name() -> None:
    document = sample("exoscale_opencompute.json")
    document["usd"] |= {"running_extra-large": "0.2", "running_cpu_extra_large": 0.3}

    prices = usd(figures_of(exoscale.REFRESHER, {exoscale.PATH: document}), "ch-gva-2")

    assert prices == {
        ("on_demand", "standard.small"): "0.02537",
        ("on_demand", "standard.medium"): "0.05074",
        ("on_demand", "standard.extra-large"): "0.2",
        ("on_demand", "cpu.extra-large"): "0.3",
    }


def test_a_machine_of_google_costs_the_cores_and_memory_of_its_family() -> None:
    figures = figures_of(gcp.REFRESHER, {gcp.PATH: {**sample("gcp_skus.json"), "nextPageToken": ""}},
                         prices_gcp_api_key="key")  # fmt: skip

    # n2-standard-4: 4 x 0.040723 + 16 x 0.005458 = 0.25022. The sample's spot rate of cores has none of memory beside
    # it, and its custom, sole-tenant and committed rates are others.
    prices = usd(figures, "europe-west3")
    assert prices["on_demand", "n2-standard-4"] == "0.25022"
    assert {name.partition("-")[0] for _, name in prices} == {"n2"}
    assert {kind for kind, _ in prices} == {"on_demand"}


def test_a_family_of_google_with_two_rates_in_a_region_has_no_price() -> None:
    document = {**sample("gcp_skus.json"), "nextPageToken": ""}
    twin = copy.deepcopy(document["skus"][0])
    twin["pricingInfo"][0]["pricingExpression"]["tieredRates"][0]["unitPrice"]["nanos"] = 50_000_000
    document["skus"] = [*document["skus"], twin]

    assert figures_of(gcp.REFRESHER, {gcp.PATH: document}, prices_gcp_api_key="key") == []


def test_a_price_of_hetzner_is_net_by_location() -> None:
    documents = {"server_types": sample("hetzner_server_types.json"), "pricing": {"pricing": {"currency": "EUR"}}}

    figures = figures_of(hetzner.REFRESHER, documents, prices_hetzner_token="token")

    # 0.0104 EUR x 1.25 = 0.013; gross it would be 0.01547
    assert usd(figures, "fsn1") == {("on_demand", "cx33"): "0.013"}
    assert usd(figures, "sin") == {("on_demand", "cx33"): "0.02"}


def test_hetzner_in_another_currency_than_euros_is_refused() -> None:
    documents = {"server_types": sample("hetzner_server_types.json"), "pricing": {"pricing": {"currency": "USD"}}}

    with pytest.raises(RefreshRefused) as refusal:
        figures_of(hetzner.REFRESHER, documents, prices_hetzner_token="token")

    assert refusal.value.reason == "currency"


def test_a_size_of_digitalocean_costs_the_same_where_it_can_be_had() -> None:
    last_page = {"sizes": [], "links": {}, "meta": {"total": 2}}
    pages = {"sizes": lambda call: reply(sample("digitalocean_sizes.json") if call.query["page"] == "1" else last_page)}

    figures = figures_of(digitalocean.REFRESHER, pages, prices_digitalocean_token="token")

    assert {figure.region: f"{figure.value}" for figure in figures} == {
        "ams3": "0.03571", "fra1": "0.03571", "nyc1": "0.03571",
    }  # fmt: skip


@pytest.mark.parametrize(("code", "price"), [("USD", "0.03869"), ("EUR", "0.0483625")])
def test_a_plan_of_upcloud_is_in_hundredths_of_the_currency_that_the_operator_names(code: str, price: str) -> None:
    figures = figures_of(
        upcloud.REFRESHER,
        {"price": sample("upcloud_prices.json")},
        prices_upcloud_token="token",
        prices_upcloud_currency=code,
    )

    # 3.869 cents; at 1.25 USD a euro 0.0483625. The sample's spot plan and its storage are left out.
    assert usd(figures, "fi-hel1") == {("on_demand", "2xCPU-4GB"): price}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (ECB.replace("2026-11-27", "2026-11-20"), "currency"),  # eight days old
        (ECB.replace("1.25", "0.3"), "currency"),
        (ECB.replace("USD", "SEK"), "shape"),
        ("<html>maintenance</html>", "shape"),
    ],
)
def test_euros_are_not_converted_at_an_old_odd_or_missing_rate(document: str, reason: str) -> None:
    catalogue = {"order/catalog/public/cloud": sample("ovh_catalog.json"), euro.PATH: Answer(body=document.encode())}

    with pytest.raises(RefreshRefused) as refusal:
        figures_of(ovh.REFRESHER, catalogue)

    assert refusal.value.reason == reason


def test_the_rate_is_that_of_the_newest_working_day() -> None:
    assert list(euro.rates(iter([ECB]))) == [(date(2026, 11, 27), Decimal("1.25"))]
    assert datetime(2026, 11, 27, tzinfo=UTC).isoweekday() == 5


every_json_list = pytest.mark.parametrize(
    "refresher", [one for one in REFRESHERS if one.provider != "aws"], ids=lambda one: one.name
)
KEYS = {
    "prices_gcp_api_key": "key",
    "prices_hetzner_token": "token",
    "prices_digitalocean_token": "token",
    "prices_upcloud_token": "token",
    "prices_upcloud_currency": "USD",
}


@every_json_list
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply("<html>error</html>", Content_Type="text/html"), "not-json"),
        (reply({"message": "another document"}), "shape"),
        (reply([]), "shape"),
        (reply("moved", 301, Location="https://elsewhere.example/"), "redirect"),
        (reply("forbidden", 403), "refused"),
        (reply("broken", 500), "server-error"),
        (Answer(body=b'{"a": ', promised_length=100), "truncated"),
    ],
    ids=["html", "other", "list", "redirect", "403", "500", "cut"],
)
def test_no_list_is_read_from_a_wrong_reply(refresher: Refresher, answer: Answer, reason: str) -> None:
    server = PriceServer({})
    good_rate = Answer(body=ECB.encode())
    server.fault = lambda call, _good: good_rate if call.path == euro.PATH else answer

    with server.serving(), pytest.raises(RefreshRefused) as refusal:
        read(refresher, server, **KEYS)

    assert refusal.value.reason == reason


def test_a_key_is_sent_only_to_its_provider_and_never_quoted() -> None:
    rate = PriceServer({euro.PATH: Answer(body=ECB.encode())})
    server = PriceServer({})

    with rate.serving(), server.serving(), pytest.raises(RefreshRefused) as refusal:
        read(hetzner.REFRESHER, server, prices_hetzner_token="secret-token", prices_ecb_base_url=rate.base_url)

    assert server.calls[0].headers["authorization"] == "Bearer secret-token"
    assert "authorization" not in rate.calls[0].headers
    assert "secret-token" not in str(refusal.value)


def test_a_key_in_a_parameter_is_never_quoted() -> None:
    server = PriceServer({})

    with server.serving(), pytest.raises(RefreshRefused) as refusal:
        read(gcp.REFRESHER, server, prices_gcp_api_key="secret-key")

    assert server.calls[0].query["key"] == "secret-key"
    assert "secret-key" not in str(refusal.value)
