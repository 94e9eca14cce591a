"""What sources publish, brought to one footing: the tables by which a mix or a direct figure becomes lifecycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from carbon.lifecycle import lifecycle_of
from carbon.mix import Megawatts, MixIntensity, Neighbour, mix_intensity, with_imports
from carbon.ranges import Factors
from catalog.footing import Footing, load_footing
from catalog.source_tables import SourceTables, load_source_tables
from grid.neighbours import Neighbours
from grid.source import MalformedReply, ZoneNotCovered

ONE_STEP = "imports: one step, {live} of {all} neighbours live"
NO_IMPORTS = "imports: one step, none flows in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """tables: fuels and zones by source. footing: fits and errors. neighbours: at whose level imports count."""

    tables: SourceTables
    footing: Footing
    neighbours: Neighbours

    @classmethod
    def load(cls, neighbours: Neighbours) -> Conversion:
        """From the tables of the catalog."""
        return cls(tables=load_source_tables(), footing=load_footing(), neighbours=neighbours)

    def production(self, source: str, zone: str, mix: Megawatts) -> MixIntensity:
        """The production-based intensity of a mix, in MW or percent. Raises MalformedReply if it cannot be used."""
        intensity = mix_intensity(mix, self.tables.fuels(source, zone))
        if intensity is None:
            raise MalformedReply("empty", f"mix of {zone} has no generation, or too much under unknown names")
        return intensity

    def with_imports(
        self, produced: MixIntensity, net_imports: Mapping[str | None, float | None], at: datetime
    ) -> tuple[float, str] | None:
        """gCO2e/kWh of a mix with its imports added, one step, and how; None where a flow or a level is not known.

        net_imports: by neighbour in the unit of the mix, negative: export. at: when they flow. Each import counts at
        its neighbour's live value if that is of this hour, otherwise at its profile.
        """
        inward = [zone for zone, flow in net_imports.items() if flow is not None and flow > 0]
        levels = self.neighbours.levels([zone for zone in inward if zone is not None], at)
        neighbours: dict[str | None, Neighbour] = {
            zone: Neighbour(lifecycle_gco2e_per_kwh=level.gco2e_per_kwh) for zone, level in levels.items()
        }
        total = with_imports(produced, net_imports, neighbours)
        if total is None:
            return None
        live = sum(level.is_live for level in levels.values())
        method = ONE_STEP.format(live=live, all=len(inward)) if inward else NO_IMPORTS
        return total.lifecycle_gco2e_per_kwh, method

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
        zones = self.neighbours.zones
        return self.footing.flow_error(zones[zone]) if zone in zones else None
