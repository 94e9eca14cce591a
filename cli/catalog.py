"""`flask --app app catalog check|template`: the operator's own facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import click

from carbon.listings import LocationsQuery
from carbon.locations import LocationList
from catalog.facts import Facts, load_facts
from catalog.overlay.changes import Change, changes
from catalog.overlay.files import FILES, read_files
from catalog.overlay.overlay import with_overlay
from catalog.overlay.template import TEMPLATES
from cli.errors import plain_errors
from engine import Engine
from grid.chain import ChainReader
from mapping import CloudMap
from settings import Settings
from wiring import overlay_folder

MOST_ROWS = 20  # of each kind, unless --all
FOLDER = click.Path(file_okay=False, path_type=Path)


def catalog(settings: Settings, utc_now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> click.Group:
    """The group of commands about the operator's own facts."""

    @click.group("catalog")
    def group() -> None:
        """Check figures of your own, and write examples of them."""

    @group.command("check")
    @click.argument("folder", required=False, type=FOLDER)
    @click.option("--all", "shows_all", is_flag=True, help=f"Print all rows, not only {MOST_ROWS} of each kind.")
    def check(folder: Path | None, *, shows_all: bool) -> None:
        """Print what the files in FOLDER change, and the ranks of regions before and after. Default: OVERLAY_DIR.

        Live values are left out. A wrong file ends with exit code 1 and its file, line and column.
        """
        folder = folder or overlay_folder(settings)
        if not folder.is_dir():
            raise click.ClickException(f"there is no folder {folder}")
        most = None if shows_all else MOST_ROWS
        with plain_errors():
            before, files = load_facts(), read_files(folder)
            after = with_overlay(before, files)
        for name in FILES:
            click.echo(f"{name}: {_rows(after, name)}")
        _print_changes(changes(before, after), most)
        _print_ranks(before, after, utc_now(), most)

    @group.command("template")
    @click.argument("folder", required=False, type=FOLDER)
    def template(folder: Path | None) -> None:
        """Write examples into FOLDER, all commented out. Default: OVERLAY_DIR. Never replaces a file."""
        folder = folder or overlay_folder(settings)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in TEMPLATES.items():
                path = folder / name
                if path.exists():
                    click.echo(f"{path}: exists, left as it is")
                    continue
                path.write_text(text, encoding="utf-8")
                click.echo(f"{path}: written")
        except OSError as error:
            raise click.ClickException(f"{folder} cannot be written to: {error.strerror}") from error

    return group


def _rows(facts: Facts, name: str) -> str:
    state = facts.tables.get(f"overlay/{name.removesuffix('.csv')}")
    return "no rows" if state is None else f"{state[0]} rows, newest of {state[1]}"


def _print_changes(changes: Iterable[Change], most: int | None) -> None:
    for kind, group in groupby(changes, key=lambda change: change.kind):
        rows = list(group)
        click.echo(f"\n{kind}: {len(rows)} changed")
        for change in rows[:most]:
            click.echo(f"  {change.name}: {change.before} -> {change.after}")
        _print_rest(len(rows), most)


def _print_rest(count: int, most: int | None) -> None:
    if most is not None and count > most:
        click.echo(f"  and {count - most} more (--all)")


def _print_ranks(before: Facts, after: Facts, now: datetime, most: int | None) -> None:
    """The regions by carbon intensity, as GET /v1/by-rank lists them, whose rank or intensity differs."""
    lists = [_ranked(facts, now) for facts in (before, after)]
    old, new = ({row.region: (rank, row) for rank, row in enumerate(ranking.rows, start=1)} for ranking in lists)
    lines = []
    for region, (rank, row) in new.items():
        earlier = old.get(region)
        intensity = row.stay.intensity
        if earlier is None or earlier[1].stay.intensity.gco2e_per_kwh != intensity.gco2e_per_kwh:
            figure = "-" if intensity.gco2e_per_kwh is None else f"{intensity.gco2e_per_kwh:g} g/kWh"
            place = "new" if earlier is None else str(earlier[0])
            lines.append(f"  {region}: rank {place} -> {rank}, {figure}, {intensity.provenance.basis}-based")
    click.echo(f"\nranks by carbon intensity: {len(lines)} regions with another figure, {len(new)} in all")
    for line in lines[:most]:
        click.echo(line)
    _print_rest(len(lines), most)
    bases = Counter(row.stay.intensity.provenance.basis for _, row in new.values())
    if len(bases) > 1:
        click.echo("  market-based and location-based figures are in one order; answers say so")
    left_out = [row for row in lists[1].excluded if row.reason.startswith("policy")]
    if left_out:
        click.echo(f"\nleft out by policy.csv: {len(left_out)} regions")
        for exclusion in left_out[:most]:
            click.echo(f"  {exclusion.region}: {exclusion.reason}")
        _print_rest(len(left_out), most)


def _ranked(facts: Facts, now: datetime) -> LocationList:
    return Engine(CloudMap.of(facts), ChainReader(off=["all"])).at(now).locations(LocationsQuery())
