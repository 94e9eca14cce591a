"""Takes new readings and forecasts from requests at once, and has one background thread per process store them."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, Full, Queue

from carbon.errors import StateUnavailable
from pid import process_id
from store.history.entries import Entry, ForecastEntry, Series
from telemetry import SILENT, Telemetry

log = logging.getLogger(__name__)

MOST_WAITING = 10_000  # entries, some 2 MB
MOST_IN_A_BATCH = 1000
GATHER_SECONDS = 1.0
RETRY_SECONDS = 10.0
CLOSE_SECONDS = 20.0  # less than graceful_timeout in gunicorn.conf.py; the first import can take seconds under load


@dataclass(slots=True)
class _Line:
    """The entries that wait in one process. None wakes its thread up when the line is closed.

    newest: the last entry of each series, to skip what is stored already.
    """

    owner: int
    entries: Queue[Entry | None] = field(default_factory=lambda: Queue(MOST_WAITING))
    newest: dict[tuple[Series, type], Entry] = field(default_factory=dict)
    closing: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class Recorder:
    """Entries are handed over in microseconds, whatever the database does; if too many wait, new ones are lost.

    A batch that cannot be stored is tried again. Each change between working and failing is logged once, and every
    failure is counted. A forked process begins with an empty line and its own thread.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Entry]], None],
        *,
        telemetry: Telemetry = SILENT,
        gather_seconds: float = GATHER_SECONDS,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        """write: stores entries; raises StateUnavailable. gather_seconds: how long a batch is gathered."""
        self._write = write
        self._telemetry = telemetry
        self._gather_seconds = gather_seconds
        self._retry_seconds = retry_seconds
        self._line = _Line(process_id())
        self._starting = threading.Lock()
        self._failing = False

    def put(self, entry: Entry) -> None:
        """Have an entry stored, unless its series ends with it already. Returns at once and never raises."""
        try:
            line = self._line_of_this_process()
        except RuntimeError:  # no thread can be started: the system has too many, or the process ends
            self._telemetry.store_error("history")
            return
        key = (entry.series, type(entry))
        if _is_stored(line.newest.get(key), entry):
            return
        try:
            line.entries.put_nowait(entry)
        except Full:
            self._telemetry.store_error("history")
            return
        line.newest[key] = entry

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Store what waits, for at most so long. Later entries start another thread."""
        line = self._line
        if line.owner == process_id() and line.thread is not None:
            line.closing.set()
            with suppress(Full):
                line.entries.put_nowait(None)
            line.thread.join(seconds)

    def _line_of_this_process(self) -> _Line:
        line = self._line
        if line.owner == process_id() and line.thread is not None and line.thread.is_alive():
            return line
        if line.owner != process_id():  # locks may be held by threads that the fork did not copy
            self._line, self._starting = _Line(process_id()), threading.Lock()
        with self._starting:
            line = self._line
            if line.thread is None or not line.thread.is_alive():
                line.closing = threading.Event()
                line.thread = threading.Thread(target=self._run, args=(line,), name="history", daemon=True)
                line.thread.start()
                atexit.register(self.close)
        return line

    def _run(self, line: _Line) -> None:
        is_last = False
        while not is_last:
            batch, is_last = self._batch(line)
            while batch and not self._is_written(batch):
                if line.closing.wait(self._retry_seconds) or line.entries.full():
                    break  # the batch is lost

    def _batch(self, line: _Line) -> tuple[list[Entry], bool]:
        """The next entries, as soon as there are any; whether they are the last ones before the line is closed."""
        batch = [line.entries.get()]
        ends = time.monotonic() + self._gather_seconds
        while batch[-1] is not None and len(batch) < MOST_IN_A_BATCH:
            seconds = 0.0 if line.closing.is_set() else max(0.0, ends - time.monotonic())
            try:
                batch.append(line.entries.get(timeout=seconds))
            except Empty:
                break
        entries = [entry for entry in batch if entry is not None]
        return entries, batch[-1] is None or (line.closing.is_set() and line.entries.empty())

    def _is_written(self, batch: Sequence[Entry]) -> bool:
        try:
            self._write(batch)
        except StateUnavailable as error:
            self._telemetry.store_error("history")
            if not self._failing:
                cause = error.__cause__ or error
                log.error("readings cannot be stored; the service continues without: %s (%s)", error, cause)  # noqa: TRY400
            self._failing = True
            return False
        if self._failing:
            log.info("readings are stored again")
        self._failing = False
        return True


def _is_stored(newest: Entry | None, entry: Entry) -> bool:
    if isinstance(entry, ForecastEntry):
        return isinstance(newest, ForecastEntry) and newest.issued_hour == entry.issued_hour
    return newest == entry
