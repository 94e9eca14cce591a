"""Refreshed tables over the shipped prices, and when they count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.facts import Facts
from catalog.overlay.files import OverlayFiles
from catalog.packed import PriceSource
from catalog.prices import Price
from catalog.refreshed import INTERRUPTION, ON_DEMAND, SPOT, PriceFact, refreshed_prices, save_refreshed
from mapping import CloudMap
from renewal.layers import layered, read_tables
from tests.fakes.own_facts import INSTANCES, PRICES, REGIONS, ZONES, shipped

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SOURCE = PriceSource(
    key="aws-offers", what="AWS offer files", source="AWS", licence="", as_of="2026-11-29", is_estimate=False, note=""
)
REGION = "af-south-1"


def save(folder: Path, kind: str, *facts: PriceFact, refreshed_at: str = "2026-11-29T01:00:00Z") -> None:
    save_refreshed(folder, refreshed_prices("aws", kind, facts, [SOURCE], refreshed_at))


def fact(name: str, usd: float = 0.0, *, region: str = REGION, band: int = -1) -> PriceFact:
    return PriceFact(region, name, "2026-11-29", "aws-offers", micro_usd=round(usd * 1e6), band=band)


def facts_of(folder: Path, now: datetime = NOW, overlay: Mapping[str, str] | None = None) -> Facts:
    files = OverlayFiles({f"{name}.csv": text.encode() for name, text in (overlay or {}).items()})
    return layered(shipped(), read_tables(folder, now), files)


def price(folder: Path, name: str, now: datetime = NOW, region: str = REGION) -> Price | None:
    return CloudMap.of(facts_of(folder, now)).price(f"aws:{region}", name)


def test_a_refreshed_price_replaces_the_shipped_one_and_leaves_its_spot_price(tmp_path: Path) -> None:
    before = price(tmp_path, "c5.large")
    save(tmp_path, ON_DEMAND, fact("c5.large", 0.2))

    after = price(tmp_path, "c5.large")

    assert before is not None
    assert after is not None
    assert (after.on_demand_usd_per_hour, after.on_demand_as_of) == (0.2, "2026-11-29")
    assert after.on_demand_source == SOURCE
    assert (after.spot_usd_per_hour, after.spot_as_of) == (before.spot_usd_per_hour, before.spot_as_of)


def test_a_region_that_a_table_names_is_complete_and_its_other_offers_lose_that_price(tmp_path: Path) -> None:
    before = price(tmp_path, "c5.xlarge"), price(tmp_path, "c5.xlarge", region="us-east-1")
    save(tmp_path, ON_DEMAND, fact("c5.large", 0.2))

    clouds = CloudMap.of(facts_of(tmp_path))
    here, elsewhere = clouds.price(f"aws:{REGION}", "c5.xlarge"), clouds.price("aws:us-east-1", "c5.xlarge")

    assert before[0] is not None
    assert here is not None
    assert before[0].on_demand_usd_per_hour is not None
    assert here.on_demand_usd_per_hour is None
    assert here.spot_usd_per_hour == before[0].spot_usd_per_hour
    assert clouds.is_offered(f"aws:{REGION}", "c5.xlarge") is True
    assert elsewhere == before[1]


def test_a_partial_table_takes_no_price_from_the_types_that_it_lacks(tmp_path: Path) -> None:
    before = price(tmp_path, "c5.xlarge")
    table = refreshed_prices(
        "aws", ON_DEMAND, [fact("c5.large", 0.2)], [SOURCE], "2026-11-29T01:00:00Z", is_partial=True
    )
    save_refreshed(tmp_path, table)

    listed, other = price(tmp_path, "c5.large"), price(tmp_path, "c5.xlarge")

    assert listed is not None
    assert listed.on_demand_usd_per_hour == 0.2
    assert other == before


def test_no_shipped_band_gets_the_date_of_refreshed_ones(tmp_path: Path) -> None:
    before = price(tmp_path, "c5.xlarge", region="us-east-1")
    save(tmp_path, INTERRUPTION, fact("c5.large", band=0))

    refreshed, elsewhere = price(tmp_path, "c5.large"), price(tmp_path, "c5.xlarge", region="us-east-1")

    assert before is not None
    assert before.interruption_band is not None
    assert refreshed is not None
    assert (refreshed.spot_score, refreshed.spot_score_as_of) == (9, "2026-11-29")
    assert elsewhere is not None
    assert (elsewhere.interruption_band, elsewhere.spot_score_as_of) == (None, None)


def test_a_pair_that_no_shipped_table_has_becomes_an_offer_and_unknown_names_are_left_out(tmp_path: Path) -> None:
    offered = CloudMap.of(shipped())
    new = next(
        t.instance_type
        for t in shipped().catalog.types
        if t.provider == "aws" and offered.is_offered(f"aws:{REGION}", t.instance_type) is False
    )
    save(
        tmp_path,
        ON_DEMAND,
        fact(new, 3.5),
        fact("c5.large", 0.2),
        fact("z9.huge", 1.0),
        fact("c5.large", 1, region="xx"),
    )

    clouds = CloudMap.of(facts_of(tmp_path))
    added = clouds.price(f"aws:{REGION}", new)

    assert added is not None
    assert added.on_demand_usd_per_hour == 3.5
    assert len(clouds.offers.codes) == len(offered.offers.codes) + 1


@pytest.mark.parametrize(("kind", "figure"), [(SPOT, "spot_usd_per_hour"), (INTERRUPTION, "interruption_band")])
def test_spot_prices_and_bands_older_than_a_week_no_longer_decide(tmp_path: Path, kind: str, figure: str) -> None:
    shipped_figure = getattr(price(tmp_path, "c5.large"), figure)
    save(tmp_path, kind, fact("c5.large", 0.01 if kind == SPOT else 0.0, band=0 if kind == INTERRUPTION else -1))
    last, over = datetime(2026, 12, 6, 0, 59, tzinfo=UTC), datetime(2026, 12, 6, 1, 0, tzinfo=UTC)

    figures = [getattr(price(tmp_path, "c5.large", now), figure) for now in (last, over)]

    assert figures == [0.01 if kind == SPOT else 0, shipped_figure]
    assert figures[0] != shipped_figure
    assert read_tables(tmp_path, last).expires_at == over


def test_on_demand_prices_do_not_expire(tmp_path: Path) -> None:
    save(tmp_path, ON_DEMAND, fact("c5.large", 0.2), refreshed_at="2020-01-01T00:00:00Z")

    assert len(read_tables(tmp_path, NOW).tables) == 1
    assert read_tables(tmp_path, NOW).expires_at is None


def test_a_damaged_table_is_left_out_by_name_and_other_files_are_ignored(tmp_path: Path) -> None:
    save(tmp_path, ON_DEMAND, fact("c5.large", 0.2))
    (tmp_path / "gcp-spot.npz").write_bytes(b"PK\x03\x04 cut off")
    (tmp_path / ".aws-spot.npz.tmp").write_bytes(b"")
    (tmp_path / "state.json").write_text("{}")

    tables = read_tables(tmp_path, NOW)

    assert [table.name for table in tables.tables] == ["aws-on_demand.npz"]
    assert [*tables.unreadable] == ["gcp-spot.npz"]


def test_the_operators_prices_lie_over_the_refreshed_ones(tmp_path: Path) -> None:
    save(tmp_path, ON_DEMAND, fact("c5.large", 0.2))
    own = "provider,region,instance_type,on_demand_usd_per_hour,source,as_of\naws,af-south-1,c5.large,0.05,deal,2025\n"
    discount = "provider,discount_percent,source,as_of\naws,10,agreement,2026\n"

    clouds = CloudMap.of(facts_of(tmp_path, overlay={"prices": own, "discounts": discount}))
    price = clouds.price(f"aws:{REGION}", "c5.large")

    assert price is not None
    assert price.on_demand_usd_per_hour == pytest.approx(0.045)  # 0.05 less 10 %
    assert price.on_demand_as_of == "2025"


def test_every_combination_of_layers_has_a_version_of_its_own(tmp_path: Path) -> None:
    data_centre = {"zones": ZONES, "regions": REGIONS, "instances": INSTANCES, "prices": PRICES}
    versions = [facts_of(tmp_path).version, facts_of(tmp_path, overlay=data_centre).version]
    save(tmp_path, ON_DEMAND, fact("c5.large", 0.2))
    versions += [facts_of(tmp_path).version, facts_of(tmp_path, overlay=data_centre).version]
    save(tmp_path, ON_DEMAND, fact("c5.large", 0.3))
    versions += [facts_of(tmp_path).version, facts_of(tmp_path, overlay={"zones": ZONES}).version]

    assert versions[0] == shipped().version
    assert len(set(versions)) == 6


def test_a_provider_counts_its_rows_and_newest_date_anew(tmp_path: Path) -> None:
    rows, newest = shipped().tables["aws/prices"]
    save(tmp_path, ON_DEMAND, fact("c5.large", 0.2))

    assert facts_of(tmp_path).tables["aws/prices"] == (rows, "2026-11-29")
    assert newest != "2026-11-29"
    assert facts_of(tmp_path).tables["gcp/prices"] == shipped().tables["gcp/prices"]


RATES = "provider,service,arch,usd_per_vcpu_hour,usd_per_gb_hour,regions,source,as_of\n"


def test_refreshed_rates_of_a_service_hold_in_the_regions_they_name(tmp_path: Path) -> None:
    name, places = "fargate-x86_64-1vcpu-2gb", ("aws:eu-west-1", "aws:eu-central-1")
    before = [CloudMap.of(shipped()).price(place, name) for place in places]
    row = "aws,fargate,x86_64,0.1,0.01,eu-west-1 xx-none-1,aws-offers-services,2026-11-28\n"
    unknown = "aws,fargate,x86_64,9,9,eu-central-1,nobody,2026-11-28\n"
    (tmp_path / "aws-service_rates.csv").write_text(RATES + row + unknown)

    clouds = CloudMap.of(facts_of(tmp_path))
    after = [clouds.price(place, name) for place in places]

    assert after[0] is not None
    assert after[0].on_demand_usd_per_hour == pytest.approx(0.12)  # 1 x 0.1 + 2 x 0.01
    assert after[0].on_demand_source is not None
    assert after[0].on_demand_source.key == "aws-offers-services"
    assert after[0].on_demand_as_of == "2026-11-28"
    assert after[1] == before[1]
    assert before[1] is not None
    assert facts_of(tmp_path).version != shipped().version


def test_refreshed_prices_of_database_classes_hold_in_the_regions_they_name(tmp_path: Path) -> None:
    row = "db.m5.large,0.5,eu-west-1,aws-offers-rds,2026-11-28\n"
    (tmp_path / "aws-rds_prices.csv").write_text("instance_type,usd_per_hour,regions,source,as_of\n" + row)

    clouds = CloudMap.of(facts_of(tmp_path))
    here, elsewhere = (clouds.price(f"aws:{region}", "db.m5.large") for region in ("eu-west-1", "us-east-1"))

    assert here is not None
    assert here.on_demand_usd_per_hour == 0.5
    assert elsewhere == CloudMap.of(shipped()).price("aws:us-east-1", "db.m5.large")
    assert elsewhere is not None


@pytest.mark.parametrize("row", ["aws,fargate,,0.1,0.01,eu-west-1,s,soon\n", "aws,fargate\n", ""])
def test_a_wrong_table_of_services_is_left_out_by_name(tmp_path: Path, row: str) -> None:
    (tmp_path / "aws-service_rates.csv").write_text(RATES + row)

    assert [*read_tables(tmp_path, NOW).unreadable] == ["aws-service_rates.csv"]
    assert facts_of(tmp_path).version == shipped().version
