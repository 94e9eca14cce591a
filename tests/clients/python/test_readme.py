"""clients/python/README.md and docs/clients.md show what the command and the client print."""

from __future__ import annotations

import contextlib
import io
import re

import pytest

from tests.clients.python.readme import EXAMPLE, README, renewed
from tests.deploy.tools import ROOT

BASE = "http://127.0.0.1:5000"


def test_the_readme_shows_what_the_command_prints(address: str) -> None:
    text = README.read_text(encoding="utf-8")

    assert [match[1].split()[0] for match in EXAMPLE.finditer(text)] == ["rank", "when", "calc"]
    assert renewed(text, address) == text, "run: python -m tests.clients.python.readme"


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
