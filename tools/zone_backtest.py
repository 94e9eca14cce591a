"""The backtest of the profiles on held-back hours of the training years, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tools.forecast_backtest import forecast_section
from tools.zone_calibration import calibration_section
from tools.zone_halflife import half_life_section
from tools.zone_levels import doubtful_levels
from tools.zone_month_ends import month_ends_section
from tools.zone_ranges import samples
from tools.zone_scores import Score, markdown, score
from tools.zone_shapes import (
    cell_means,
    folds,
    is_constant,
    is_pattern,
    kept_weekend_factor,
    lifecycle_shape,
    normalised,
    predicted,
    shape_of,
    weekend_factor_of,
)
from tools.zone_sources import Floats, Series, Sources
from tools.zone_tables import BORROWED, ESTIMATED_SHARE, fossil_free_shares

INTRO = """\
# Backtest of the zone profiles

Created by `python -m tools.build_zones --backtest SOURCE_DIR`. All figures are lifecycle gCO2e per kWh, average signal,
for hours that were not used to build the tested profile. The input ends in 2023.

- **Held back.** Zones with three years: profile from 2021 and 2022, tested on 2023. Two years (BR): profile from one
  year, tested on the other. One year: profile from the earlier half of each month's days (with days 1 to 20: 1 to 10),
  tested on the later half. Those test days are close to the training days, so the results of these zones are too good.
- **Level.** The mean of the newest training year, because a running service knows only last year's mean. The flat
  prediction is the same number for every hour. MAE therefore includes the error of the level; the captured saving does
  not depend on it.
- **MAPE** counts a true value under 1 g as 1 g.
- **Captured.** From every hour, a 4 h job may start at any of the 21 full hours that let it end within 24 h. The
  possible saving is the true mean over the 21 starts minus the lowest. The captured saving is the same mean minus the
  true value of the start that the prediction considers lowest. The figure is captured in per cent of possible, summed
  over all hours. A random start captures 0 and a perfect forecast 100. A flat profile always starts now, which amounts
  to a random start (0 except for noise).
- **Weekend factor.** "with factor": always applied. "rule": applied where two held-back tests *inside the training
  part* both show that it lowers the error, by 0.5 % on average; this needs two training years. The shipped table
  applies the same rule to all data. A zone with one year keeps a factor only if each half of the months' days confirms
  it for the other half and the mean gain is 5 %.
- **Days of a month.** The mean of the days that are at hand is taken as the middle of the month, also where these are
  days 1 to 20 or the earlier half of them; the test of such a zone is a little too hard for that.
- **est.** The publisher estimated at least half of the hours, or the series repeats a fixed pattern. Such a series is
  easy to predict and is no evidence about the real grid, so it is left out of the summaries.
