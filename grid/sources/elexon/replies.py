"""The rows of FUELINST, and what becomes of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

from carbon.intensity import Derivation, Quality
from carbon.mix import MixStep, net_imports_mw
from carbon.reading import Observation
from grid.conversion import Conversion
from grid.footing import known_steps, step_observation
from grid.upstream.fields import number_of, rows_of, text_of, time_of

NAME = "elexon"
ZONE = "GB"
LICENCE = "Elexon BMRS open data licence"
ATTRIBUTION = "Contains BMRS data © Elexon Limited copyright and database right {year}"
STEP = timedelta(minutes=5)
# Solar plants within the distribution networks are not metered by Elexon. uk-carbon has the share of all solar.
UK_CARBON, SOLAR = "uk-carbon", "solar"
WITH_SOLAR = "solar as in uk-carbon"
WITHOUT_SOLAR = "solar is missing"


def observation(body: object, now: datetime, max_age: timedelta, conversion: Conversion) -> Observation:
    """The newest five minutes with all fuels; its flows are noted for the other sources of the zone."""
    fuels = conversion.tables.fuels(NAME, ZONE)
    step = known_steps(NAME, ZONE, _steps(body), now, conversion)[0]
    terms = Derivation(attribution=ATTRIBUTION.format(year=step.starts_at.year), licence=LICENCE)
    value = step_observation(
        NAME,
        ZONE,
        step,
        now=now,
        max_age=max_age,
        conversion=conversion,
        derivation=terms,
        quality=Quality.ESTIMATED,
    )
    flows = {
        zone: flow
        for zone, flow in net_imports_mw(step.megawatts, fuels).items()
        if zone is not None and flow is not None
    }
    conversion.neighbours.note(NAME, ZONE, flows, step.starts_at)
    return _with_solar(value, conversion)


def _with_solar(value: Observation, conversion: Conversion) -> Observation:
    """The value with the solar share that uk-carbon noted, of the whole with imports."""
    shares = conversion.neighbours.noted(UK_CARBON, ZONE, value.starts_at)
    solar = conversion.tables.fuels(UK_CARBON, ZONE)[SOLAR].fuel
    share = None if shares is None else shares.get(SOLAR)
    if share is None or solar is None or not 0 <= share < 1:
        return _saying(value, WITHOUT_SOLAR)
    figure = (1 - share) * value.gco2e_per_kwh + share * solar.lifecycle_gco2e_per_kwh
    return replace(_saying(value, WITH_SOLAR), gco2e_per_kwh=figure)


def _saying(value: Observation, what: str) -> Observation:
    how = value.derivation
    return replace(value, derivation=replace(how, method=f"{how.method}; {what}"))


def _steps(body: object) -> list[MixStep]:
    """MW by fuel and start. Of two rows for the same the one that was published later counts."""
    mixes: defaultdict[datetime, dict[str, float | None]] = defaultdict(dict)
    published: dict[tuple[datetime, str], datetime] = {}
    for row in rows_of(body, "FUELINST"):
        starts_at, fuel = time_of(row.get("startTime")), text_of(row.get("fuelType"), "fuelType")
        at = time_of(row.get("publishTime"))
        if at >= published.get((starts_at, fuel), at):
            published[starts_at, fuel] = at
            mixes[starts_at][fuel] = number_of(row.get("generation"))
    return [MixStep(starts_at=at, ends_at=at + STEP, megawatts=mix) for at, mix in mixes.items()]
