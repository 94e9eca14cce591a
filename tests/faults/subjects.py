"""The sources beside Electricity Maps, each with its imitation: on every one the rows about HTTP are tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from carbon.intensity import Signal
from grid.live.tools import Entry
from grid.sources import (
    aemo,
    eia,
    elexon,
    energi_data,
    energy_charts,
    entsoe,
    fingrid,
    ned,
    openelectricity,
    uk_carbon,
    watttime,
)
from tests.fakes.aemo import FakeAemo
from tests.fakes.eia import KEY as EIA_KEY
from tests.fakes.eia import FakeEia
from tests.fakes.elexon import FakeElexon
from tests.fakes.energi_data import FakeEnergiData
from tests.fakes.energy_charts import FakeEnergyCharts
from tests.fakes.entsoe import TOKEN as ENTSOE_TOKEN
from tests.fakes.entsoe import FakeEntsoe
from tests.fakes.fingrid import KEY as FINGRID_KEY
from tests.fakes.fingrid import FakeFingrid
from tests.fakes.ned import KEY as NED_KEY
from tests.fakes.ned import FakeNed
from tests.fakes.openelectricity import KEY as OPENELECTRICITY_KEY
from tests.fakes.openelectricity import FakeOpenElectricity
from tests.fakes.uk_carbon import FakeUkCarbon
from tests.fakes.upstream import FakeUpstream
from tests.fakes.watttime import PASSWORD, USER, FakeWattTime
from tests.faults.rows import Row

# What a source says instead of a reason of a row: with a key a 403 is about that, and XML is not JSON.
KEYED: Mapping[str, frozenset[str]] = {"refused": frozenset({"bad-key"})}
XML = {"not-json": frozenset({"not-xml", "wrong-shape"}), "wrong-shape": frozenset({"not-xml"})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A source under trial. zone: one that it covers. imitation: by the keyword `port`. key: if it needs one.

    more: its other settings. words: what it says, beside what follows from a key, instead of a reason of a row.
    """

    entry: Entry
    zone: str
    imitation: Callable[..., FakeUpstream]
    key: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def settings(self, base_url: str) -> dict[str, str]:
        """All settings that the source needs."""
        facts = self.entry.facts
        keys = {facts.key_setting.lower(): self.key} if facts.key_setting and self.key else {}
        return {f"{self.name.replace('-', '_')}_base_url": base_url, **keys, **self.more}

    def reasons(self, row: Row) -> frozenset[str]:
        """The reasons of the row, in the words of the source."""
        words = {**(KEYED if self.key else {}), **self.words}
        return row.reasons.union(*(words.get(reason, frozenset()) for reason in row.reasons))

    @property
    def signal(self) -> Signal:
        """That of the questions that it answers."""
        return self.entry.facts.signal

    @property
    def name(self) -> str:
        return self.entry.facts.name


SUBJECTS = (
    Subject(entry=uk_carbon.ENTRY, zone="GB", imitation=FakeUkCarbon),
    Subject(entry=energi_data.ENTRY, zone="DK-DK2", imitation=FakeEnergiData),
    Subject(entry=elexon.ENTRY, zone="GB", imitation=FakeElexon),
    Subject(entry=aemo.ENTRY, zone="AU-VIC", imitation=FakeAemo),
    Subject(
        entry=replace(energy_charts.ENTRY, build=partial(energy_charts.build, pause_seconds=0.0)),
        zone="DE",
        imitation=FakeEnergyCharts,
    ),
    Subject(entry=eia.ENTRY, zone="US-CAL-CISO", imitation=FakeEia, key=EIA_KEY),
    Subject(
        entry=replace(entsoe.ENTRY, build=partial(entsoe.build, pause_seconds=0.0)),
        zone="FR",
        imitation=FakeEntsoe,
        key=ENTSOE_TOKEN,
        words=XML,
    ),
    Subject(entry=fingrid.ENTRY, zone="FI", imitation=FakeFingrid, key=FINGRID_KEY),
    Subject(entry=ned.ENTRY, zone="NL", imitation=FakeNed, key=NED_KEY),
    Subject(
        entry=openelectricity.ENTRY,
        zone="AU-NSW",
        imitation=FakeOpenElectricity,
        key=OPENELECTRICITY_KEY,
        more={"openelectricity_non_commercial": "on"},
    ),
    Subject(
        entry=watttime.ENTRY,
        zone="US-CAL-CISO",
        imitation=FakeWattTime,
        key=USER,
        more={"watttime_password": PASSWORD},
        words={"no-recent-data": frozenset({"login-failed"})},
    ),
)
