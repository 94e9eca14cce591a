"""What following decisions saved: promised by the answers, and realised by what the grid did and what ran."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from carbon.decisions import Decision
from carbon.intensity import Signal
from carbon.usage_reports import ReportQuery


class OutcomeState(StrEnum):
    """What a decision counts as.

    PENDING: its hours are not over. NO_COMPARISON: its answer compares with nothing. UNKNOWN: grams that were promised
    or came are not known. FOLLOWED: usage names it, and ran where and on what it said. NOT_FOLLOWED: usage names it,
    but ran in another region or on another machine. NOT_REPORTED: no usage names it.
    """

    PENDING = "pending"
    NO_COMPARISON = "no_comparison"
    UNKNOWN = "unknown"
    FOLLOWED = "followed"
    NOT_FOLLOWED = "not_followed"
    NOT_REPORTED = "not_reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What one decision saved: grams of the grid and USD that the comparison takes more. Negative: less.

    realised: if no usage is reported, as if the decision was followed. compared_g: grams of both sides as they came;
    usual_g: of these, those that rest on usual values, since no reading is stored. usd: None: not known.
    """

    promised_g: float
    realised_g: float
    compared_g: float
    usual_g: float
    promised_usd: float | None
    realised_usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a decision. saving: of FOLLOWED and NOT_REPORTED ones."""

    decision: Decision
    state: OutcomeState
    saving: Saving | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSums:
    """Sums over decisions. saved, lost: of those that realised more than 0, and less, both as positive numbers.

    losses: how many emitted more than the comparison. compared_g, usual_g: see Saving. no_price: decisions that are in
    no sum of USD.
    """

    decisions: int = 0
    losses: int = 0
    promised_g: float = 0.0
    saved_g: float = 0.0
    lost_g: float = 0.0
    compared_g: float = 0.0
    usual_g: float = 0.0
    no_price: int = 0
    promised_usd: float = 0.0
    saved_usd: float = 0.0
    lost_usd: float = 0.0

    @property
    def realised_g(self) -> float:
        """What was saved less what was lost."""
        return self.saved_g - self.lost_g

    @property
    def realised_usd(self) -> float:
        """What was saved less what was lost."""
        return self.saved_usd - self.lost_usd

    @property
    def realised_share(self) -> float | None:
        """Realised over promised grams; None where nothing was promised."""
        return self.realised_g / self.promised_g if self.promised_g > 0 else None

    @property
    def realised_usd_share(self) -> float | None:
        """The same of USD."""
        return self.realised_usd / self.promised_usd if self.promised_usd > 0 else None

    @property
    def usual_share(self) -> float | None:
        """How much of the compared grams rests on usual values, 0 to 1; None without grams."""
        return self.usual_g / self.compared_g if self.compared_g > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsSums:
    """All decisions of a group. Those that are not followed or not reported are in no sum of the followed ones."""

    decisions: int = 0
    pending: int = 0
    no_comparison: int = 0
    unknown: int = 0
    not_followed: int = 0
    followed: SavedSums = SavedSums()
    not_reported: SavedSums = SavedSums()


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsRow:
    """One group in one step. group: the value of each dimension of the question; None: those decisions have none."""

    starts_on: date
    ends_on: date
    group: tuple[str | None, ...]
    sums: SavingsSums


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsReport:
    """Decisions by a signal, made on the days of the question.

    rows: by step and then by what was promised, most first. total: of all.
    """

    query: ReportQuery
    signal: Signal
    rows: tuple[SavingsRow, ...]
    total: SavingsSums
