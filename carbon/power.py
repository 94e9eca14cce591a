"""Electric power of a cloud instance from its parts and its utilisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from carbon import units
from carbon.ranges import SURE, Factors, combined

# Loads at which the watts of a whole machine are measured, from idle to full.
MEASURED_AT = (0.0, 0.1, 0.5, 1.0)
MEASURED = "measured by the operator at 0, 10, 50 and 100 % load"


class PowerCurve(StrEnum):
    """Shape between idle and full CPU power."""

    CONCAVE = "concave"
    LINEAR = "linear"

    @property
    def points(self) -> Sequence[tuple[float, float]]:
        return units.LINEAR_CURVE if self is PowerCurve.LINEAR else units.CONCAVE_CURVE


def load_share(utilization: float, curve: PowerCurve, measured: Sequence[tuple[float, float]] | None = None) -> float:
    """Share (0 to 1) of the idle-to-full CPU range at a utilisation of 0 to 1.

    Straight lines through the points measured of the machine, else through the curve's. Raises ValueError outside 0
    to 1.
    """
    if not 0.0 <= utilization <= 1.0:
        raise ValueError(f"utilization must be 0 to 1, not {utilization}")
    points = measured or curve.points
    for (x0, y0), (x1, y1) in pairwise(points):
        if utilization <= x1:
            return y0 + (y1 - y0) * (utilization - x0) / (x1 - x0)
    return 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceleratorLoad:
    """A utilisation that is assumed, 0 to 1, the lowest that is usual, and the measurements both rest on."""

    utilization: float
    low: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerModel:
    """Watts of IT load of one whole instance, before PUE.

    cpu_idle_w, cpu_max_w: reserved vCPUs x the CPU's wall power per thread (or core) idle and full.
    accelerator_idle_w, accelerator_max_w: all accelerators of the instance together.
    memory_w: memory beyond what the CPU figure already includes. storage_w: local disks.
    cpu_low, cpu_high: TDP range over TDP where the CPU's TDP is an estimate, else 1.
    accelerator_low, accelerator_high: same for the accelerator's maximum.
    basis: in words, what the figures rest on. points: (utilisation, share of the CPU range) of a machine whose watts
    were measured; its cpu_* are then those of the whole machine, and the curve of a question does not apply to it.
    """

    cpu_idle_w: float
    cpu_max_w: float
    memory_w: float
    accelerator_idle_w: float
    accelerator_max_w: float
    storage_w: float
    cpu_low: float = 1.0
    cpu_high: float = 1.0
    accelerator_low: float = 1.0
    accelerator_high: float = 1.0
    basis: str = ""
    points: tuple[tuple[float, float], ...] | None = None

    @classmethod
    def measured(cls, watts: Sequence[float], source: str) -> PowerModel:
        """The power of a machine from its watts at the loads of MEASURED_AT, which do not fall. Before PUE."""
        idle, full = watts[0], watts[-1]
        span = full - idle
        shares = [(value - idle) / span if span else at for value, at in zip(watts, MEASURED_AT, strict=True)]
        return cls(
            cpu_idle_w=idle,
            cpu_max_w=full,
            memory_w=0.0,
            accelerator_idle_w=0.0,
            accelerator_max_w=0.0,
            storage_w=0.0,
            basis=f"{MEASURED} ({source})",
            points=tuple(zip(MEASURED_AT, shares, strict=True)),
        )

    @classmethod
    def constant(cls, watts: float, basis: str) -> PowerModel:
        """The power of a machine that draws the same at every load. Before PUE."""
        return replace(cls.measured([watts] * len(MEASURED_AT), ""), basis=basis)

    def draw(self, utilization: float, accelerator_utilization: float, curve: PowerCurve) -> PowerDraw:
        """Watts at these utilisations (0 to 1)."""
        if not 0.0 <= accelerator_utilization <= 1.0:
            raise ValueError(f"accelerator_utilization must be 0 to 1, not {accelerator_utilization}")
        share = load_share(utilization, curve, self.points)
        return PowerDraw(
            cpu_w=self.cpu_idle_w + share * (self.cpu_max_w - self.cpu_idle_w),
            memory_w=self.memory_w,
            accelerator_w=self.accelerator_idle_w
            + accelerator_utilization * (self.accelerator_max_w - self.accelerator_idle_w),
            storage_w=self.storage_w,
        )

    @property
    def full_w(self) -> float:
        """Watts with everything fully busy."""
        return self.cpu_max_w + self.memory_w + self.accelerator_max_w + self.storage_w

    def uncertainty(self, draw: PowerDraw, assumed: AcceleratorLoad | None = None) -> Uncertainty:
        """Factors to multiply an energy or emission of this draw with.

        assumed: the accelerators' load where the caller gave none; the range then reaches from the draw at the lowest
        usual load to full load with the host's fans and network cards.

        Source: spread between established tools (units.UNCERTAINTY_FACTOR*), widened by the
        published range where the CPU's or the accelerator's power is itself an estimate.
        """
        if self.points is not None:  # nothing is modelled; the error of the meter is not known
            return Uncertainty(power=SURE, basis=self.basis)
        accelerated = draw.accelerator_w > draw.it_w / 2
        factor = units.UNCERTAINTY_FACTOR_ACCELERATED if accelerated else units.UNCERTAINTY_FACTOR
        rest = draw.memory_w + draw.storage_w
        if draw.it_w <= 0:
            return Uncertainty(power=Factors(low=1 / factor, high=factor), basis=self.basis)
        low = (draw.cpu_w * self.cpu_low + draw.accelerator_w * self.accelerator_low + rest) / draw.it_w
        high = (draw.cpu_w * self.cpu_high + draw.accelerator_w * self.accelerator_high + rest) / draw.it_w
        parts = Uncertainty(power=Factors(low=low / factor, high=high * factor), basis=self.basis)
        return parts if assumed is None else self._with_any_load(parts, draw, assumed)

    def _with_any_load(self, parts: Uncertainty, draw: PowerDraw, assumed: AcceleratorLoad) -> Uncertainty:
        """The range of the parts, widened by what the accelerators' load may be instead of the one assumed."""
        span = self.accelerator_max_w - self.accelerator_idle_w
        least_w = draw.it_w - draw.accelerator_w + self.accelerator_idle_w + assumed.low * span
        most_w = self.full_w * units.ACCELERATED_HOST_FACTOR
        return Uncertainty(
            power=Factors(
                low=min(parts.power.low, least_w / draw.it_w), high=max(parts.power.high, most_w / draw.it_w)
            ),
            basis=f"{parts.basis}; accelerator utilization {assumed.utilization:g} assumed: {assumed.source}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerDraw:
    """Watts by part, before PUE."""

    cpu_w: float
    memory_w: float
    accelerator_w: float
    storage_w: float

    @property
    def it_w(self) -> float:
        return self.cpu_w + self.memory_w + self.accelerator_w + self.storage_w


def mean_draw(draws: Sequence[tuple[float, PowerDraw]]) -> PowerDraw:
    """Mean of draws that last so many hours each, part by part."""
    hours = sum(length for length, _ in draws)

    def mean(part: Callable[[PowerDraw], float]) -> float:
        return sum(length * part(draw) for length, draw in draws) / hours

    return PowerDraw(
        cpu_w=mean(lambda draw: draw.cpu_w),
        memory_w=mean(lambda draw: draw.memory_w),
        accelerator_w=mean(lambda draw: draw.accelerator_w),
        storage_w=mean(lambda draw: draw.storage_w),
    )


@dataclass(frozen=True, kw_only=True)
class Uncertainty:
    """Low and high as factors of the central value, and what they rest on.

    power: of the watts; basis: what that rests on. grid: of the mean intensity; None where no backtest says.
    """

    power: Factors
    basis: str
    grid: Factors | None = None

    @cached_property
    def total(self) -> Factors:
        """Both parts together."""
        return combined(self.power, self.grid or SURE)

    @property
    def low(self) -> float:
        """The low end of the total."""
        return self.total.low

    @property
    def high(self) -> float:
        """The high end of the total."""
        return self.total.high
