"""An imitation of Electricity Maps on loopback for the measured service; it records its calls."""

from __future__ import annotations

import time
from contextlib import ExitStack
from types import TracebackType

from catalog.profiles import load_zones
from tests.fakes.electricity_maps import KEY, FakeElectricityMaps
from tests.fakes.upstream import Answer, Call


class Upstream:
    """Covers every zone of the catalog that has a yearly level, at that level.

    seconds: the times of the calls for each path and zone, on the clock of time.monotonic.
    """

    def __init__(self) -> None:
        zones, _, _ = load_zones()
        levels = ((key, zone.gco2e_per_kwh) for key, zone in zones.items())
        covered = {key: level for key, level in levels if level is not None}
        self.seconds: dict[tuple[str, str], list[float]] = {}
        self._fake = FakeElectricityMaps(covered)
        self._fake.fault = self._note
        self._running = ExitStack()

    def __enter__(self) -> Upstream:
        self._running.enter_context(self._fake.serving())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def _note(self, call: Call, good: Answer) -> Answer:
        self.seconds.setdefault((call.path, call.zone), []).append(time.monotonic())
        return good

    @property
    def environ(self) -> dict[str, str]:
        """The settings with which the service asks this imitation and no other source."""
        return {"SOURCES": "electricity-maps", "EL_MAPS_API_KEY": KEY, "EL_MAPS_BASE_URL": self._fake.base_url}

    @property
    def count(self) -> int:
        """Calls so far."""
        return len(self._fake.calls)
