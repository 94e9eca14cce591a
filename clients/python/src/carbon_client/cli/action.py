"""The GitHub Action of action.yml: reads its inputs from the environment, writes its outputs to GITHUB_OUTPUT."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from carbon_client.cli import exit_codes
from carbon_client.cli.main import client
from carbon_client.cli.main import main as carbon
from carbon_client.cli.output import printable
from carbon_client.cli.run import is_away, waited
from carbon_client.cli.surroundings import Surroundings
from carbon_client.cli.window import Bounds, Window, best_window
from carbon_client.durations import duration, moment, written
from carbon_client.errors import CarbonError

if TYPE_CHECKING:
    from carbon_client import Client

PREFIX = "CARBON_ACTION_"
NOW = timedelta(minutes=1)  # what `within: now` leaves for a start


def main(around: Surroundings | None = None) -> int:
    """The exit code, one of those of `carbon`; what went wrong is an annotation of the workflow."""
    around = around or Surroundings()
    try:
        if _is_true("report", around.environ):
            return _reported(around)
        arguments = _arguments(around.environ)
        with client(arguments, around) as service:
            return _chosen(arguments, service, around)
    except ValueError as error:
        return _failed(error, exit_codes.USAGE, around)
    except CarbonError as error:
        return _failed(error, exit_codes.UNREACHABLE if is_away(error) else exit_codes.REFUSED, around)


def _chosen(arguments: argparse.Namespace, service: Client, around: Surroundings) -> int:
    asked_at = around.now()
    bounds = Bounds.of(arguments, asked_at)
    try:
        window = best_window(service, arguments, bounds)
    except CarbonError as error:
        if not (arguments.fallback == "now" and arguments.region and is_away(error)):
            raise
        around.stdout.write(f"::warning::{_data(str(error))}\n")
        _write(_fallen_back(arguments.region[0], asked_at), around)
        return exit_codes.DONE
    if arguments.wait:
        if window.starts_at - asked_at > arguments.max_wait:
            late = f"the best window begins at {written(window.starts_at)}, later than max-wait allows"
            return _failed(late, exit_codes.TOO_LATE, around)
        window = waited(window, bounds, arguments, service, around)
    _write(_outputs(window, around.now()), around)
    return exit_codes.DONE


def _reported(around: Surroundings) -> int:
    """As `carbon ci report`; what it says beside the report becomes an annotation."""
    names = ("JOB", "START", "RUNNER", "INSTANCE_TYPE", "REGION", "BUDGET")
    given = {name: around.environ.get(PREFIX + name, "").strip() for name in names}
    # One word each, so that no value is taken for an option.
    words = [f"--{name.lower().replace('_', '-')}={value}" for name, value in given.items() if value]
    tags = around.environ.get(PREFIX + "TAGS", "").splitlines()
    words += [f"--tag={tag.strip()}" for tag in tags if tag.strip()]
    strict = ["--strict"] if _is_true("strict", around.environ) else []
    said, answered = StringIO(), StringIO()
    try:
        with redirect_stderr(said):  # where argparse writes
            inside = replace(around, stdout=answered, stderr=said)
            code = carbon(["ci", "report", "--format=json", *words, *strict], inside)
    except SystemExit:
        code = exit_codes.USAGE
    if text := answered.getvalue():
        answer = json.loads(text)
        grams = answer["total"]["co2_emissions_g"]
        _write_outputs({"grams": "" if grams is None else f"{grams:g}"}, around)
        around.stdout.write(f"{printable(answer['badge']['message'])}\n")
    if said.getvalue():
        around.stdout.write(f"::{'error' if code else 'warning'}::{_data(said.getvalue().strip())}\n")
    return code


def _arguments(environ: Mapping[str, str]) -> argparse.Namespace:
    """The inputs as options of `carbon run`. Raises ValueError, with the name of the input."""

    def text(name: str) -> str:
        return environ.get(PREFIX + name, "").strip()

    within = text("WITHIN") or "now"
    fallback = text("FALLBACK") or "fail"
    if fallback not in ("fail", "now"):
        raise ValueError("fallback must be fail or now")
    return argparse.Namespace(
        url=None,
        timeout=None,
        region=_listed(text("REGIONS")),
        provider=_listed(text("PROVIDERS")),
        country=_listed(text("COUNTRIES")),
        length=duration(text("DURATION") or "1h"),
        within=NOW if within == "now" else duration(within),
        by=moment(text("BY")) if text("BY") else None,
        risk=None,
        instance_type=text("INSTANCE_TYPE") or None,
        count=None,
        wait=_is_true("wait", environ),
        max_wait=duration(text("MAX_WAIT") or "5h"),
        fallback=fallback,
    )


def _is_true(name: str, environ: Mapping[str, str]) -> bool:
    """Raises ValueError."""
    value = environ.get(PREFIX + name.upper(), "").strip().lower() or "false"
    if value not in ("true", "false"):
        raise ValueError(f"{name} must be true or false")
    return value == "true"


def _listed(text: str) -> list[str] | None:
    return [name for name in re.split(r"[\s,]+", text) if name] or None


def _outputs(window: Window, now: datetime) -> dict[str, str]:
    provider, _, region = window.region.partition(":")
    return {
        "region": window.region,
        "region-id": region,
        "provider": provider,
        "start": written(window.starts_at),
        "end": written(window.ends_at),
        "wait-seconds": str(max(0, round((window.starts_at - now).total_seconds()))),
        "intensity": "" if window.intensity is None else f"{window.intensity:g}",
        "grams": "" if window.grams is None else f"{window.grams:g}",
        "fell-back": "false",
    }


def _fallen_back(region: str, now: datetime) -> dict[str, str]:
    provider, _, name = region.rpartition(":")
    times = {"start": written(now), "end": "", "wait-seconds": "0"}
    place = {"region": region, "region-id": name, "provider": provider}
    return place | times | {"intensity": "", "grams": "", "fell-back": "true"}


def _write_outputs(outputs: Mapping[str, str], around: Surroundings) -> None:
    """Each output in a line of its own; a value cannot end its line."""
    lines = [f"{name}={printable(value)}\n" for name, value in outputs.items()]
    if path := around.environ.get("GITHUB_OUTPUT"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(lines)
    around.stdout.writelines(f"  {line}" for line in lines)


def _write(outputs: Mapping[str, str], around: Surroundings) -> None:
    """The outputs, and a line for the summary of the job."""
    _write_outputs(outputs, around)
    if path := around.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(path).open("a", encoding="utf-8") as file:
            shown = outputs["intensity"] or "unknown"
            file.write(f"Greenest: `{outputs['region']}` from {outputs['start']}, {shown} gCO2e/kWh\n")


def _failed(reason: object, code: int, around: Surroundings) -> int:
    around.stdout.write(f"::error::{_data(str(reason))}\n")
    return code


def _data(text: str) -> str:
    """As the data of a workflow command, so that no line of an answer is a command itself."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


if __name__ == "__main__":
    sys.exit(main())
