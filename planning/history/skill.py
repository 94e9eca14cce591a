"""How good the stored forecasts of a zone were: what is stored of each day of issue, and the figures of many days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

import numpy as np

from carbon.forecasts import LeadDaySkill, SkillList, StoredSkill
from carbon.intensity import Quality, Signal, SignalName
from catalog.profiles import hour_of
from forecasting.hours import DAY, DAYS_AHEAD, HOURS_AHEAD
from forecasting.skill import (
    CAPTURED,
    ERROR,
    ESTIMATED,
    INSIDE,
    JOBS,
    MISSING,
    POSSIBLE,
    RANGED,
    SCORED,
    ActualHours,
    Forecasts,
    score,
)
from planning.history.pieces import pieces_of
from store.history.entries import MINUTES_AN_HOUR, Series
from store.history.readings import QUALITIES, Minutes, Readings, time_of
from store.history.scores import DayScores, Floats, IssuedForecast

OF_A_SOURCE = "-forecast"  # ends the name of an upstream's forecast, after the name of its readings
ISSUE_HOURS = 6  # of the forecasts of a series that were issued in so many hours, the first one is scored
LEAST_MINUTES = 30  # of an hour with readings, for its mean to count
LEAST_HOURS, LEAST_JOBS = 168, 28  # below, a figure says too little: null. 28 are four a day for a week
_BY_DAY, _SAVINGS = 6 * DAYS_AHEAD, 3


def scores_of_zone(
    signal: Signal,
    zone: str,
    issued: Mapping[str, Sequence[IssuedForecast]],
    readings: Sequence[Readings],
    corrected: Sequence[Readings],
    end_hour: int,
) -> Iterator[DayScores]:
    """What is stored of each source and day of issue.

    issued: by source. readings: of each source, in the order of trust. corrected: the same at the catalog's level, of
    which our own forecasts are made. A source's forecast is scored against the readings of that source, so that both
    count the same; our own against those of the source that covers most of each hour. end_hour: the first hour since
    1970 that is not over.
    """
    for source, all_issued in issued.items():
        first = all_issued[0].issued_hour
        sources = corrected
        if source.endswith(OF_A_SOURCE):
            sources = [one for one in readings if one.source == source.removesuffix(OF_A_SOURCE)]
        hours = actual_hours(sources, first, end_hour)
        forecasts = by_hour(all_issued)
        scores = score(forecasts, hours)
        origins = scores.by_day[:, SCORED] > 0
        sums = np.concatenate([scores.by_day.reshape(len(origins), -1), scores.savings, origins], axis=1)
        days = forecasts.origins // DAY
        for day in np.unique(days).tolist():
            rows = np.flatnonzero(days == day)
            waits = scores.waits[np.isin(scores.waits[:, 0], rows), 1:]
            yield DayScores(
                series=Series(source, signal.value, zone), day=day, sums=sums[rows].sum(axis=0), waits=waits
            )


def actual_hours(sources: Sequence[Readings], first_hour: int, end_hour: int) -> ActualHours:
    """The mean of each hour in [first_hour, end_hour), hours since 1970, from the source that covers most of it.

    sources: in the order of trust, which decides between equally complete ones. An hour with readings of fewer than
    LEAST_MINUTES is not known.
    """
    count = max(0, end_hour - first_hour)
    values, is_estimated, most = np.full(count, np.nan), np.zeros(count, np.bool_), np.full(count, LEAST_MINUTES - 1)
    edges = MINUTES_AN_HOUR * np.arange(first_hour, first_hour + count + 1, dtype=np.int64)
    for readings in sources if count else ():
        pieces = pieces_of(readings, edges)
        hours: Minutes = pieces.present
        is_best = pieces.covered[hours] > most[hours]
        best = hours[is_best]
        most[best], values[best] = pieces.covered[best], pieces.mean[is_best]
        is_estimated[best] = pieces.quality[is_best] > QUALITIES.index(Quality.MEASURED)
    return ActualHours(first_hour, values, is_estimated)


def by_hour(issued: Sequence[IssuedForecast]) -> Forecasts:
    """By hour from the hour of issue on, of each ISSUE_HOURS the first one. issued: in the order of time.

    An hour of several steps is their mean, and not known if one of them is not.
    """
    first = [next(group) for _, group in groupby(issued, lambda one: one.issued_hour // ISSUE_HOURS)]
    sides = ([_hours(one, side) for one in first] for side in ("values", "low", "high"))
    return Forecasts(np.array([one.issued_hour for one in first], np.int64), *(np.array(side) for side in sides))


def _hours(issued: IssuedForecast, side: str) -> Floats:
    steps: Floats = getattr(issued, side)
    per_hour = MINUTES_AN_HOUR // issued.step_minutes
    hours = steps[: len(steps) // per_hour * per_hour].reshape(-1, per_hour).mean(axis=1)
    passed = issued.issued_hour - issued.starts_minute // MINUTES_AN_HOUR
    result = np.full(HOURS_AHEAD, np.nan)
    ahead = hours[max(passed, 0) :]
    start = max(-passed, 0)
    ahead = ahead[: max(HOURS_AHEAD - start, 0)]
    result[start : start + len(ahead)] = ahead
    return result


def skills_of(scores: Sequence[DayScores]) -> Iterator[tuple[StoredSkill, Sequence[DayScores]]]:
    """The skill of each zone and source, and what it is made of. scores: by zone, source and day."""
    for series, group in groupby(scores, lambda one: one.series):
        days = list(group)
        yield skill_of_series(series, days), days


def days_before(now: datetime, days: int) -> tuple[int, int]:
    """The last full UTC days before now, as days since 1970: [first, end)."""
    today = hour_of(now) // DAY
    return today - days, today


def skill_list(signal: SignalName, days: tuple[int, int], scores: Sequence[DayScores]) -> SkillList:
    """The skill of each zone and source. days: of issue, [first, end). scores: by zone, source and day."""
    starts_at, ends_at = (time_of(day * DAY * MINUTES_AN_HOUR) for day in days)
    skills = tuple(skill for skill, _ in skills_of(scores))
    return SkillList(signal=signal, starts_at=starts_at, ends_at=ends_at, skills=skills)


def skill_of_series(series: Series, scores: Sequence[DayScores]) -> StoredSkill:
    """The figures of the forecasts of all these days of issue together."""
    each = np.array([one.sums for one in scores])
    sums = each.sum(axis=0)
    by_day, savings = sums[:_BY_DAY].reshape(6, DAYS_AHEAD), sums[_BY_DAY:][:_SAVINGS]
    origins = each[:, _BY_DAY + _SAVINGS :]
    captured = savings[CAPTURED] / savings[POSSIBLE] if savings[JOBS] >= LEAST_JOBS and savings[POSSIBLE] > 0 else None
    lead_days = tuple(
        LeadDaySkill(
            lead_day=day + 1,
            mape=_share(by_day[ERROR, day], by_day[SCORED, day]),
            coverage=_share(by_day[INSIDE, day], by_day[RANGED, day]),
            captured=None if day or captured is None else float(captured),
            issue_days=int(np.count_nonzero(origins[:, day])),
            forecasts=int(origins[:, day].sum()),
            hours=int(by_day[SCORED, day]),
            estimated_hours=int(by_day[ESTIMATED, day]),
            hours_without_reading=int(by_day[MISSING, day]),
        )
        for day in range(DAYS_AHEAD)
        if by_day[SCORED, day] or by_day[MISSING, day]
    )
    return StoredSkill(zone=series.zone, source=series.source, lead_days=lead_days)


def _share(part: float, hours: float) -> float | None:
    return float(part / hours) if hours >= LEAST_HOURS else None
