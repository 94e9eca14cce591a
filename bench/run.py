"""`make bench`: everything that has a target, in one run; prints tables; --write stores them.

With --only the other sections of the page stay as they were; each says when it was measured.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from bench import (
    boavizta,
    earlier,
    endpoints,
    extender,
    graph,
    imports,
    limits,
    pages,
    plans,
    renewal,
    shared,
    streams,
    windows,
)
from bench.measure import CONNECTIONS
from bench.server import ROOT

DOCUMENT = ROOT / "docs" / "benchmarks.md"
SECTIONS = {
    "endpoints": ("Endpoints", endpoints.section),
    "boaviztapi": ("Compared with boaviztapi", boavizta.section),
    "windows": ("Window search compared with CATS", windows.section),
    "plans": ("Where and when jobs run", plans.section),
    "limits": ("Plans whose jobs share limits", limits.section),
    "pages": ("Pages and pictures", pages.section),
    "streams": ("Streams", streams.section),
    "extender": ("Scheduler extender", extender.section),
    "graph": ("GraphQL", graph.section),
    "renewal": ("Prices that are refreshed beside requests", renewal.section),
    "imports": ("Bills into the ledger", imports.section),
    "workers": ("Many workers", shared.section),
}


EARLIER = "Compared with an earlier commit"


def sections_of(page: str) -> dict[str, str]:
    """The text of each section by its heading, as document() wrote it."""
    _, *sections = page.split("\n## ")
    return {heading: text.strip() for heading, _, text in (section.partition("\n") for section in sections)}


def dated(text: str) -> str:
    """A section with its date and machine."""
    machine = f"{os.cpu_count()} cores, {platform.system()} on {platform.machine()}, Python {platform.python_version()}"
    return f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine}.\n\n{text}"


def document(sections: Mapping[str, str]) -> str:
    """The page docs/benchmarks.md, of the text of each section by its heading."""
    order = [*(heading for heading, _ in SECTIONS.values()), EARLIER]
    report = "\n\n".join(f"## {heading}\n\n{sections[heading]}" for heading in order if heading in sections)
    return f"""# Benchmarks

Measured by `make bench`; each section says when.

Unless stated otherwise: one gunicorn worker with 16 threads, {CONNECTIONS} keep-alive connections (4 for optimize
over all providers), live data from a simulated Electricity Maps on the same machine. The load generator shares the
cores, so trust CPU time and ratios, not requests per second. The servers being compared are measured alternately in
the same run; figures are medians over the rounds. CPU time is the user and system time of a server's whole process
tree. The floor is the smallest JSON endpoint of Flask under the same gunicorn; a share of 1.00 would mean the same
cost. Questions differ from request to request, so no cache has their answers. Rows named "repeated" send the same GET
request again and again; its answer is cached for a minute. boaviztapi and CATS (climate-aware-task-scheduler) run in
separate environments, as their documentation says.

CATS treats a forecast as points joined by lines; our hourly steps contain the means of those lines. For whole hours
both find the same window and mean, which every run checks. Within an hour the line and its mean differ, and CATS tries
only the points as starts. For those cases every run checks, in steps of ten minutes, that our mean for CATS's window is
the same as its own, and that our window is no worse.

{report}
"""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="number of times everything is measured (default 5)")
    parser.add_argument("--quick", action="store_true", help="one round with a quarter of the requests")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="only these sections")
    parser.add_argument("--write", action="store_true", help="store the result in docs/benchmarks.md")
    parser.add_argument("--against", metavar="COMMIT", help="also compare with an earlier commit")
    options = parser.parse_args()
    rounds, share = (1, 0.25) if options.quick else (options.rounds, 1.0)
    chosen = {heading: section for name, (heading, section) in SECTIONS.items() if name in (options.only or SECTIONS)}
    if options.against is not None:
        chosen[EARLIER] = partial(earlier.section, options.against)
    sections = sections_of(DOCUMENT.read_text(encoding="utf-8"))
    for heading, section in chosen.items():
        sections[heading] = dated(section(rounds, share))
        print(f"## {heading}\n\n{sections[heading]}", end="\n\n", flush=True)
    if options.write:
        DOCUMENT.write_text(document(sections), encoding="utf-8")


if __name__ == "__main__":
    main()
