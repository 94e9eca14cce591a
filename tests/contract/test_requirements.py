"""The lock files: every requirement pinned with hashes for any machine, and no trace of the machine that made them."""

from __future__ import annotations

import re
from importlib.metadata import distributions
from pathlib import Path

import pytest

from tools.lock import extras_asked_for, requirements_in

ROOT = Path(__file__).resolve().parents[2]
LOCKS = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-tracing.txt",
    "requirements-postgres.txt",
    "requirements-aws.txt",
)
SOURCES = (
    "requirements.in",
    "requirements-dev.in",
    "requirements-tracing.in",
    "requirements-postgres.in",
    "requirements-aws.in",
)
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*(?:\[[a-z0-9,-]+\])?)==[^\s;]+(?: ;.*)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
COMPILED = ("markupsafe", "numpy", "orjson", "pydantic-core")
ABOUT_A_MACHINE = re.compile(r"index-url|find-links|trusted-host|://|file:/|^-[if]\b|(?<![\w.])/\w", re.MULTILINE)

every_lock = pytest.mark.parametrize("name", LOCKS)


def pins(name: str) -> dict[str, int]:
    """Package -> number of its hashes, in file order."""
    counts: dict[str, int] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if pin := PIN.match(line):
            counts[pin[1]] = 0
        elif HASH.match(line):
            counts[list(counts)[-1]] += 1
    return counts


def versions(name: str) -> set[str]:
    return set(re.findall(r"^\S+==\S+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))


def wanted(name: str) -> set[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return {match[0].lower() for line in lines if (match := re.match(r"[A-Za-z0-9.-]+", line)) and line[0] != "-"}


@every_lock
def test_every_line_is_a_pin_a_hash_or_a_comment(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()

    strange = [line for line in lines if line and not (PIN.match(line) or HASH.match(line) or re.match(r" *#", line))]

    assert not strange


@every_lock
def test_every_requirement_has_hashes(name: str) -> None:
    without = {package: count for package, count in pins(name).items() if count < 1}

    assert not without


def test_compiled_packages_are_locked_for_other_machines_too() -> None:
    counts = pins("requirements.txt")

    assert all(counts[package] > 20 for package in COMPILED)


@pytest.mark.parametrize("name", LOCKS + SOURCES)
def test_nothing_tells_of_an_index_a_host_or_a_folder(name: str) -> None:
    assert ABOUT_A_MACHINE.search((ROOT / name).read_text(encoding="utf-8")) is None


@pytest.mark.parametrize(("source", "lock"), [*zip(SOURCES, LOCKS, strict=True)])
def test_everything_asked_for_is_locked(source: str, lock: str) -> None:
    assert wanted(source) <= pins(lock).keys()


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_extra_that_a_locked_distribution_asks_for_has_a_line_of_its_own(name: str) -> None:
    # Without it pip before 23.3 takes the newest release of that project, which has no hash here.
    locked = pins(f"{name}.txt").keys()
    installed = [found for found in distributions() if found.name.lower().replace("_", "-") in locked]

    asked_for = extras_asked_for(requirements_in(ROOT / f"{name}.in"), installed)

    assert ("pydantic", frozenset({"email"})) in asked_for  # apiflask's, so the search does find them
    assert {f"{package}[{','.join(sorted(extras))}]" for package, extras in asked_for} <= locked


@every_lock
def test_a_line_with_an_extra_repeats_version_and_hashes_of_the_line_without(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = {
        pin[1] + (pin[2] or ""): pin[3]
        for pin in re.finditer(r"^([^\s\[=#]+)(\[\S+\])?(==.*\n(?:    --hash.*\n)*)", text, re.M)
    }
    with_extra = {package: pin for package, pin in lines.items() if "[" in package}

    assert all(lines[package.partition("[")[0]] == pin for package, pin in with_extra.items())


def test_tests_run_on_the_very_versions_that_serve() -> None:
    assert versions("requirements.txt") <= versions("requirements-dev.txt")
