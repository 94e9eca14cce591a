"""Options that several commands share, and how argparse reads their values."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

from carbon_client.cli.output import FORMATS
from carbon_client.durations import duration, moment

Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"


def read_by(reader: Callable[[str], Any]) -> Callable[[str], Any]:
    """The reader, with the words of its ValueError shown to the user."""

    def read(text: str) -> Any:
        try:
            return reader(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


def grams(text: str) -> float:
    """An intensity in gCO2e/kWh. Raises ValueError; nothing is below or above nan, so waiting for it has no end."""
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text!r} is no number")
    return number


DURATION = read_by(duration)
MOMENT = read_by(moment)
GRAMS = read_by(grams)


def shared(formats: Sequence[str] = FORMATS) -> argparse.ArgumentParser:
    """Options of every command that asks the service. formats: of its answer, the usual one first."""
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_argument_group("service and output")
    group.add_argument("--url", help="address of the service (default: CARBON_URL, otherwise http://127.0.0.1:5000)")
    group.add_argument("--timeout", type=DURATION, metavar="TIME", help="time for one answer (default: 60s)")
    form = formats[0]
    group.add_argument("--format", choices=formats, default=form, help=f"form of the answer (default: {form})")
    return parser


def places() -> argparse.ArgumentParser:
    """Where a job may run."""
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_argument_group("place")
    group.add_argument(
        "--region", action="append", metavar="REGION", help="id or provider:id; several: the best of them"
    )
    group.add_argument("--provider", action="append", metavar="CLOUD", help="all regions of this cloud; repeatable")
    group.add_argument("--country", action="append", metavar="COUNTRY", help="code, name, EU or EEA; repeatable")
    return parser


def window() -> argparse.ArgumentParser:
    """When a job may run, and on what."""
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_argument_group("time and machine")
    group.add_argument(
        "--for", dest="length", type=DURATION, required=True, metavar="TIME", help="length of the job: 4h"
    )
    group.add_argument("--within", type=DURATION, metavar="TIME", help="it starts within this time (default: 24h)")
    group.add_argument("--by", type=MOMENT, metavar="MOMENT", help="it has ended by then: 2026-02-11T18:00Z")
    group.add_argument("--risk", choices=("expected", "cautious"), help="what decides: the mean, or its 90th centile")
    group.add_argument("--instance-type", metavar="TYPE", help="machine of the job: the answer then has its grams")
    group.add_argument("--count", type=int, metavar="N", help="number of machines")
    return parser
