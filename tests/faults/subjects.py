"""The sources that no key opens, each with its imitation: on every one of them the rows about HTTP are tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from grid.live.tools import Entry
from grid.sources import aemo, energi_data, energy_charts, uk_carbon
from tests.fakes.aemo import FakeAemo
from tests.fakes.energi_data import FakeEnergiData
from tests.fakes.energy_charts import FakeEnergyCharts
from tests.fakes.uk_carbon import FakeUkCarbon
from tests.fakes.upstream import FakeUpstream


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A source under trial. setting: of its base URL. zone: one that it covers. imitation: by the keyword `port`."""

    entry: Entry
    setting: str
    zone: str
    imitation: Callable[..., FakeUpstream]

    @property
    def name(self) -> str:
        return self.entry.facts.name


SUBJECTS = (
    Subject(entry=uk_carbon.ENTRY, setting="uk_carbon_base_url", zone="GB", imitation=FakeUkCarbon),
    Subject(entry=energi_data.ENTRY, setting="energi_data_base_url", zone="DK-DK2", imitation=FakeEnergiData),
    Subject(entry=aemo.ENTRY, setting="aemo_base_url", zone="AU-VIC", imitation=FakeAemo),
    Subject(
        entry=replace(energy_charts.ENTRY, build=partial(energy_charts.build, pause_seconds=0.0)),
        setting="energy_charts_base_url",
        zone="DE",
        imitation=FakeEnergyCharts,
    ),
)
