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
from pathlib import Path

from tools.tables import DATA, PROJECT, csv_text, write_or_compare
from tools.zone_backtest import report
from tools.zone_ranges import RANGE_COLUMNS, SAVING_COLUMNS, range_rows, samples, saving_rows
from tools.zone_sources import Sources
from tools.zone_tables import ALIAS_COLUMNS, PROFILE_COLUMNS, ZONE_COLUMNS, alias_rows, zone_rows


def tables(sources: Sources) -> dict[Path, str]:
    """Every table as path -> text."""
    zones, profiles = zone_rows(sources)
    return {
        DATA / "zones.csv": csv_text(ZONE_COLUMNS, zones),
        DATA / "zone_profiles.csv": csv_text(PROFILE_COLUMNS, profiles),
        DATA / "zone_aliases.csv": csv_text(ALIAS_COLUMNS, alias_rows(sources)),
    }


def range_tables(sources: Sources) -> dict[Path, str]:
    """The tables of errors in held-back years as path -> text."""
    zone_years = samples(sources)
    return {
        DATA / "grid_ranges.csv": csv_text(RANGE_COLUMNS, range_rows(zone_years)),
        DATA / "waiting_savings.csv": csv_text(SAVING_COLUMNS, saving_rows(zone_years)),
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
        texts = {PROJECT / "docs" / "backtest.md": report(sources)}
    else:
        texts = range_tables(sources) if arguments.ranges else tables(sources)
    return write_or_compare(texts, check=arguments.check)


if __name__ == "__main__":
    sys.exit(main())
