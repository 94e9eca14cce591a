"""How well the shipped forecast from recent hours does in the year it was not trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catalog.forecast_model import ForecastModel, load_forecast_models
from catalog.outlook_error import ANY_CLUSTER, CLUSTERS, cluster_of
from catalog.profiles import load_zones
from forecasting.blend import blend
from forecasting.hours import HOURS_BACK, FloatArray, hours_of, usual_of_history
from forecasting.model import forecast
from forecasting.skill import SEARCH_HOURS, captured_savings
from tools.forecast_samples import (
    HISTORY_HOURS,
    ORIGIN,
    TESTED_YEAR,
    TRAINING_YEARS,
    Samples,
    measured_series,
    samples,
)
from tools.zone_scores import markdown

STRIDE_HOURS = 98  # 2 hours more than four days: every hour of the day and day of the week takes part
DAYS = 7
SEED = 7


@dataclass(frozen=True)
class Scored:
    """One zone's forecasts and what came; each array (origins, 168) in gCO2e per kWh. low, high: None of the blend."""

    zone: str
    truth: FloatArray
    values: FloatArray
    low: FloatArray | None = None
    high: FloatArray | None = None

    def mape(self) -> FloatArray:
        """Mean relative error by day, shape (DAYS,)."""
        return _by_day(np.abs(self.values - self.truth) / self.truth)

    def coverage(self) -> FloatArray:
        """Share of hours within the range by day, shape (DAYS,)."""
        if self.low is None or self.high is None or not np.isfinite(self.low).any():
            return np.full(DAYS, np.nan)
        inside = ((self.truth >= self.low) & (self.truth <= self.high)).astype(np.float64)
        return _by_day(np.where(np.isfinite(self.truth) & np.isfinite(self.low), inside, np.nan))

    def savings(self) -> tuple[float, float]:
        """Grams saved and grams possible, as in tools/zone_scores.py, added over the origins."""
        truth, values = (part[:, :SEARCH_HOURS] for part in (self.truth, self.values))
        whole = np.isfinite(truth).all(axis=1)
        captured, possible = captured_savings(truth[whole], values[whole])
        return float(captured.sum()), float(possible.sum())


def _by_day(hours: FloatArray) -> FloatArray:
    return np.asarray(np.nanmean(hours.reshape(len(hours), DAYS, 24), axis=(0, 2)))


Variant = Callable[[Samples], Samples]


def shortened(hours: int) -> Variant:
    """Only so many hours of history are known."""

    def variant(part: Samples) -> Samples:
        history = part.history.copy()
        history[:, : HOURS_BACK - hours] = np.nan
        return Samples(part.zone, history, part.usual, part.truth, part.origins)

    return variant


def with_nulls(share: float) -> Variant:
    """This share of the hours is unknown, drawn at random, and of each history the last hour as often."""

    def variant(part: Samples) -> Samples:
        unknown = np.random.default_rng(SEED).random(part.history.shape) < share
        return Samples(part.zone, np.where(unknown, np.nan, part.history), part.usual, part.truth, part.origins)

    return variant


def without_pattern(hours: int) -> Variant:
    """A zone the catalog does not have: what is usual is the history's own mean day."""

    def variant(part: Samples) -> Samples:
        samples = shortened(hours)(part)
        return Samples(part.zone, samples.history, usual_of_history(samples.history), part.truth, part.origins)

    return variant


VARIANTS: dict[str, Variant] = {
    "336 h": shortened(336),
    "168 h": shortened(168),
    "24 h": shortened(24),
    "0 h (profile)": shortened(0),
    "336 h, a fifth null": with_nulls(0.2),
    "336 h, zone unknown": without_pattern(336),
    "168 h, zone unknown": without_pattern(168),
    "24 h, zone unknown": without_pattern(24),
}


def scored(parts: Sequence[Samples], models: Mapping[int, ForecastModel], variant: Variant) -> list[Scored]:
    """The forecasts of all zones, from what the variant leaves of their histories."""
    return [_scored(variant(part), models) for part in parts]


def _scored(part: Samples, models: Mapping[int, ForecastModel]) -> Scored:
    result = forecast(part.history, part.usual, part.origins, models)
    return Scored(part.zone, part.truth, result.values, result.low, result.high)


def blended(parts: Sequence[Samples]) -> list[Scored]:
    """The blend of simple rules alone."""
    return [
        Scored(part.zone, part.truth, np.exp(blend(hours_of(part.history, part.usual, part.origins))[0]))
        for part in parts
    ]


def summary(scores: Sequence[Scored]) -> tuple[FloatArray, FloatArray, float]:
    """MAPE and coverage by day as means over zones, and the share of the possible saving over all origins, percent."""
    savings, possible = np.sum([one.savings() for one in scores], axis=0)
    means = (100 * np.mean([values(one) for one in scores], axis=0) for values in (Scored.mape, Scored.coverage))
    mape, coverage = means
    return mape, coverage, float(100 * savings / possible)


def tested_parts(folder: Path) -> list[Samples]:
    """Origins of the tested year with the profile of the years before it."""
    histories = measured_series(folder, (*TRAINING_YEARS, TESTED_YEAR))
    parts = (
        samples(series, TESTED_YEAR, TRAINING_YEARS, first=24, stride=STRIDE_HOURS) for series in histories.values()
    )
    return [part for part in parts if len(part.origins)]