"""


@dataclass(frozen=True, kw_only=True)
class Tested:
    """One zone's result. training, held_back: the parts; scores by variant: flat, plain, always, rule.

    The rule, and with it `has_weekend`, needs two training years; without them it is missing.
    """

    zone: str
    training: Series
    held_back: Series
    estimated: bool
    has_weekend: bool | None
    scores: Mapping[str, Score]

    @property
    def years(self) -> int:
        """Calendar years in the training part, 0 where days of the tested year were used."""
        both = set(self.training.years.tolist()) & set(self.held_back.years.tolist())
        return 0 if both else len(set(self.training.years.tolist()))


def split(series: Series) -> tuple[Series, Series]:
    """Training part and held-back part: the last fold for several years, the first for one or two."""
    pairs = list(folds(series))
    return pairs[-1] if len(set(series.years.tolist())) >= 3 else pairs[0]


def newest_level(training: Series) -> float:
    """Mean of the newest year of the training part."""
    return float(training.values[training.years == training.years.max()].mean())


def evaluate(series: Series, estimated_share: float) -> Tested:
    """Scores of the four variants on the held-back part of one series."""
    training, held_back = split(series)
    level, shape = newest_level(training), shape_of(training)
    factors = {"plain": 1.0, "always": weekend_factor_of(training)}
    if len(set(training.years.tolist())) > 1:
        factors["rule"] = kept_weekend_factor(training)
    scores = {"flat": score(held_back, np.full(len(held_back.hours), level))}
    for variant, factor in factors.items():
        scores[variant] = score(held_back, level * predicted(held_back, shape, factor))
    return Tested(
        zone=series.zone,
        training=training,
        held_back=held_back,
        estimated=estimated_share >= ESTIMATED_SHARE or is_pattern(series),
        has_weekend=factors["rule"] != 1.0 if "rule" in factors else None,
        scores=scores,
    )


def report(sources: Sources) -> str:
    """The whole of docs/backtest.md."""
    facts = sources.series_facts()
    histories = {zone: sources.series(zone) for zone in sorted(facts) if zone not in BORROWED}
    constant = [zone for zone, series in histories.items() if is_constant(series)]
    tested = {
        zone: evaluate(series, float(facts[zone]["estimated_share"] or 0))
        for zone, series in histories.items()
        if zone not in constant
    }
    sound = [row for row in tested.values() if not row.estimated]
    earlier_years = [row for row in sound if row.years >= 2]
    pairs = [(row.training, row.held_back) for row in earlier_years]
    cloud = sources.region_zones()
    sections = [
        INTRO,
        "## Summary\n\n" + _summary(sound, set(cloud)),
        "## Zones of cloud regions\n\n" + _zone_table(cloud, tested, constant),
        "## Modelled shapes\n\n" + _modelled(sources, tested, histories),
        half_life_section(pairs, newest_level),
        month_ends_section(pairs, newest_level),
        calibration_section(samples(sources)),
        forecast_section(sources.hourly_dir, fossil_free_shares(sources)),
        "## Levels in doubt\n\n" + _doubtful(sources),
    ]
    return "\n\n".join(section.strip("\n") for section in sections) + "\n"


def _percent(share: float) -> str:
    return "" if np.isnan(share) else f"{100 * share:.1f}"


def _summary(sound: Sequence[Tested], cloud: set[str]) -> str:
    groups: list[tuple[str, Callable[[Tested], bool]]] = [
        ("All zones, tested on a later year", lambda row: row.years >= 2),
        ("Cloud zones, tested on a later year", lambda row: row.years >= 2 and row.zone in cloud),
        ("All zones, tested on later days of each month", lambda row: row.years == 0),
    ]
    names = {"flat": "flat", "plain": "profile", "always": "profile with factor", "rule": "profile, factor by rule"}
    parts = []
    for title, belongs in groups:
        rows = [row for row in sound if belongs(row)]
        lines = [
            [name, *_quantiles([row.scores[variant] for row in rows])]
            for variant, name in names.items()
            if all(variant in row.scores for row in rows)
        ]
        head = [
            "variant",
            *(f"{what} {q}" for what in ("MAE g", "MAPE %", "captured %") for q in ("p25", "p50", "p75")),
        ]
        worse = sum(row.scores["plain"].mae > row.scores["flat"].mae for row in rows)
        heading = f"{title} ({len(rows)}; in {worse} the profile's MAE is higher than that of the flat prediction):"
        parts.append(f"{heading}\n\n{markdown(head, lines)}")
    return "\n\n".join(parts)


def _quantiles(scores: Sequence[Score]) -> list[str]:
    cells = [f"{value:.1f}" for value in np.quantile([item.mae for item in scores], (0.25, 0.5, 0.75))]
    cells += [_percent(value) for value in np.quantile([item.mape for item in scores], (0.25, 0.5, 0.75))]
    return cells + [_percent(value) for value in np.nanquantile([item.captured for item in scores], (0.25, 0.5, 0.75))]


def _zone_table(cloud: Sequence[str], tested: Mapping[str, Tested], constant: Sequence[str]) -> str:
    variants = ["flat", "profile", "with factor", "rule"]
    head = ["zone", "test", "mean g", *(f"MAE {name}" for name in variants), *(f"MAPE % {name}" for name in variants)]
    head += [*(f"captured % {name}" for name in variants[1:]), "factor kept"]
    rows = [_zone_row(tested[zone]) for zone in cloud if zone in tested]
    untested = [zone for zone in cloud if zone not in tested and zone not in constant]
    missing = f"Not tested, no hourly history: {', '.join(untested)}. Constant series, flat: {', '.join(constant)}."
    return f"{markdown(head, rows)}\n\n{missing}"


def _zone_row(row: Tested) -> list[str]:
    variants = [row.scores.get(variant) for variant in ("flat", "plain", "always", "rule")]
    test = (f"{row.held_back.years[0]}" if row.years else "days") + (" est." if row.estimated else "")
    cells = [row.zone, test, f"{row.held_back.values.mean():.1f}"]
    cells += ["" if item is None else f"{item.mae:.1f}" for item in variants]
    cells += ["" if item is None else _percent(item.mape) for item in variants]
    cells += ["" if item is None else _percent(item.captured) for item in variants[1:]]
    return [*cells, {True: "yes", False: "no", None: ""}[row.has_weekend]]


def _modelled(sources: Sources, tested: Mapping[str, Tested], histories: Mapping[str, Series]) -> str:
    text = """\
