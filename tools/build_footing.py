"""Makes the tables that bring live values to one footing, and docs/footing.md with their errors.

python -m tools.build_footing SOURCE_DIR [--check]

SOURCE_DIR holds `intensity/` (yearly figures, hourly series).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from catalog.profiles import load_zones
from tools.tables import DATA, PROJECT, csv_text, write_or_compare
from tools.zone_flows import FLOW_COLUMNS, flow_rows, flow_section, flows
from tools.zone_lifecycle import FIT_COLUMNS, fit_rows, lifecycle_fits, lifecycle_section
from tools.zone_nowcast import NOWCAST_COLUMNS, nowcast_rows, nowcast_section, nowcasts
from tools.zone_sources import Sources

INTRO = """\
# One footing: how live values are made comparable, and how far that errs

Created by `python -m tools.build_footing SOURCE_DIR`. Rankings compare average, lifecycle, consumption-based carbon
intensity of the hour of now. Sources publish other things; this page says what is done with them and how large the
error is, measured on hours that were not used."""


def texts(sources: Sources) -> dict[Path, str]:
    """Every table and the page as path -> text."""
    zones = list(load_zones()[0])
    fits = lifecycle_fits(sources)
    fitted = list(fit_rows(fits, zones))
    carried, traded = nowcasts(sources), flows(sources)
    trade = flow_rows(traded)
    sections = [lifecycle_section(fits, fitted), nowcast_section(carried), flow_section(traded, trade)]
    return {
        DATA / "lifecycle_fit.csv": csv_text(FIT_COLUMNS, fitted),
        DATA / "nowcast_error.csv": csv_text(NOWCAST_COLUMNS, nowcast_rows(carried)),
        DATA / "flow_error.csv": csv_text(FLOW_COLUMNS, trade),
        PROJECT / "docs" / "footing.md": "\n\n".join([INTRO, *sections]) + "\n",
    }


def main() -> int:
    """Exit status: 0, or 1 where --check finds a difference."""
    parser = argparse.ArgumentParser(description="Make the tables of one footing.")
    parser.add_argument("source_dir", type=Path)
    parser.add_argument("--check", action="store_true", help="compare with the existing files instead of writing")
    arguments = parser.parse_args()
    return write_or_compare(texts(Sources(arguments.source_dir)), check=arguments.check)


if __name__ == "__main__":
    sys.exit(main())
