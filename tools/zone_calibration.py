"""How often what came lay within the ranges that were given without it, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from catalog.outlook_error import DURATION_HOURS, LEAD_BANDS, SAVING_BANDS, WAIT_BANDS
from planning.scheduling.waiting import LEAST_CHANCE, LEAST_SAVING_PERCENT
from tools.zone_ranges import SHAPES, WAIT_COLUMNS, Sample, is_like
from tools.zone_scores import markdown
from tools.zone_spreads import Spread, log_range

Counts = NDArray[np.int64]
MONTHS = 12
YEARS = 2  # that can be tested, where a zone has all three
CALIBRATED = DURATION_HOURS[:4]  # the last, a month, has too few windows in a year that do not overlap

LEAST_PERCENT, MOST_PERCENT = 75.0, 85.0
HELD_BACK_YEAR = "held-back year"

INTRO = """\
## Ranges: calibration

Ranges are the 10th and 90th centile of log(actual / predicted) of the mean over the hours asked, by outlook (baseline:
profile alone; live: profile scaled to a live value that is an hour old), by the lead of the first hour and by
duration. Profiles from the years before, with the level of the year before; every eleventh hour of 2022 and 2023. An
error has two parts. How far the hours of a year are from the year's own mean error is taken from the zone's two years.
How far a year's mean is from the level of the year before cannot be known from two years of one zone. It is taken from
the years of all zones of the cluster (fossil-free share below 20, 50, 70 %, and above), each with both signs, since it
is chance whether the next year is above or below the last. No factor is fitted. The table shows how much of what came
was within the range made without it, in per cent, all zones together; 80 is exact.

- **held-back months**: the range of a zone from eleven calendar months of both years, tested on the twelfth.
- **held-back year**: the range of a zone from one year alone, tested on the other: 2023 by 2022, 2022 by 2023, and both
  together. This is harder than what the service does, which uses both years.
- **borrowed, flat**: zones without a history of their own. The range of the cluster is made without the tested zone.
  That zone is predicted by the shape of the zone of another country that is nearest in clock and cluster, or by its
  yearly mean. Modelled shapes count as borrowed, because too few zones with a model have several years of history to
  test them.

There is no archive of upstream forecasts. They get the ranges of the profile scaled to a live value, which knows
nothing of tomorrow's weather and should therefore err more. The value now has the range of lead 0, that of the value of
the hour before. Publishers restate live values later (median hourly difference 13 % in 34 zones); this is not in the
ranges, because the settled series are the truth here."""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Per cent of what came within its range, by CALIBRATED duration, for one outlook, lead band and test."""

    outlook: str
    lead: str
    test: str
    percent: NDArray[np.float64]

    @property
    def outside(self) -> list[str]:
        """Cells that are not within LEAST_PERCENT to MOST_PERCENT, in words."""
        return [
            f"{self.outlook}, lead {self.lead}, {hours} h: {percent:.1f}"
            for hours, percent in zip(CALIBRATED, self.percent.tolist(), strict=True)
            if not LEAST_PERCENT <= round(percent, 1) <= MOST_PERCENT
        ]


def calibration_section(zone_years: Sequence[Sample]) -> str:
    """Markdown of the tables on ranges and on waiting."""
    rows = coverages(zone_years)
    lines = [[row.outlook, row.lead, row.test, *(f"{percent:.1f}" for percent in row.percent)] for row in rows]
    head = ["outlook", "lead h", "test", *(f"{hours} h" for hours in CALIBRATED)]
    drifts = _drifts_in_words(zone_years)
    return f"{INTRO}\n\n{markdown(head, lines)}\n\n{_outside_in_words(rows)} {drifts}\n\n{_waiting(zone_years)}"


