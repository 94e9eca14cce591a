"""State that all workers share: values in a store, and each process's snapshot of them."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from carbon.errors import StateUnavailable
from store.shared.changes import START, Changes, Store
from store.shared.locks import LockHeld
from store.shared.snapshot import Kind, Snapshot
from telemetry import SILENT, Telemetry

log = logging.getLogger(__name__)

SNAPSHOT_SECONDS = 1.0  # largest age of a snapshot: a Retry-After that one worker gets must bind all of them by then
PAUSE_SECONDS = 2.0  # after a failure the store is not asked for so long; then a separate thread asks it

Values = list[tuple[Kind, str, Any]]  # kind, name, value


class SharedState:
    """Values shared by all workers while the store works, and by the threads of this process while it does not.

    After a failure the store is not used for PAUSE_SECONDS; then one thread tries it again. Each change between
    working and failing is logged once. A store that works again, or that lost its values, gets every value for which
    this process has a newer version. Nothing is opened before the first use.
    """

    def __init__(
        self,
        store: Store | None,
        kinds: Iterable[Kind],
        *,
        telemetry: Telemetry = SILENT,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """store: None for values of this process alone."""
        self._store = store
        self._telemetry = telemetry
        self._kinds = {kind.name: kind for kind in kinds}
        self._monotonic = monotonic
        self._snapshot = Snapshot({name: {} for name in self._kinds})
        self._mark = START
        self._due = -math.inf if store else math.inf
        self._failing = False
        self._failure_logged = False  # by this object, not by the store
        self._loaded = store is None
        self._following = threading.Lock()
        self._changing = threading.RLock()
        self._thread = threading.local()

    @property
    def scope(self) -> str:
        """Who shares now: all machines of the "service", the workers of one "machine", or this "worker" alone."""
        return "worker" if self._store is None or self._failing else self._store.scope

    def snapshot(self) -> Snapshot:
        """The values now, at most SNAPSHOT_SECONDS late; asks the store only if the last look is older.

        Inside an `update` the store is busy with that update, and the snapshot stays as it is.
        """
        if self._monotonic() >= self._due and not getattr(self._thread, "updating", False):
            if self._failing:
                self._try_again()
            elif self._following.acquire(blocking=not self._loaded):
                try:
                    if self._monotonic() >= self._due:
                        self._follow()
                finally:
                    self._loaded = True
                    self._following.release()
        return self._snapshot

    def refresh(self, kind: Kind, name: str, create: Callable[[Any | None], Any]) -> Any | None:
        """The result of `create` for the newest value, stored for all; `create` may return that value as it is.

        One caller at a time over all threads, workers and machines. Meanwhile the others get the old value. They wait
        if there is none, and get None if that takes too long. Exceptions of `create` pass, and nothing is stored then.
        """
        store, results = self._usable_store(), []
        if store is not None:
            lock = store.lock(kind.key(name))
            try:
                if not lock.acquire(wait=False):
                    if (current := self._newest(kind, name)) is not None:
                        return current
                    lock.acquire()
                try:
                    before = self._newest(kind, name)
                    results.append(create(before))
                    if results[0] is not before:
                        store.put({kind.key(name): kind.encode(results[0])})
                finally:
                    lock.release()
            except LockHeld:
                return None
            except StateUnavailable as error:
                self._note_failure(error)
        return self._keep(kind, name, results[0] if results else create(self._value(kind, name)))

    def update(self, kind: Kind, name: str, change: Callable[[Any | None], Any | None]) -> None:
        """Replace a value by the result of `change`, with no other writer in between; None leaves it as it is.

        If the stored value cannot be read, `change` gets the one of this process. It must be quick, and may be called
        several times; the last call counts.
        """
        newest: list[Any] = []

        def swap(raw: bytes | None) -> bytes | None:
            before = kind.read(raw)
            if before is None and raw is not None:
                before = self._value(kind, name)
            self._thread.updating = True
            try:
                after = change(before)
            finally:
                self._thread.updating = False
            newest[:] = [before if after is None else after]
            return None if after is None else kind.encode(after)

        store = self._usable_store()
        if store is not None:
            try:
                store.swap(kind.key(name), swap)
            except StateUnavailable as error:
                self._note_failure(error)
            else:
                self._keep(kind, name, newest[0])
                return
        with self._changing:
            self._keep(kind, name, change(self._value(kind, name)))

    def put(self, kind: Kind, name: str, value: Any) -> None:
        """Store a value for all, regardless of the present one."""
        store = self._usable_store()
        if store is not None:
            try:
                store.put({kind.key(name): kind.encode(value)})
            except StateUnavailable as error:
                self._note_failure(error)
        with self._changing:
            self._snapshot = self._snapshot.replaced([(kind, name, value)])

    def _value(self, kind: Kind, name: str) -> Any | None:
        return self._snapshot.of(kind).get(name)

    def _newest(self, kind: Kind, name: str) -> Any | None:
        """The store's value, which enters the snapshot; without one, that of the snapshot."""
        store = self._usable_store()
        if store is not None:
            (raw,) = store.get([kind.key(name)])
            if (value := kind.read(raw)) is not None:
                return self._keep(kind, name, value)
        return self._value(kind, name)

    def _keep(self, kind: Kind, name: str, value: Any | None) -> Any | None:
        """Put the value into the snapshot unless that has a newer one; returns the value of the snapshot then."""
        with self._changing:
            current = self._value(kind, name)
            if value is None or value is current or (current and kind.order(current) > kind.order(value)):
                return current
            self._snapshot = self._snapshot.replaced([(kind, name, value)])
            return value

    def _usable_store(self) -> Store | None:
        return None if self._failing else self._store

    def _try_again(self) -> None:
        """Follow in a separate thread: no request waits for a store that did not answer."""
        with self._changing:
            if self._monotonic() < self._due:
                return
            self._due = self._monotonic() + PAUSE_SECONDS
        threading.Thread(target=self._follow, name="store", daemon=True).start()

    def _follow(self) -> None:
        store = self._store
        if store is None:
            return
        try:
            if self._failing:
                store.probe()
            changes = store.changes(START if self._failing else self._mark)
        except StateUnavailable as error:
            self._note_failure(error)
            return
        newer_here = self._merge(changes, complete=self._failing or changes.renewed)
        self._mark, self._due = changes.mark, self._monotonic() + SNAPSHOT_SECONDS
        if self._failing:
            self._failing = False
            if self._failure_logged:
                log.info("the shared state can be used again")
        if newer_here:
            threading.Thread(target=self._write_back, args=(newer_here,), name="store", daemon=True).start()

    def _merge(self, changes: Changes, *, complete: bool) -> Values:
        """Put newer values of the store into the snapshot; returns the values of which the store lacks the newest.

        complete: whether the changes are all values of the store.
        """
        values: dict[tuple[str, str], Any] = {}
        for key, raw in changes.values.items():
            kind_name, _, name = key.partition(":")
            kind = self._kinds.get(kind_name)
            value = None if kind is None else kind.read(raw)
            if value is not None:
                values[kind_name, name] = value
        with self._changing:
            newer_there, newer_here = [], []
            for (kind_name, name), value in values.items():
                kind = self._kinds[kind_name]
                current = self._value(kind, name)
                if current is None or (current != value and kind.order(current) <= kind.order(value)):
                    newer_there.append((kind, name, value))
            for kind in self._kinds.values() if complete else ():
                for name, current in self._snapshot.of(kind).items():
                    value = values.get((kind.name, name))
                    if value is None or kind.order(current) > kind.order(value):
                        newer_here.append((kind, name, current))
            if newer_there:
                self._snapshot = self._snapshot.replaced(newer_there)
        return newer_here

    def _write_back(self, values: Values) -> None:
        """Give the store what it lacks, unless another worker did meanwhile."""
        for kind, name, value in values:

            def unless_newer(shared: Any | None, kind: Kind = kind, value: Any = value) -> Any | None:
                newer = shared is not None and shared is not value and kind.order(shared) >= kind.order(value)
                return None if newer else value

            if self._usable_store() is not None:
                self.update(kind, name, unless_newer)

    def _note_failure(self, error: StateUnavailable) -> None:
        self._telemetry.store_error("shared-state")
        with self._changing:
            self._due = self._monotonic() + PAUSE_SECONDS
            is_first, self._failing = not self._failing, True
            if is_first:
                self._failure_logged = not (self._store and self._store.reports_itself)
        if is_first and self._failure_logged:
            cause = error.__cause__ or error
            log.error("the shared state cannot be used; each worker continues on its own: %s (%s)", error, cause)
