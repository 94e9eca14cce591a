"""An imitation of Electricity Maps on loopback for the measured service; notes the calls it gets."""

from __future__ import annotations

import time
from contextlib import ExitStack
from types import TracebackType

from catalog.profiles import load_zones
from tests.fakes.electricity_maps import KEY, Answer, Call, FakeElectricityMaps


class Upstream:
    """Covers every zone of the catalog that has a yearly level, at that level.

    seconds: when each question, path and zone, was asked, on time.monotonic's clock.
    """

    def __init__(self) -> None:
        zones, _, _ = load_zones()
        levels = ((key, zone.gco2e_per_kwh) for key, zone in zones.items())
        known = {key: level for key, level in levels if level is not None}
        self.seconds: dict[tuple[str, str], list[float]] = {}
        self._fake = FakeElectricityMaps(known)
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
        """What the service needs to ask this imitation, and nobody else."""
        return {"EL_MAPS_API_KEY": KEY, "EL_MAPS_BASE_URL": self._fake.base_url}

    @property
    def count(self) -> int:
        """Calls so far."""
        return len(self._fake.calls)
