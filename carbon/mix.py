"""Carbon intensity of a mix of generation: what a power system reports by fuel, as grams per kilowatt-hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite

# A step is compared with the fullest step of so long before it.
COMPLETENESS_WINDOW = timedelta(hours=24)
# Power under names that the tables do not have may be so much of the generation; above that the mix is unknown.
LARGEST_UNNAMED_SHARE = 0.05


class Role(StrEnum):
    """What a row of a source's mix means."""

    GENERATION = "generation"
    STORAGE = "storage"  # charge and discharge; the electricity was counted when it was generated
    IMPORT = "import"  # a flow from a neighbour, positive into the zone
    OTHER = "other"  # load, totals, percentages


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuel:
    """What a kilowatt-hour from one fuel emits.

    own_use_mw: how much a plant of this fuel may draw from the grid while it stands still; up to that a negative
    generation counts as 0.
    """

    fuel: str
    lifecycle_gco2e_per_kwh: float
    direct_gco2e_per_kwh: float
    renewable: bool
    fossil_free: bool
    own_use_mw: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFuel:
    """What one name in a source's mix means.

    fuel: of generation, None for every other role. neighbour: the zone an import comes from, None if the name covers
    several. stores: the plant charges a store of its own, so that every negative generation counts as 0.
    """

    role: Role
    fuel: Fuel | None = None
    neighbour: str | None = None
    stores: bool = False


Megawatts = Mapping[str, float | None]  # by name as the source sends it; None: not known. Percent of a mix will do too.
SourceFuels = Mapping[str, SourceFuel]  # by name in lower case


@dataclass(frozen=True, slots=True, kw_only=True)
class MixStep:
    """What a source reports for [starts_at, ends_at)."""

    starts_at: datetime
    ends_at: datetime
    megawatts: Megawatts


@dataclass(frozen=True, slots=True, kw_only=True)
class MixIntensity:
    """The carbon intensity of a mix. Shares are 0 to 1, None where a neighbour's is not known.

    total_mw: generation, and net imports where they are added, in the unit of the mix. unnamed: names that the tables
    do not have, sorted.
    """

    lifecycle_gco2e_per_kwh: float
    direct_gco2e_per_kwh: float | None
    renewable_share: float | None
    fossil_free_share: float | None
    total_mw: float
    unnamed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A zone that exports, of the same hour or, without a live value, by its yearly figure."""

    lifecycle_gco2e_per_kwh: float
    renewable_share: float | None = None
    fossil_free_share: float | None = None


def generation_mw(megawatts: Megawatts, fuels: SourceFuels) -> dict[str, float]:
    """Known generation by name, 0 or more. Storage, imports, loads, unnamed and unknown rows are left out.

    A negative value up to the fuel's own use is 0, a larger one unknown.
    """
    generation = {}
    for name, value in megawatts.items():
        row = fuels.get(name.lower())
        if row is None or row.fuel is None or value is None or not isfinite(value):
            continue
        if value >= -row.fuel.own_use_mw or row.stores:
            generation[name] = max(value, 0.0)
    return generation


def complete_steps(steps: Sequence[MixStep], fuels: SourceFuels) -> list[MixStep]:
    """The steps that have as many known fuels as the fullest step of the last 24 h, the newest first.

    Wind and solar are reported first, so a step that lacks fuels looks too clean.
    """
    counts = [(step, len(generation_mw(step.megawatts, fuels))) for step in steps]
    counts = [(step, count) for step, count in counts if count]
    newest = max((step.starts_at for step, _ in counts), default=None)
    recent = [item for item in counts if newest is not None and newest - item[0].starts_at < COMPLETENESS_WINDOW]
    fullest = max((count for _, count in recent), default=0)
    complete = (step for step, count in recent if count == fullest)
    return sorted(complete, key=lambda step: step.starts_at, reverse=True)


def mix_intensity(megawatts: Megawatts, fuels: SourceFuels) -> MixIntensity | None:
    """Production-based: sum(MW x factor) / sum(MW). None without generation or with too much unnamed power."""
    generation = generation_mw(megawatts, fuels)
    total = sum(generation.values())
    unnamed = {name: value for name, value in megawatts.items() if name.lower() not in fuels}
    unnamed_mw = sum(abs(value) for value in unnamed.values() if value is not None and isfinite(value))
    if total <= 0 or unnamed_mw > LARGEST_UNNAMED_SHARE * total:
        return None
    parts = [(fuel, mw / total) for name, mw in generation.items() if (fuel := fuels[name.lower()].fuel) is not None]
    return MixIntensity(
        lifecycle_gco2e_per_kwh=sum(share * fuel.lifecycle_gco2e_per_kwh for fuel, share in parts),
        direct_gco2e_per_kwh=sum(share * fuel.direct_gco2e_per_kwh for fuel, share in parts),
        renewable_share=min(sum(share for fuel, share in parts if fuel.renewable), 1.0),
        fossil_free_share=min(sum(share for fuel, share in parts if fuel.fossil_free), 1.0),
        total_mw=total,
        unnamed=tuple(sorted(unnamed)),
    )


def net_imports_mw(megawatts: Megawatts, fuels: SourceFuels) -> dict[str | None, float | None]:
    """Net import by neighbour, over all lines to it; negative: export. None where a line's flow is not known.

    The key None stands for names that cover several neighbours. A line that does not exist must not be passed in.
    """
    net: dict[str | None, float | None] = {}
    for name, value in megawatts.items():
        row = fuels.get(name.lower())
        if row is None or row.role is not Role.IMPORT:
            continue
        before = net.get(row.neighbour, 0.0)
        net[row.neighbour] = None if before is None or value is None or not isfinite(value) else before + value
    return net


def with_imports(
    mix: MixIntensity, net_imports: Mapping[str | None, float | None], neighbours: Mapping[str | None, Neighbour]
) -> MixIntensity | None:
    """Consumption-based intensity, one step: each net import counts as generation at its neighbour's value.

    Exports carry the mix and are left out. None where a flow, or the value of a neighbour that exports to the zone, is
    not known: the mix of the production is then all there is. The result has no direct factor, because neighbours are
    known by their lifecycle value.
    """
    grams, total = mix.lifecycle_gco2e_per_kwh * mix.total_mw, mix.total_mw
    renewable, fossil_free = mix.renewable_share, mix.fossil_free_share
    for zone, flow in net_imports.items():
        if flow is None or (flow > 0 and zone not in neighbours):
            return None
        if flow <= 0:
            continue
        neighbour = neighbours[zone]
        renewable = _blended(renewable, total, neighbour.renewable_share, flow)
        fossil_free = _blended(fossil_free, total, neighbour.fossil_free_share, flow)
        grams, total = grams + neighbour.lifecycle_gco2e_per_kwh * flow, total + flow
    return MixIntensity(
        lifecycle_gco2e_per_kwh=grams / total,
        direct_gco2e_per_kwh=None,
        renewable_share=renewable,
        fossil_free_share=fossil_free,
        total_mw=total,
        unnamed=mix.unnamed,
    )


def _blended(share: float | None, mw: float, other: float | None, other_mw: float) -> float | None:
    return None if share is None or other is None else (share * mw + other * other_mw) / (mw + other_mw)
