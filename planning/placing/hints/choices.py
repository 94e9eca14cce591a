"""Hints on another machine, region or time, each an offer that qualifies."""

from __future__ import annotations

from math import isfinite

import numpy as np

from carbon.placements import Advice, PlacementRow
from carbon.ranges import RangedFigure, distinguishable
from carbon.workload import Priority, RankBy
from planning.placing.comparison import share_of_worse
from planning.placing.hints.answer import Answer
from planning.placing.hints.hint import Choice, hint
from planning.placing.rates import PLAIN

# Waiting or moving for less than this share is not worth a sentence.
LEAST_SAVING_SHARE = 0.01
# Types whose speed differs by less need about the same hours for the same work.
SAME_HOURS_SHARE = 0.05


def architecture(answer: Answer) -> Advice | None:
    """Arm against x86: the best of each in row 1's region, of row 1's size if machines are ranked.

    Not of hosts of accelerators, which do the work there.
    """
    offers, arm = answer.offers, answer.job.mapping.columns.arm[answer.offers.type]
    if answer.machine.accelerator is not None:
        return None
    in_region = (offers.region == answer.ranked.region[0]) & (offers.hardware == PLAIN)
    if answer.job.ranked_by.by is RankBy.MACHINE:  # otherwise a smaller machine would seem to be a better architecture
        vcpus = answer.job.mapping.columns.vcpus
        in_region &= vcpus[offers.type] == vcpus[answer.ranked.type[0]]
    best_arm, best_x86 = answer.greenest(in_region & arm), answer.greenest(in_region & ~arm)
    if best_arm is None or best_x86 is None:
        return None
    arm_choice, x86_choice = (answer.choice(index, answer.type_of(index)) for index in (best_arm, best_x86))
    if not distinguishable(answer.ranged(best_arm, arm_choice), answer.ranged(best_x86, x86_choice)):
        return None
    sides = (("Arm", arm_choice), ("x86", x86_choice))
    (better, low), (worse, high) = sorted(sides, key=lambda side: side[1].gco2e)
    return hint(
        "architecture",
        f"In {answer.first.emission.region}, {low.label} ({better}) instead of {high.label}, the best {worse} type "
        f"that qualifies{_machine_hours(answer, high.label, low.label)}",
        high,
        low,
        answer.period,
    )


def region(answer: Answer) -> Advice | None:
    """Row 1 against the caller's region, if that qualifies; the greenest region, if row 1 is not chosen by carbon."""
    first, requested, after = answer.first, answer.requested, _of_row(answer.first)
    if after is None:
        return None
    if isinstance(requested, PlacementRow) and requested.qualifies and not first.is_requested_region:
        before = _of_row(requested)
        if before is None:
            return None
        ranges = answer.ranged_row(requested, before), answer.ranged_row(first, after)
        return _move(answer, before, after, ranges, (_type(requested), _type(first)))
    index = answer.greenest(np.ones(len(answer.offers.offer), dtype=np.bool_))
    if answer.job.query.priority is Priority.CARBON or index is None:
        return None
    if answer.offers.region[index] == answer.ranked.region[0]:
        return None
    greenest = answer.choice(index, answer.job.offers.regions[answer.offers.region[index]].key)
    ranges = answer.ranged_row(first, after), answer.ranged(index, greenest)
    return _move(answer, after, greenest, ranges, (_type(first), answer.type_of(index)))


def time(answer: Answer) -> Advice | None:
    """Row 1's window, which is only a later one if waiting was worth it in backtests, against a start at once."""
    first = answer.first
    before = first.start_now_gco2e + (first.emission.embodied_gco2e or 0.0)
    later = answer.as_it_is(f"{first.window.starts_at:%Y-%m-%dT%H:%M:%SZ}")
    if share_of_worse(before, later.gco2e) < LEAST_SAVING_SHARE:
        return None
    sentence = f"Starting {_type(first)} in {first.emission.region} at {later.label} instead of now"
    return hint("time", sentence, Choice(label="start now", gco2e=before, usd=answer.usd), later, answer.period)


def _move(
    answer: Answer, before: Choice, after: Choice, ranges: tuple[RangedFigure, RangedFigure], types: tuple[str, str]
) -> Advice | None:
    """ranges, types: of before and after, which are labelled by their regions."""
    places = [before.label, after.label]
    partitions = [answer.job.mapping.regions[place].partition for place in places]
    if partitions[0] != partitions[1]:
        places = [f"{place} (partition {partition})" for place, partition in zip(places, partitions, strict=True)]
    if share_of_worse(before.gco2e, after.gco2e) < LEAST_SAVING_SHARE or not distinguishable(*ranges):
        return None
    sentence = f"{types[1]} in {places[1]} instead of {types[0]} in {places[0]}{_machine_hours(answer, *types)}"
    return hint("region", sentence, before, after, answer.period)


def _machine_hours(answer: Answer, before: str, after: str) -> str:
    """Where equal work is compared: how many machine hours the second type needs for it, if it is not as fast."""
    if answer.job.ranked_by.by is not RankBy.WORK:
        return ""
    work_per_hour, by_name = answer.job.rates.work_per_hour, answer.job.mapping.columns.by_name
    first, second = (float(work_per_hour[by_name[name][0]]) for name in (before, after))
    times = first / second
    if not isfinite(times) or abs(times - 1) < SAME_HOURS_SHARE:
        return ""
    return f", for the same work in {times:.3g} times the machine hours"


def _of_row(row: PlacementRow) -> Choice | None:
    """The region by what the ranking compares."""
    if row.compared_gco2e is None:
        return None
    return Choice(label=row.emission.region, gco2e=row.compared_gco2e, usd=row.compared_usd)


def _type(row: PlacementRow) -> str:
    return row.emission.instance_type
