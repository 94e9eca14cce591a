"""`carbon when`: the window in which a job emits least."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TYPE_CHECKING, Any

from carbon_client.cli import exit_codes, options
from carbon_client.cli.output import Column, Report
from carbon_client.cli.rank import INTENSITY
from carbon_client.cli.window import Bounds, Window, best_window
from carbon_client.durations import in_words

if TYPE_CHECKING:
    from carbon_client import Client, models
    from carbon_client.cli.surroundings import Surroundings

HELP = "find the window in which a job emits least"
COLUMNS = (
    Column(name="choice", title="CHOICE"),
    Column(name="region", title="REGION"),
    Column(name="start", title="START"),
    Column(name="end", title="END"),
    INTENSITY,
    Column(name="low", title="LOW", digits=0),
    Column(name="high", title="HIGH", digits=0),
    Column(name="quality", title="QUALITY"),
    Column(name="grams", title="gCO2e", digits=1),
)


def add(commands: Any) -> None:
    parents = [options.places(), options.window(), options.shared()]
    parser = commands.add_parser("when", help=HELP, description=HELP, parents=parents)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, client: Client, around: Surroundings) -> int:
    now = around.now()
    window = best_window(client, arguments, Bounds.of(arguments, now))
    around.stdout.write(report(window, now).written(arguments.format, colours=around.colours(around.stdout)))
    return exit_codes.DONE


def report(window: Window, now: datetime) -> Report:
    """The best window, the same job at once, and the next best times and places."""
    answer = window.answer
    rows = [
        _row("best", window.region, answer["optimal_window"]),
        _row("now", window.region, answer["start_now"]),
        *(_row("later", window.region, later) for later in answer["next_best_windows"]),
        *(
            _row("elsewhere", f"{one['provider']}:{one['region']}", one["optimal_window"])
            for one in answer.get("options", [])
        ),
    ]
    has_grams = window.grams is not None
    return Report(
        answer=answer,
        columns=[column for column in COLUMNS if has_grams or column.name != "grams"],
        rows=rows,
        notes=[*_notes(window, now), *_left_out(answer)],
    )


def _row(choice: str, region: str, window: models.JobWindow) -> dict[str, Any]:
    return {
        "choice": choice,
        "region": region,
        "start": window["start_time"],
        "end": window["end_time"],
        "intensity": window["avg_carbon_intensity"],
        "low": window["low"],
        "high": window["high"],
        "quality": window["data_quality"],
        "grams": window.get("co2_emissions_g"),
    }


def _left_out(answer: models.ScheduleAnswer) -> list[str]:
    """Why regions of the question were not compared; regions of one reason together."""
    regions = dict[str, list[str]]()
    for one in answer.get("excluded", []):
        regions.setdefault(one["reason"], []).append(one["region"])
    return [f"Not compared: {', '.join(names)}: {reason}" for reason, names in regions.items()]


def _notes(window: Window, now: datetime) -> list[str]:
    if window.starts_at <= now:
        return ["Start now: no later window is worth waiting for."]
    saved = window.answer["savings_potential"]["start_now_vs_optimal_percentage"]
    notes = [f"Wait {in_words(window.starts_at - now)}: the forecast saves {saved:.0f} % against a start now."]
    if expected := window.answer["expected_savings"]:
        notes.append(
            f"Such waits saved {expected['median']:.0f} % (median; {expected['low']:.0f} to {expected['high']:.0f} % "
            f"in 80 of 100 cases) in {expected['basis'] or 'backtests'}."
        )
    return notes
