"""`carbon watch`: a line for every new value of regions or zones, until one is low or high enough."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from carbon_client.cli import exit_codes, options
from carbon_client.cli.output import Column, Report
from carbon_client.cli.rank import INTENSITY
from carbon_client.durations import written
from carbon_client.errors import CarbonError, ProblemError

if TYPE_CHECKING:
    from carbon_client import Client
    from carbon_client.cli.surroundings import Surroundings

Row = dict[str, Any]
HELP = "print every new value of regions or grid zones"
EVERY = timedelta(minutes=5)
SHORTEST = timedelta(seconds=10)
PLACE_WIDTH, QUALITY_WIDTH = 24, len("estimated")
NO_STREAM = (404, 429, 501, 503)  # an older service, or one that has no stream left
COLUMNS = (
    Column(name="time", title="TIME"),
    Column(name="place", title="PLACE"),
    INTENSITY,
    Column(name="low", title="LOW", digits=0),
    Column(name="high", title="HIGH", digits=0),
    Column(name="quality", title="QUALITY"),
    Column(name="source", title="SOURCE"),
)


def add(commands: Any) -> None:
    parser = commands.add_parser("watch", help=HELP, description=HELP, parents=[options.shared()])
    parser.add_argument("--region", action="append", metavar="REGION", help="id or provider:id; repeatable")
    parser.add_argument("--zone", action="append", metavar="ZONE", help="grid zone such as SE-SE3; repeatable")
    parser.add_argument(
        "--every",
        type=options.DURATION,
        metavar="TIME",
        help="ask so often (default: be told by the service)",
    )
    parser.add_argument(
        "--below", type=options.GRAMS, metavar="G", help="end when a value is at most this number of gCO2e/kWh"
    )
    parser.add_argument(
        "--above", type=options.GRAMS, metavar="G", help="end when a value is at least this number of gCO2e/kWh"
    )
    parser.add_argument("--max-wait", type=options.DURATION, metavar="TIME", help="end after this time, with code 124")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, client: Client, around: Surroundings) -> int:
    if not (arguments.region or arguments.zone):
        raise ValueError("say what: --region or --zone")
    ends_at = around.now() + arguments.max_wait if arguments.max_wait else None
    last = dict[str, tuple[Any, ...]]()
    for row in _changes(arguments, client, around, ends_at):
        if row is not None and last.get(row["place"]) != (value := _value(row)):
            around.stdout.write(_line(row, arguments.format, head=not last))
            around.stdout.flush()
            last[row["place"]] = value
            if _crosses(row["intensity"], arguments.below, arguments.above):
                return exit_codes.DONE
        if ends_at and around.now() > ends_at:
            break
    return exit_codes.NOT_DONE


def _changes(
    arguments: argparse.Namespace, client: Client, around: Surroundings, ends_at: datetime | None
) -> Iterator[Row | None]:
    """Rows as the service streams them; as it is asked for them with --every, or if it has no streams, or none left.
    None: nothing new, but time has passed. What answered once is asked again when it is away: a restart of the service
    should not end a watch of days.
    """
    answered = False
    while arguments.every is None:
        try:
            for row in _streamed(arguments, client, around):
                answered = answered or row is not None
                yield row
        except CarbonError as error:
            if isinstance(error, ProblemError) and not error.is_temporary and error.status not in NO_STREAM:
                raise
            if not answered or (isinstance(error, ProblemError) and error.status in NO_STREAM):
                break
            around.say(f"carbon: {error}; next try in {EVERY.total_seconds():.0f} s")
            around.sleep(EVERY.total_seconds())
            yield None
    yield from _polled(arguments, client, around, ends_at, answered=answered)


def _streamed(arguments: argparse.Namespace, client: Client, around: Surroundings) -> Iterator[Row | None]:
    zones = arguments.zone or []
    for told in client.stream(region=arguments.region or [], zone=zones, event=["intensity"]):
        if told is None or "carbon_intensity" not in told:
            yield None
            continue
        facts = {**told, "current_carbon_intensity": told["carbon_intensity"]}
        followed = told["zone"] in zones or not told["regions"]
        for place in [*told["regions"], *([told["zone"]] if followed else [])]:
            yield _row(place, facts, around)


def _polled(
    arguments: argparse.Namespace, client: Client, around: Surroundings, ends_at: datetime | None, *, answered: bool
) -> Iterator[Row]:
    """Asks again and again, until another question would come too late."""
    every = max(arguments.every or EVERY, SHORTEST)
    while True:
        try:
            for row in _rows(arguments, client, around):
                answered = True
                yield row
        except CarbonError as error:
            if not answered or (isinstance(error, ProblemError) and not error.is_temporary):
                raise
            around.say(f"carbon: {error}; next try in {every.total_seconds():.0f} s")
        if ends_at and around.now() + every > ends_at:
            return
        around.sleep(every.total_seconds())


def _rows(arguments: argparse.Namespace, client: Client, around: Surroundings) -> Iterator[Row]:
    for region in arguments.region or ():
        facts = client.region(region)["region_details"]
        yield _row(f"{facts['provider']}:{facts['region']}", facts, around)
    for zone in arguments.zone or ():
        zone_facts = client.zone(zone)["zone_details"]
        yield _row(zone_facts["zone"], zone_facts, around)


def _row(place: str, facts: Any, around: Surroundings) -> Row:
    return {
        "time": written(around.now()),
        "place": place,
        "intensity": facts["current_carbon_intensity"],
        "low": facts["low"],
        "high": facts["high"],
        "quality": facts["data_quality"],
        "source": facts["source"],
    }


def _value(row: Row) -> tuple[Any, ...]:
    """What makes a row a new one: all but its time."""
    return tuple(value for name, value in row.items() if name != "time")


def _line(row: Row, form: str, *, head: bool) -> str:
    if form == "json":
        return json.dumps(row, ensure_ascii=False) + "\n"
    if form == "csv":
        return Report(answer=row, columns=COLUMNS, rows=[row]).as_csv(head=head)
    # Each line is written alone, so that columns of words are as wide as most of these words.
    aligned = row | {"place": row["place"].ljust(PLACE_WIDTH), "quality": row["quality"].ljust(QUALITY_WIDTH)}
    return Report(answer=row, columns=COLUMNS, rows=[aligned]).as_text(head=head)


def _crosses(intensity: float | None, below: float | None, above: float | None) -> bool:
    if intensity is None:
        return False
    return (below is not None and intensity <= below) or (above is not None and intensity >= above)