def coverages(zone_years: Sequence[Sample]) -> list[Coverage]:
    """The rows of the table."""
    own = [sample for sample in zone_years if sample.shape == "own"]
    rows = []
    for outlook, lead in [("baseline", 0), *(("live", lead) for lead in LEAD_BANDS)]:
        forward, backward = (_by_year(own, outlook, lead, later=later) for later in (True, False))
        tests = {
            "held-back months": _by_month(own, outlook, lead),
            f"{HELD_BACK_YEAR}, both": forward + backward,
            f"{HELD_BACK_YEAR}, 2023 by 2022": forward,
            f"{HELD_BACK_YEAR}, 2022 by 2023": backward,
        }
        for shape in SHAPES[1:]:
            group = [sample for sample in zone_years if sample.shape == shape]
            tests[f"{shape} shape, other zones' range"] = _by_zone(group, outlook, lead)
        for test, counts in tests.items():
            rows.append(Coverage(outlook=outlook, lead=_lead(outlook, lead), test=test, percent=100 * _share(counts)))
    return rows


def _outside_in_words(rows: Sequence[Coverage]) -> str:
    """Which cells are outside, by test."""
    outside = {row.test: [cell for other in rows if other.test == row.test for cell in other.outside] for row in rows}
    sentences = [f"{test} ({'; '.join(cells)})" for test, cells in outside.items() if cells]
    if not sentences:
        return f"Every cell lies within {LEAST_PERCENT:g} to {MOST_PERCENT:g} %."
    return f"Outside {LEAST_PERCENT:g} to {MOST_PERCENT:g} % are only: {'. '.join(sentences)}."


def _drifts_in_words(zone_years: Sequence[Sample]) -> str:
    """How far the years were from the level of the year before: why one year does not describe the next."""
    drifts: dict[int, list[float]] = {}
    for sample in zone_years:
        if sample.shape == "own":
            drifts.setdefault(sample.year, []).append(abs(float(sample.errors["baseline", 0].spread.drift[0])))
    text = " and ".join(f"{100 * np.mean(drifts[year]):.0f} % in {year}" for year in sorted(drifts))
    return (
        f"Years differ everywhere at once: the mean of a zone's year was {text} away from the level of the year before "
        "(mean of the absolute logarithms). Ranges from the calmer year hold less of the other year, and the reverse."
    )


def _lead(outlook: str, first: int) -> str:
    if outlook == "baseline":
        return "any"
    last = {low: high - 1 for low, high in zip(LEAD_BANDS, (*LEAD_BANDS[1:], 169), strict=True)}[first]
    return f"{first}" if first == last else f"{first}-{last}"


def _within(logs: NDArray[np.float32], log_factors: NDArray[np.float64]) -> Counts:
    """Samples within the range and samples at all, by duration."""
    is_finite = np.isfinite(logs)
    inside = is_finite & (logs >= log_factors[0]) & (logs <= log_factors[1])
    return np.stack([inside.sum(axis=0), is_finite.sum(axis=0)])


def _share(parts: Sequence[Counts]) -> NDArray[np.float64]:
    inside, total = np.sum(parts, axis=0)
    return np.asarray(inside / total, np.float64)[: len(CALIBRATED)]


def _of_zones(group: Sequence[Sample]) -> list[list[Sample]]:
    by_zone: dict[str, list[Sample]] = {}
    for sample in group:
        by_zone.setdefault(sample.zone, []).append(sample)
    return list(by_zone.values())


def _by_month(group: Sequence[Sample], outlook: str, lead: int) -> list[Counts]:
    parts = []
    for month in range(MONTHS):
        rest = {}
        for sample in group:
            errors = sample.errors[outlook, lead]
            rest[sample.zone, sample.year] = Spread.of(errors.logs[errors.months != month])
        for years in _of_zones(group):
            alike = [rest[sample.zone, sample.year] for sample in group if is_like(sample, years[0])]
            log_factors = log_range([rest[sample.zone, sample.year] for sample in years], alike)
            errors_of_years = [sample.errors[outlook, lead] for sample in years]
            parts += [_within(errors.logs[errors.months == month], log_factors) for errors in errors_of_years]
    return parts


def _by_year(group: Sequence[Sample], outlook: str, lead: int, *, later: bool) -> list[Counts]:
    """later: ranges from the first year of each zone, tested on the second; else the reverse."""
    pairs = [sorted(years, key=lambda sample: sample.year, reverse=not later) for years in _of_zones(group)]
    pairs = [pair for pair in pairs if len(pair) == YEARS]
    parts = []
    for evidence, held_back in pairs:
        alike = [other.errors[outlook, lead].spread for other, _ in pairs if is_like(other, evidence)]
        log_factors = log_range([evidence.errors[outlook, lead].spread], alike)
        parts.append(_within(held_back.errors[outlook, lead].logs, log_factors))
    return parts


