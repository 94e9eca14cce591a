"""`carbon ci report`: what the job in which it runs has emitted so far."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from carbon_client.cli import ci_budget, exit_codes, options
from carbon_client.cli.ci_budget import SUMMARY, append
from carbon_client.cli.ci_job import CiJob, job_of
from carbon_client.cli.output import printable
from carbon_client.cli.run import is_away
from carbon_client.durations import written
from carbon_client.errors import CarbonError

if TYPE_CHECKING:
    from carbon_client import Client, models
    from carbon_client.cli.surroundings import Surroundings

HELP = "report what this job of GitHub Actions or GitLab CI emitted"
LONGEST_JOB, LONGEST_PIPELINE = 80, 200


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "ci", help=HELP, description=HELP, parents=[options.shared(("markdown", "json", "badge"))]
    )
    parser.add_argument("what", choices=("report",))
    job = parser.add_argument_group("job", "what the variables of GitHub and GitLab do not say, or say otherwise")
    job.add_argument("--pipeline", metavar="NAME", help="the same in every run (default: repository and workflow)")
    job.add_argument("--run", dest="run_id", metavar="ID", help="number of the run")
    job.add_argument("--job", metavar="NAME", help="name of the job; needed where a matrix has several of one name")
    job.add_argument("--start", type=options.MOMENT, metavar="MOMENT", help="when the job began")
    job.add_argument("--for", dest="length", type=options.DURATION, metavar="TIME", help="in place of --start")
    job.add_argument("--runner", metavar="LABEL", help="label of a hosted runner: ubuntu-latest, larger 8-core")
    job.add_argument("--plan", choices=("public", "private"), help="whose repository, for hosted runners")
    job.add_argument("--instance-type", metavar="TYPE", help="machine of a runner of your own; needs --region")
    job.add_argument("--region", metavar="REGION", help="where the runner is, id or provider:id")
    job.add_argument("--tag", action="append", default=[], metavar="NAME=VALUE", help="of the row of usage; repeatable")
    parser.add_argument(
        "--budget",
        type=options.read_by(_budget),
        metavar="GRAMS|NAME",
        help="grams of this job, or the name of a budget of the service: beyond it the exit code is 3",
    )
    parser.add_argument("--no-store", action="store_true", help="do not store the job as a row of usage")
    parser.add_argument(
        "--strict", action="store_true", help="fail if the service is away or the budget cannot be checked"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, client: Client, around: Surroundings) -> int:
    """The exit code; a service that is away fails only with --strict."""
    body = _body(arguments, around)
    try:
        answer = client.report_pipeline(**body)
    except CarbonError as error:
        if arguments.strict or not is_away(error):
            raise
        around.say(f"carbon: no report: {printable(str(error))}")
        return exit_codes.DONE
    _write(answer, arguments.format, around)
    if isinstance(arguments.budget, str):
        return ci_budget.checked(arguments.budget, answer, arguments, client, around)
    return _within_grams(answer, arguments, around)


def _budget(text: str) -> float | str:
    """A number is grams; all else is the name of a budget of the service."""
    try:
        grams = float(text)
    except ValueError:
        if text.strip():
            return text
        grams = -1.0
    if not 0 <= grams < float("inf"):
        raise ValueError(f"{text!r} is no number of grams, 0 or more, and no name of a budget")
    return grams


def _body(arguments: argparse.Namespace, around: Surroundings) -> models.CiReportRequest:
    """Raises ValueError, saying which options are missing."""
    ci = job_of(around.environ)
    given = {
        "--pipeline": arguments.pipeline or ci.pipeline,
        "--run": arguments.run_id or ci.run,
        "--job": arguments.job or ci.job,
    }
    if missing := [name for name, value in given.items() if not value]:
        raise ValueError(f"nothing says what this job is: give {', '.join(missing)}")
    body: models.CiReportRequest = {
        "provider": ci.provider,
        "pipeline": str(given["--pipeline"])[:LONGEST_PIPELINE],
        "run_id": str(given["--run"]),
        "jobs": [_job(str(given["--job"]), ci, arguments, around)],
        "store": not arguments.no_store,
    }
    if arguments.tag:
        body["tags"] = dict(map(_tag, arguments.tag))
    return body


def _tag(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise ValueError(f"--tag {text!r} is not NAME=VALUE")
    return name, value


def _job(name: str, ci: CiJob, arguments: argparse.Namespace, around: Surroundings) -> models.CiJobFields:
    now = around.now()
    start = arguments.start or (now - arguments.length if arguments.length else ci.start)
    if start is None:
        raise ValueError("nothing says when this job began: give --start or --for")
    seconds = int((now - start).total_seconds())
    if seconds < 0:
        raise ValueError(f"--start {written(start)} is in the future")
    job: models.CiJobFields = {
        "id": name.replace("/", "-")[:LONGEST_JOB],
        "start": written(start),
        "seconds": max(seconds, 1),
    }
    if arguments.region:
        job["region"] = arguments.region
    if arguments.instance_type:
        job["instance_type"] = arguments.instance_type
        return job
    runner, plan = arguments.runner or ci.runner, arguments.plan or ci.plan
    if runner is None:
        raise ValueError("nothing says which machine the runner is: give --runner, or --instance-type and --region")
    job["runner"] = runner
    if plan is not None:
        job["plan"] = plan
    return job


def _write(answer: models.CiReportAnswer, form: str, around: Surroundings) -> None:
    """The summary of the job where GitHub gives a file for it, and the answer on stdout."""
    path = around.environ.get(SUMMARY)
    if path:
        append(path, answer["markdown"])
    if form == "json":
        around.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False) + "\n")
    elif form == "badge":
        around.stdout.write(json.dumps(answer["badge"], ensure_ascii=False) + "\n")
    elif path:
        around.stdout.write(f"{printable(answer['badge']['message'])}: see the summary of the job\n")
    else:
        around.stdout.writelines(f"{printable(line)}\n" for line in answer["markdown"].splitlines())


def _within_grams(answer: models.CiReportAnswer, arguments: argparse.Namespace, around: Surroundings) -> int:
    grams, budget = answer["total"]["co2_emissions_g"], arguments.budget
    is_unknown = grams is None or answer["total"]["unknown_hours"] > 0
    if budget is not None and grams is not None and grams > budget:
        around.say(f"carbon: over budget: {grams:.4g} g of {budget:g} g CO2e")
        return exit_codes.OVER_BUDGET
    if is_unknown:
        around.say("carbon: the grams of this job are not known")
        return exit_codes.OVER_BUDGET if budget is not None and arguments.strict else exit_codes.DONE
    return exit_codes.DONE
