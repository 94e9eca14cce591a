"""What moving data costs and emits, and how far a place is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from catalog.network import Network, great_circle_km
from catalog.tables import DATA, CatalogError
from mapping import CloudMap
from tests.fakes.clouds import cloud_map

NETWORK = Network.load()
CLOUDS: CloudMap = cloud_map()


@pytest.mark.parametrize(
    ("source", "target", "usd_per_gb"),
    [
        ("aws:us-east-1", "aws:us-east-1", 0.0),
        ("aws:us-east-1", "aws:eu-north-1", 0.02),  # AWS: by the source alone
        ("aws:us-east-1", "gcp:europe-north1", 0.09),  # to another cloud: the internet's price
        ("azure:westeurope", "azure:northeurope", 0.02),
        ("azure:westeurope", "azure:eastus", 0.05),  # Azure: dearer to another continent
        ("gcp:europe-west1", "aws:us-east-1", 0.1118),  # 0.12 USD per GiB, of 1.0737 GB
        ("upcloud:de-fra1", "aws:us-east-1", 0.0),
        ("scaleway:fr-par", "aws:us-east-1", None),  # said to be free, but nothing published says so
        ("ibm:eu-de", "aws:us-east-1", None),  # no price is known, which is not a price of 0
    ],
)
def test_the_price_of_a_gb_depends_on_both_ends(source: str, target: str, usd_per_gb: float | None) -> None:
    assert NETWORK.usd_per_gb(CLOUDS.regions[source], CLOUDS.regions[target]) == usd_per_gb


def test_energy_is_a_share_of_the_network_between_the_ends() -> None:
    virginia, oregon, finland = (CLOUDS.regions[key] for key in ("aws:us-east-1", "aws:us-west-2", "gcp:europe-north1"))

    own, internet = NETWORK.kwh_per_gb(virginia, oregon), NETWORK.kwh_per_gb(virginia, finland)

    assert (own.value, internet.value, NETWORK.kwh_per_gb(virginia, virginia).value) == (0.001, 0.004, 0.0)
    # Published figures go from 0.001 to 0.06 kWh/GB.
    assert own.range is not None
    assert internet.range is not None
    assert (own.range.low, own.range.high) == pytest.approx((1, 60))
    assert (internet.range.low, internet.range.high) == pytest.approx((0.25, 15))


def test_a_round_trip_is_the_distance_times_2_1_through_fibre() -> None:
    north = replace(CLOUDS.regions["aws:us-east-1"], latitude=58.9932, longitude=10.0)

    # 8.9932 degrees of latitude are 1,000 km: 2 x 1,000 / 200 x 2.1 + 1 = 22 ms.
    assert great_circle_km(50.0, 10.0, 58.9932, 10.0) == pytest.approx(1000, rel=1e-4)
    assert NETWORK.round_trip_ms(50.0, 10.0, north) == pytest.approx(22.0, rel=1e-4)


def test_opposite_points_are_half_a_circumference_apart() -> None:
    assert great_circle_km(0.0, 0.0, 0.0, 180.0) == pytest.approx(20_015, rel=1e-4)


def test_a_table_without_a_term_of_the_rules_is_refused(tmp_path: Path) -> None:
    table = copytree(DATA / "network", tmp_path / "network") / "rules.csv"
    table.write_text(table.read_text("utf-8").replace("internet_path_factor", "path_factor"), "utf-8")

    with pytest.raises(CatalogError, match="internet_path_factor"):
        Network.load(tmp_path)
