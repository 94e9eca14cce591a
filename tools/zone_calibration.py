"""How often what came lay within the ranges that were given without it, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from catalog.outlook_error import DURATION_HOURS, LEAD_BANDS, SAVING_BANDS, WAIT_BANDS
from planning.scheduling.waiting import LEAST_CHANCE, LEAST_SAVING_PERCENT
from tools.zone_ranges import SHAPES, WAIT_COLUMNS, WIDENING, Sample, log_range
from tools.zone_scores import markdown

Coverage = tuple[int, NDArray[np.int64]]
MONTHS = 12
CALIBRATED = DURATION_HOURS[:4]  # the last, a month, has too few windows in a year that do not overlap

INTRO = f"""\
## Ranges: calibration

Ranges are the 10th and 90th centile of log(actual / predicted) of the mean over the hours asked, by outlook (baseline:
profile alone; live: profile scaled to a live value that is an hour old), by the lead of the first hour and by
duration. Profiles from the years before, with the level of the year before; every eleventh hour of 2022 and 2023. The
mean error of a zone-year counts with both signs, since it is chance whether the next year is above or below the last.
Ranges are widened by {WIDENING:g} in logarithms, because two tested years vary less than what may come. The table
shows how much of what came was within the range given without it, in per cent, all zones together; 80 is exact.

- **held-back months**: the range of a zone from eleven calendar months of both years, tested on the twelfth.
- **held-back year**: the range of a zone from 2022 alone, tested on 2023. This is harder than what the service does,
  which uses both years, and it is too narrow for a week's mean of the bare profile: one year does not tell how much
  years differ.
- **borrowed, flat**: zones without a history of their own. The range of the cluster (fossil-free share below 20, 50,
  70 %, and above) is made without the tested zone. That zone is predicted by the shape of the zone of another country
  that is nearest in clock and cluster, or by its yearly mean. Modelled shapes count as borrowed, because too few zones
  with a model have several years of history to test them.

