"""State that all workers share: dogpile.cache regions over a store, and each process's view of what they hold."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from carbon.errors import StateUnavailable
from store.shared.changes import START, Changes, LockHeld, Store
from store.shared.regions import region
from store.shared.snapshot import Kind, View
from telemetry import SILENT, Telemetry

log = logging.getLogger(__name__)

VIEW_SECONDS = 1.0  # how old a view of a store may be: what one worker learns binds all of them after that
PAUSE_SECONDS = 2.0  # for which a store in trouble is not asked; then in a thread of its own, so that nobody waits


class SharedState:
    """Values shared by all workers while the store works, and by the threads of this process while it does not.

    A store in trouble is left alone for PAUSE_SECONDS; then one thread tries it. Each change is logged once. When it
    is back, or another one is there, it gets what this process knows better. Nothing is opened before the first use.
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
        self._regions = {} if store is None else {kind.name: region(store, kind) for kind in self._kinds.values()}
        self._monotonic = monotonic
        self._view = View({name: {} for name in self._kinds})
        self._mark = START
        self._due = -math.inf if store else math.inf
        self._down = False
        self._told = False  # the trouble is in the log, and was put there by this object
        self._loaded = store is None
        self._following = threading.Lock()
        self._changing = threading.RLock()
        self._own = threading.local()

    @property
    def scope(self) -> str:
        """Who shares now: all of the "service", the workers of one "machine", or each "worker" knows its own."""
        return "worker" if self._store is None or self._down else self._store.scope

    def view(self) -> View:
        """What is known now, at most VIEW_SECONDS late; asks the store only if the last look is older.

        Inside an `update` the store is busy with that, and the view stays as it is.
        """
        if self._monotonic() >= self._due and not getattr(self._own, "updating", False):
            if self._down:
                self._try_again()
            elif self._following.acquire(blocking=not self._loaded):
                try:
                    if self._monotonic() >= self._due:
                        self._follow()
                finally:
                    self._loaded = True
                    self._following.release()
        return self._view

    def refresh(self, kind: Kind, name: str, create: Callable[[Any | None], Any]) -> Any | None:
        """What `create` makes of the newest value, which it may return as it is; kept for all.

        One caller at a time, of all threads, workers and machines. Meanwhile the others get the old value, or wait
        where there is none; None: that took too long. Exceptions of `create` pass; nothing is kept then.
        """
        made: list[Any] = []

        def look_again_and_create() -> Any:  # dogpile does not look again once it has the lock
            made.append(create(self._newest(kind, name)))
            return made[0]

        store = self._reachable()
        if store is not None:
            try:
                value = self._regions[kind.name].get_or_create(
                    name, look_again_and_create, 0, lambda value: value is not self._known(kind, name)
                )
            except LockHeld:
                return None
            except StateUnavailable as error:
                self._lost(error)
            else:
                return self._keep(kind, name, value)
        return self._keep(kind, name, made[0] if made else create(self._known(kind, name)))

    def update(self, kind: Kind, name: str, change: Callable[[Any | None], Any | None]) -> None:
        """Put what `change` makes of the value, with no other writer in between; None leaves it as it is.

        For a value that cannot be read it gets the one that this process knows.
        May call `change` several times; the last time counts. It must be quick.
        """
        newest: list[Any] = []

        def swap(found: bytes | None) -> bytes | None:
            known = kind.read(found)
            if known is None and found is not None:  # unreadable: what this process knows stands in
                known = self._known(kind, name)
            self._own.updating = True
            try:
                value = change(known)
            finally:
                self._own.updating = False
            newest[:] = [known if value is None else value]
            return None if value is None else kind.encode(value)

        store = self._reachable()
        if store is not None:
            try:
                store.swap(kind.key(name), swap)
            except StateUnavailable as error:
                self._lost(error)
            else:
                self._keep(kind, name, newest[0])
                return
        with self._changing:
            value = change(self._known(kind, name))
            self._keep(kind, name, value)

    def put(self, kind: Kind, name: str, value: Any) -> None:
        """Keep a value for all, whatever there was."""
        store = self._reachable()
        if store is not None:
            try:
                store.put({kind.key(name): kind.encode(value)})
            except StateUnavailable as error:
                self._lost(error)
        with self._changing:
            self._view = self._view.replaced([(kind, name, value)])

    def _known(self, kind: Kind, name: str) -> Any | None:
        return self._view.of(kind).get(name)

    def _newest(self, kind: Kind, name: str) -> Any | None:
        """The store's value, and so the view's."""
        store = self._reachable()
        if store is not None:
            (found,) = store.get([kind.key(name)])
            if (value := kind.read(found)) is not None:
                return self._keep(kind, name, value)
        return self._known(kind, name)

    def _keep(self, kind: Kind, name: str, value: Any | None) -> Any | None:
        """Put the value into the view unless a newer one is there; what is there then."""
        with self._changing:
            known = self._known(kind, name)
            if value is None or value is known or (known and kind.order(known) > kind.order(value)):
                return known
            self._view = self._view.replaced([(kind, name, value)])
            return value

    def _reachable(self) -> Store | None:
        return None if self._down else self._store

    def _try_again(self) -> None:
        """Follow in a thread of its own: no request waits for a store that did not answer."""
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
            if self._down:
                store.probe()
            found = store.changes(START if self._down else self._mark)
        except StateUnavailable as error:
            self._lost(error)
            return
        better = self._take(found, all_of_it=self._down or found.renewed)
        self._mark, self._due = found.mark, self._monotonic() + VIEW_SECONDS
        if self._down:
            self._down = False
            if self._told:
                log.info("the shared state can be used again")
        if better:
            threading.Thread(target=self._tell, args=(better,), name="store", daemon=True).start()

    def _take(self, found: Changes, *, all_of_it: bool) -> list[tuple[Kind, str, Any]]:
        """Put what is newer into the view; what this process knows better, if all there is was found."""
        theirs: dict[tuple[str, str], Any] = {}
        for key, raw in found.values.items():
            kind_name, _, name = key.partition(":")
            kind = self._kinds.get(kind_name)
            value = None if kind is None else kind.read(raw)
            if kind is not None and value is not None:
                theirs[kind_name, name] = value
        with self._changing:
            news, better = [], []
            for (kind_name, name), value in theirs.items():
                kind = self._kinds[kind_name]
                mine = self._known(kind, name)
                if mine is None or (mine != value and kind.order(mine) <= kind.order(value)):
                    news.append((kind, name, value))
            for kind in self._kinds.values() if all_of_it else ():
                for name, mine in self._view.of(kind).items():
                    value = theirs.get((kind.name, name))
                    if value is None or kind.order(mine) > kind.order(value):
                        better.append((kind, name, mine))
            if news:
                self._view = self._view.replaced(news)
        return better

    def _tell(self, better: list[tuple[Kind, str, Any]]) -> None:
        """Give the store what it lacks, unless somebody else did meanwhile."""
        for kind, name, value in better:

            def unless_newer(known: Any | None, kind: Kind = kind, value: Any = value) -> Any | None:
                newer = known is not None and known is not value and kind.order(known) >= kind.order(value)
                return None if newer else value

            if self._reachable() is not None:
                self.update(kind, name, unless_newer)

    def _lost(self, error: StateUnavailable) -> None:
        self._telemetry.store_error("shared-state")
        with self._changing:
            self._due = self._monotonic() + PAUSE_SECONDS
            changed, self._down = not self._down, True
            if changed:
                self._told = not (self._store and self._store.reports_itself)
        if changed and self._told:
            cause = error.__cause__ or error
            log.error("the shared state cannot be used; each worker continues on its own: %s (%s)", error, cause)
