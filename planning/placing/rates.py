"""What every machine type draws and does at a load."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carbon.workload import Load
from catalog.columns import FloatArray, IntArray, TypeColumns

# Kinds of work, which are never compared: accelerators count TFLOP/s-hours, CPUs vCPU-hours of index 1.
ACCELERATED, PLAIN, UNRATED = 0, 1, 2
WORK_UNITS = {ACCELERATED: "tflop/s-hours", PLAIN: "vcpu-hours"}


@dataclass(frozen=True, slots=True, eq=False)
class TypeRates:
    """Per type at one load: watts of IT load, units of work an hour (NaN unrated), and the kind of its work."""

    it_w: FloatArray
    work_per_hour: FloatArray
    kind: IntArray

    @classmethod
    def at(cls, columns: TypeColumns, load: Load) -> TypeRates:
        """Rates of every type at the caller's utilisation, or the defaults; power and work use the same one."""
        cpu = columns.utilization(load.utilization)
        accelerator = cpu if load.accelerator is None else np.full_like(cpu, load.accelerator)
        work = columns.work_per_hour_at_full_load * np.where(columns.accelerated, accelerator, cpu)
        rated = np.isfinite(work) & (work > 0)
        kind = np.where(rated, np.where(columns.accelerated, ACCELERATED, PLAIN), UNRATED)
        return cls(columns.it_watts(cpu, accelerator, load.curve), np.where(rated, work, np.nan), kind)
