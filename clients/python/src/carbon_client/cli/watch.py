"""`carbon watch`: a line for every new value of regions or zones, until one is low or high enough."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from carbon_client.cli import exit_codes, options
from carbon_client.cli.output import Column, Report
from carbon_client.cli.rank import INTENSITY
from carbon_client.durations import written
from carbon_client.errors import CarbonError, ProblemError

if TYPE_CHECKING:
    from carbon_client import Client
    from carbon_client.cli.surroundings import Surroundings

HELP = "print every new value of regions or grid zones"
EVERY = timedelta(minutes=5)
SHORTEST = timedelta(seconds=10)
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
        "--every", type=options.DURATION, default=EVERY, metavar="TIME", help="default: 5m; at least 10s"
    )
    parser.add_argument("--below", type=float, metavar="G", help="end when a value is at most this number of gCO2e/kWh")
    parser.add_argument(
        "--above", type=float, metavar="G", help="end when a value is at least this number of gCO2e/kWh"
    )
    parser.add_argument("--max-wait", type=options.DURATION, metavar="TIME", help="end after this time, with code 124")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, client: Client, around: Surroundings) -> int:
    if not (arguments.region or arguments.zone):
        raise ValueError("say what: --region or --zone")
    ends_at = around.now() + arguments.max_wait if arguments.max_wait else None
    every = max(arguments.every, SHORTEST)
    last = dict[str, tuple[Any, ...]]()
    head = True
    while True:
        try:
            for row in _rows(arguments, client, around):
                if last.get(row["place"]) == (value := _value(row)):
                    continue
                last[row["place"]] = value
                around.stdout.write(_line(row, arguments.format, head=head))
                around.stdout.flush()
                head = False
                if _crosses(row["intensity"], arguments.below, arguments.above):
                    return exit_codes.DONE
        except CarbonError as error:
            # What answered once is asked again: a restart of the service should not end a watch of days.
            if not last or (isinstance(error, ProblemError) and not error.is_temporary):
                raise
            around.say(f"carbon: {error}; next try in {every.total_seconds():.0f} s")
        if ends_at and around.now() + every > ends_at:
            return exit_codes.NOT_DONE
        around.sleep(every.total_seconds())


def _rows(arguments: argparse.Namespace, client: Client, around: Surroundings) -> Iterator[dict[str, Any]]:
    for region in arguments.region or ():
        facts = client.region(region)["region_details"]
        yield _row(f"{facts['provider']}:{facts['region']}", facts, around)
    for zone in arguments.zone or ():
        zone_facts = client.zone(zone)["zone_details"]
        yield _row(zone_facts["zone"], zone_facts, around)


def _row(place: str, facts: Any, around: Surroundings) -> dict[str, Any]:
    return {
        "time": written(around.now()),
        "place": place,
        "intensity": facts["current_carbon_intensity"],
        "low": facts["low"],
        "high": facts["high"],
        "quality": facts["data_quality"],
        "source": facts["source"],
    }


def _value(row: dict[str, Any]) -> tuple[Any, ...]:
    """What makes a row a new one: all but its time."""
    return tuple(value for name, value in row.items() if name != "time")


def _line(row: dict[str, Any], form: str, *, head: bool) -> str:
    if form == "json":
        return json.dumps(row, ensure_ascii=False) + "\n"
    report = Report(answer=row, columns=COLUMNS, rows=[row])
    return report.as_csv(head=head) if form == "csv" else report.as_text(head=head)


def _crosses(intensity: float | None, below: float | None, above: float | None) -> bool:
    if intensity is None:
        return False
    return (below is not None and intensity <= below) or (above is not None and intensity >= above)
