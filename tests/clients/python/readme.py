"""What clients/python/README.md shows, as the command prints it over the shipped catalog.

`python -m tests.clients.python.readme` renews it after a change of the catalog or of the command.
"""

from __future__ import annotations

import re
import shlex

from carbon_client.cli.exit_codes import MEANINGS
from tests.clients.python.conftest import Shell, served
from tests.deploy.tools import ROOT
from tests.fakes.service import service

README = ROOT / "clients" / "python" / "README.md"
# Each command of the section with tables, and the lines that it prints.
EXAMPLE = re.compile(r"^\$ carbon ((?:rank|when|calc) .*)\n((?:(?![$`]).*\n)*)", re.MULTILINE)
CODES = re.compile(r"(\| code \| meaning \|\n\|---\|---\|\n)(?:\| \d.*\n)*")


def renewed(text: str, url: str) -> str:
    """The page with the output of its commands from the service at this address, and with all exit codes."""
    rows = "".join(f"| {code} | {meaning} |\n" for code, meaning in MEANINGS.items())
    text = EXAMPLE.sub(lambda match: f"$ carbon {match[1]}\n{_output(match[1], url)}", text)
    return CODES.sub(lambda match: match[1] + rows, text)


def _output(command: str, url: str) -> str:
    shell = Shell(url=url)
    if shell.carbon(*shlex.split(command)) != 0:
        raise RuntimeError(f"carbon {command}: {shell.err.getvalue()}")
    return shell.out.getvalue()


if __name__ == "__main__":
    with served(service()) as address:
        README.write_text(renewed(README.read_text(encoding="utf-8"), address), encoding="utf-8")
