"""Once the lists of their providers were read, no answer shows a price from a repository without a licence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from app import create_app
from engine import Engine
from mapping import CloudMap
from pricing.refresh.registry import REFRESHERS
from pricing.refresh.tables import save
from renewal.keeper import FactsKeeper
from renewal.layers import Folders
from settings import Settings
from tests.fakes.access import access
from tests.fakes.aws_lists import shipped as shipped_figures
from tests.fakes.grid import FakeReader
from tests.fakes.own_facts import shipped
from tests.fakes.price_lists import NOW

# The lists that catalog/data/PRICES.md names, and an offer whose shipped price is from such a repository.
OFFERS = {
    "aws-machines": ("af-south-1", "c5.12xlarge"),
    "aws-services": ("af-south-1", "lambda-arm64-512mb"),
    "ovh": ("DE", "b2-120"),
    "scaleway": ("fr-par", "BASIC2-A12C-24G"),
    "hetzner": ("fsn1", "cax11"),
    "upcloud": ("de-fra1", "cloudnative-12xCPU-24GB"),
    "exoscale": ("at-vie-1", "cpu.extra-large"),
}
LISTS = {one.name: one for one in REFRESHERS if one.name in OFFERS}
REPOSITORIES = {"aws-price", "aws-lambda", "aws-fargate", "eu-cloud-prices"}


def unlicensed(mapping: CloudMap) -> set[str]:
    """The sources without a licence of which any offer has its price."""
    prices = mapping.prices
    used = {prices.sources[index] for index in np.unique(prices.on_demand_source[prices.on_demand_source >= 0])}
    return {source.key for source in used if "no licence" in source.licence}


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> tuple[FlaskClient, FlaskClient]:
    """Before any refresh, and after one in which every list had the prices that are shipped."""
    root: Path = tmp_path_factory.mktemp("refreshed")
    folders = Folders(root / "prices", root / "overlay")
    for one in LISTS.values():
        for kind in one.kinds:
            save(folders.prices, one.provider, kind, shipped_figures(one.provider, kind), one.source, NOW,
                 is_partial=one.is_partial)  # fmt: skip
    before = CloudMap.of(shipped())
    after = FactsKeeper(folders, shipped=shipped(), utc_now=lambda: NOW).mapping
    assert (unlicensed(before), unlicensed(after)) == (REPOSITORIES, set())
    return client(before), client(after)


def client(mapping: CloudMap) -> FlaskClient:
    settings = Settings(rate_limit="off")
    return create_app(settings, Engine(mapping, FakeReader()), rules=access(), clock=lambda: NOW).test_client()


@pytest.mark.parametrize("name", OFFERS)
def test_a_refreshed_list_replaces_the_prices_of_a_repository_without_a_licence(
    clients: tuple[FlaskClient, FlaskClient], name: str
) -> None:
    (region, kind), of_list = OFFERS[name], LISTS[name]
    path = f"/v1/by-provider/{of_list.provider}?instanceType={kind}&fields=id,instancePrice,priceSource"

    def row(client: FlaskClient) -> Any:
        return next(row for row in client.get(path).get_json()["regions"] if row["id"] == region)

    before, after = map(row, clients)

    assert before["priceSource"] != after["priceSource"] == of_list.source.what
    assert before["instancePrice"]["perHour"] == pytest.approx(after["instancePrice"]["perHour"], abs=1e-6)