def _by_zone(group: Sequence[Sample], outlook: str, lead: int) -> list[Counts]:
    parts = []
    for years in _of_zones(group):
        others = [sample for sample in group if is_like(sample, years[0]) and sample.zone != years[0].zone]
        spreads = [sample.errors[outlook, lead].spread for sample in others]
        log_factors = log_range(spreads, spreads)
        parts += [_within(sample.errors[outlook, lead].logs, log_factors) for sample in years]
    return parts


WAITING = f"""\
## Waiting: predicted and had

Jobs of 1, 4 and 12 h that may start within 24 or 168 h, sent to the start with the lowest predicted mean. Savings
against starting now, in per cent; chance: share of the jobs that saved anything. All zones with a history of their own;
the table of the service has each zone (a cell of fewer than 100 jobs: its cluster, then all). Waiting is advised
where the median saving is at least {LEAST_SAVING_PERCENT:g} % and the chance at least {LEAST_CHANCE:g}."""

POLICY = """\
What the rule does, all zones, jobs that the lowest window would let wait up to 24 h (told by the pooled table, so that
it is the rule and not the zone that is tested): share of the jobs that wait, of those that lose by it, and the mean
saving over all jobs in per cent."""


def _waiting(zone_years: Sequence[Sample]) -> str:
    edges = -np.log1p(-np.array([*SAVING_BANDS, 99.9999]) / 100)
    lines, policies = [], []
    for outlook, shape in (("baseline", "own"), ("live", "own"), ("baseline", "borrowed"), ("live", "flat")):
        parts = [sample.waits[outlook] for sample in zone_years if sample.shape == shape]
        leads, predicted, actual = (np.concatenate([getattr(part, name) for part in parts]) for name in WAIT_COLUMNS)
        verdict = np.zeros((len(predicted), 2))
        for first, last in zip(WAIT_BANDS, (*WAIT_BANDS[1:], 10_000), strict=True):
            for low, high in pairwise(edges):
                mask = (leads >= first) & (leads < last) & (predicted >= low) & (predicted < high)
                if mask.sum() < 1000:
                    continue
                quantiles = np.quantile(actual[mask], (0.1, 0.5, 0.9))
                chance = float(np.mean(actual[mask] > 0))
                verdict[mask] = 100 * -np.expm1(-quantiles[1]), chance
                band = f"{100 * -np.expm1(-low):.0f}-{100 * -np.expm1(-high):.0f}"
                reach = f"{first}-{min(last - 1, 168)}"
                cells = [f"{100 * -np.expm1(-value):.1f}" for value in (np.median(predicted[mask]), *quantiles)]
                lines.append([f"{outlook}, {shape}", reach, band, str(int(mask.sum())), *cells, f"{chance:.2f}"])
        day = leads < WAIT_BANDS[2]
        for least, chance in ((0.0, 0.0), (0.01, 0.5), (1.0, 0.5), (1.0, 0.6), (1.0, 0.7), (5.0, 0.6), (5.0, 0.8)):
            waiting = day & (verdict[:, 0] >= least) & (verdict[:, 1] >= chance)
            losing = np.mean(actual[waiting] < 0) if waiting.any() else 0.0
            mean = np.mean(np.where(waiting, -np.expm1(-actual), 0)[day]) if day.any() else 0.0
            cells = [f"{100 * value:.1f}" for value in (waiting.sum() / max(day.sum(), 1), losing, mean)]
            policies.append([f"{outlook}, {shape}", f"{least:g}", f"{chance:g}", *cells])
    head = ["outlook, shape", "lead h", "predicted %", "jobs", "median predicted"]
    head += ["had 10th", "had 50th", "had 90th", "chance"]
    rule = ["outlook, shape", "least median %", "least chance", "wait %", "lose %", "mean saving %"]
    return f"{WAITING}\n\n{markdown(head, lines)}\n\n{POLICY}\n\n{markdown(rule, policies)}"
