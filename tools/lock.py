"""Renews requirements*.txt from requirements*.in: exact versions with hashes, for every supported Python at once.

Usage: python -m tools.lock [--upgrade ...] (further options go to `uv pip compile`).

uv resolves; this module adds a line `name[extra]==version` with the hashes of `name==version` for every extra that a
locked distribution asks for. pip before 23.3 treats `name[extra]` as a project of its own: without that line it looks
for the newest release and stops, because a release that is not in the file has no hash.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("requirements", "requirements-dev", "requirements-tracing", "requirements-postgres", "requirements-aws")
PYTHONS = ("3.11.2", "3.11.7", "3.12.1", "3.13.0", "3.14.0")
COMPILE = (
    "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-emit-index-url", "--quiet",
)  # fmt: skip
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?:.*\\\n)(?:    --hash=.*\n)*(?:    # .*\n)*", re.MULTILINE)

Extras = frozenset[str]


def extras_asked_for(roots: Iterable[Requirement], locked: Iterable[Distribution]) -> set[tuple[str, Extras]]:
    """(distribution, its extras) for each requirement with extras in the resolved tree.

    roots: what the requirements file itself asks for. locked: the distributions of the lock file.
    A requirement counts if its marker holds on any of the supported Pythons.
    """
    by_name = {canonicalize_name(distribution.name): distribution for distribution in locked}
    requirements_read: set[tuple[str, Extras]] = set()
    open_ends = [(canonicalize_name(root.name), frozenset(root.extras)) for root in roots]
    while open_ends:
        name, extras = open_ends.pop()
        if (name, extras) in requirements_read or name not in by_name:
            continue
        requirements_read.add((name, extras))
        requirements = [Requirement(line) for line in by_name[name].requires or ()]
        open_ends += [
            (canonicalize_name(requirement.name), frozenset(requirement.extras))
            for requirement in requirements
            if _holds(requirement, extras)
        ]
    return {(name, extras) for name, extras in requirements_read if extras}


def _holds(requirement: Requirement, extras: Extras) -> bool:
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate({"extra": extra, "python_full_version": python, "python_version": python.rpartition(".")[0]})
        for extra in extras | {""}
        for python in PYTHONS
    )


def with_extras(lock: str, extras: Iterable[tuple[str, Extras]]) -> str:
    """The text of a lock file with a line, and the hashes, for each distribution with extras."""
    extras_of_name: Mapping[str, list[str]] = {}
    extras_of_name = {name: sorted(",".join(sorted(x)) for n, x in extras if n == name) for name, _ in extras}

    def repeat(pin: re.Match[str]) -> str:
        name = pin["name"]
        hashes = re.sub(r"^    # .*\n", "", pin[0], flags=re.MULTILINE)
        return pin[0] + "".join(
            hashes.replace(name, f"{name}[{group}]", 1) + "    # the same with its extra, for pip before 23.3\n"
            for group in extras_of_name.get(name, ())
        )

    return PIN.sub(repeat, lock)


def requirements_in(source: Path) -> list[Requirement]:
    """What a requirements*.in file asks for, the files it includes as well."""
    requirements: list[Requirement] = []
    for line in source.read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("-r "):
            requirements += requirements_in(source.with_name(text[3:].strip()))
        elif text and not text.startswith("-"):
            requirements.append(Requirement(text))
    return requirements


def main(options: list[str]) -> None:
    """Write every lock file."""
    for name in NAMES:
        source, lock = ROOT / f"{name}.in", ROOT / f"{name}.txt"
        lock.write_text(_without_extras(lock.read_text(encoding="utf-8")), encoding="utf-8")
        _uv("compile", *COMPILE, *options, "--output-file", lock.name, source.name)
        with tempfile.TemporaryDirectory() as folder:
            _uv("install", "--quiet", "--no-deps", "--target", folder, "--requirement", lock.name)
            extras = extras_asked_for(requirements_in(source), distributions(path=[folder]))
        lock.write_text(with_extras(lock.read_text(encoding="utf-8"), extras), encoding="utf-8")


def _without_extras(lock: str) -> str:
    """The text that uv reads the present versions from; it takes a second line of the same name for a conflict."""
    return re.sub(r"^[a-z0-9.-]+\[.*\\\n(?:    .*\n)*", "", lock, flags=re.MULTILINE)


def _uv(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", "pip", *arguments], cwd=ROOT, check=True)  # noqa: S603


if __name__ == "__main__":
    main(sys.argv[1:])
