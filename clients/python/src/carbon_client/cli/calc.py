"""`carbon calc`: what a machine emits in a region."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from carbon_client.cli import exit_codes, options
from carbon_client.cli.output import Column, Report
from carbon_client.cli.rank import INTENSITY
from carbon_client.durations import hours, written

if TYPE_CHECKING:
    from carbon_client import Client, models
    from carbon_client.cli.surroundings import Surroundings

HELP = "calculate energy and emissions of a machine"
COLUMNS = (
    Column(name="region", title="REGION"),
    Column(name="instance_type", title="MACHINE"),
    Column(name="count", title="COUNT", digits=0),
    Column(name="hours", title="HOURS", digits=2),
    Column(name="kwh", title="kWh", digits=4),
    INTENSITY,
    Column(name="quality", title="QUALITY"),
    Column(name="grams", title="gCO2e", digits=1),
    Column(name="low_grams", title="LOW", digits=1),
    Column(name="high_grams", title="HIGH", digits=1),
    Column(name="embodied_grams", title="EMBODIED", digits=1),
    Column(name="usd", title="USD", digits=2),
)


def add(commands: Any) -> None:
    parser = commands.add_parser("calc", help=HELP, description=HELP, parents=[options.shared()])
    parser.add_argument("--region", required=True, metavar="REGION", help="id or provider:id")
    parser.add_argument("--instance-type", required=True, metavar="TYPE", help="machine or sized service of the region")
    parser.add_argument(
        "--for", dest="length", type=options.DURATION, default=timedelta(hours=1), metavar="TIME", help="default: 1h"
    )
    parser.add_argument("--count", type=int, default=1, metavar="N", help="number of machines (default: 1)")
    parser.add_argument("--utilization", type=float, metavar="SHARE", help="CPU utilisation, 0 to 1")
    parser.add_argument("--start", type=options.MOMENT, metavar="MOMENT", help="a start in the past (default: now)")
    parser.add_argument("--embodied", action="store_true", help="add the emissions of making the hardware")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, client: Client, around: Surroundings) -> int:
    body: models.CalculateRequest = {
        "region": arguments.region,
        "instance_type": arguments.instance_type,
        "duration_hours": hours(arguments.length),
        "count": arguments.count,
        "include_embodied": arguments.embodied,
    }
    if arguments.utilization is not None:
        body["utilization"] = arguments.utilization
    if arguments.start:
        body["start_at"] = written(arguments.start)
    answer = client.calculate(**body)
    report = Report(
        answer=answer,
        columns=[column for column in COLUMNS if arguments.embodied or column.name != "embodied_grams"],
        rows=[_row(answer["calculation"])],
    )
    around.stdout.write(report.written(arguments.format, colours=around.colours(around.stdout)))
    return exit_codes.DONE


def _row(calculation: models.Calculation) -> dict[str, Any]:
    return {
        "region": f"{calculation['provider']}:{calculation['region']}",
        "instance_type": calculation["instance_type"],
        "count": calculation["count"],
        "hours": calculation["duration_hours"],
        "kwh": calculation["power_consumption_kwh"],
        "intensity": calculation["carbon_intensity_used"],
        "quality": calculation["carbon_intensity_used_origin"]["data_quality"],
        "grams": calculation["co2_emissions_g"],
        "low_grams": calculation["uncertainty"]["low_co2_emissions_g"],
        "high_grams": calculation["uncertainty"]["high_co2_emissions_g"],
        "embodied_grams": calculation.get("embodied_gco2e"),
        "usd": calculation["cost"]["on_demand_usd"],
    }
