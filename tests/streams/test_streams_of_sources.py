"""A stream of the whole service: from a source that changes its figure to the client that is told."""

from __future__ import annotations

from pathlib import Path

from tests.fakes.electricity_maps import FakeElectricityMaps
from tests.faults.server import Gunicorn, upstream_settings
from tests.streams.stream_clients import following

SHORT = {"INTENSITY_TTL_SECONDS": "1", "FORECAST_TTL_SECONDS": "1"}


def test_a_change_at_the_source_is_told_with_the_figure_before_and_the_crossing(tmp_path: Path) -> None:
    """Takes a minute or two, since the grid is looked at once a minute."""
    with FakeElectricityMaps({"DE": 300.0}).serving() as source:
        settings = {**upstream_settings(source.base_url), **SHORT}
        with (
            Gunicorn(tmp_path, settings, workers=2) as server,
            following(server.port, "zone=DE&below=250&event=intensity&event=crossing") as client,
        ):
            first = client.next()
            while first.data["carbon_intensity"] != 300.0:  # until the source has answered, the usual value of the hour
                first = client.next()
            source.intensity["DE"] = 200.0
            change, crossing = client.take(2)
            with following(server.port, "zone=DE&below=250", last_event_id=change.id) as late:
                missed = late.next()

    names = ("event", "previous_carbon_intensity", "carbon_intensity", "source")
    assert [change.data[name] for name in names] == ["intensity", 300.0, 200.0, "electricity-maps"]
    assert (crossing.name, crossing.data["crossing"]["state"]) == ("crossing", "entered")
    assert (missed.id, missed.data) == (crossing.id, crossing.data)
