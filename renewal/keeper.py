"""The facts that a process answers from, and the thread that renews them when the files of a layer change."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import memory
from catalog.facts import Facts, load_facts
from catalog.overlay.files import OverlayFiles, Stamp, read_files
from catalog.tables import CatalogError
from mapping import CloudMap
from pid import process_id
from renewal import former
from renewal.former import FactsReplaced
from renewal.last_overlay import LastOverlay
from renewal.layers import Folders, RefreshedTables, Stamps, layered, overlay_rows, read_tables
from telemetry import SILENT, Telemetry

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # between two looks at the folders
SWAPPED, REFUSED = "swapped", "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerError:
    """Why the newest overlay is not in force. file, line, column: where, None where it is not one place."""

    why: str
    since: datetime
    file: str | None
    line: int | None
    column: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsState:
    """The facts in force. changed_at: since when. overlay: rows of each of its files.

    refreshed: the tables of refreshed prices, file -> when it was read from its provider. unreadable: files of such
    tables that are damaged. error: why the newest overlay is not in force; None if it is.
    """

    version: str
    changed_at: datetime
    overlay: Mapping[str, int]
    refreshed: Mapping[str, str]
    unreadable: tuple[str, ...] = ()
    error: LayerError | None = None


@dataclass(slots=True)
class _Following:
    """What one process knows of the folders. waiting: the overlay that had changed at the last look."""

    owner: int
    looking: threading.Lock = field(default_factory=threading.Lock)
    waiting: Stamp | None = None
    is_settled: bool = True
    thread: threading.Thread | None = None


class FactsKeeper:
    """One state of the facts after another. The next one is built beside the one that requests are answered from.

    An overlay counts once two looks find it unchanged, so that files which are saved one after the other are taken
    together. A wrong one changes nothing but `state`. A forked process follows the folders with its own thread.
    """

    def __init__(
        self,
        folders: Folders,
        *,
        shipped: Facts | None = None,
        last_overlay: LastOverlay | None = None,
        telemetry: Telemetry = SILENT,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Reads the shipped facts, if none are given, and both layers. Raises CatalogError for a wrong overlay."""
        self._folders = folders
        self._shipped = shipped or load_facts()
        self._last_overlay = last_overlay
        self._telemetry = telemetry
        self._utc_now = utc_now
        self._following = _Following(process_id())
        self._starting = threading.Lock()
        self.on_change: Callable[[CloudMap], None] = lambda _: None
        self._stamps = Stamps.of(folders)
        self._overlay = read_files(folders.overlay)
        self._refreshed = read_tables(folders.prices, utc_now())
        self._note_unreadable()
        facts = layered(self._shipped, self._refreshed, self._overlay)
        self.mapping = CloudMap.of(facts)
        self.state = self._state_of(facts, None)

    def follow(self) -> None:
        """Have a thread of this process look at the folders from now on. Returns at once; may be called often."""
        following = self._following
        if following.owner == process_id() and following.thread is not None:
            return
        if following.owner != process_id():  # locks may be held by threads that the fork did not copy
            self._following, self._starting = _Following(process_id()), threading.Lock()
        with self._starting:
            if self._following.thread is None:
                thread = threading.Thread(target=self._run, args=(self._following,), name="facts", daemon=True)
                self._following.thread = thread
                thread.start()

    def look(self) -> bool:
        """Renew the facts if the files changed, or a table became too old. Returns whether they were replaced."""
        with self._following.looking:
            self._settle()
            now, stamps = self._utc_now(), Stamps.of(self._folders)
            prices_changed = stamps.prices != self._stamps.prices or self._refreshed.is_expired(now)
            overlay_changed = stamps.overlay != self._stamps.overlay
            if overlay_changed and stamps.overlay != self._following.waiting:
                self._following.waiting = stamps.overlay
                overlay_changed = False  # not yet; tables of prices are replaced whole and need no second look
            if not prices_changed and not overlay_changed:
                return False
            return self._renew(stamps, now, prices_changed=prices_changed, overlay_changed=overlay_changed)

    def files(self, version: str) -> Mapping[str, bytes]:
        """The files that the facts in force were read from, by layer and path (renewal/former.py).

        Raises FactsReplaced if this version is not in force any more, or its files are being replaced.
        """
        with self._following.looking:
            if version != self.mapping.version:
                raise FactsReplaced
            shipped = former.shipped_files(self._shipped.version)
            return shipped | former.layer_files(self._folders.prices, self._refreshed, self._overlay, self._utc_now())

    def _renew(self, stamps: Stamps, now: datetime, *, prices_changed: bool, overlay_changed: bool) -> bool:
        """Read what changed and build the next facts; nothing if it changed again meanwhile."""
        overlay, error, refreshed = self._overlay, self.state.error, self._refreshed
        if prices_changed:
            refreshed = read_tables(self._folders.prices, now)
        if overlay_changed:
            overlay, facts, error = self._changed_overlay(refreshed, now)
        else:
            facts = layered(self._shipped, refreshed, overlay)
        after = Stamps.of(self._folders)
        if (prices_changed and after.prices != stamps.prices) or (overlay_changed and after.overlay != stamps.overlay):
            return False  # the next look reads them again
        if error is not None and error is not self.state.error:
            log.error("the overlay was not reloaded, the earlier one stays in force: %s", error.why)
            self._telemetry.facts_change(REFUSED)
        self._stamps = Stamps(
            stamps.prices if prices_changed else self._stamps.prices,
            stamps.overlay if overlay_changed else self._stamps.overlay,
        )
        self._overlay, self._refreshed = overlay, refreshed
        if prices_changed:
            self._note_unreadable()
        return self._take(facts, error)

    def _changed_overlay(
        self, refreshed: RefreshedTables, now: datetime
    ) -> tuple[OverlayFiles, Facts, LayerError | None]:
        """The overlay in the folder with its facts; if it is wrong, the one that stays in force, and why."""
        try:
            overlay = read_files(self._folders.overlay)
            return overlay, layered(self._shipped, refreshed, overlay), None
        except CatalogError as refusal:
            error = LayerError(
                why=str(refusal), since=now, file=refusal.table, line=refusal.line, column=refusal.column
            )
        last = None if self._last_overlay is None else self._last_overlay.read()
        if last is not None and last.digest != self._overlay.digest:  # another process had a newer one in force
            with suppress(CatalogError):
                return last, layered(self._shipped, refreshed, last), error
        return self._overlay, layered(self._shipped, refreshed, self._overlay), error

    def _take(self, facts: Facts, error: LayerError | None) -> bool:
        """Answer from these facts from now on, unless they are those in force."""
        is_new = facts.version != self.mapping.version
        if is_new:
            self.mapping = CloudMap.of(facts, self.mapping)
            self.on_change(self.mapping)
            self._following.is_settled = False
            log.info("the facts changed: data version %s", facts.version)
            self._telemetry.facts_change(SWAPPED)
        self.state = self._state_of(facts, error, None if is_new else self.state.changed_at)
        return is_new

    def _state_of(self, facts: Facts, error: LayerError | None, changed_at: datetime | None = None) -> FactsState:
        """changed_at: when these facts came into force; None: now. A copy is kept of an overlay that is right."""
        if error is None and self._last_overlay is not None:
            self._last_overlay.write(self._overlay)
        return FactsState(
            version=facts.version,
            changed_at=changed_at or self._utc_now(),
            overlay=overlay_rows(facts),
            refreshed=self._refreshed.read_at,
            unreadable=tuple(self._refreshed.unreadable),
            error=error,
        )

    def _note_unreadable(self) -> None:
        for why in self._refreshed.unreadable.values():
            log.error("refreshed prices are not used, the shipped ones are: %s", why)
            self._telemetry.facts_change(REFUSED)

    def _settle(self) -> None:
        """Return the memory of the facts that were replaced before the last look, when no request has them any more."""
        if not self._following.is_settled:
            self._following.is_settled = True
            gc.collect()
            memory.trim()

    def _run(self, following: _Following) -> None:
        wait = threading.Event().wait
        while self._following is following:
            wait(LOOK_SECONDS)
            try:
                self.look()
            except Exception:  # the thread must go on: the next look may succeed
                log.exception("the facts could not be renewed")
