"""The command `carbon`: reads its words, asks the service, and turns what goes wrong into an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, NoReturn

from carbon_client.cli import calc, ci, completion, exit_codes, plan, rank, run, watch, when
from carbon_client.cli.output import printable
from carbon_client.cli.surroundings import DEFAULT_URL, Surroundings
from carbon_client.errors import ProblemError, ServiceUnreachable, not_understood
from carbon_client.version import VERSION

if TYPE_CHECKING:
    from carbon_client.client import Client

COMMANDS = (rank, when, calc, plan, watch, run, ci, completion)
EPILOG = "CARBON_URL is the address of the service, CARBON_API_KEY a key, if it needs one."


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    codes = "\n".join(f"  {code:>3}  {meaning}" for code, meaning in exit_codes.MEANINGS.items())
    top = argparse.ArgumentParser(
        prog="carbon",
        description="Asks the Carbon-Aware Cloud Optimizer where and when computing emits least.",
        epilog=f"{EPILOG}\n\nexit codes:\n{codes}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"carbon {VERSION}")
    commands = top.add_subparsers(metavar="COMMAND", required=True, dest="name")
    for command in COMMANDS:
        command.add(commands)
    return top


def main(words: Sequence[str], around: Surroundings | None = None) -> int:
    """The exit code of the command with these words."""
    around = around or Surroundings()
    if words and words[0] == completion.NAME:
        around.stdout.writelines(f"{word}\n" for word in completion.candidates(parser(), words[1:]))
        return exit_codes.DONE
    words, command = _split(list(words))
    arguments = parser().parse_args(words)
    if command is not None and arguments.name != "run":
        around.say("carbon: only run takes a command behind --")
        return exit_codes.USAGE
    arguments.command = command
    try:
        return completion.write(arguments, around) if arguments.name == "completion" else _answered(arguments, around)
    except ProblemError as error:
        around.say("\n".join(printable(line) for line in f"carbon: {error}".split("\n")))
        if error.status == HTTPStatus.UNAUTHORIZED:
            around.say("carbon sends the key in CARBON_API_KEY")
        return exit_codes.UNREACHABLE if error.is_temporary else exit_codes.REFUSED
    except ServiceUnreachable as error:
        around.say(f"carbon: {error}")
        return exit_codes.UNREACHABLE
    except ValueError as error:
        around.say(f"carbon: {error}")
        return exit_codes.USAGE
    except KeyboardInterrupt:
        return exit_codes.INTERRUPTED


def _answered(arguments: argparse.Namespace, around: Surroundings) -> int:
    with client(arguments, around) as service:
        try:
            code: int = arguments.run(arguments, service, around)
        except (LookupError, TypeError, AttributeError) as error:  # in what the service answered
            raise not_understood(error) from error
    around.stdout.flush()
    return code


def client(arguments: argparse.Namespace, around: Surroundings) -> Client:
    """The client of the service that the options and the environment name."""
    from carbon_client.client import Client  # requests takes longer to import than all else

    seconds = arguments.timeout.total_seconds() if arguments.timeout else 60.0
    url = arguments.url or around.environ.get("CARBON_URL") or DEFAULT_URL
    return Client(url, around.environ.get("CARBON_API_KEY"), timeout=seconds, sleep=around.sleep)


def _split(words: list[str]) -> tuple[list[str], list[str] | None]:
    """The words of carbon itself, and those behind --, which are a command of `run`."""
    if "--" not in words:
        return words, None
    at = words.index("--")
    return words[:at], words[at + 1 :]


def entry() -> NoReturn:
    """The entry point of the command. A reader that has gone, such as `head`, ends it without a word."""
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = exit_codes.BROKEN_PIPE
    sys.exit(code)
