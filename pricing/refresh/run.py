"""Runs refreshers one after the other: read, check, compare, replace; what each did is kept for /ready and metrics."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from catalog.tables import CatalogError
from pricing.refresh.checks import NewTable, Summary, gather, refuse_implausible, summary
from pricing.refresh.figure import Refresher, Task
from pricing.refresh.present import PresentPrices
from pricing.refresh.refusal import RefreshRefused
from pricing.refresh.state import RefreshState, read_state, write_state
from pricing.refresh.tables import FOLDER, path_of, save
from pricing.refresh.web import Web
from settings import Settings

log = logging.getLogger(__name__)

REPLACED, UNCHANGED, REFUSED, SKIPPED = "replaced", "unchanged", "refused", "skipped"
ACCEPTABLE = ("fewer-rows", "price-jump")  # what an operator may accept after a look at the list

# What a list of another shape may cause where a reader does not look closely enough. The next list is still read.
_UNEXPECTED = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)

Progress = Callable[[str], Callable[[int], object]]  # of a refresher's name: what is told of bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one refresher did with one table. reason, detail: of what was refused or skipped, else empty."""

    refresher: str
    kind: str
    outcome: str
    reason: str = ""
    detail: str = ""
    summary: Summary | None = None
    left_out: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How refreshers run. accept: tables that differ much from the present ones are taken. dry_run: none is written.

    quiet: refusals are not logged.
    """

    settings: Settings
    clock: Callable[[], datetime]
    dry_run: bool = False
    accept: bool = False
    quiet: bool = False
    web: Callable[..., Web] = Web
    progress: Progress = field(default=lambda _name: lambda _bytes: None)

    @property
    def folder(self) -> Path:
        return self.settings.data_dir / FOLDER

    def each(self, refreshers: Sequence[Refresher], present: PresentPrices | None = None) -> Iterator[Outcome]:
        """Runs them all; a failure of one does not stop the next. Raises OSError where DATA_DIR cannot be written.

        present: the prices in force, read if None.
        """
        present = present or PresentPrices(self.folder)
        for refresher in refreshers:
            missing = refresher.missing(self.settings)
            if missing is not None:
                yield Outcome(refresher=refresher.name, kind=refresher.kinds[0], outcome=SKIPPED, reason=missing)
                continue
            outcomes, edition = self._outcomes(refresher, present)
            if not self.dry_run:
                self._note(refresher, outcomes, edition)
            yield from outcomes

    def _outcomes(self, refresher: Refresher, present: PresentPrices) -> tuple[list[Outcome], str]:
        """What became of its tables, and the edition of its list."""
        web = partial(self.web, progress=self.progress(refresher.name))
        task = Task(settings=self.settings, cloud=present.cloud(refresher.provider), now=self.clock(), web=web)
        try:
            edition = refresher.edition(task) if refresher.edition else ""
            if edition and self._is_stored(refresher, edition):
                return [self._unchanged(refresher, kind, edition) for kind in refresher.kinds], edition
            tables = gather(refresher.figures(task), task.cloud)
        except RefreshRefused as refusal:
            return [_refusal_outcome(refresher, kind, refusal) for kind in refresher.kinds], ""
        except _UNEXPECTED as error:
            confusion = RefreshRefused("shape", f"{type(error).__name__} while the list was read")
            return [_refusal_outcome(refresher, kind, confusion) for kind in refresher.kinds], ""
        outcomes = [
            self._outcome(refresher, tables.get(kind, NewTable(kind=kind, figures=())), present)
            for kind in refresher.kinds
        ]
        return outcomes, edition

    def _outcome(self, refresher: Refresher, new: NewTable, present: PresentPrices) -> Outcome:
        names = {figure.name for figure in new.figures} if refresher.is_partial else None
        before = present.figures(refresher.provider, new.kind, names)
        if not new.figures and not before:
            return Outcome(refresher=refresher.name, kind=new.kind, outcome=UNCHANGED, detail="there are none")
        now, changes = self.clock(), summary(new, before)
        left_out = ", ".join(f"{count:,} {reason}" for reason, count in sorted(new.left_out.items()))
        try:
            refuse_implausible(new, before, now.date())
        except RefreshRefused as refusal:
            if not (self.accept and refusal.reason in ACCEPTABLE):
                return replace(_refusal_outcome(refresher, new.kind, refusal), summary=changes, left_out=left_out)
        if not self.dry_run:
            try:
                self._save(refresher, new, now)
            except CatalogError as error:
                return _refusal_outcome(refresher, new.kind, RefreshRefused("shape", str(error)))
        return Outcome(refresher=refresher.name, kind=new.kind, outcome=REPLACED, summary=changes, left_out=left_out)

    def _save(self, refresher: Refresher, new: NewTable, now: datetime) -> None:
        save(
            self.folder,
            refresher.provider,
            new.kind,
            new.figures,
            refresher.source,
            now,
            is_partial=refresher.is_partial,
        )

    def _is_stored(self, refresher: Refresher, edition: str) -> bool:
        state = read_state(self.folder).get(refresher.name)
        files = (path_of(self.folder, refresher.provider, kind) for kind in refresher.kinds)
        return state is not None and state.edition == edition and all(path.exists() for path in files)

    def _unchanged(self, refresher: Refresher, kind: str, edition: str) -> Outcome:
        detail = f"the list is still that of {edition}"
        return Outcome(refresher=refresher.name, kind=kind, outcome=UNCHANGED, detail=detail)

    def _note(self, refresher: Refresher, outcomes: Sequence[Outcome], edition: str) -> None:
        """Keep what happened; a refusal is one line in the log."""
        states = read_state(self.folder)
        before, now = states.get(refresher.name), f"{self.clock():%Y-%m-%dT%H:%M:%SZ}"
        refusal = next((one for one in outcomes if one.outcome == REFUSED), None)
        if refusal is not None and not self.quiet:
            log.warning("prices were not refreshed: %s (%s): %s", refresher.name, refusal.reason, refusal.detail)
        rows = sum(one.summary.rows_after for one in outcomes if one.summary and one.outcome == REPLACED)
        states[refresher.name] = RefreshState(
            attempted_at=now,
            outcome=(refusal or outcomes[0]).outcome,
            reason=refusal.reason if refusal else "",
            detail=refusal.detail if refusal else "",
            succeeded_at=(before.succeeded_at if before else None) if refusal else now,
            edition=(before.edition if before else "") if refusal else edition,
            rows=rows or (before.rows if before else 0),
        )
        write_state(self.folder, states)


def _refusal_outcome(refresher: Refresher, kind: str, refusal: RefreshRefused) -> Outcome:
    return Outcome(refresher=refresher.name, kind=kind, outcome=REFUSED, reason=refusal.reason, detail=refusal.detail)
