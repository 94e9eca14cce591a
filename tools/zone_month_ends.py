"""Jobs that are sent over the end of a month: by a profile that steps there, and by one that runs on, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from catalog.profiles import weekend_multipliers
from forecasting.skill import JOB_HOURS, SEARCH_HOURS
from tools.zone_scores import markdown, on_grid
from tools.zone_shapes import kept_weekend_factor, predicted, shape_of
from tools.zone_sources import Floats, Series

LEAST_SAVING = 0.02
LONG_WAIT_HOURS = 20

INTRO = """\
## The end of a month

Month means have a step where one month ends; the service runs on a straight line from the middle of one month to that
of the next. Jobs of {job} h that may start within {search} h, sent from every hour of the held-back year to the start
with the lowest predicted mean, where that saves at least {least:g} % by prediction. Savings in per cent of starting
now, means over all such jobs of {zones} zones; error = mean absolute error in per cent of the zone's mean, averaged
over the zones. Over the end: the job waits {wait} h or more and ends in the next month."""


def month_ends_section(pairs: Sequence[tuple[Series, Series]], level_of: Callable[[Series], float]) -> str:
    """Markdown: both kinds of profile. pairs: (training, held back) of several-year zones."""
    head = ["profile", "error %"]
    head += [f"{group}: {column}" for group in ("over the end", "others") for column in ("jobs", "predicted", "had")]
    rows = []
    for name, profile in (("steps", stepped), ("lines", predicted)):
        errors, tables = zip(*(_jobs(profile, *pair, level_of(pair[0])) for pair in pairs), strict=True)
        jobs = np.concatenate(tables)
        cells = [name, f"{100 * np.mean(errors):.2f}"]
        for group in (jobs[jobs[:, 0] == 1], jobs[jobs[:, 0] == 0]):
            cells += [str(len(group)), *(f"{100 * value:.1f}" for value in group[:, 1:].mean(axis=0))]
        rows.append(cells)
    text = INTRO.format(
        job=JOB_HOURS, search=SEARCH_HOURS, least=100 * LEAST_SAVING, zones=len(pairs), wait=LONG_WAIT_HOURS
    )
    return f"{text}\n\n{markdown(head, rows)}"


def stepped(series: Series, shape: Floats, weekend_factor: float) -> Floats:
    """As tools.zone_shapes.predicted, with the same shape throughout a month."""
    weekday, weekend = weekend_multipliers(weekend_factor)
    return np.asarray(shape[series.cells] * np.where(series.weekend, weekend, weekday), np.float64)


def _jobs(
    profile: Callable[[Series, Floats, float], Floats], training: Series, held_back: Series, level: float
) -> tuple[float, NDArray[np.float64]]:
    """The error, and a row for each job that waits: 1 where over the end of a month, saving predicted, saving had."""
    whole = Series(
        zone=held_back.zone,
        hours=np.arange(held_back.hours[0], held_back.hours[-1] + 1),
        values=on_grid(held_back.hours, held_back.values),
        direct=None,
    )
    outlook = level * profile(whole, shape_of(training), kept_weekend_factor(training))
    outlook_means, true_means = (
        sliding_window_view(values, JOB_HOURS).mean(axis=1) for values in (outlook, whole.values)
    )
    waits = np.argmin(sliding_window_view(outlook_means, SEARCH_HOURS + 1).round(6), axis=1)
    starts = np.arange(len(waits))
    later = starts + waits
    savings = [1.0 - means[later] / means[starts] for means in (outlook_means, true_means)]
    months = whole.hours.astype("datetime64[h]").astype("datetime64[M]")
    over = months[later + JOB_HOURS - 1] != months[starts]
    counted = (savings[0] >= LEAST_SAVING) & np.isfinite(savings[1]) & (~over | (waits >= LONG_WAIT_HOURS))
    error = np.nanmean(np.abs(outlook - whole.values)) / np.nanmean(whole.values)
    return float(error), np.column_stack([over, *savings])[counted]
