"""Bills into the ledger: `flask usage import` beside reading the same file with Python's csv alone."""

from __future__ import annotations

import csv
import gzip
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from random import Random
from statistics import median

from bench.report import at_most, table
from bench.server import ROOT
from bench.windows import cpu_seconds

LINES = 200_000
HOURS = 720  # of a month
EMPTY = 60  # columns that lines have, but nothing in them; a real report has more
FIRST = datetime(2025, 10, 1, tzinfo=UTC)
# A small process in between, since the peak of a process includes that of the one that it was forked from.
WATCH = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
sys.exit(code)
"""
TIMES_FLOOR, MOST_GROWTH = 25.0, 1.15
# Usage type and unit of the resources, in turn. The last two are no machine.
SOLD = (
    ("BoxUsage:m5.large", "Hrs"), ("BoxUsage:c6g.xlarge", "Hrs"), ("SpotUsage:m6i.2xlarge", "Hrs"),
    ("USW2-BoxUsage:r6g.large", "Hrs"), ("EUC1-BoxUsage:m7g.large", "Hrs"), ("EUC1-InstanceUsage:db.m5.large", "Hrs"),
    ("APN1-BoxUsage:c7g.2xlarge", "Hrs"), ("EU-Fargate-vCPU-Hours:perCPU", "hours"),
    ("EUC1-DataTransfer-Out-Bytes", "GB"), ("USW2-EBS:VolumeUsage.gp3", "GB-Mo"),
)  # fmt: skip
HEADER = (
    "identity/LineItemId", "bill/PayerAccountId", "lineItem/UsageAccountId", "lineItem/LineItemType",
    "lineItem/UsageStartDate", "lineItem/UsageEndDate", "lineItem/ProductCode", "lineItem/UsageType",
    "lineItem/ResourceId", "lineItem/UsageAmount", "lineItem/CurrencyCode", "lineItem/UnblendedCost", "pricing/unit",
    *(f"product/empty{number}" for number in range(EMPTY)), "resourceTags/user:team", "resourceTags/user:env",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One import in a process of its own."""

    cpu_seconds: float
    peak_mb: float


def bill(lines: int) -> Iterator[tuple[str, ...]]:
    """The header and lines of a report by the hour, in no order of time, with ids that look like AWS's."""
    yield HEADER
    order = list(range(lines))
    Random(1).shuffle(order)  # noqa: S311  # the same bill each time
    for number in order:
        resource, hour = divmod(number, HOURS)
        start = FIRST + timedelta(hours=hour)
        kind, unit = SOLD[resource % len(SOLD)]
        yield (
            sha256(str(number).encode()).hexdigest()[:52], "999999999999", str(100_000_000_000 + resource % 20),
            "Usage",
            f"{start:%Y-%m-%dT%H:%M:%SZ}", f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}", "AmazonEC2", kind,
            f"i-{resource:017x}", "1", "USD", f"{0.096 + resource / 1e5:.6f}", unit,
            *("",) * EMPTY, f"team{resource % 30}", ("prod", "dev")[resource % 2],
        )  # fmt: skip


def write_bill(path: Path, lines: int) -> Path:
    """The bill as a file, compressed with gzip if its name ends so."""
    text = StringIO(newline="")
    csv.writer(text).writerows(bill(lines))
    plain = text.getvalue().encode()
    path.write_bytes(gzip.compress(plain, 1) if path.suffix == ".gz" else plain)
    return path


def command(file: Path) -> list[str]:
    """The import of a bill."""
    return [sys.executable, "-m", "flask", "--app", "app", "usage", "import", "--format", "cur", str(file)]


def run(file: Path, folder: Path) -> Run:
    """Import a bill into the ledger in a folder. Raises RuntimeError."""
    environment = {**os.environ, "DATA_DIR": str(folder), "LIVE": "off"}
    process = subprocess.run(
        [sys.executable, "-c", WATCH, *command(file)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=False
    )
    if process.returncode:
        raise RuntimeError(f"the import ended with code {process.returncode}")
    seconds, peak_kb = process.stdout.split()
    return Run(cpu_seconds=float(seconds), peak_mb=float(peak_kb) / 1024)


def floor(file: Path) -> None:
    """Read every line, and nothing else."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        for _ in csv.reader(text):
            pass


def section(rounds: int, share: float) -> str:
    """Measure; the table in markdown. share: of the lines."""
    lines = round(LINES * share)
    with tempfile.TemporaryDirectory() as name:
        file, part = write_bill(Path(name) / "bill.csv.gz", lines), write_bill(Path(name) / "part.csv.gz", lines // 4)
        floors, first, again, short = [], [], [], []
        for number in range(rounds):
            folder = Path(name) / str(number)
            floors.append(cpu_seconds(lambda: floor(file)))
            first.append(run(file, folder))
            again.append(run(file, folder))
            short.append(run(part, Path(name) / f"part{number}"))
    least, smaller = median(floors), median(one.peak_mb for one in short)
    rows = [["csv.reader alone", f"{lines / least:,.0f}", "1.0", "", ""]]
    for title, runs in (("first import", first), ("the same bill again", again)):
        times = median(one.cpu_seconds / beside for one, beside in zip(runs, floors, strict=True))
        rate = lines / median(one.cpu_seconds for one in runs)
        peak = median(one.peak_mb for one in runs)
        rows.append([title, f"{rate:,.0f}", f"{times:.1f}", f"{peak:.0f}", at_most(times, TIMES_FLOOR)])
    growth = median(one.peak_mb for one in first) / smaller
    rows.append(
        ["a quarter of its lines", "", "", f"{smaller:.0f}", f"peak of all over this {at_most(growth, MOST_GROWTH)}"]
    )
    report = table(
        ["import, with the start of the command", "lines per CPU second", "times the floor", "peak MB", "target"], rows
    )
    return f"A report of AWS with {lines:,} lines by the hour, compressed with gzip, into SQLite.\n\n{report}"
