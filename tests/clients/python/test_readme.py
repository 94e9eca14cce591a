"""clients/python/README.md and docs/clients.md show what the command and the client print."""

from __future__ import annotations

import contextlib
import io
import re
import shlex

import pytest

from carbon_client.cli.exit_codes import MEANINGS
from tests.clients.python.conftest import Shell
from tests.deploy.tools import ROOT

README = (ROOT / "clients" / "python" / "README.md").read_text(encoding="utf-8")
BASE = "http://127.0.0.1:5000"
# Each command of the section, with the lines that it prints.
EXAMPLES = re.findall(r"^\$ carbon ((?:rank|when|calc) .*)\n((?:(?![$`]).*\n)+)", README, re.MULTILINE)


@pytest.mark.parametrize(("command", "output"), EXAMPLES, ids=[command.split()[0] for command, _ in EXAMPLES])
def test_a_command_of_the_readme_prints_what_it_shows(command: str, output: str, shell: Shell) -> None:
    assert shell.carbon(*shlex.split(command)) == 0

    assert shell.out.getvalue() == output


def test_the_readme_shows_three_commands_and_every_exit_code() -> None:
    rows = dict(re.findall(r"^\| (\d+) \| (.*) \|$", README, re.MULTILINE))

    assert [command.split()[0] for command, _ in EXAMPLES] == ["rank", "when", "calc"]
    assert rows == {str(code): meaning for code, meaning in MEANINGS.items()}


@pytest.mark.parametrize("path", ["clients/python/README.md", "docs/clients.md"])
def test_the_program_of_a_page_runs(path: str, address: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    (program,) = (one for one in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "from carbon_client" in one)
    assert BASE in program
    printed = io.StringIO()

    with contextlib.redirect_stdout(printed):
        exec(program.replace(BASE, address), {})  # noqa: S102 - our own program

    *rows, refusal = printed.getvalue().splitlines()
    assert rows[0].split()[0] == "eu-north-1"
    assert refusal.startswith("404 ['us-west-2'")
