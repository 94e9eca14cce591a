"""Makes the tables of zones, profiles, aliases, ranges and savings of catalog/data, and docs/backtest.md.

python -m tools.build_zones SOURCE_DIR              write the tables
python -m tools.build_zones --ranges SOURCE_DIR     write grid_ranges.csv and waiting_savings.csv (some minutes)
python -m tools.build_zones --backtest SOURCE_DIR   write the backtest

With --check, nothing is written but compared with what stands there; exit 1 on a difference.

SOURCE_DIR holds `intensity/` (yearly figures, hourly series) and `regions/` (cloud regions, retired zone keys).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from tools.zone_backtest import report
from tools.zone_ranges import RANGE_COLUMNS, SAVING_COLUMNS, range_rows, samples, saving_rows
from tools.zone_sources import Sources
from tools.zone_tables import ALIAS_COLUMNS, PROFILE_COLUMNS, ZONE_COLUMNS, alias_rows, csv_text, zone_rows

PROJECT = Path(__file__).resolve().parent.parent


def tables(sources: Sources) -> dict[Path, str]:
    """Every table as path -> text."""
    zones, profiles = zone_rows(sources)
    data = PROJECT / "catalog" / "data"
    return {
        data / "zones.csv": csv_text(ZONE_COLUMNS, zones),
        data / "zone_profiles.csv": csv_text(PROFILE_COLUMNS, profiles),
        data / "zone_aliases.csv": csv_text(ALIAS_COLUMNS, alias_rows(sources)),
    }


def range_tables(sources: Sources) -> dict[Path, str]:
    """The tables of errors in held-back years as path -> text."""
    data, found = PROJECT / "catalog" / "data", samples(sources)
    return {
        data / "grid_ranges.csv": csv_text(RANGE_COLUMNS, range_rows(found)),
        data / "waiting_savings.csv": csv_text(SAVING_COLUMNS, saving_rows(found)),
    }


def main() -> int:
    """Exit status: 0, or 1 where --check finds a difference."""
    parser = argparse.ArgumentParser(description="Make the zone tables and their backtest.")
    parser.add_argument("source_dir", type=Path)
    parser.add_argument("--check", action="store_true", help="compare with the existing files instead of writing")
    parser.add_argument("--backtest", action="store_true", help="the backtest instead of the tables")
    parser.add_argument("--ranges", action="store_true", help="the tables of ranges and savings instead")
    arguments = parser.parse_args()
    sources = Sources(arguments.source_dir)
    if arguments.backtest:
        made = {PROJECT / "docs" / "backtest.md": report(sources)}
    else:
        made = range_tables(sources) if arguments.ranges else tables(sources)
    return write_or_compare(made, check=arguments.check)


def write_or_compare(texts: Mapping[Path, str], *, check: bool) -> int:
    """Writes each text to its path; with check, names those that differ instead. Exit status: 1 for a difference."""
    if check:
        differing = [path for path, text in texts.items() if not path.exists() or path.read_text("utf-8") != text]
        for path in differing:
            sys.stdout.write(f"differs: {path.relative_to(PROJECT)}\n")
        return 1 if differing else 0
    for path, text in texts.items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
