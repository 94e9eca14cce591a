"""Where `make bench-peers` puts the programs we compare with: each in an environment of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bench.server import ROOT

BOAVIZTA = ROOT / "build" / "peers" / "boaviztapi"
CATS = ROOT / "build" / "peers" / "climate-aware-task-scheduler"


def python_of(peer: Path) -> str | None:
    """The peer's Python; None where it is not installed."""
    python = peer / "bin" / "python"
    return str(python) if (peer / ".ready").exists() else None


def version_of(peer: Path) -> str:
    """The installed release of the package the folder is named for."""
    command = [
        str(peer / "bin" / "python"),
        "-c",
        f"from importlib.metadata import version as v; print(v('{peer.name}'))",
    ]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def missing(peer: Path) -> str:
    """What to say when a comparison is left out."""
    return f"Skipped: {peer.name} is not installed; `make bench-peers` does it."
