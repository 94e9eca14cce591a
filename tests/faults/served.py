"""The application that gunicorn serves in a drill: what holds for minutes, hours or a day holds for HOLD_SECONDS."""

from __future__ import annotations

from types import ModuleType

import app as product
from grid.sources.electricity_maps import client as electricity_maps
from grid.upstream import gate, plan
from tests.faults.rows import HOLD_SECONDS

_SHORTENED: tuple[tuple[ModuleType, tuple[str, ...]], ...] = (
    (gate, ("RATE_LIMIT_HOLD_SECONDS", "LONGEST_HOLD_SECONDS", "REFUSED_HOLD_SECONDS", "OUTAGE_HOLD_SECONDS")),
    (plan, ("DAY_SECONDS",)),
    (electricity_maps, ("DAY_SECONDS", "HOUR_SECONDS", "HALF_HOUR_SECONDS")),
)


def _shorten() -> None:
    for module, names in _SHORTENED:
        for name in names:
            if not isinstance(vars(module)[name], float):
                raise TypeError(f"{module.__name__}.{name} is no number of seconds")
            setattr(module, name, HOLD_SECONDS)


_shorten()
app = product.app
