"""Every reading and forecast that was received. SQLAlchemy is imported when the first one is stored or read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from carbon.errors import StateUnavailable
from carbon.intensity import Signal
from carbon.reading import Observation, Percentile, Shares, UpstreamForecast
from store.history.entries import FILE, Entry, ForecastEntry, ReadingEntry
from store.history.readings import Readings, last_minute_of, minute_of
from store.history.recorder import Recorder
from store.history.scores import ForecastScores
from telemetry import SILENT, Telemetry

if TYPE_CHECKING:
    from store.history.database import HistoryDatabase


class History:
    """What was read, by source, signal, zone and time; shared by all processes.

    record() is for requests: it hands over and returns. readings() raises StateUnavailable if the database fails.
    """

    def __init__(
        self,
        data_dir: Path,
        url: str | None = None,
        *,
        days: int = 400,
        telemetry: Telemetry = SILENT,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """url: of a PostgreSQL database; None: a SQLite file in data_dir. days: how long rows are kept."""
        self._data_dir = data_dir
        self._url = url
        self._days = days
        self._utc_now = utc_now
        self._telemetry = telemetry
        self._database: HistoryDatabase | None = None
        self._next_chores_minute = 0
        self.recorder = Recorder(self.write, telemetry=telemetry)
        self.scores = ForecastScores(self)

    @property
    def database(self) -> HistoryDatabase:
        """The database, which is imported here."""
        if self._database is None:
            from store.history.database import HistoryDatabase

            self._database = HistoryDatabase(self._data_dir, self._url)
        return self._database

    def prepare(self) -> None:
        """Import what stores and reads, so that processes forked from this one share its memory. Opens nothing.

        Where nothing is stored (days: 0), nothing is imported before something is read.
        """
        if self._days == 0:
            return
        for name in ("database", "due", "retention", "rows", "score_rows"):
            import_module(f"store.history.{name}")
        dialect = (
            ("sqlalchemy.dialects.sqlite",) if self._url is None else ("psycopg", "sqlalchemy.dialects.postgresql")
        )
        for name in dialect:
            import_module(name)

    def record(self, signal: Signal, value: Observation | UpstreamForecast | Shares | Percentile) -> None:
        """Have a reading or a forecast stored in the background. Shares and percentiles are not stored."""
        if isinstance(value, Observation):
            entry = ReadingEntry.of(signal, value)
            if entry.fits:
                self.recorder.put(entry)
        elif isinstance(value, UpstreamForecast):
            self.recorder.put(ForecastEntry.of(signal, value, self._utc_now()))

    def write(self, entries: Sequence[Entry]) -> None:
        """Store entries, and tidy up if it is time. Raises StateUnavailable; for background threads and commands."""
        from store.history import due, retention, rows

        with self.database.writing() as connection:
            rows.write(connection, entries)
        now_minute = minute_of(self._utc_now())
        if now_minute < self._next_chores_minute:
            return
        self._next_chores_minute = now_minute + retention.EVERY_MINUTES
        with self.database.writing() as connection:
            is_due = due.is_due(connection, retention.NAME, now_minute, retention.EVERY_MINUTES)
        if is_due:
            self.tidy()

    def add(self, entries: Sequence[ReadingEntry]) -> None:
        """Store readings of any age, at once. Raises StateUnavailable."""
        from store.history import rows

        with self.database.writing() as connection:
            rows.write(connection, entries)
            rows.reopen(connection, entries)

    def keep(self, signal: Signal, values: Sequence[Observation]) -> None:
        """Store readings of any age, at once; those that cannot be stored are left out. Raises StateUnavailable."""
        entries = [entry for entry in (ReadingEntry.of(signal, value) for value in values) if entry.fits]
        try:
            if entries:
                self.add(entries)
        except StateUnavailable:
            self._telemetry.store_error("history")
            raise

    def tidy(self) -> None:
        """Remove old rows and make hourly means now. Raises StateUnavailable."""
        from store.history import retention

        retention.tidy(self.database, minute_of(self._utc_now()), days=self._days)

    def reading_entries(self, zones: Collection[str], start: datetime, end: datetime) -> Iterator[ReadingEntry]:
        """All readings that begin in [start, end), by series and time. zones: none means all."""
        if self.exists():
            from store.history import rows

            with self.database.reading() as connection:
                yield from rows.reading_entries(connection, zones, minute_of(start), minute_of(end))

    def zones(self, signal: Signal) -> list[str]:
        """The zones of which readings were ever stored, by name. Imports no SQLAlchemy where no file exists."""
        if self._url is None and not (self._data_dir / FILE).exists():
            return []
        from store.history import rows

        with self.database.reading() as connection:
            return rows.zones(connection, signal.value)

    def readings(self, signal: Signal, zone: str, start: datetime, end: datetime) -> list[Readings]:
        """The readings of each source that has any in [start, end), by name of the source."""
        if not self.exists():
            return []
        from store.history import rows

        with self.database.reading() as connection:
            return rows.read(connection, signal.value, zone, minute_of(start), last_minute_of(end))

    @property
    def is_kept(self) -> bool:
        """Whether readings and forecasts are stored, or were. Raises StateUnavailable."""
        return self._days > 0 or self.exists()

    def exists(self) -> bool:
        """Whether there may be anything to read. Raises StateUnavailable."""
        try:
            return self._url is not None or (self._data_dir / FILE).exists()
        except OSError as error:
            raise StateUnavailable("the history") from error
