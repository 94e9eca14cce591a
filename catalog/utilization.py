"""How busy accelerators are where the caller does not say: figures from published measurements."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from carbon.power import AcceleratorLoad
from carbon.workload import WorkloadType
from catalog.tables import DATA, Row, read_table

TABLE = "accelerator_utilization"
OTHER = "other"  # workloads without a row of their own


def load_accelerator_loads(data: Path = DATA) -> tuple[Mapping[str, AcceleratorLoad], tuple[int, str]]:
    """Workload, or OTHER -> the load assumed; and the table's rows and newest date. Raises CatalogError."""
    table = read_table(data, f"{TABLE}.csv", "workload")
    rows = {row.required("workload"): _load(row) for row in table}
    loads = {workload.value: rows.get(workload.value, rows[OTHER]) for workload in WorkloadType}
    return loads | {OTHER: rows[OTHER]}, (len(table.rows), table.as_of)


def _load(row: Row) -> AcceleratorLoad:
    low, utilization, high = (row.number(column) for column in ("low", "utilization", "high"))
    if not 0 <= low <= utilization <= high <= 1:
        raise row.error(f"low, utilization and high are not in order within 0 to 1: {low}, {utilization}, {high}")
    return AcceleratorLoad(utilization=utilization, low=low, source=row.required("source"))
