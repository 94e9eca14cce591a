"""An imitation of Electricity Maps on loopback for the measured service; counts the calls it gets."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType

from catalog.profiles import load_zones
from tests.fakes.electricity_maps import KEY, FakeElectricityMaps


class Upstream:
    """Covers every zone of the catalog that has a yearly level, at that level."""

    def __init__(self) -> None:
        zones, _, _ = load_zones()
        levels = ((key, zone.gco2e_per_kwh) for key, zone in zones.items())
        known = {key: level for key, level in levels if level is not None}
        self._fake = FakeElectricityMaps(known)
        self._running = ExitStack()

    def __enter__(self) -> Upstream:
        self._running.enter_context(self._fake.serving())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    @property
    def environ(self) -> dict[str, str]:
        """What the service needs to ask this imitation, and nobody else."""
        return {"EL_MAPS_API_KEY": KEY, "EL_MAPS_BASE_URL": self._fake.base_url}

    def calls(self) -> int:
        """Calls so far."""
        return len(self._fake.calls)
