"""Names to facts: regions, zones, providers, types, offers."""

from __future__ import annotations

import pytest

from carbon.errors import AmbiguousRegion, UnknownInstanceType, UnknownProvider, UnknownRegion, UnknownZone
from catalog.model import Region
from tests.fakes.clouds import cloud_map

CLOUDS = cloud_map()


def region_of(name: str, provider: str | None = None) -> Region:
    return CLOUDS.region_and_kind(name, provider)[0]


@pytest.mark.parametrize(
    ("name", "provider", "key"),
    [
        # AWS and Alibaba both have a us-east-1: an id alone means AWS.
        ("us-east-1", None, "aws:us-east-1"),
        ("us-east-1", "alibaba", "alibaba:us-east-1"),
        ("alibaba:us-east-1", None, "alibaba:us-east-1"),
        ("alibaba:us-east-1", "Alibaba", "alibaba:us-east-1"),
        ("US-EAST-1", "AWS", "aws:us-east-1"),
        ("Azure:WestEurope", None, "azure:westeurope"),
        # Only one cloud has these.
        ("westeurope", None, "azure:westeurope"),
        ("europe-west1", None, "gcp:europe-west1"),
        ("fsn1", None, "hetzner:fsn1"),
    ],
)
def test_a_region_is_found_by_id_provider_or_both_in_any_case(name: str, provider: str | None, key: str) -> None:
    assert region_of(name, provider).key == key


def test_every_region_is_found_by_its_key_and_by_its_id_with_its_provider() -> None:
    for key, region in CLOUDS.regions.items():
        assert region_of(key) is region
        assert region_of(region.region, region.provider) is region


def test_an_id_several_clouds_share_names_them() -> None:
    with pytest.raises(AmbiguousRegion, match="is ambiguous") as error:
        region_of("ams")

    assert set(error.value.nearest) == {"fly:ams", "vultr:ams"}


def test_an_unknown_region_names_the_nearest_as_they_may_be_written() -> None:
    with pytest.raises(UnknownRegion) as alone:
        region_of("us-esat-1")
    with pytest.raises(UnknownRegion) as owned:
        region_of("westeurop", "azure")

    assert "us-east-1" in alone.value.nearest
    assert "azure:westeurope" in owned.value.nearest
    for name in (*alone.value.nearest, *owned.value.nearest):
        assert region_of(name)


def test_a_prefix_that_contradicts_the_provider_is_refused() -> None:
    with pytest.raises(UnknownRegion, match="not one of provider 'aws'"):
        region_of("gcp:us-east1", "aws")


def test_an_unknown_provider_names_the_nearest() -> None:
    with pytest.raises(UnknownProvider) as error:
        region_of("amazon:us-east-1")
    with pytest.raises(UnknownProvider) as close:
        CLOUDS.provider("azur")

    assert error.value.name == "amazon"
    assert "azure" in close.value.nearest


@pytest.mark.parametrize(
    ("given", "current"),
    [("FR", "FR"), ("fr", "FR"), ("US-MIDW-PJM", "US-MIDA-PJM"), ("AUS-NSW", "AU-NSW")],
)
def test_a_zone_is_found_by_its_current_or_a_retired_key(given: str, current: str) -> None:
    assert CLOUDS.zone(given).zone == current


def test_every_zone_is_found_in_lower_case_and_every_retired_key_leads_to_one() -> None:
    for key in CLOUDS.zones:
        assert CLOUDS.zone(key.lower()).zone == key
    for old, current in CLOUDS.zone_aliases.items():
        assert CLOUDS.zone(old).zone == current


def test_an_unknown_zone_names_the_nearest() -> None:
    with pytest.raises(UnknownZone) as error:
        CLOUDS.zone("US-CAL-CISP")

    assert "US-CAL-CISO" in error.value.nearest


@pytest.mark.parametrize(
    ("region", "zone"),
    [
        # What a grid operator's map says, where the published mapping says otherwise.
        ("gcp:us-central1", "US-MIDW-MISO"),
        ("gcp:us-east1", "US-CAR-SC"),
        ("gcp:us-west1", "US-NW-BPAT"),
        ("aws:us-east-1", "US-MIDA-PJM"),
    ],
)
def test_regions_lie_in_the_grid_zone_that_feeds_them(region: str, zone: str) -> None:
    assert CLOUDS.regions[region].zone == zone


