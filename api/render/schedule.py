"""The answer of schedule."""

from __future__ import annotations

from api.render.numbers import percentage, rounded, stamp
from api.render.parts import Json, place, provenance, window
from carbon.results import Schedule
from mapping import CloudMap


def schedule(result: Schedule, mapping: CloudMap) -> Json:
    current, optimal = result.current.gco2e_per_kwh, result.best.mean.gco2e_per_kwh
    gap = None if current is None or optimal is None else current - optimal
    return {
        **place(mapping.regions[result.region]),
        "optimal_window": window(result.best),
        "current_intensity": rounded(current),
        **provenance(result.current.provenance),
        "savings_potential": {
            "current_vs_optimal_gco2_kwh": rounded(gap),
            "start_now_vs_optimal_gco2_kwh": rounded(result.saving_gco2e_per_kwh),
            "start_now_vs_optimal_percentage": percentage(result.saving_share),
        },
        "start_now": window(result.at_once),
        "next_best_windows": [window(span) for span in result.alternatives],
        "latest_start_time": stamp(result.latest_start),
    }
