"""Programs the checks of deploy/ need: found, or the test is skipped with the reason; in CI it fails instead."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
_PLACES = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath), "/usr/sbin"))


def program(name: str, package: str) -> str:
    """The path of a program that a Debian or a Python package brings."""
    path = shutil.which(name, path=_PLACES)
    if path is None:
        reason = f"{name} is missing (package {package})"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def complaints(*command: str | Path, cwd: Path = ROOT) -> str:
    """What a checker says, "" when it is content."""
    result = subprocess.run(  # noqa: S603
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False, timeout=120
    )
    return "" if result.returncode == 0 else f"exit code {result.returncode}\n{result.stdout}{result.stderr}"
