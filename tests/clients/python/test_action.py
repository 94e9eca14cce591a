"""action.yml: accepted by GitHub's schema, its steps run as a runner runs them, and no input is read by a shell."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from carbon_client.cli import action
from carbon_client.cli.surroundings import Surroundings
from tests.clients.python.conftest import NOWHERE, Shell
from tests.deploy.tools import ROOT, complaints, program

FILE = ROOT / "action.yml"
ACTION: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
INSTALL, CHOOSE = ACTION["runs"]["steps"]
SETTINGS = {name: value.removeprefix("${{ inputs.").removesuffix(" }}") for name, value in CHOOSE["env"].items()}


@dataclass
class Runner:
    """A machine of GitHub Actions: runs the step that chooses, its client installed before."""

    folder: Path
    url: str
    job: dict[str, str] = field(default_factory=dict)  # what GitHub says of the job, beside the inputs of the step

    def __post_init__(self) -> None:
        python = self.folder / "carbon-client" / "bin" / "python"
        python.parent.mkdir(parents=True)
        source = ROOT / "clients" / "python" / "src"
        # As if installed: -I would otherwise hide the source.
        start = f"import sys; sys.path.insert(0, {str(source)!r}); sys.argv[1:] = []; "
        start += "import runpy; runpy.run_module('carbon_client.cli.action', run_name='__main__')"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{start}"\n')
        python.chmod(0o755)

    def run(self, **inputs: str) -> subprocess.CompletedProcess[str]:
        defaults = {name: str(one.get("default", "")) for name, one in ACTION["inputs"].items()}
        given = {**defaults, "url": self.url, **{name.replace("_", "-"): value for name, value in inputs.items()}}
        environ = {
            **{name: given[of] for name, of in SETTINGS.items()},
            "PATH": os.environ["PATH"],
            "RUNNER_TEMP": str(self.folder),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            **self.job,
        }
        return self.script(CHOOSE["run"], environ)

    def script(self, text: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """As `shell: bash` runs it."""
        bash = program("bash", "bash")
        command = [bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", text]
        return subprocess.run(  # noqa: S603
            command, env=environ, cwd=self.folder, capture_output=True, text=True, check=False, timeout=60
        )

    @property
    def outputs(self) -> dict[str, str]:
        lines = (self.folder / "output").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)


@pytest.fixture
def runner(tmp_path: Path, address: str) -> Runner:
    return Runner(folder=tmp_path, url=address)


def test_it_is_accepted_by_the_schema_of_github() -> None:
    checker = program("check-jsonschema", "check-jsonschema")

    assert complaints(checker, "--builtin-schema", "vendor.github-actions", FILE) == ""


def test_no_input_stands_in_a_script() -> None:
    assert [step["name"] for step in ACTION["runs"]["steps"] if "${{" in step["run"]] == []
    assert set(SETTINGS.values()) == set(ACTION["inputs"])


def test_every_output_is_one_that_the_step_writes(runner: Runner) -> None:
    result = runner.run(regions="us-west-2", duration="4h", within="24h")

    assert result.returncode == 0, result.stdout + result.stderr
    declared = {name: f"${{{{ steps.choose.outputs.{name} }}}}" for name in runner.outputs}
    assert {name: one["value"] for name, one in ACTION["outputs"].items()} == declared


def test_it_chooses_the_best_of_several_regions_now(runner: Runner) -> None:
    result = runner.run(regions="us-west-2, eu-north-1\nus-east-1", instance_type="m7g.large")

    assert result.returncode == 0
    outputs = runner.outputs
    assert (outputs["region"], outputs["provider"], outputs["region-id"]) == ("aws:eu-north-1", "aws", "eu-north-1")
    assert float(outputs["grams"]) > 0
    assert "`aws:eu-north-1`" in (runner.folder / "summary").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ['$(touch pwned)"; touch pwned; #', "`touch pwned`", "a'; touch pwned; '"])
def test_an_input_with_shell_in_it_stays_a_name_that_no_region_has(text: str, runner: Runner) -> None:
    result = runner.run(regions=text, duration="1h")

    assert result.returncode == 122
    assert result.stdout.startswith("::error::")
    assert len(result.stdout.splitlines()) == 1  # every wrong field in one annotation
    assert not (runner.folder / "pwned").exists()


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"duration": "soon"}, "'soon' is no length of time"),
        ({"wait": "maybe"}, "wait must be true or false"),
        ({"fallback": "never"}, "fallback must be fail or now"),
        ({"regions": ""}, "say where"),
    ],
)
def test_a_wrong_input_fails_the_step_with_its_reason(inputs: dict[str, str], words: str, runner: Runner) -> None:
    result = runner.run(**{"regions": "us-west-2", **inputs})

    assert result.returncode == 2
    assert words in result.stdout


def test_a_service_that_is_away_fails_the_step_unless_fallback_is_now() -> None:
    failing = act(NOWHERE, REGIONS="us-west-2 us-east-1")
    falling_back = act(NOWHERE, REGIONS="us-west-2 us-east-1", FALLBACK="now")

    assert failing[0] == 121
    assert falling_back[0] == 0
    assert "::warning::" in falling_back[1].out.getvalue()
    assert "  region=us-west-2\n" in falling_back[1].out.getvalue()
    assert "  fell-back=true\n" in falling_back[1].out.getvalue()


def test_it_waits_until_the_window_begins_if_asked(address: str) -> None:
    inputs = {"REGIONS": "us-west-2", "DURATION": "4h", "WITHIN": "24h", "MAX_WAIT": "20h"}

    code, shell = act(address, **inputs, WAIT="true")
    _, other = act(address, **inputs)

    assert code == 0
    assert shell.now.isoformat() >= "2026-02-12T00:00:00"  # the best window, as `carbon when` says
    assert "  wait-seconds=0\n" in shell.out.getvalue()
    assert other.sleeps == []
    assert "  wait-seconds=48593\n" in other.out.getvalue()  # 13 h 29 min 53 s from 10:30:07 to midnight


def test_a_window_beyond_max_wait_fails_the_step_at_once(address: str) -> None:
    code, shell = act(address, REGIONS="us-west-2", DURATION="4h", WITHIN="24h", WAIT="true", MAX_WAIT="2h")

    assert (code, shell.sleeps) == (123, [])


def act(url: str, **inputs: str) -> tuple[int, Shell]:
    """The action in this process, with the clock of a test."""
    shell = Shell(url=url)
    environ = {"CARBON_URL": url, **{f"CARBON_ACTION_{name}": value for name, value in inputs.items()}}
    surroundings = Surroundings(
        stdout=shell.out, stderr=shell.err, environ=environ, now=lambda: shell.now, sleep=shell.sleep
    )
    return action.main(surroundings), shell


def test_an_old_python_is_told_what_to_add(runner: Runner) -> None:
    result = runner.script(INSTALL["run"], {"PATH": str(runner.folder), "RUNNER_TEMP": str(runner.folder)})

    assert result.returncode == 1
    assert result.stdout.startswith("::error::Python 3.11 or newer is needed")


def test_the_client_is_installed_from_the_action_itself(runner: Runner) -> None:
    tools = runner.folder / "tools"
    tools.mkdir()
    (tools / "python3").write_text('#!/bin/sh\n[ "$1" = -c ] && exit 0\necho "$@" >> calls\n')
    (tools / "python3").chmod(0o755)
    pip = runner.folder / "carbon-client" / "bin" / "python"
    pip.write_text('#!/bin/sh\necho "$@" >> calls\n')
    environ = {"PATH": f"{tools}", "RUNNER_TEMP": str(runner.folder), "GITHUB_ACTION_PATH": "/the action"}

    result = runner.script(INSTALL["run"], environ)

    assert result.returncode == 0, result.stderr
    calls = (runner.folder / "calls").read_text().splitlines()
    assert calls == [
        f"-m venv {runner.folder}/carbon-client",
        "-m pip install --quiet --disable-pip-version-check /the action/clients/python",
    ]


JOB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_WORKFLOW": "Test",
    "GITHUB_RUN_ID": "9876543210",
    "GITHUB_JOB": "unit",
    "RUNNER_OS": "Linux",
    "RUNNER_ARCH": "X64",
}
BEGAN = "2026-02-11T09:00:00Z"


def report(url: str, **inputs: str) -> tuple[int, str]:
    """The action in this process, with the clock of a test, as the last step of a job."""
    out, now = io.StringIO(), datetime(2026, 2, 11, 10, 30, tzinfo=UTC)
    given = {f"CARBON_ACTION_{name.upper()}": value for name, value in {"report": "true", **inputs}.items()}
    environ = {"CARBON_URL": url, **JOB, **given}
    return action.main(Surroundings(stdout=out, environ=environ, now=lambda: now, sleep=lambda _: None)), out.getvalue()


def test_with_report_it_says_what_the_job_emitted(runner: Runner) -> None:
    runner.job = JOB
    result = runner.run(report="true", start=(datetime.now(UTC) - timedelta(minutes=5)).isoformat())

    # The service of the tests has its clock in February, so the start is in its future: a refusal that names the field.
    assert result.returncode == 122, result.stdout + result.stderr
    assert result.stdout.startswith("::error::carbon: ")
    assert "#/jobs/0/start" in result.stdout
    assert not (runner.folder / "output").exists()


def test_a_report_gives_the_grams_and_chooses_nothing(address: str) -> None:
    code, text = report(address, start=BEGAN)

    assert code == 0
    assert float(text.splitlines()[0].removeprefix("  grams=")) > 0
    assert "region=" not in text
    assert "::" not in text


def test_a_report_beyond_the_budget_fails_the_step_with_code_3(address: str) -> None:
    code, text = report(address, start=BEGAN, budget="0.001")

    assert code == 3
    assert "::error::carbon: over budget" in text


def test_the_job_of_a_report_has_the_tags_of_the_budget_that_it_names(address: str) -> None:
    code, text = report(address, start=BEGAN, budget="search", tags="team=search\n\n stage = prod")

    assert code == 122
    assert "there is no budget of the name 'search'" in text
    assert "grams=" in text


def test_a_report_that_the_service_does_not_answer_is_a_warning_unless_strict() -> None:
    lenient, strict = report(NOWHERE, start=BEGAN), report(NOWHERE, start=BEGAN, strict="true")

    assert (lenient[0], strict[0]) == (0, 121)
    assert lenient[1].startswith("::warning::carbon: no report")
    assert strict[1].startswith("::error::carbon: ")


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"report": "perhaps"}, "report must be true or false"),
        ({"strict": "very"}, "strict must be true or false"),
        ({"budget": "-1"}, "'-1' is no number of grams"),
        ({"tags": "team", "start": BEGAN}, "--tag 'team' is not NAME=VALUE"),
        ({"start": "--strict"}, "argument --start"),
    ],
)
def test_a_wrong_input_of_a_report_fails_the_step_with_its_reason(inputs: dict[str, str], words: str) -> None:
    code, text = report(NOWHERE, **inputs)

    assert code == 2
    assert text.startswith("::error::")
    assert words in text