def test_no_region_is_counted_on_seattle_s_city_hydro_alone() -> None:
    assert not [region.key for region in CLOUDS.regions.values() if region.zone == "US-NW-SCL"]


def test_types_and_services_are_found_in_any_case() -> None:
    assert CLOUDS.instance_type("aws", "M5.Large").instance_type == "m5.large"
    assert CLOUDS.instance_type("aws", "db.R6G.large").instance_type == "db.r6g.large"
    assert CLOUDS.instance_type("aws", "Lambda-x86-512mb").instance_type == "lambda-x86_64-512mb"
    assert CLOUDS.instance_type("azure", "standard_d2s_v3").instance_type == "Standard_D2s_v3"


def test_an_unknown_type_names_the_nearest_of_its_provider() -> None:
    with pytest.raises(UnknownInstanceType) as error:
        CLOUDS.instance_type("gcp", "n2-standrad-4")

    assert "n2-standard-4" in error.value.nearest


def test_a_type_of_another_provider_is_unknown_and_the_message_says_whose_it_is() -> None:
    with pytest.raises(UnknownInstanceType) as error:
        CLOUDS.instance_type("azure", "m5.large")

    assert str(error.value) == "azure has no instance type 'm5.large'; it is a type of aws: use a region of aws"


def test_offers_are_looked_up_pair_by_pair() -> None:
    assert CLOUDS.is_offered("aws:us-east-1", "m5.large") is True
    assert CLOUDS.is_offered("aws:ap-southeast-7", "p5.48xlarge") is False
    assert CLOUDS.is_offered("aws:us-east-1", "lambda-arm64-1769mb") is True


def test_a_database_class_is_offered_where_its_price_list_says_and_unknown_where_there_is_no_list() -> None:
    assert CLOUDS.is_offered("aws:us-east-1", "db.r6g.large") is True
    # il-central-1 has a list, without this class; mx-central-1 has none; no list names an r8g.
    assert CLOUDS.is_offered("aws:il-central-1", "db.r6g.large") is False
    assert CLOUDS.is_offered("aws:mx-central-1", "db.r6g.large") is None
    assert CLOUDS.is_offered("aws:us-east-1", "db.r8g.large") is None
    assert CLOUDS.is_offered("aws:us-east-1", "cache.r6g.large") is None


def test_a_sized_service_is_offered_in_the_regions_of_its_list() -> None:
    assert CLOUDS.is_offered("aws:eu-north-1", "lambda-arm64-640mb") is True
    assert CLOUDS.is_offered("gcp:europe-north2", "cloud-run-1vcpu-1gb") is True
    assert CLOUDS.is_offered("gcp:us-central2", "cloud-run-1vcpu-1gb") is False
    assert CLOUDS.is_offered("azure:taiwannorth", "container-apps-1vcpu-2gb") is False
    assert CLOUDS.is_offered("gcp:us-central1", "cloud-functions-gen1-256mb") is None


def test_every_offer_in_the_table_is_offered_and_no_pair_is_listed_twice() -> None:
    offers = CLOUDS.offers

    assert len(set(offers.codes.tolist())) == len(offers.codes)
    for index in range(0, len(offers.codes), 997):
        region, machine = offers.regions[offers.region[index]], offers.columns.types[offers.type[index]]
        assert region.provider == machine.provider
        assert CLOUDS.is_offered(region.key, machine.instance_type) is True


def test_modelled_types_near_a_name_can_all_be_calculated() -> None:
    unmodelled = next(t for t in CLOUDS.catalog.types if t.power is None)

    for name in CLOUDS.nearest_modelled(unmodelled):
        assert CLOUDS.instance_type(unmodelled.provider, name).power_modelled


def test_every_table_says_how_many_rows_it_has_and_how_old_it_is() -> None:
    states = {state.table: state for state in CLOUDS.tables}

    assert states["zones"].rows == len(CLOUDS.zones)
    assert states["aws/regions"].rows == 41
    assert all(state.rows > 0 and state.as_of for state in states.values())


def test_a_region_of_another_cloud_is_told_apart_from_one_that_does_not_exist() -> None:
    with pytest.raises(UnknownRegion, match="gcp has no region 'us-east-1'; it is a region of aws and alibaba"):
        region_of("us-east-1", "gcp")
    with pytest.raises(UnknownRegion, match="region 'us-moon-1' is not known"):
        region_of("us-moon-1", "gcp")
