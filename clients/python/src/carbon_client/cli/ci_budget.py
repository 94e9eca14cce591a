"""A budget of the service, after the job has been reported."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from carbon_client.cli import exit_codes
from carbon_client.cli.output import printable
from carbon_client.cli.run import is_away
from carbon_client.errors import CarbonError

if TYPE_CHECKING:
    from carbon_client import Client, models
    from carbon_client.cli.surroundings import Surroundings

SUMMARY = "GITHUB_STEP_SUMMARY"


def checked(
    name: str, report: models.CiReportAnswer, arguments: argparse.Namespace, client: Client, around: Surroundings
) -> int:
    """The exit code; what is left goes into the summary of the job, or stdout where that is Markdown.

    Raises CarbonError for a budget that does not exist, and with --strict if the service is away.
    """
    try:
        budget = client.get_budget(name)["budget"]
    except CarbonError as error:
        if arguments.strict or not is_away(error):
            raise
        around.say(f"carbon: the budget is not known: {printable(str(error))}")
        return exit_codes.DONE
    _write(budget, arguments.format, around)
    if report["written"] is not None and not all(_counts(row, budget) for row in report["usage"]):
        tags = ", ".join(f"{tag}={value}" for tag, value in budget["tags"].items())
        around.say(f"carbon: this job does not count in the budget {name}, which is of {printable(tags)}: give --tag")
    if budget["current"]["exceeded"]:
        around.say(f"carbon: over budget: {printable(in_words(budget))}")
        return exit_codes.OVER_BUDGET
    if _is_unknown(report, budget):
        around.say("carbon: the grams of this job, or what was spent of the budget, are not known")
        return exit_codes.OVER_BUDGET if arguments.strict else exit_codes.DONE
    return exit_codes.DONE


def append(path: str, text: str) -> None:
    """text at the end of the file."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(text)


def in_words(budget: models.OneBudget) -> str:
    """How much of each limit is spent and reserved, and what is left of it."""
    now, parts = budget["current"], []
    for limit, left, unit in (
        (budget["limit_kg"], now["left_kg"], "kg CO2e"),
        (budget["limit_usd"], now["left_usd"], "US dollars"),
    ):
        if limit is not None and left is not None:
            rest = f"{-left:.4g} too many" if left < 0 else f"{left:.4g} left"
            parts.append(f"{limit - left:.4g} of {limit:g} {unit} spent and reserved, {rest}")
    return f"{budget['name']}, until {now['period_end']}: {'; '.join(parts)}"


def _write(budget: models.OneBudget, form: str, around: Surroundings) -> None:
    line = f"Budget {in_words(budget)}."
    if path := around.environ.get(SUMMARY):
        append(path, f"\n{line}\n")
    elif form == "markdown":
        around.stdout.write(f"\n{printable(line)}\n")


def _counts(row: models.UsageRowAnswer, budget: models.OneBudget) -> bool:
    return budget["tags"].items() <= row["tags"].items()


def _is_unknown(report: models.CiReportAnswer, budget: models.OneBudget) -> bool:
    now, total = budget["current"], report["total"]
    spent = ((budget["limit_kg"], now["spent_kg"]), (budget["limit_usd"], now["spent_usd"]))
    is_spent_unknown = any(limit is not None and value is None for limit, value in spent)
    return is_spent_unknown or total["co2_emissions_g"] is None or total["unknown_hours"] > 0
