"""`flask --app app catalog check|template`: what an overlay changes, and examples of one."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

from click.testing import CliRunner, Result

from cli.catalog import catalog
from settings import Settings
from tests.fakes.own_facts import INSTANCES, PRICES, REGIONS, ZONES, write
from tests.fakes.service import offline

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def run(root: Path, *arguments: str) -> Result:
    commands = catalog(Settings(data_dir=root / "var"), utc_now=lambda: NOW)
    return CliRunner().invoke(commands, arguments)


def test_the_application_has_the_commands() -> None:
    assert "catalog" in offline().cli.list_commands(None)  # type: ignore[arg-type]


def test_check_prints_every_change_and_the_ranks_before_and_after(tmp_path: Path) -> None:
    policy = "rule,subject,name,reason,source,as_of\nforbid,region,aws:eu-west-1,too far,law,2026\n"
    zones = ZONES.replace(",100,", ",0,")
    write(tmp_path, zones=zones, regions=REGIONS, instances=INSTANCES, prices=PRICES, policy=policy)

    result = run(tmp_path, "check", str(tmp_path))

    assert result.exit_code == 0, result.output
    for line in (
        "zones.csv: 1 rows, newest of 2026",
        "discounts.csv: no rows",
        "  OWN-DC1: - -> 0 g/kWh, location-based, profile flat",
        "  own:dc1: - -> zone OWN-DC1, PUE 1.25, available, Frankfurt, DE",
        "  own:rack1: - -> 64 vCPUs, 256 GB, 100 to 300 W",
        "  own:dc1 rack1 on demand: - -> 1.25 USD/h",
        "  own:dc1: rank new -> 1, 0 g/kWh, location-based",
        "  aws:eu-west-1: policy: too far",
    ):
        assert line in result.output.splitlines()


def test_check_ends_with_file_line_and_column_of_a_wrong_cell(tmp_path: Path) -> None:
    write(tmp_path / "var" / "overlay", zones=ZONES.replace(",100,", ",many,"))

    result = run(tmp_path, "check")

    assert result.exit_code == 1
    assert result.output == ("Error: overlay:zones.csv row 2: gco2e_per_kwh is not a number: 'many' (column 3)\n")


def test_check_of_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    result = run(tmp_path, "check")

    assert result.exit_code == 1
    assert "there is no folder" in result.output


def test_template_writes_all_files_once_and_never_replaces_one(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "overlay"
    write(folder, zones=ZONES)

    result = run(tmp_path, "template")

    assert result.exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "discounts.csv", "instances.csv", "nodes.csv", "policy.csv", "prices.csv", "regions.csv", "zones.csv",
    ]  # fmt: skip
    assert (folder / "zones.csv").read_text() == ZONES
    assert "zones.csv: exists, left as it is" in result.output
    assert run(tmp_path, "check").exit_code == 0


def test_the_guide_shows_what_check_prints_for_its_files(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "own-figures.md").read_text(encoding="utf-8")
    files = dict(re.findall(r"^`(\w+)\.csv`\n\n((?:    .+\n)+)", guide, flags=re.MULTILINE))
    (shown,) = re.findall(r"catalog check` prints:\n\n((?:    .*\n|\n)+)", guide)
    write(tmp_path, **{name: dedent(text) for name, text in files.items()})
    commands = catalog(Settings(data_dir=tmp_path / "var"), utc_now=lambda: datetime(2026, 11, 29, 2, 9, tzinfo=UTC))

    output_lines = CliRunner().invoke(commands, ["check", str(tmp_path)]).output.splitlines()

    assert sorted(files) == ["instances", "policy", "prices", "regions", "zones"]
    missing = [line for line in dedent(shown).splitlines() if line.strip() != "(17 more)" and line not in output_lines]
    assert missing == []
