"""Renews what the curl commands of README.md and the guide print, from a service on http://127.0.0.1:5000 (make run).

python -m tools.make_readme; needs curl and jq. Commands that start with anything else stay as they are.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
README = _ROOT / "README.md"
DOCUMENTS = (README, *sorted((_ROOT / "docs" / "guide").glob("*.md")))
BEGIN, END, PROMPT = "```console\n", "```\n", "$ "


def console_lines(text: str) -> Iterator[tuple[bool, str]]:
    """Every line of the document, and whether it is within a console block."""
    within = False
    for line in text.splitlines(keepends=True):
        within = (within or line == BEGIN) and line != END
        yield within and line != BEGIN, line


def commands(text: str) -> list[str]:
    """What is typed in the console blocks, a command with its further lines as one text."""
    commands: list[str] = []
    open_ended = False
    for within, line in console_lines(text):
        if within and (open_ended or line.startswith(PROMPT)):
            if open_ended:
                commands[-1] += line
            else:
                commands.append(line.removeprefix(PROMPT))
            open_ended = line.rstrip().endswith(("\\", "|"))
    return commands


def renewed(text: str) -> str:
    """The document with the output of its curl commands as it is now."""
    waiting, lines = commands(text), list[str]()
    command, open_ended, dropping = "", False, False
    for within, line in console_lines(text):
        is_command = within and (open_ended or line.startswith(PROMPT))
        if is_command and not open_ended:
            command = waiting.pop(0)
            dropping = command.startswith("curl")
        if is_command or not within or not dropping:
            lines.append(line)
        open_ended = is_command and line.rstrip().endswith(("\\", "|"))
        if is_command and not open_ended and dropping:
            lines.append(_output(command))
        dropping = dropping and within
    return "".join(lines)


def _output(command: str) -> str:
    process = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=True)  # noqa: S603, S607
    return process.stdout if process.stdout.endswith("\n") else f"{process.stdout}\n"


if __name__ == "__main__":
    for document in DOCUMENTS:
        new = renewed(document.read_text(encoding="utf-8"))
        if "\n\n```\n" in new:
            sys.exit(f"{document.name} was not renewed: a command printed nothing")
        document.write_text(new, encoding="utf-8")
