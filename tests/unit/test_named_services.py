"""The services that a question names beside everything else that is compared."""

from __future__ import annotations

from planning.placing.named_services import with_named_services
from tests.fakes.clouds import cloud_map

CLOUDS = cloud_map()


def test_names_of_machines_and_of_compared_services_leave_the_map_as_it_is() -> None:
    assert with_named_services(CLOUDS, ("m7g.large", "lambda-arm64-1769mb")) is CLOUDS


def test_a_named_service_is_offered_in_its_regions_and_nothing_else_changes() -> None:
    more = with_named_services(CLOUDS, ("db.r6g.large", "lambda-arm64-640mb"))

    regions = {
        name: {
            more.offers.regions[region].region
            for region in more.offers.region[more.offers.type == more.offers.type_index["aws", name]].tolist()
        }
        for name in ("db.r6g.large", "lambda-arm64-640mb")
    }
    assert len(more.offers.codes) == len(CLOUDS.offers.codes) + sum(map(len, regions.values()))
    assert {"us-east-1", "eu-north-1"} <= regions["db.r6g.large"]
    assert not {"il-central-1", "mx-central-1"} & regions["db.r6g.large"]
    assert len(regions["lambda-arm64-640mb"]) == 39
    for position in range(0, len(CLOUDS.offers.codes), 499):
        region, kind = CLOUDS.offers.region[position], CLOUDS.offers.columns.types[CLOUDS.offers.type[position]]
        index = more.offers.type_index[kind.provider, kind.instance_type]
        assert more.prices.price(int(region), index) == CLOUDS.prices.price_of_offer(position)


def test_the_price_of_a_named_service_is_the_one_calculate_uses() -> None:
    more = with_named_services(CLOUDS, ("db.r6g.large", "container-apps-0.5vcpu-1gb"))

    for region, name in (("aws:eu-west-1", "db.r6g.large"), ("azure:westus2", "container-apps-0.5vcpu-1gb")):
        assert more.price(region, name) == CLOUDS.price(region, name) is not None


def test_of_equals_a_machine_comes_before_the_service_over_it() -> None:
    more = with_named_services(CLOUDS, ("db.r6g.large",))

    machine, database = (more.offers.type_index["aws", name] for name in ("r6g.large", "db.r6g.large"))
    assert more.columns.order[machine] < more.columns.order[database]