Zones without hourly history use the shape of modelled *direct* intensities. What lifecycle adds to direct hardly
changes with the hour, so that part is treated as constant: shape = 1 - s + s x direct shape, with s = mean modelled
direct divided by the zone's annual lifecycle mean, at most 0.8. The table shows zones that have both a model and a
history, with held-back hours and level as above. The model's mean covers 2021-02 to 2023-12 and therefore includes
forecasts for the held-back days. Comparing it with a profile from ten or fifteen days a month is not fair; it only
shows that the shape is usable.
"""
    modelled = sources.modelled_direct()
    rows = []
    for zone in sorted(set(modelled) & set(tested)):
        if np.isnan(modelled[zone]).any():
            continue
        row = tested[zone]
        level = newest_level(row.training)
        scaled = score(row.held_back, level * predicted(row.held_back, lifecycle_shape(modelled[zone], level), 1.0))
        direct = score(row.held_back, level * predicted(row.held_back, normalised(modelled[zone]), 1.0))
        flat, plain = row.scores["flat"], row.scores["plain"]
        cells = [f"{item.mae:.1f}" for item in (flat, plain, direct, scaled)]
        rows.append([zone, *cells, *(_percent(item.captured) for item in (plain, direct))])
    head = ["zone", "MAE flat", "profile", "modelled, direct shape", "modelled, as shipped"]
    head += ["captured % profile", "modelled"]
    return f"{text}\n{markdown(head, rows)}\n\n{_direct_shapes(sources, histories)}"


def _direct_shapes(sources: Sources, histories: Mapping[str, Series]) -> str:
    levels = {row["zone"]: float(row["lifecycle_gco2eq_kwh"]) for row in sources.annual() if row["preferred"] == "1"}
    errors: list[list[float]] = []
    for zone, series in histories.items():
        if series.direct is None or zone not in levels or series.direct.mean() <= 0:
            continue
        truth, direct = normalised(cell_means(series, series.values)), cell_means(series, series.direct)
        shapes: list[Floats] = [np.ones_like(truth), normalised(direct), lifecycle_shape(direct, levels[zone])]
        errors.append([float(np.abs(shape - truth).mean()) for shape in shapes])
    mean, median = np.mean(errors, axis=0), np.median(errors, axis=0)
    return (
        f"The same formula applied to the {len(errors)} histories that have both columns; mean distance of the shape\n"
        f"from the true lifecycle shape: flat {mean[0]:.3f} (median {median[0]:.3f}), direct shape {mean[1]:.3f} "
        f"({median[1]:.3f}), as\nshipped {mean[2]:.3f} ({median[2]:.3f})."
    )


def _doubtful(sources: Sources) -> str:
    text = """\
The shipped level is the newest published yearly mean. In these zones 2025 is outside 0.6 to 1.6 times 2024, which
weather alone rarely causes; a new method or source at the publisher is more likely. They have a note in `zones.csv`:
"""
    retired = {row["old_zone"] for row in sources.aliases()}
    jumps = sorted(doubtful_levels(sources.annual()).items())
    rows = [[zone, f"{old:g}", f"{new:g}", f"{new / old:.2f}"] for zone, (old, new) in jumps if zone not in retired]
    return f"{text}\n{markdown(['zone', '2024 g', '2025 g', 'ratio'], rows)}"
