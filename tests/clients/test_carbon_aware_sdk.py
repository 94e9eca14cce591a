"""A client made from the document of the Carbon Aware SDK by openapi-python-client, against a real service."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from carbon.intensity import Quality, Signal
from carbon.reading import Observation, UpstreamForecast
from settings import Settings
from store.history.entries import ForecastEntry, ReadingEntry
from tests.api.carbon_aware_sdk import FIXTURES
from tests.faults.server import Gunicorn
from wiring_stores import build_history

PACKAGE = "carbon_aware_client"
HOUR = timedelta(hours=1)
AVERAGE = Signal.AVERAGE_LIFECYCLE
PRESENT = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
PAST = PRESENT - 6 * HOUR  # stored are the six hours from here on: 100, 200, ... 600 g
ISSUED = PRESENT - 3 * HOUR  # a forecast of four hours was issued: 50, 30, 30, 60 g


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The generated client of a service with a small history."""
    folder = tmp_path_factory.mktemp("carbon_aware_sdk")
    _generate(folder)
    _store(folder / "var")
    with pytest.MonkeyPatch.context() as patch, Gunicorn(folder, workers=1) as server:
        patch.syspath_prepend(str(folder))
        yield import_module(PACKAGE).Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30)


def _generate(folder: Path) -> None:
    (folder / "config.yml").write_text("post_hooks: []\n")
    program = Path(sys.executable).with_name("openapi-python-client")
    document = FIXTURES / "openapi.json"
    command = (program, "generate", "--path", document, "--config", folder / "config.yml", "--meta", "none")
    options = ("--fail-on-warning", "--output-path", folder / PACKAGE)
    subprocess.run([str(part) for part in (*command, *options)], check=True, capture_output=True, timeout=120)  # noqa: S603


def _store(data_dir: Path) -> None:
    data_dir.mkdir()
    history = build_history(Settings(data_dir=data_dir))
    values = [
        Observation(
            zone="DE",
            gco2e_per_kwh=100.0 * (hour + 1),
            starts_at=PAST + hour * HOUR,
            ends_at=PAST + (hour + 1) * HOUR,
            quality=Quality.MEASURED,
            source="one",
        )
        for hour in range(6)
    ]
    issued = UpstreamForecast(
        zone="DE", starts_at=ISSUED, gco2e_per_kwh=(50.0, 30.0, 30.0, 60.0), source="one-forecast"
    )
    history.write([ReadingEntry.of(AVERAGE, value) for value in values])
    history.write([ForecastEntry.of(AVERAGE, issued, ISSUED)])


def operation(name: str, room: str = "carbon_aware") -> Any:
    return import_module(f"{PACKAGE}.api.{room}.{name}")


def test_emissions_of_one_place(client: Any) -> None:
    points = operation("get_emissions_data_for_location_by_time").sync(
        client=client, location="eu-central-1", time=PAST, to_time=PAST + 2 * HOUR
    )

    assert [(point.location, point.time, point.rating, point.duration) for point in points] == [
        ("eu-central-1", PAST, 100.0, "01:00:00"),
        ("eu-central-1", PAST + HOUR, 200.0, "01:00:00"),
    ]


def test_emissions_of_several_places(client: Any) -> None:
    points = operation("get_emissions_data_for_locations_by_time").sync(
        client=client, location=["DE", "", "europe-west3"], time=PAST + HOUR
    )

    assert [(point.location, point.rating) for point in points] == [("DE", 200.0), ("europe-west3", 200.0)]


def test_the_best_emissions_of_several_places(client: Any) -> None:
    points = operation("get_best_emissions_data_for_locations_by_time").sync(
        client=client, location=["DE", "europe-west3"], time=PAST, to_time=PRESENT
    )

    assert [(point.location, point.time, point.rating) for point in points] == [
        ("DE", PAST, 100.0),
        ("europe-west3", PAST, 100.0),
    ]


def test_nothing_stored_is_no_answer(client: Any) -> None:
    response = operation("get_emissions_data_for_location_by_time").sync_detailed(
        client=client, location="DE", time=PAST - HOUR
    )

    assert (response.status_code, response.parsed) == (204, None)


def test_the_forecast_that_holds_now(client: Any) -> None:
    forecasts = operation("get_current_forecast_data").sync(
        client=client,
        location=["eastus", "DE"],
        data_start_at=PRESENT + HOUR,
        data_end_at=PRESENT + 24 * HOUR,
        window_size=90,
    )

    assert [forecast.location for forecast in forecasts] == ["eastus", "DE"]
    for forecast in forecasts:
        assert (forecast.window_size, forecast.data_start_at) == (90, PRESENT + HOUR)
        assert len(forecast.forecast_data) == 22  # windows of 1.5 h in 23 h, one an hour
        least = min(point.value for point in forecast.forecast_data)
        assert [point.value for point in forecast.optimal_data_points] == [least] * len(forecast.optimal_data_points)


def test_a_forecast_as_it_was_issued(client: Any) -> None:
    item = import_module(f"{PACKAGE}.models").EmissionsForecastBatchParametersDTO

    forecasts = operation("batch_forecast_data_async").sync(
        client=client, body=[item(requested_at=ISSUED + HOUR / 2, location="DE", window_size=60)] * 2
    )

    for forecast in forecasts:
        assert (forecast.generated_at, forecast.requested_at) == (ISSUED, ISSUED + HOUR / 2)
        assert [point.value for point in forecast.forecast_data] == [50.0, 30.0, 30.0, 60.0]
        assert [point.timestamp for point in forecast.optimal_data_points] == [ISSUED + HOUR, ISSUED + 2 * HOUR]


def test_the_average_of_one_place(client: Any) -> None:
    mean = operation("get_average_carbon_intensity").sync(
        client=client, location="DE", start_time=PAST + HOUR / 2, end_time=PAST + 2 * HOUR
    )

    assert (mean.start_time, mean.end_time) == (PAST + HOUR / 2, PAST + 2 * HOUR)
    assert mean.carbon_intensity == 166.667  # (0.5 x 100 + 1 x 200) / 1.5


def test_the_averages_of_several_places(client: Any) -> None:
    item = import_module(f"{PACKAGE}.models").CarbonIntensityBatchParametersDTO

    means = operation("get_average_carbon_intensity_batch").sync(
        client=client,
        body=[item(location="DE", start_time=PAST + n * HOUR, end_time=PAST + (n + 2) * HOUR) for n in (2, 0)],
    )

    assert [mean.carbon_intensity for mean in means] == [350.0, 150.0]


def test_all_places(client: Any) -> None:
    places = operation("get_all_locations", "locations").sync(client=client).additional_properties

    assert places["northeurope"].name == "northeurope"
    assert (places["DE"].latitude, places["DE"].longitude) == (None, None)


def test_a_refusal_is_read_as_a_problem(client: Any) -> None:
    problem = operation("get_average_carbon_intensity").sync(
        client=client, location="DE", start_time=PRESENT, end_time=PAST
    )

    assert (problem.title, problem.status) == ("ArgumentException", 400)
    assert problem.errors.additional_properties == {"startTime": ["must be earlier than endTime"]}
