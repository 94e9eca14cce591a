"""The question when a job should run, from options, and its answer."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from carbon_client.durations import hours, moment, written
from carbon_client.errors import not_understood

if TYPE_CHECKING:
    from carbon_client import Client, models

WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """When a job may start. latest: the last moment at which it may; before it, if ends are bound too."""

    latest: datetime
    length: timedelta

    @classmethod
    def of(cls, arguments: argparse.Namespace, now: datetime) -> Self:
        """From --within (24 h without --by) and --by. Raises ValueError if the job cannot end by then."""
        length: timedelta = arguments.length
        within = arguments.within or (None if arguments.by else WITHIN)
        starts = [now + within] if within else []
        if arguments.by:
            starts.append(arguments.by - length)
        latest = min(starts)
        if latest < now:
            raise ValueError("a job of this length cannot end by the moment of --by")
        return cls(latest=latest, length=length)


def question(arguments: argparse.Namespace, bounds: Bounds) -> models.ScheduleRequest:
    """The body of a question to schedule. Raises ValueError without a place, or with two ways to name it."""
    body: models.ScheduleRequest = {
        "duration_hours": hours(bounds.length),
        "deadline": written(bounds.latest + bounds.length),
    }
    regions = arguments.region or []
    if regions and (arguments.provider or arguments.country):
        raise ValueError("--provider and --country stand in place of --region; name a region as provider:id")
    if not (regions or arguments.provider or arguments.country):
        raise ValueError("say where: --region, --provider or --country")
    if len(regions) == 1:
        body["region"] = regions[0]
    elif regions:
        body["regions"] = regions
    if arguments.provider:
        body["providers"] = arguments.provider
    if arguments.country:
        body["countries"] = arguments.country
    if arguments.instance_type:
        body["instance_type"] = arguments.instance_type
    if arguments.count is not None:
        body["count"] = arguments.count
    if arguments.risk:
        body["risk"] = arguments.risk
    return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The best window of an answer. region: provider:id. intensity in gCO2e/kWh, None if unknown."""

    region: str
    starts_at: datetime
    ends_at: datetime
    intensity: float | None
    grams: float | None
    answer: models.ScheduleAnswer

    @classmethod
    def of(cls, answer: models.ScheduleAnswer) -> Self:
        """Raises ServiceUnreachable for an answer without these fields: something else answers than this service."""
        try:
            best = answer["optimal_window"]
            return cls(
                region=f"{answer['provider']}:{answer['region']}",
                starts_at=moment(best["start_time"]),
                ends_at=moment(best["end_time"]),
                intensity=best["avg_carbon_intensity"],
                grams=best.get("co2_emissions_g"),
                answer=answer,
            )
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise not_understood(error) from error


def best_window(client: Client, arguments: argparse.Namespace, bounds: Bounds) -> Window:
    """Asks the service. Raises what the client raises."""
    return Window.of(client.schedule(**question(arguments, bounds)))
