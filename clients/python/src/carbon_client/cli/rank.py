"""`carbon rank`: the regions of all clouds, greenest first."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from carbon_client.cli import exit_codes, options
from carbon_client.cli.output import Column, Report
from carbon_client.durations import hours

if TYPE_CHECKING:
    from carbon_client import Client, models
    from carbon_client.cli.surroundings import Surroundings

HELP = "rank regions by carbon intensity, greenest first"
INTENSITY = Column(name="intensity", title="gCO2e/kWh", digits=1)
COLUMNS = (
    Column(name="region", title="REGION"),
    INTENSITY,
    Column(name="low", title="LOW", digits=0),
    Column(name="high", title="HIGH", digits=0),
    Column(name="quality", title="QUALITY"),
    Column(name="start", title="START"),
    Column(name="instance_type", title="MACHINE"),
    Column(name="usd_per_hour", title="USD/h", digits=4),
    Column(name="country", title="COUNTRY"),
    Column(name="city", title="CITY"),
)
# Columns that say something only if the question asks for it.
WITH_TIME, WITH_MACHINE = {"start"}, {"instance_type", "usd_per_hour"}
# Option -> parameter of the service.
PARAMETERS = {
    "limit": "limit",
    "provider": "provider",
    "country": "country",
    "exclude": "exclude",
    "vcpus": "vcpus",
    "memory_gb": "memoryGb",
    "gpus": "gpus",
    "arch": "arch",
    "instance_type": "instanceType",
    "max_intensity": "maxIntensity",
}
MACHINE = ("vcpus", "memory_gb", "gpus", "arch", "instance_type")


def add(commands: Any) -> None:
    parser = commands.add_parser("rank", help=HELP, description=HELP, parents=[options.shared()])
    parser.add_argument("--limit", type=int, default=10, metavar="N", help="number of rows (default: 10)")
    parser.add_argument("--provider", action="append", metavar="CLOUD", help="only this cloud; repeatable")
    parser.add_argument(
        "--country", action="append", metavar="COUNTRY", help="only this country, EU or EEA; repeatable"
    )
    parser.add_argument("--exclude", action="append", metavar="REGION", help="leave out a region or cloud; repeatable")
    parser.add_argument(
        "--for", dest="length", type=options.DURATION, metavar="TIME", help="mean over a job of this length"
    )
    parser.add_argument("--within", type=options.DURATION, metavar="TIME", help="at the best start within this time")
    parser.add_argument("--vcpus", type=float, metavar="N", help="machine with at least this number of vCPUs")
    parser.add_argument("--memory-gb", type=float, metavar="GB", help="machine with at least this memory")
    parser.add_argument("--gpus", type=float, metavar="N", help="machine with at least this number of GPUs")
    parser.add_argument("--arch", choices=("arm64", "x86_64"), help="instruction set of the machine")
    parser.add_argument("--instance-type", metavar="TYPE", help="this machine")
    parser.add_argument("--max-intensity", type=float, metavar="G", help="at most this number of gCO2e/kWh")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, client: Client, around: Surroundings) -> int:
    given = {parameter: getattr(arguments, option) for option, parameter in PARAMETERS.items()}
    given["durationHours"] = hours(arguments.length) if arguments.length else None
    given["within"] = hours(arguments.within) if arguments.within else None
    answer = client.by_rank(**{name: value for name, value in given.items() if value is not None})
    hidden = (set() if arguments.within else WITH_TIME) | (set() if _names_a_machine(arguments) else WITH_MACHINE)
    report = Report(
        answer=answer,
        columns=[column for column in COLUMNS if column.name not in hidden],
        rows=[_row(row) for row in answer["regions"]],
        notes=() if answer["regions"] else ("No region fits.",),
    )
    around.stdout.write(report.written(arguments.format, colours=around.colours(around.stdout)))
    return exit_codes.DONE


def _names_a_machine(arguments: argparse.Namespace) -> bool:
    return any(getattr(arguments, name) is not None for name in MACHINE)


def _row(row: models.LocationRow) -> dict[str, Any]:
    price = row["instancePrice"]
    return {
        "region": f"{row['provider']}:{row['id']}",
        "intensity": row["intensity"],
        "low": row["low"],
        "high": row["high"],
        "quality": row["dataQuality"],
        "start": row["notBefore"],
        "instance_type": row["instanceType"],
        "usd_per_hour": price["perHour"] if price else None,
        "country": row["country"],
        "city": row["city"],
    }
