"""A file of a million rows, as AWS's largest are, read by a process of its own in less than 300 MB."""

from __future__ import annotations

import mmap
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import cast

import pytest

from settings import Settings
from tests.fakes.upstream import Answer
from tests.prices.test_aws_lists import MACHINE, offers

ROOT = Path(__file__).resolve().parents[2]
ROWS = 1_000_000
MOST_MB = 300
# Runs a command and prints its largest size in KiB. A process of its own, since until it has loaded its program a child
# has the size of the process that starts it, and the tests are large.
MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@contextmanager
def offer_file(path: Path) -> Iterator[bytes]:
    """An offer file of ROWS rows, of which one in a thousand is a price of ours. It is on the disk, not in memory."""
    (text,) = [text for place, text in offers("AmazonEC2", MACHINE).documents.items() if place.endswith(".csv")]
    *head, ours = text.splitlines(keepends=True)
    block = (ours.replace('"Linux"', '"Windows"') * 999 + ours).encode()
    with path.open("wb") as draft:
        draft.write("".join(head).encode())
        for _ in range(ROWS // 1000):
            draft.write(block)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield cast("bytes", content)
    path.unlink()


@pytest.mark.drill
def test_a_file_of_a_million_rows_is_read_in_less_than_300_mb(tmp_path: Path) -> None:
    names = [one.name.upper() for one in fields(Settings) if re.fullmatch(r"prices_\w+_base_url", one.name)]
    lists = offers("AmazonEC2", MACHINE)
    (place,) = [place for place in lists.documents if place.endswith(".csv")]
    command = [sys.executable, "-m", "flask", "--app", "app", "prices", "refresh", "aws-machines", "--accept"]
    with offer_file(tmp_path / "index.csv") as content:
        lists.documents[place] = Answer(body=content)
        with lists.serving():
            settings = {"LIVE": "on", "DATA_DIR": str(tmp_path / "var"), **dict.fromkeys(names, lists.base_url)}
            output = subprocess.run(  # noqa: S603
                [sys.executable, "-c", MEASURED, *command],
                cwd=ROOT,
                env={**os.environ, **settings},
                check=True,
                stdout=subprocess.PIPE,
            ).stdout

    assert (tmp_path / "var" / "prices" / "aws-on_demand.npz").exists()
    assert int(output.split()[-1]) / 1024 < MOST_MB
