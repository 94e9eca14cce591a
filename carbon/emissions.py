"""From watts and intensity to grams."""

from __future__ import annotations

from carbon import units


def facility_kwh(it_w: float, hours: float, pue: float) -> float:
    """Energy the facility draws for an IT load: watts x hours x PUE, in kWh.

    pue: facility over IT energy, at least 1. Raises ValueError below that or for negative load or time.
    """
    if pue < 1.0 or it_w < 0.0 or hours < 0.0:
        raise ValueError(f"needs it_w >= 0, hours >= 0 and pue >= 1, not {it_w}, {hours}, {pue}")
    return it_w / units.WATTS_PER_KILOWATT * hours * pue


def operational_gco2e(energy_kwh: float, gco2e_per_kwh: float) -> float:
    """Grams the grid emits for a facility's energy. Source: SCI (ISO/IEC 21031), O = E x I."""
    return energy_kwh * gco2e_per_kwh


def embodied_gco2e(embodied_kgco2e: float, hours: float) -> float:
    """Grams of an instance's share of making the hardware, for the hours it is reserved.

    embodied_kgco2e: whole-life share of the instance. Source: SCI's M = TE x TiR / EL, with the
    resource share already in the figure and EL = units.SERVER_LIFETIME_HOURS.
    """
    return embodied_kgco2e * units.GRAMS_PER_KILOGRAM * hours / units.SERVER_LIFETIME_HOURS
