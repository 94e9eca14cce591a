"""`carbon plan`: places several jobs, and waits for a plan that the service makes in the background."""

from __future__ import annotations

import argparse
import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from carbon_client.cli import exit_codes, options
from carbon_client.cli.output import Column, Report

if TYPE_CHECKING:
    from carbon_client import Client, models
    from carbon_client.cli.surroundings import Surroundings

HELP = "place several jobs, from a file with the body of POST /api/v1/plan"
MAX_WAIT = timedelta(hours=1)
COLUMNS = (
    Column(name="job", title="JOB"),
    Column(name="region", title="REGION"),
    Column(name="instance_type", title="MACHINE"),
    Column(name="count", title="COUNT", digits=0),
    Column(name="start", title="START"),
    Column(name="end", title="END"),
    Column(name="grams", title="gCO2e", digits=1),
    Column(name="low_grams", title="LOW", digits=1),
    Column(name="high_grams", title="HIGH", digits=1),
    Column(name="usd", title="USD", digits=2),
)


class PlanLate(Exception):
    """The plan is not done within --max-wait."""


def add(commands: Any) -> None:
    parser = commands.add_parser("plan", help=HELP, description=HELP, parents=[options.shared()])
    parser.add_argument("file", nargs="?", metavar="FILE", help="JSON; - reads standard input")
    parser.add_argument("--id", metavar="PLAN", help="in place of FILE: wait for this plan in the background")
    parser.add_argument(
        "--max-wait", type=options.DURATION, default=MAX_WAIT, metavar="TIME", help="for the plan (default: 1h)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, client: Client, around: Surroundings) -> int:
    if (arguments.file is None) == (arguments.id is None):
        raise ValueError("give either FILE or --id")
    answer: models.PlanAnswer | models.QueuedPlanAnswer
    answer = (
        client.plan_status(arguments.id) if arguments.file is None else client.plan(**_body(arguments.file, around))
    )
    if "assignments" not in answer:
        queued = _done(answer, arguments.max_wait, client, around)
        if queued is None:
            return exit_codes.NOT_DONE
        if queued["plan"] is None:
            around.say(f"carbon: the plan is {queued['status']}: {queued['detail'] or 'it was not made'}")
            return exit_codes.REFUSED
        answer = queued["plan"]
    report = _report(cast("models.PlanAnswer", answer))
    around.stdout.write(report.written(arguments.format, colours=around.colours(around.stdout)))
    return exit_codes.DONE


def _body(file: str, around: Surroundings) -> models.PlanRequest:
    try:
        text = around.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        body = json.loads(text)
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ValueError(f"{file} is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise ValueError(f"{file} holds no JSON object")  # noqa: TRY004 - what a user typed is wrong, not the program
    return cast("models.PlanRequest", body)


def _done(
    queued: models.QueuedPlanAnswer, max_wait: timedelta, client: Client, around: Surroundings
) -> models.QueuedPlanAnswer | None:
    """The plan once it is done or will not be; None, and how to go on, if that takes longer than max_wait."""
    gives_up_at = around.now() + max_wait
    shown = around.stderr.isatty()

    def progress(state: models.QueuedPlanAnswer) -> None:
        if shown:
            around.stderr.write(f"\r{state['status']}: {state['progress_percent']:.0f} % ")
            around.stderr.flush()
        if around.now() >= gives_up_at:
            raise PlanLate

    around.say(f"The service makes plan {queued['id']} in the background.")
    try:
        state = client.wait_for_plan(queued["id"], progress=progress)
    except (PlanLate, KeyboardInterrupt) as error:
        around.say(f"\nThe plan goes on: carbon plan --id {queued['id']}")
        if isinstance(error, KeyboardInterrupt):
            raise
        return None
    if shown:
        around.say("")
    return state


def _report(answer: models.PlanAnswer) -> Report:
    saved, totals = answer["savings"], answer["totals"]
    share = f"{abs(saved['percentage']):.0f} % {'less' if saved['percentage'] >= 0 else 'more'}"
    notes = [
        f"Total: {totals['co2_emissions_g']:.1f} gCO2e, {share} than the baseline."
        if answer["assignments"]
        else "No job can be placed.",
        *(f"Not placed: {one['job']}: {one['detail']}" for one in answer["unplaced"]),
    ]
    return Report(answer=answer, columns=COLUMNS, rows=[_row(one) for one in answer["assignments"]], notes=notes)


def _row(one: models.PlanAssignment) -> dict[str, Any]:
    return {
        "job": one["job"],
        "region": f"{one['provider']}:{one['region']}",
        "instance_type": one["instance_type"],
        "count": one["count"],
        "start": one["window"]["start_time"],
        "end": one["window"]["end_time"],
        "grams": one["co2_emissions_g"],
        "low_grams": one["low_co2_emissions_g"],
        "high_grams": one["high_co2_emissions_g"],
        "usd": one["cost_usd"],
    }
