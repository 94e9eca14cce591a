"""A process that reserves in a budget until told otherwise: python -m tests.store.budget_process URL FOLDER NAME HOW.

HOW: a number of placements by so many threads ("250x8"), of which it prints how many were accepted; or "die": it writes
a reservation, prints a line, and waits inside the transaction until it is killed.
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from carbon.budgets import BudgetExceeded
from store.history.history import History
from store.ledger.budgets import BudgetLedger
from tests.store.budget_values import TENANT, claim, reservation
from tests.store.conftest import NOON


def reserve_all(ledger: BudgetLedger, prefix: str, count: int, threads: int, grams: float) -> int:
    """Ask for so many placements at once; how many were accepted."""

    def one(number: int) -> bool:
        try:
            ledger.reserve(TENANT, "month", reservation(f"{prefix}-{number}", claim(grams)), NOON, {})
        except BudgetExceeded:
            return False
        return True

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(one, range(count)))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _wait(_connection: Any) -> None:
    _say("inside")
    threading.Event().wait()


def main(url: str, folder: str, name: str, how: str) -> None:
    ledger = BudgetLedger(History(Path(folder), url or None, days=30))
    if how == "die":
        ledger.reserve(TENANT, "month", reservation(name, claim(), write=_wait), NOON, {})
    count, threads = map(int, how.split("x"))
    _say(str(reserve_all(ledger, name, count, threads, 7.0)))


if __name__ == "__main__":
    main(*sys.argv[1:])