INTRO = """\
## Forecast from recent hours

The shipped table `forecast_model.csv` was trained on {training} and is tested here on {tested}, from every {stride}th
hour: {zones} zones, {origins:,} origins, each with the 336 h before it and the profile of {training}. The blend is the
simple forecast that the model corrects: a quarter yesterday, a quarter the last week's hours, half the profile at the
level of the last day, and the last hour's error, which decays by e in 16 h. MAPE is the mean over zones of the mean
relative error of a day's hours, saving the share of what perfect foresight of a 4 h job within 24 h saves, added over
all origins. Coverage is the share of the hours between the 10th and the 90th centile. All figures are per cent."""


STORED_SKILL = """\
### Skill of stored forecasts

These figures are of {tested}. How good the forecasts were that a running service has issued, its own and those of its
sources, is scored once a day against the readings that came: `GET /api/v1/forecast/skill` has the same error, coverage
and captured saving by zone, source and day ahead ([history.md](history.md#how-good-forecasts-were)). From 14 days on
`expected_savings` rests on them, until then on this page."""


def forecast_section(folder: Path, shares: Mapping[str, float | None]) -> str:
    """Markdown. folder: the hourly series. shares: fossil-free share by zone, 0 to 1."""
    models, parts = load_forecast_models(), tested_parts(folder)
    full, base = scored(parts, models, VARIANTS["336 h"]), blended(parts)
    intro = INTRO.format(
        training=" and ".join(map(str, TRAINING_YEARS)),
        tested=TESTED_YEAR,
        stride=STRIDE_HOURS,
        zones=len(parts),
        origins=sum(len(part.origins) for part in parts),
    )
    head = ["history", *(f"MAPE day {day}" for day in range(1, DAYS + 1)), "saving"]
    lines = [_line("blend, 336 h", base)]
    lines += [
        _line(name, full if name == "336 h" else scored(parts, models, variant)) for name, variant in VARIANTS.items()
    ]
    sections = [
        intro,
        markdown(head, lines),
        _by_type(full, base, shares),
        _bias(full),
        STORED_SKILL.format(tested=TESTED_YEAR),
    ]
    return "\n\n".join(sections)


def _line(name: str, scores: Sequence[Scored]) -> list[str]:
    mape, _, saving = summary(scores)
    return [name, *(f"{value:.1f}" for value in mape), f"{saving:.1f}"]


def _by_type(full: Sequence[Scored], base: Sequence[Scored], shares: Mapping[str, float | None]) -> str:
    head = [
        "zones by fossil-free share",
        "zones",
        *(f"MAPE day {day}" for day in range(1, 5)),
        "less than blend, day 1",
    ]
    head += ["saving", "more than blend", *(f"coverage day {day}" for day in range(1, DAYS + 1))]
    lines = []
    for name, members in _types(full, shares):
        mape, coverage, saving = summary([full[index] for index in members])
        mape_of_blend, _, saving_of_blend = summary([base[index] for index in members])
        cells = [*(f"{value:.1f}" for value in mape[:4]), f"{100 * (1 - mape[0] / mape_of_blend[0]):.1f}"]
        cells += [f"{saving:.1f}", f"{saving - saving_of_blend:+.1f}", *(f"{value:.0f}" for value in coverage)]
        lines.append([name, f"{len(members)}", *cells])
    return f"By type of zone, with 336 h:\n\n{markdown(head, lines)}"


def _types(scores: Sequence[Scored], shares: Mapping[str, float | None]) -> Iterator[tuple[str, list[int]]]:
    yield ANY_CLUSTER, list(range(len(scores)))
    for cluster in CLUSTERS:
        members = [index for index, one in enumerate(scores) if cluster_of(shares.get(one.zone)) == cluster]
        if members:
            yield cluster, members


def _bias(scores: Sequence[Scored]) -> str:
    truth, values = (np.concatenate([getattr(one, name).ravel() for one in scores]) for name in ("truth", "values"))
    has_truth: NDArray[np.bool_] = np.isfinite(truth)
    below = float((truth[has_truth] < values[has_truth]).mean())
    level = float(values[has_truth].sum() / truth[has_truth].sum() - 1.0)
    return (
        f"{100 * below:.0f} % of what came is below the forecast, so the value is close to the median; its mean is\n"
        f"{100 * level:+.1f} % off the mean of what came."
    )


SKILL_COLUMNS = (
    *("history_hours", "zones", "mape_percent_by_day", "coverage_percent_by_day", "captured_percent"),
    *("tested_year", "source", "as_of"),
)


def skill_rows(parts: Sequence[Samples], shares: Mapping[str, float | None]) -> Iterator[dict[str, object]]:
    """The rows of forecast_skill.csv: by length of history, the type of zone, and all zones."""
    models = load_forecast_models()
    for hours in (*HISTORY_HOURS, 0):
        scores = scored(parts, models, shortened(hours))
        for name, members in _types(scores, shares):
            mape, coverage, captured = summary([scores[index] for index in members])
            yield {
                "history_hours": hours,
                "zones": name,
                "mape_percent_by_day": _cell(mape),
                "coverage_percent_by_day": _cell(coverage) if hours else "",
                "captured_percent": f"{captured:.1f}",
                "tested_year": TESTED_YEAR,
                **ORIGIN,
            }


def _cell(numbers: FloatArray) -> str:
    return " ".join(f"{number:.1f}" for number in numbers)


def fossil_free_shares() -> dict[str, float | None]:
    """By zone, as the catalog has them."""
    return {key: zone.fossil_free_share for key, zone in load_zones()[0].items()}
