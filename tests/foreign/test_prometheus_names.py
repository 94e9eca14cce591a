"""/metrics with the names of grid-intensity-go and of the Carbon Aware SDK's exporter beside ours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from carbon.intensity import Quality
from carbon.reading import ZoneReading
from grid.source import SourceState
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, observation
from tests.fakes.service import NOW, service

SAMPLE = Path(__file__).parents[1] / "fixtures" / "prometheus" / "prometheus_metrics.txt"
GRID, SDK, MARGINAL = "grid_intensity_carbon_average", "carbon_aware_intensity", "grid_intensity_carbon_marginal"
Samples = list[tuple[str, dict[str, str], float]]
LIVE = SourceState(source="electricity-maps", state="ok", detail="")


def samples(text: str) -> Samples:
    families = text_string_to_metric_families(text)
    return [(one.name, one.labels, one.value) for family in families for one in family.samples]


def of(client: FlaskClient, name: str) -> list[tuple[dict[str, str], float]]:
    return [(labels, value) for found, labels, value in samples(client.get("/metrics").text) if found == name]


def client(names: str = "all", quality: Quality = Quality.MEASURED, gco2e_per_kwh: float = 23.0) -> FlaskClient:
    """A service with a live value of Stockholm's zone alone."""
    reading = ZoneReading(latest=observation(NOW, gco2e_per_kwh, zone="SE-SE3", quality=quality))
    reader = FakeReader({"SE-SE3": reading}, others=ZoneReading(reason="late"), states=(LIVE,))
    return service(reader, metrics_names=names).test_client()


@pytest.mark.parametrize(
    ("names", "present"),
    [("own", set()), ("grid-intensity-go", {GRID}), ("carbon-aware-sdk", {SDK}), ("all", {GRID, SDK})],
)
def test_the_names_of_others_are_there_by_the_setting_alone(names: str, present: set[str]) -> None:
    found = {name for name, _, _ in samples(client(names).get("/metrics").text)}

    assert {GRID, SDK} & found == present
    assert "cao_zone_carbon_intensity_gco2e_per_kwh" in found


def test_a_series_has_the_labels_of_the_sample() -> None:
    in_sample = [labels for name, labels, _ in samples(SAMPLE.read_text()) if name == GRID]

    ours = {labels["region"]: labels for labels, _ in of(client(), GRID)}

    assert ours["eu-north-1"] == {**in_sample[0], "provider": "electricity-maps"}


def test_an_estimated_value_says_so() -> None:
    found = [labels["is_estimated"] for labels, _ in of(client(quality=Quality.ESTIMATED), GRID)]

    assert set(found) == {"true"}


def test_the_values_are_those_of_the_api_and_of_our_own_name() -> None:
    app = client(gco2e_per_kwh=23.4)
    of_api = app.get("/api/v1/regions/aws:eu-north-1").get_json()["region_details"]["current_carbon_intensity"]

    assert {value for _, value in of(app, GRID)} == {23.4}
    assert {value for _, value in of(app, SDK)} == {23.4}
    assert of_api == 23.4
    assert [value for _, value in of(app, "cao_zone_carbon_intensity_gco2e_per_kwh")] == [23.4]


def test_marginal_values_have_their_own_name_and_the_same_labels() -> None:
    """A source of marginal values knows 412 g in Stockholm's zone alone; corrections of averages do not count."""
    reader = FakeReader(others=ZoneReading(reason="late"), states=(LIVE,))
    value = replace(observation(NOW, 412.0, zone="SE-SE3", quality=Quality.ESTIMATED), source="watttime")
    reader.marginal = FakeReader({"SE-SE3": ZoneReading(latest=value)}, others=ZoneReading(reason="no-source"))

    found = of(service(reader, metrics_names="grid-intensity-go").test_client(), MARGINAL)

    assert [labels for labels, _ in found if labels["region"] == "eu-north-1"] == [
        {
            "is_estimated": "true",
            "location": "SE-SE3",
            "provider": "watttime",
            "region": "eu-north-1",
            "units": "gCO2e per kWh",
        }
    ]
    assert {value for _, value in found} == {412.0}


def test_without_a_marginal_source_no_marginal_value_is_there() -> None:
    assert of(client(), MARGINAL) == []


def test_unknown_zones_have_no_series_and_never_a_zero() -> None:
    app = client()

    assert {labels["location"] for labels, _ in of(app, GRID)} == {"SE-SE3"}
    regions = {cloud_map().region_and_kind(labels["location"])[0].zone for labels, _ in of(app, SDK)}
    assert regions == {"SE-SE3"}
    assert all(value > 0 for _, value in of(app, SDK))


def test_every_location_is_a_name_that_the_api_takes_for_the_same_region_and_is_there_once() -> None:
    found = [labels["location"] for labels, _ in of(service(metrics_names="all").test_client(), SDK)]

    regions = [cloud_map().region_and_kind(location)[0].key for location in found]
    assert len(set(regions)) == len(regions) > 200
    assert {"eu-north-1", "eastus", "europe-west3"} <= set(found)


def test_no_series_is_there_twice() -> None:
    app = service(metrics_names="all").test_client()

    for name in (GRID, SDK):
        labels = [tuple(sorted(labels.items())) for labels, _ in of(app, name)]
        assert len(labels) == len(set(labels)) > 0
