"""`carbon run`: waits for the greenest window, then becomes the command."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from carbon_client.cli import exit_codes, options, when
from carbon_client.cli.processes import is_executable
from carbon_client.cli.progress import Progress
from carbon_client.cli.waits import Step, Wait
from carbon_client.cli.window import Bounds, Window, best_window
from carbon_client.durations import in_words, written
from carbon_client.errors import CarbonError, ProblemError, ServiceUnreachable

if TYPE_CHECKING:
    from carbon_client import Client
    from carbon_client.cli.surroundings import Surroundings

HELP = "wait for the window in which a job emits least, then run a command"


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "run",
        help=HELP,
        description=HELP,
        usage="carbon run --for TIME --region REGION [options] -- COMMAND [WORD ...]",
        epilog="The command finds CARBON_REGION, CARBON_START, CARBON_END and CARBON_INTENSITY in its environment.",
        parents=[options.places(), options.window(), options.shared()],
    )
    parser.add_argument(
        "--max-wait", type=options.DURATION, metavar="TIME", help="a later window ends it with code 123"
    )
    parser.add_argument("--dry-run", action="store_true", help="print the window; neither wait nor run")
    parser.add_argument(
        "--fallback", choices=("now", "fail"), default="fail", help="when the service is away (default: fail, code 121)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, client: Client, around: Surroundings) -> int:
    command: list[str] = arguments.command or []
    if not command and not arguments.dry_run:
        raise ValueError("say what to run, behind --: carbon run --for 2h --region eu-north-1 -- ./train.sh")
    if command and not is_executable(command[0], around.environ.get("PATH")):
        around.say(f"carbon: {command[0]} is not found or cannot be executed")
        return exit_codes.NOT_FOUND
    asked_at = around.now()
    bounds = Bounds.of(arguments, asked_at)
    try:
        window = best_window(client, arguments, bounds)
    except (ServiceUnreachable, ProblemError) as error:
        if arguments.fallback == "fail" or arguments.dry_run or not is_away(error):
            raise
        around.say(f"carbon: {error}\nRunning at once, as --fallback now says.")
        return _execute(command, {}, client, around)
    late = arguments.max_wait is not None and window.starts_at - asked_at > arguments.max_wait
    if arguments.dry_run:
        report = when.report(window, asked_at)
        around.stdout.write(report.written(arguments.format, colours=around.colours(around.stdout)))
    if late:
        wait = in_words(window.starts_at - asked_at)
        around.say(f"carbon: the best window begins in {wait}, later than --max-wait {in_words(arguments.max_wait)}")
        return exit_codes.TOO_LATE
    if arguments.dry_run:
        return exit_codes.DONE
    window = waited(window, bounds, arguments, client, around)
    return _execute(command, _variables(window), client, around)


def is_away(error: CarbonError) -> bool:
    """Whether the service is away, busy or at fault.

    A refusal, such as of a key or a region, is no such case: running at once would hide the mistake for ever.
    """
    return isinstance(error, ServiceUnreachable) or (isinstance(error, ProblemError) and error.is_temporary)


def waited(
    window: Window, bounds: Bounds, arguments: argparse.Namespace, client: Client, around: Surroundings
) -> Window:
    """The window that has begun: the first, or a better one that the service named meanwhile."""
    began_at = asked_at = around.now()
    progress = Progress(around, began_at)
    progress.announce(window)
    while True:
        now = around.now()
        wait = Wait(starts_at=window.starts_at, asked_at=asked_at, latest=bounds.latest)
        step = wait.step(now)
        if step is Step.START:
            progress.end(now)
            return window
        if step is Step.ASK:
            asked_at = now
            window = _renewed(window, bounds, now, arguments, client, progress)
        else:
            progress.show(window, now)
            around.sleep(wait.nap(now).total_seconds())


def _renewed(
    window: Window,
    bounds: Bounds,
    now: datetime,
    arguments: argparse.Namespace,
    client: Client,
    progress: Progress,
) -> Window:
    """What the service says now; the same window if it is away, or names one beyond --max-wait."""
    try:
        renewed = best_window(client, arguments, bounds)
    except CarbonError as error:
        progress.say(f"carbon: {error}; the window stands")
        return window
    if arguments.max_wait is not None and renewed.starts_at - progress.began_at > arguments.max_wait:
        return window
    if renewed.starts_at != window.starts_at or renewed.region != window.region:
        progress.announce(renewed)
    return renewed


def _variables(window: Window) -> dict[str, str]:
    variables = {
        "CARBON_REGION": window.region,
        "CARBON_START": written(window.starts_at),
        "CARBON_END": written(window.ends_at),
    }
    return variables | ({} if window.intensity is None else {"CARBON_INTENSITY": f"{window.intensity:g}"})


def _execute(command: list[str], variables: Mapping[str, str], client: Client, around: Surroundings) -> int:
    client.close()
    around.stdout.flush()
    around.stderr.flush()
    code = around.execute(command, {**around.environ, **variables})
    if code in (exit_codes.CANNOT_RUN, exit_codes.NOT_FOUND):
        around.say(f"carbon: {command[0]} cannot be executed")
    return code
