"""Which machines the runners of CI services are, by label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from carbon.ci import Runner
from carbon.workload import OwnMachine
from catalog.nearest import Names
from catalog.tables import Table

PLANS = ("", "public", "private")


@dataclass(frozen=True)
class Runners:
    """by_label: in lower case; the first of several is the one that counts where the plan is not said."""

    by_label: Mapping[str, tuple[Runner, ...]]

    def runner(self, label: str, plan: str | None) -> Runner | None:
        """The runner of a label, in any case, and plan; None where the table has none."""
        rows = self.by_label.get(label.lower(), ())
        exact = [row for row in rows if plan is not None and row.plan == plan]
        any_plan = [row for row in rows if plan is None or row.plan is None]
        return next(iter((*exact, *any_plan)), None)

    def nearest(self, label: str) -> tuple[str, ...]:
        """Labels like this one, the closest first."""
        return self._names.nearest(label, n=5)

    @cached_property
    def _names(self) -> Names:
        return Names(rows[0].label for rows in self.by_label.values())


def load_runners(table: Table, regions: set[str], accelerators: set[str]) -> Runners:
    """The rows of ci_runners.csv, by label. regions: provider:region. Raises CatalogError for a wrong row."""
    rows: dict[str, tuple[Runner, ...]] = {}
    for row in table:
        plan, cloud, region = row.text("plan"), row.optional("cloud"), row.optional("region")
        if plan not in PLANS:
            raise row.error(f"plan {plan!r} is none of public, private and empty")
        if region is not None and f"{cloud}:{region}" not in regions:
            raise row.error(f"region {cloud}:{region} is not in the catalog")
        gpu_model = row.optional("gpu_model")
        if gpu_model is not None and gpu_model not in accelerators:
            raise row.error(f"gpu_model {gpu_model!r} is not in accelerators.csv")
        runner = Runner(
            service=row.required("service"),
            label=row.required("label"),
            plan=plan or None,
            machine=OwnMachine(
                vcpus=row.number("vcpus"),
                memory_gb=row.number("memory_gb"),
                arch=row.required("arch"),
                gpus=row.optional_number("gpus") or 0.0,
                gpu_model=gpu_model,
            ),
            cloud=cloud,
            region=None if region is None else f"{cloud}:{region}",
            confidence=row.required("confidence"),
            source=row.required("source"),
            as_of=row.required("as_of"),
        )
        rows[runner.label.lower()] = (*rows.get(runner.label.lower(), ()), runner)
    return Runners(rows)
