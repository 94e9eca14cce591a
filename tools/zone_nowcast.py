"""The table nowcast_error.csv: how far a value of some hours ago, carried to now, is from the value now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.outlook_error import CELL_SEPARATOR, NOWCAST_AGES
from tools.zone_centiles import widened_log_range
from tools.zone_errors import Run
from tools.zone_ranges import ORIGIN, Sample, grouped, held_back_runs
from tools.zone_ranges import Errors as Logs
from tools.zone_scores import markdown
from tools.zone_sources import Sources

NOWCAST_COLUMNS = ("key", "low_factors_by_age_hours", "high_factors_by_age_hours", "source", "as_of")
PLACE = ("nowcast", 0)
SHOWN_AGES = (1, 2, 3, 6, 12, 18, 24)

INTRO = """\
## How old is now

A value whose interval ended 1 to 24 hours ago is carried over the shape of the profile: value now = profile now x (1 +
(value / profile then - 1) x 2^(-age / 96 h)), the rule by which [the outlook](backtest.md) continues a live value. Ages
are whole hours from the end of the value's hour to the start of the hour of now. Tested like the outlooks, from every
eleventh hour of 2022 and 2023, with profiles from the years before; ranges are the 10th and 90th centile of log(actual
/ nowcast), mean errors with both signs, widened by 1.1. Zones without a history have the range of their cluster.

Mean of |log(actual / predicted)| in per cent over {zones} zones with a history, by age: the nowcast, the old value
unchanged, and the bare profile without any value."""


@dataclass(frozen=True, kw_only=True)
class Nowcasts:
    """samples: log errors by age. errors: mean absolute ones of nowcast, old value, profile; (zone-years, 3, ages)."""

    samples: Sequence[Sample]
    errors: NDArray[np.float64]


def nowcasts(sources: Sources) -> Nowcasts:
    """Every zone with two or more measured years, carried over own, borrowed and no shape."""
    samples, errors = [], []
    for run, cluster, shape in held_back_runs(sources):
        ages = list(NOWCAST_AGES)
        logs = np.log(run.truth[:, ages] / run.live[:, ages]).astype(np.float32)
        errors_by_place: dict[tuple[str, int], Logs] = {PLACE: Logs(months=run.months, logs=logs)}
        samples.append(
            Sample(zone=run.zone, cluster=cluster, shape=shape, year=run.year, errors=errors_by_place, waits={})
        )
        if shape == "own":
            errors.append(_mean_errors(run, ages))
    return Nowcasts(samples=samples, errors=np.array(errors))


def _mean_errors(run: Run, ages: list[int]) -> NDArray[np.float64]:
    truth = run.truth[:, ages]
    old = np.repeat(run.live[:, :1], len(ages), axis=1)  # at lead 0 the outlook is the value of the hour before
    parts = [np.abs(np.log(truth / values)) for values in (run.live[:, ages], old, run.baseline[:, ages])]
    return np.asarray(np.nanmean(parts, axis=1), np.float64)


def nowcast_rows(nowcasts: Nowcasts) -> list[dict[str, object]]:
    """The rows of nowcast_error.csv: factors low and high by zone or cluster, one for each age from 1 to 24 h."""
    rows: list[dict[str, object]] = []
    for key, group in grouped(nowcasts.samples):
        low, high = np.exp(widened_log_range([sample.errors[PLACE].logs for sample in group]))
        lows, highs = (CELL_SEPARATOR.join(f"{factor:.3f}" for factor in factors) for factors in (low, high))
        rows.append({"key": key, "low_factors_by_age_hours": lows, "high_factors_by_age_hours": highs, **ORIGIN})
    return rows


def nowcast_section(nowcasts: Nowcasts) -> str:
    """Markdown: the nowcast beside the old value and the bare profile, and ranges of some zones."""
    places = [NOWCAST_AGES.index(age) for age in SHOWN_AGES]
    mean = 100 * nowcasts.errors.mean(axis=0)
    names = ("nowcast", "old value", "profile")
    lines = [[name, *(f"{mean[row, place]:.1f}" for place in places)] for row, name in enumerate(names)]
    head = ["predicted by", *(f"{age} h" for age in SHOWN_AGES)]
    zones = len({sample.zone for sample in nowcasts.samples})
    return "\n\n".join(
        [INTRO.format(zones=zones), markdown(head, lines), _ranges(nowcasts), _coverage(nowcasts, places)]
    )


def _coverage(nowcasts: Nowcasts, places: Sequence[int]) -> str:
    """How often the value lay within a range that was made without its year, in per cent."""
    inside, counted = np.zeros(len(NOWCAST_AGES)), np.zeros(len(NOWCAST_AGES))
    for _, group in grouped([sample for sample in nowcasts.samples if sample.shape == "own"]):
        years = sorted(group, key=lambda sample: sample.year)
        if len({sample.zone for sample in group}) > 1 or len(years) < 2:
            continue
        low, high = widened_log_range([years[0].errors[PLACE].logs])
        logs = years[-1].errors[PLACE].logs
        inside += ((logs >= low) & (logs <= high)).sum(axis=0)
        counted += np.isfinite(logs).sum(axis=0)
    shares = ", ".join(f"{100 * inside[place] / counted[place]:.0f}" for place in places)
    ages = ", ".join(str(NOWCAST_AGES[place]) for place in places)
    return (
        f"Ranges from 2022 alone held {shares} % of the values of 2023\nat {ages} h; 80 is exact. The service uses "
        "both years."
    )


def _ranges(nowcasts: Nowcasts) -> str:
    groups = ("GB", "DE", "FR", "PL", "ES", "US-CAL-CISO", "US-MIDA-PJM", "own:mixed", "borrowed:mixed", "flat:mixed")
    places = [NOWCAST_AGES.index(age) for age in SHOWN_AGES]
    lines = []
    for key, group in grouped(nowcasts.samples):
        if key in groups:
            low, high = np.exp(widened_log_range([sample.errors[PLACE].logs for sample in group]))
            lines.append([key, *(f"{low[place]:.2f} to {high[place]:.2f}" for place in places)])
    head = ["zone or cluster", *(f"{age} h" for age in SHOWN_AGES)]
    return f"Ranges as factors of the nowcast:\n\n{markdown(head, lines)}"
