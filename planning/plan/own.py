"""The caller's own place and times of a job: which demand of the job they break, if any."""

from __future__ import annotations

from datetime import timedelta

from carbon import units
from carbon.plans import OwnAssignment, PlanJob
from planning.scheduling.exclusions import excluded_intervals
from planning.scheduling.span import RunSpan

# The caller's times are whole seconds, and hours are no whole seconds.
SLACK = timedelta(seconds=1)
SLACK_HOURS = SLACK / units.HOUR


def broken_demand(job: PlanJob, span: RunSpan, own: OwnAssignment) -> tuple[str, str] | None:
    """The field of the job that the times of an assignment break, and how; None if they meet all."""
    starts_at, ends_at = own.pieces[0][0], own.pieces[-1][1]
    last_end = span.latest + timedelta(hours=span.duration_hours)
    if (excluded := _excluded(job, own)) is not None:
        return excluded
    if starts_at < span.earliest.replace(second=0, microsecond=0):
        return "start_after", "the assignment starts before now or before start_after"
    if ends_at > last_end + SLACK:
        return "deadline", f"the assignment ends after {last_end:%Y-%m-%dT%H:%M:%SZ}, the end of the times searched"
    return _broken_rule(job, own) or _too_short(job, span, own)


def _excluded(job: PlanJob, own: OwnAssignment) -> tuple[str, str] | None:
    times = job.times
    bounds = {"earliest": own.pieces[0][0], "latest": own.pieces[-1][1]}
    for name, closed in (
        ("exclude", excluded_intervals(times.exclusions, (), **bounds)),
        ("blackout", excluded_intervals((), times.blackouts, **bounds)),
    ):
        for interval in closed:
            if any(start < interval.ends_at and interval.starts_at < end for start, end in own.pieces):
                until = f"{interval.starts_at:%Y-%m-%dT%H:%M:%SZ} to {interval.ends_at:%Y-%m-%dT%H:%M:%SZ}"
                return name, f"the assignment overlaps a time in which the job may not run, {until}"
    return None


def _broken_rule(job: PlanJob, own: OwnAssignment) -> tuple[str, str] | None:
    rule, count = job.times.interruption, len(own.pieces)
    most = 1 if rule is None else rule.max_segments
    if most is not None and count > most:
        return "interruptible", f"the assignment has {count} segments, and the job may have {most}"
    if rule is None or count == 1:
        return None
    lengths = [(end - start).total_seconds() for start, end in own.pieces]
    shortest = min(length - (rule.restart if index else 0.0) for index, length in enumerate(lengths))
    if shortest + SLACK.total_seconds() < rule.min_run:
        return "interruptible", f"a segment runs {shortest / units.MINUTE_SECONDS:g} min, less than min_run_minutes"
    return None


def _too_short(job: PlanJob, span: RunSpan, own: OwnAssignment) -> tuple[str, str] | None:
    rule = job.times.interruption
    restarts = 0.0 if rule is None else (len(own.pieces) - 1) * rule.restart / units.HOUR_SECONDS
    hours = sum((end - start) / units.HOUR for start, end in own.pieces)
    needed = span.duration_hours + restarts
    if hours + SLACK_HOURS < needed:
        return "duration_hours", f"the assignment has {hours:g} h of {needed:g}"
    return None
