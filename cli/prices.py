"""`flask --app app prices refresh`: prices from the providers' own lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from cli.errors import plain_errors
from pricing.refresh.present import PresentPrices
from pricing.refresh.registry import selected
from pricing.refresh.run import REFUSED, Outcome, Run
from pricing.refresh.state import RefreshState, is_due, only_process, read_state
from pricing.refresh.tables import FOLDER
from settings import Settings

RESUME_HOURS = 6  # a list that was refreshed within so many hours is not read again, unless it is named
HEADER = ("list", "table", "rows before", "rows after", "changed", "outcome")


def prices(
    settings: Settings,
    utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    present: Callable[[Path], PresentPrices] = PresentPrices,
) -> click.Group:
    """The group of commands about prices. present: the prices in force, with the refreshed ones of a folder."""

    @click.group("prices")
    def group() -> None:
        """Refresh prices from the providers' own lists."""

    @group.command("refresh")
    @click.argument("names", nargs=-1, metavar="[PROVIDER]...")
    @click.option("--dry-run", is_flag=True, help="Read and compare, but replace nothing.")
    @click.option("--accept", is_flag=True, help="Also take tables with far fewer rows or far higher prices.")
    def refresh(names: tuple[str, ...], dry_run: bool, accept: bool) -> None:
        """Read the price lists of each PROVIDER (or list, such as aws-spot), or of all, and replace the tables.

        Without names, lists refreshed in the last hours are not read again: an interrupted run continues. Exit code 1
        if a list was refused.
        """
        if settings.live == "off":
            raise click.ClickException("LIVE is off: no price list is called")
        folder = settings.data_dir / FOLDER
        with plain_errors(), _usable_folder(), ExitStack() as bars:
            refreshers = selected(names, settings)
            if not names and not dry_run:
                states, now = read_state(folder), utc_now()
                refreshers = [one for one in refreshers if _is_open(states.get(one.name), now)]
            run = Run(
                settings=settings,
                clock=utc_now,
                dry_run=dry_run,
                accept=accept,
                quiet=True,
                progress=lambda name: _bar(name, bars),
            )
            with only_process(folder) as lock:
                if lock is None:
                    raise click.ClickException("another process is refreshing prices")
                outcomes = list(run.each(refreshers, present(folder)))
        _print(outcomes)
        if any(one.outcome == REFUSED for one in outcomes):
            raise SystemExit(1)

    return group


@contextmanager
def _usable_folder() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"DATA_DIR cannot be used: {error.strerror}") from error


def _is_open(state: RefreshState | None, now: datetime) -> bool:
    return state is None or state.outcome == REFUSED or is_due(state, now, RESUME_HOURS)


def _bar(name: str, bars: ExitStack) -> Callable[[int], object]:
    """Counts bytes, in a bar if a person looks on."""
    from tqdm import tqdm

    bars.close()
    return bars.enter_context(tqdm(unit="B", unit_scale=True, desc=name, disable=None, leave=False)).update


def _print(outcomes: Sequence[Outcome]) -> None:
    rows = [HEADER, *(_cells(one) for one in outcomes)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER) - 1)]
    for row in rows:
        padded = [
            cell.ljust(width) if index < 2 else cell.rjust(width) for index, (cell, width) in _columns(row, widths)
        ]
        click.echo("  ".join([*padded, row[-1]]))
    if not outcomes:
        click.echo(
            f"every list was refreshed in the last {RESUME_HOURS} hours; name a provider to read its lists again"
        )


def _columns(row: Sequence[str], widths: Sequence[int]) -> Iterator[tuple[int, tuple[str, int]]]:
    return enumerate(zip(row, widths, strict=False))


def _cells(one: Outcome) -> tuple[str, ...]:
    counts = ("", "", "") if one.summary is None else (
        f"{one.summary.rows_before:,}", f"{one.summary.rows_after:,}", f"{one.summary.changed:,}"
    )  # fmt: skip
    words = [one.outcome, *filter(None, (one.reason, one.detail))]
    left_out = f"; left out: {one.left_out}" if one.left_out else ""
    return one.refresher, one.kind, *counts, ": ".join(words) + left_out
