"""Live values of zones with a corrected level: the publisher makes them with the factors that are wrong there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from carbon.intensity import Quality
from carbon.reading import ZoneReading
from engine import Engine
from planning.outlook.level import at_corrected_level
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, known, observation
from tests.golden.builders import utc

NOW = utc(18, 10, 20)
SYDNEY, MELBOURNE = "aws:ap-southeast-2", "aws:ap-southeast-4"


def test_the_publishers_values_are_multiplied_and_become_estimates() -> None:
    reading = known(NOW, [474.0, 400.0])

    corrected = at_corrected_level({"AU-VIC": reading, "DE": reading}, {"AU-VIC": 1.5})

    assert corrected["DE"] is reading
    latest, forecast = corrected["AU-VIC"].latest, corrected["AU-VIC"].forecast
    assert latest is not None
    assert forecast is not None
    assert (latest.gco2e_per_kwh, latest.quality) == (711, Quality.ESTIMATED)
    assert latest.source == "electricity-maps-corrected"
    assert forecast.gco2e_per_kwh[:2] == (711, 600)
    assert forecast.source == "electricity-maps-forecast-corrected"


def test_values_of_another_publisher_and_missing_hours_stay_as_they_are() -> None:
    own = ZoneReading(latest=replace(observation(NOW, 900.0), source="state-operator"))

    corrected = at_corrected_level({"AU-VIC": own, "AU-NSW": ZoneReading(reason="no-key")}, {"AU-VIC": 2, "AU-NSW": 2})

    assert corrected == {"AU-VIC": own, "AU-NSW": ZoneReading(reason="no-key")}


def test_a_live_value_at_the_published_level_is_no_reason_to_run_now() -> None:
    # The publisher's live value is its own yearly mean. Uncorrected it would be 474 now, beside a profile of about 848
    # later: run at once. Corrected it is 848 now, as the year's mean.
    live = {
        "AU-VIC": ZoneReading(latest=observation(NOW, 474.0)),
        "AU-NSW": ZoneReading(latest=observation(NOW, 525.0)),
    }
    session = Engine(cloud_map(), FakeReader(live)).at(NOW)

    melbourne, sydney = session.region_details(MELBOURNE), session.region_details(SYDNEY)

    assert melbourne.now.intensity.gco2e_per_kwh == pytest.approx(848)
    assert sydney.now.intensity.gco2e_per_kwh == pytest.approx(729)
    assert session.grid.present_values()["AU-VIC"].gco2e_per_kwh == pytest.approx(848)
