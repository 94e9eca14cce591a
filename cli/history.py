"""`flask --app app history import|export`: stored readings as CSV files."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import click

from carbon.errors import UnknownZone
from catalog.facts import load_facts
from catalog.overlay.files import read_files
from catalog.overlay.overlay import with_overlay
from catalog.tables import CatalogError
from cli.errors import plain_errors
from grid.records import MAX_PLAUSIBLE_GCO2E_PER_KWH
from mapping import CloudMap
from settings import Settings
from store.history.entries import ReadingEntry, Series
from store.history.files import COLUMNS, Blank, UnreadableFile, parse
from store.history.history import History
from store.history.readings import QUALITIES, minute_of, time_of
from wiring import overlay_folder
from wiring_stores import build_history

BATCH = 5000
STORED = "stored"
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%SZ"])


def history(settings: Settings, utc_now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> click.Group:
    """The group of commands about the stored readings."""

    @click.group("history")
    def group() -> None:
        """Import and export stored readings."""

    @group.command("import")
    @click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def import_(files: tuple[Path, ...]) -> None:
        """Store the readings of FILES: CSV of the Electricity Maps data portal, or of `history export`."""
        if settings.history_days == 0:
            raise click.ClickException("HISTORY_DAYS is 0: nothing is stored")
        past, sift = build_history(settings, clock=utc_now), _Sieve(_facts(settings), settings.history_days, utc_now())
        with plain_errors():
            for file in files:
                click.echo(f"{file.name}: {sift.words(_import(past, file, sift))}")
            past.tidy()

    @group.command("export")
    @click.option("--zone", "zones", multiple=True, help="Only this zone; may be given several times.")
    @click.option("--start", type=MOMENT, default="1971-01-01", help="First time, in UTC.")
    @click.option("--end", type=MOMENT, default=None, help="End, in UTC; exclusive. Default: now.")
    def export(zones: tuple[str, ...], start: datetime, end: datetime | None) -> None:
        """Print stored readings as CSV, by source, signal, zone and time."""
        until = utc_now() if end is None else end.replace(tzinfo=UTC)
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        with plain_errors():
            for entry in build_history(settings).reading_entries(zones, start.replace(tzinfo=UTC), until):
                writer.writerow(_cells(entry))

    return group


def _facts(settings: Settings) -> CloudMap:
    """The facts with the zones of the overlay; without them, and with a line that says so, if the overlay is wrong."""
    shipped = load_facts()
    try:
        return CloudMap.of(with_overlay(shipped, read_files(overlay_folder(settings))))
    except CatalogError as error:
        click.echo(f"zones of the overlay are unknown to this import, because it is wrong: {error}", err=True)
        return CloudMap.of(shipped)


class _Sieve:
    """Says which readings are stored, and counts the others by the reason."""

    def __init__(self, mapping: CloudMap, days: int, now: datetime) -> None:
        self._mapping = mapping
        self._days = days
        self._oldest, self._newest = minute_of(now - timedelta(days=days)), minute_of(now)
        self._zones: dict[str, str | None] = {}

    def passed(self, entries: Iterable[ReadingEntry | Blank], counts: Counter[str]) -> Iterator[ReadingEntry]:
        """The readings to store, with the current names of their zones."""
        for entry in entries:
            reason = "without a value above 0" if isinstance(entry, Blank) else self._refusal(entry)
            counts[reason or STORED] += 1
            if reason is None and isinstance(entry, ReadingEntry):
                one, zone = entry.series, self._zone(entry.series.zone)
                series = Series(one.source, one.signal, zone or one.zone)
                yield ReadingEntry(series, entry.starts_minute, entry.minutes, entry.mgco2e_per_kwh, entry.quality)

    def words(self, counts: Counter[str]) -> str:
        """What became of a file's lines."""
        others = [f"{count:,} {reason}" for reason, count in counts.items() if reason != STORED]
        return "; left out: ".join(filter(None, (f"{counts[STORED]:,} readings stored", ", ".join(others))))

    def _refusal(self, entry: ReadingEntry) -> str | None:
        if entry.starts_minute < self._oldest:
            return f"older than HISTORY_DAYS={self._days}"
        if entry.starts_minute > self._newest:
            return "in the future"
        if not 0 < entry.mgco2e_per_kwh <= 1000 * MAX_PLAUSIBLE_GCO2E_PER_KWH:
            return f"above {MAX_PLAUSIBLE_GCO2E_PER_KWH:g} g/kWh"
        return None if self._zone(entry.series.zone) else f"of the unknown zone {entry.series.zone}"

    def _zone(self, name: str) -> str | None:
        if name not in self._zones:
            try:
                self._zones[name] = self._mapping.zone(name).zone
            except UnknownZone:
                self._zones[name] = None
        return self._zones[name]


def _import(past: History, file: Path, sift: _Sieve) -> Counter[str]:
    """Store a file's readings; how many, and how many not for which reason."""
    counts: Counter[str] = Counter()
    try:
        entries = sift.passed(parse(_lines(file)), counts)
        while batch := list(islice(entries, BATCH)):
            past.add(batch)
    except (UnreadableFile, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{file.name}: {error}; {counts[STORED]:,} readings before it were stored") from error
    return counts


def _lines(file: Path) -> Iterator[str]:
    """The lines of a file, with a progress bar if a person looks on."""
    from tqdm import tqdm

    bar = tqdm(total=file.stat().st_size, unit="B", unit_scale=True, desc=file.name, disable=None, leave=False)
    with bar, file.open("rb") as lines:
        for number, line in enumerate(lines):
            bar.update(len(line))
            yield line.decode("utf-8-sig" if number == 0 else "utf-8")


def _cells(entry: ReadingEntry) -> tuple[object, ...]:
    return (
        entry.series.source,
        entry.series.signal,
        entry.series.zone,
        f"{time_of(entry.starts_minute):%Y-%m-%dT%H:%M:%SZ}",
        entry.minutes,
        entry.mgco2e_per_kwh / 1000,
        QUALITIES[entry.quality].value,
    )
