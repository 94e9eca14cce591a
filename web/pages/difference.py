"""How the best and the worst option of a comparison differ, in words."""

from __future__ import annotations

from web.pages.page import Content
from web.pages.words import grams, number, percent, usd

_SAME_USD = 0.005


def emitted_g(row: Content) -> float:
    """Grams of a row of compare, with the hardware's where they were asked for."""
    grid: float = row["co2_emissions_g"]
    whole: float | None = row.get("total_gco2e")
    return grid if whole is None else whole


def difference_in_words(json: Content) -> str:
    """Sentences on grams, their ranges and dollars of an answer of compare; one on a single option."""
    best, worst = json["analysis"]["best_option"], json["analysis"]["worst_option"]
    if json["analysis"]["total_options_compared"] == 1:
        return f"{_name(best)} emits {grams(emitted_g(best))}. Add an option to compare it with."
    share = json["analysis"]["difference_percentage"]
    if share == 0:
        return "All options emit the same."
    hours = number(best["duration_hours"])
    first = (
        f"{_name(best)} emits {percent(share)} less than {_name(worst)}: {grams(emitted_g(best))} instead of "
        f"{grams(emitted_g(worst))} in {hours} {'hour' if best['duration_hours'] == 1 else 'hours'}."
    )
    return f"{first} {_ranges(best, worst)} {_costs(best['cost'], worst['cost'])}"


def _name(row: Content) -> str:
    times = "" if row["count"] == 1 else f"{row['count']:,} × "
    return f"{times}{row['instance_type']} in {row['provider']}:{row['region']}"


def _ranges(best: Content, worst: Content) -> str:
    high = best["uncertainty"]["high_co2_emissions_g"] + (best.get("embodied_gco2e") or 0.0)
    low = worst["uncertainty"]["low_co2_emissions_g"] + (worst.get("embodied_gco2e") or 0.0)
    return "Their ranges do not overlap." if high < low else "Their ranges overlap, so the order is likely, not sure."


def _costs(best: Content, worst: Content) -> str:
    first, second = best["on_demand_usd"], worst["on_demand_usd"]
    if first is None or second is None:
        return "How their costs differ is unknown."
    if abs(first - second) < _SAME_USD:
        return "They cost the same on demand."
    return f"On demand it costs {usd(abs(first - second))} {'less' if first < second else 'more'}."
