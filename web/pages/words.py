"""How pages write values: with their unit, and unknown as a word, never as 0."""

from __future__ import annotations

from datetime import UTC, datetime

from web.marks import figure, minute, three_digits

UNKNOWN = "unknown"
# Why there is no live value; others read well without their hyphens.
_REASONS = {
    "no-key": "no source that needs no key covers this zone, and none with a key is set up",
    "live-off": "live data are switched off",
    "no-source": "no source covers this zone",
    "late": "it is being fetched",
    "own-factor": "the operator's own figure replaces it",
    "plan-lacks-zone": "the plan of the key lacks this zone",
    "plan-lacks-signal": "the plan of the key lacks this figure",
    "plan-percentile-only": "the plan of the key has percentiles only",
}


def intensity(gco2e_per_kwh: float | None) -> str:
    """Whole grams from 10 on; without the unit, which the column or the axis says."""
    return UNKNOWN if gco2e_per_kwh is None else figure(gco2e_per_kwh)


def grams(gco2e: float | None) -> str:
    """Grams, kilograms or tonnes with three digits."""
    if gco2e is None:
        return UNKNOWN
    for size, unit in ((1e6, "t"), (1e3, "kg"), (1.0, "g")):
        if abs(gco2e) >= size:
            return f"{three_digits(gco2e / size)} {unit}"
    return f"{gco2e:.2g} g"


def watts(power_w: float | None) -> str:
    return UNKNOWN if power_w is None else f"{three_digits(power_w)} W"


def kwh(energy_kwh: float | None) -> str:
    """Energy with three digits."""
    if energy_kwh is None:
        return UNKNOWN
    return f"{three_digits(energy_kwh) if energy_kwh >= 0.1 or energy_kwh == 0 else f'{energy_kwh:.2g}'} kWh"


def number(value: float | None) -> str:
    """A count or a size, as short as it is exact."""
    return UNKNOWN if value is None else f"{value:,.10g}"


def usd(amount: float | None) -> str:
    """US dollars: cents from a dollar on, else four places, or three digits of what is less."""
    if amount is None:
        return UNKNOWN
    if abs(amount) >= 1:
        return f"${amount:,.2f}"
    return f"${amount:.4f}" if abs(amount) >= 0.001 or amount == 0 else f"${amount:.3g}"


def percent(percentage: float | None) -> str:
    return UNKNOWN if percentage is None else f"{percentage:.0f} %"


def reason(token: str | None) -> str:
    """Why there is no live value, from the token of an answer."""
    return UNKNOWN if token is None else _REASONS.get(token, token.replace("-", " "))


def moment(value: datetime | str | None) -> str:
    """A time as people write it, in UTC."""
    if value is None:
        return UNKNOWN
    return minute((datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC))


def clock(value: datetime | str) -> str:
    """Day of the week and time, in UTC."""
    return f"{(datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC):%a %H:%M}"


def age(seconds: float | None) -> str:
    """How long ago, in the largest unit of which there are two or more."""
    if seconds is None:
        return UNKNOWN
    for size, unit in ((172_800, "days"), (7_200, "h"), (120, "min")):
        if seconds >= size:
            return f"{seconds // (size // 2):.0f} {unit}"
    return f"{seconds:.0f} s"


def sentence(text: str) -> str:
    """A text with a capital letter and a full stop; the letters between stay as they are."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"


FILTERS = (intensity, grams, usd, percent, watts, kwh, reason, moment, clock, age, number, sentence)
