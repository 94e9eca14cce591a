"""What was used, and what it emitted: rows of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from carbon.workload import OwnMachine


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRow:
    """Machines that ran in [start, end), as the caller or a bill says.

    id: of the caller; the same id again replaces the row. region: provider:region. instance_type, machine: at most one;
    none where only energy is known. count: mean number of machines, not necessarily whole. utilization: 0 to 1; None:
    the default of the type. it_kwh: measured energy of all machines, before PUE; None: the power model says. pue: None:
    that of the region. cost_usd: as billed; None: at the list price. spot: whether that is the spot price.
    submitted_at: when it could have begun, `start` at the latest; None: not known.
    """

    id: str
    start: datetime
    end: datetime
    region: str
    instance_type: str | None = None
    machine: OwnMachine | None = None
    count: float = 1.0
    utilization: float | None = None
    it_kwh: float | None = None
    pue: float | None = None
    cost_usd: float | None = None
    spot: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    decision_id: str | None = None
    submitted_at: datetime | None = None

    @property
    def hours(self) -> float:
        """How long it lasted."""
        return (self.end - self.start).total_seconds() / 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageDay:
    """What a row used and emitted on one UTC day (days since 1970).

    energy_kwh: of the facility, PUE applied. measured_g, estimated_g, usual_g: operational gCO2e by what the intensity
    rests on: readings that were measured, readings that were estimated, usual values where none are stored. embodied_g:
    the hardware's share. None: unknown, all three grams at once. at_submission_g: operational gCO2e of the same energy
    had the row run without waiting, from when it was submitted; None: unknown, or the grams of one of both times are.
    """

    day: int
    hours: float
    energy_kwh: float | None
    measured_g: float | None
    estimated_g: float | None
    usual_g: float | None
    embodied_g: float | None
    cost_usd: float | None
    at_submission_g: float | None = None

    @property
    def operational_g(self) -> float | None:
        """gCO2e of the grid; None where energy or intensity is unknown."""
        if self.measured_g is None or self.estimated_g is None or self.usual_g is None:
            return None
        return self.measured_g + self.estimated_g + self.usual_g


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledUsage:
    """A row with its figures. zone: of the region. unknown: why figures are None, in words; None: nothing is.

    billed: whether the cost is the caller's own. price_as_of: of a list price. pue: by which the energy of the IT
    became that of the facility; None: not known.
    """

    row: UsageRow
    zone: str
    days: tuple[UsageDay, ...]
    unknown: str | None = None
    billed: bool = False
    price_as_of: str | None = None
    pue: float | None = None

    @property
    def rests_on_usual(self) -> bool:
        """Whether a part of the grams rests on usual values, or is unknown."""
        return any(day.usual_g is None or day.usual_g > 0 for day in self.days)