There is no archive of upstream forecasts. They get the ranges of the profile scaled to a live value, which knows
nothing of tomorrow's weather and should therefore err more. The value now has the range of lead 0, that of the value of
the hour before. Publishers restate live values later (median hourly difference 13 % in 34 zones); this is not in the
ranges, because the settled series are the truth here."""


def calibration_section(found: Sequence[Sample]) -> str:
    """Markdown of the tables on ranges and on waiting."""
    lines = []
    places = [("baseline", 0), *(("live", lead) for lead in LEAD_BANDS)]
    for outlook, lead in places:
        own = [sample for sample in found if sample.shape == "own"]
        kinds = [("held-back months", _by_month(own, outlook, lead)), ("held-back year", _by_year(own, outlook, lead))]
        for shape in SHAPES[1:]:
            group = [sample for sample in found if sample.shape == shape]
            kinds.append((f"{shape} shape, other zones' range", _by_zone(group, outlook, lead)))
        for kind, shares in kinds:
            lines.append([outlook, _lead(outlook, lead), kind, *(f"{100 * share:.1f}" for share in shares)])
    head = ["outlook", "lead h", "test", *(f"{hours} h" for hours in CALIBRATED)]
    return f"{INTRO}\n\n{markdown(head, lines)}\n\n{_waiting(found)}"


def _lead(outlook: str, first: int) -> str:
    if outlook == "baseline":
        return "any"
    last = {low: high - 1 for low, high in zip(LEAD_BANDS, (*LEAD_BANDS[1:], 169), strict=True)}[first]
    return f"{first}" if first == last else f"{first}-{last}"


def _within(logs: NDArray[np.float32], log_factors: NDArray[np.float64]) -> Coverage:
    known = np.isfinite(logs)
    inside = known & (logs >= log_factors[0]) & (logs <= log_factors[1])
    return int(known.any()), np.stack([inside.sum(axis=0), known.sum(axis=0)])


def _share(parts: Sequence[Coverage]) -> NDArray[np.float64]:
    inside, total = np.sum([counts for _, counts in parts], axis=0)
    return np.asarray(inside / total, np.float64)[: len(CALIBRATED)]


def _of_zones(group: Sequence[Sample]) -> list[list[Sample]]:
    by_zone: dict[str, list[Sample]] = {}
    for sample in group:
        by_zone.setdefault(sample.zone, []).append(sample)
    return list(by_zone.values())


def _by_month(group: Sequence[Sample], outlook: str, lead: int) -> NDArray[np.float64]:
    parts = []
    for years in _of_zones(group):
        errors = [sample.errors[outlook, lead] for sample in years]
        for month in range(MONTHS):
            log_factors = log_range([error.logs[error.months != month] for error in errors])
            parts += [_within(error.logs[error.months == month], log_factors) for error in errors]
    return _share(parts)


def _by_year(group: Sequence[Sample], outlook: str, lead: int) -> NDArray[np.float64]:
    parts = []
    for years in _of_zones(group):
        first, *later = sorted(years, key=lambda sample: sample.year)
        log_factors = log_range([first.errors[outlook, lead].logs])
        parts += [_within(sample.errors[outlook, lead].logs, log_factors) for sample in later]
    return _share(parts)


def _by_zone(group: Sequence[Sample], outlook: str, lead: int) -> NDArray[np.float64]:
    parts = []
    for years in _of_zones(group):
        others = [sample for sample in group if sample.cluster == years[0].cluster and sample.zone != years[0].zone]
        log_factors = log_range([sample.errors[outlook, lead].logs for sample in others])
        parts += [_within(sample.errors[outlook, lead].logs, log_factors) for sample in years]
    return _share(parts)


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


def _waiting(found: Sequence[Sample]) -> str:
    edges = -np.log1p(-np.array([*SAVING_BANDS, 99.9999]) / 100)
    lines, policies = [], []
    for outlook, shape in (("baseline", "own"), ("live", "own"), ("baseline", "borrowed"), ("live", "flat")):
        parts = [sample.waits[outlook] for sample in found if sample.shape == shape]
        leads, told, had = (np.concatenate([getattr(part, name) for part in parts]) for name in WAIT_COLUMNS)
        verdict = np.zeros((len(told), 2))
        for first, last in zip(WAIT_BANDS, (*WAIT_BANDS[1:], 10_000), strict=True):
            for low, high in pairwise(edges):
                mask = (leads >= first) & (leads < last) & (told >= low) & (told < high)
                if mask.sum() < 1000:
                    continue
                quantiles = np.quantile(had[mask], (0.1, 0.5, 0.9))
                chance = float(np.mean(had[mask] > 0))
                verdict[mask] = 100 * -np.expm1(-quantiles[1]), chance
                band = f"{100 * -np.expm1(-low):.0f}-{100 * -np.expm1(-high):.0f}"
                reach = f"{first}-{min(last - 1, 168)}"
                cells = [f"{100 * -np.expm1(-value):.1f}" for value in (np.median(told[mask]), *quantiles)]
                lines.append([f"{outlook}, {shape}", reach, band, str(int(mask.sum())), *cells, f"{chance:.2f}"])
        day = leads < WAIT_BANDS[2]
        for least, chance in ((0.0, 0.0), (0.01, 0.5), (1.0, 0.5), (1.0, 0.6), (1.0, 0.7), (5.0, 0.6), (5.0, 0.8)):
            waiting = day & (verdict[:, 0] >= least) & (verdict[:, 1] >= chance)
            losing = np.mean(had[waiting] < 0) if waiting.any() else 0.0
            mean = np.mean(np.where(waiting, -np.expm1(-had), 0)[day]) if day.any() else 0.0
            cells = [f"{100 * value:.1f}" for value in (waiting.sum() / max(day.sum(), 1), losing, mean)]
            policies.append([f"{outlook}, {shape}", f"{least:g}", f"{chance:g}", *cells])
    head = ["outlook, shape", "lead h", "predicted %", "jobs", "median predicted"]
    head += ["had 10th", "had 50th", "had 90th", "chance"]
    rule = ["outlook, shape", "least median %", "least chance", "wait %", "lose %", "mean saving %"]
    return f"{WAITING}\n\n{markdown(head, lines)}\n\n{POLICY}\n\n{markdown(rule, policies)}"
