"""The sources beside Electricity Maps, each with its imitation: on every one the rows about HTTP are tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from grid.live.tools import Entry
from grid.sources import aemo, eia, energi_data, energy_charts, entsoe, fingrid, ned, openelectricity, uk_carbon
from tests.fakes.aemo import FakeAemo
from tests.fakes.eia import KEY as EIA_KEY
from tests.fakes.eia import FakeEia
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
from tests.faults.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A source under trial. setting: of its base URL. zone: one that it covers. imitation: by the keyword `port`.

    more: its other settings, such as a key. words: what it says instead for a reason of a row: with a key a 403 is
    about that, and a reply in XML is not one in JSON.
    """

    entry: Entry
    setting: str
    zone: str
    imitation: Callable[..., FakeUpstream]
    more: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def reasons(self, row: Row) -> frozenset[str]:
        """The reasons of the row, in the words of the source."""
        return row.reasons.union(*(self.words.get(reason, frozenset()) for reason in row.reasons))

    @property
    def name(self) -> str:
        return self.entry.facts.name


KEYED = {"refused": frozenset({"bad-key"})}
KEYED_XML = {**KEYED, "not-json": frozenset({"not-xml", "wrong-shape"}), "wrong-shape": frozenset({"not-xml"})}

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
    Subject(
        entry=eia.ENTRY,
        setting="eia_base_url",
        zone="US-CAL-CISO",
        imitation=FakeEia,
        more={"eia_api_key": EIA_KEY},
        words=KEYED,
    ),
    Subject(
        entry=entsoe.ENTRY,
        setting="entsoe_base_url",
        zone="FR",
        imitation=FakeEntsoe,
        more={"entsoe_token": ENTSOE_TOKEN},
        words=KEYED_XML,
    ),
    Subject(
        entry=fingrid.ENTRY,
        setting="fingrid_base_url",
        zone="FI",
        imitation=FakeFingrid,
        more={"fingrid_api_key": FINGRID_KEY},
        words=KEYED,
    ),
    Subject(
        entry=ned.ENTRY,
        setting="ned_base_url",
        zone="NL",
        imitation=FakeNed,
        more={"ned_api_key": NED_KEY},
        words=KEYED,
    ),
    Subject(
        entry=openelectricity.ENTRY,
        setting="openelectricity_base_url",
        zone="AU-NSW",
        imitation=FakeOpenElectricity,
        more={"openelectricity_api_key": OPENELECTRICITY_KEY, "openelectricity_non_commercial": "on"},
        words=KEYED,
    ),
)
