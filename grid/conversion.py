"""What sources publish, brought to one footing: the tables by which a mix or a direct figure becomes lifecycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from carbon.lifecycle import lifecycle_of
from carbon.mix import Megawatts, MixIntensity, Neighbour, mix_intensity, net_imports_mw, with_imports
from carbon.ranges import Factors
from catalog.footing import Footing, load_footing
from catalog.model import Zone
from catalog.source_tables import SourceTables, load_source_tables
from grid.source import MalformedReply, ZoneNotCovered


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """tables: fuels and zones by source. footing: fits and errors. zones: by key. annual: their yearly figures."""

    tables: SourceTables
    footing: Footing
    zones: Mapping[str, Zone]
    annual: Mapping[str, Neighbour]

    @classmethod
    def load(cls, zones: Mapping[str, Zone]) -> Conversion:
        """From the tables of the catalog. zones: by key, with their yearly figures."""
        annual = {
            key: Neighbour(
                lifecycle_gco2e_per_kwh=zone.gco2e_per_kwh,
                renewable_share=zone.renewable_share,
                fossil_free_share=zone.fossil_free_share,
            )
            for key, zone in zones.items()
            if zone.gco2e_per_kwh is not None
        }
        return cls(tables=load_source_tables(), footing=load_footing(), zones=zones, annual=annual)

    def production(self, source: str, zone: str, mix: Megawatts) -> MixIntensity:
        """The production-based intensity of a mix, in MW or percent. Raises MalformedReply if it cannot be used."""
        intensity = mix_intensity(mix, self.tables.fuels(source, zone))
        if intensity is None:
            raise MalformedReply("empty", f"mix of {zone} has no generation, or too much under unknown names")
        return intensity

    def consumption(
        self, source: str, zone: str, mix: Megawatts, neighbours: Mapping[str | None, Neighbour]
    ) -> MixIntensity | None:
        """The same with its imports added, one step; None where a flow or a neighbour is not known."""
        flows = net_imports_mw(mix, self.tables.fuels(source, zone))
        return with_imports(self.production(source, zone, mix), flows, neighbours) if flows else None

    def lifecycle(self, zone: str, direct_gco2e_per_kwh: float) -> tuple[float, Factors]:
        """Lifecycle gCO2e/kWh and its range. Raises ZoneNotCovered without a fit, MalformedReply below 0."""
        fit = self.footing.lifecycle_fits.get(zone)
        if fit is None:
            raise ZoneNotCovered("no-lifecycle-fit", zone)
        if direct_gco2e_per_kwh < 0:
            raise MalformedReply("implausible-value", f"{direct_gco2e_per_kwh:g} gCO2/kWh")
        return lifecycle_of(direct_gco2e_per_kwh, fit)

    def flow_error(self, zone: str) -> Factors | None:
        """The range of consumption over production; it stays where imports are added one step. None: unknown zone."""
        return self.footing.flow_error(self.zones[zone]) if zone in self.zones else None

    def mean_of(self, zones: Sequence[str]) -> Neighbour | None:
        """The mean yearly figure of these zones, each as often as it is named; None if one has none."""
        neighbours = [self.annual[zone] for zone in zones if zone in self.annual]
        if not neighbours or len(neighbours) != len(zones):
            return None
        figures = [neighbour.lifecycle_gco2e_per_kwh for neighbour in neighbours]
        return Neighbour(lifecycle_gco2e_per_kwh=sum(figures) / len(figures))
