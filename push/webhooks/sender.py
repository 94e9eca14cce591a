"""Sends what webhooks are told: one process of all workers and machines, some deliveries at a time."""

from __future__ import annotations

import atexit
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

from carbon.errors import StateUnavailable
from carbon.webhooks import Delivery, Webhook
from pid import has_ended, process_id
from planning.push.attempts import after
from push.webhooks import records
from push.webhooks.attempt import Post, attempt
from push.webhooks.budget_intake import BudgetIntake
from push.webhooks.intake import Intake
from push.webhooks.lease import OWNER, Lease
from push.webhooks.turns import Turns
from store.webhooks.ledger import Due, Ledger, Write
from telemetry import SILENT, Telemetry

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
LEAVING_SECONDS = 5.0  # for attempts under way, which another sender would make again
MOST_DUE = 500  # webhooks looked at first, those that have waited longest; more if these may not be sent to
MOST_LOOKED_AT = 8000
STORE_TRIES = 30  # of writing down what an attempt came to, a second apart; after that it is sent again


class Sender:
    """The part of one worker, which sends while it holds the lease. A forked process looks with its own thread.

    A delivery is stored before it is sent, and what came of it when the receiver has answered. A sender that is killed
    in between leaves it due: it is sent again, with the same id. Every method raises StateUnavailable.
    """

    def __init__(
        self,
        ledger: Ledger,
        intake: Intake,
        post: Post,
        *,
        budgets: BudgetIntake | None = None,
        is_on: bool = True,
        telemetry: Telemetry = SILENT,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        has_ended: Callable[[str], bool] = has_ended,
    ) -> None:
        """post: sends one body, raises PostFailed; called by many threads."""
        self._ledger = ledger
        self._intake = intake
        self._post = post
        self._budgets = budgets
        self._is_on = is_on
        self._telemetry = telemetry
        self._utc_now = utc_now
        self._monotonic = monotonic
        self._jitter = jitter
        self._has_ended = has_ended
        self._owner: int | None = None
        self._begin()

    def _begin(self) -> None:
        self._lease = Lease(self._ledger, has_ended=self._has_ended)
        self._turns = Turns()
        self._wake = threading.Event()
        self._is_leaving = False
        self._webhooks: Mapping[str, Webhook] = {}

    @property
    def is_idle(self) -> bool:
        """Whether no attempt of this process is under way."""
        return self._turns.is_idle

    def zones(self) -> frozenset[str]:
        """The zones whose changes are to be looked for; none in a process that does not send."""
        zones = (webhook.subscription.zone for webhook in self._webhooks.values())
        return frozenset(zone for zone in zones if zone is not None)

    def follow(self) -> None:
        """Have a thread of this process look from now on. Returns at once; may be called often."""
        if self._is_on and self._owner != process_id():
            self._owner = process_id()
            self._begin()
            atexit.register(self.leave)
            threading.Thread(target=self._follow, name="webhooks", daemon=True).start()

    def leave(self) -> None:
        """Let another process send: this one ends."""
        self._is_leaving = True
        if self._owner in (None, process_id()):
            ends = time.monotonic() + LEAVING_SECONDS
            while not self.is_idle and time.monotonic() < ends:
                time.sleep(0.02)
            with suppress(StateUnavailable):  # then the lease runs out
                self._lease.release()

    def look(self) -> bool:
        """Make deliveries of new events and begin to send those that are due; whether this process sends."""
        self._ledger.tend()
        webhooks = records.webhooks(self._ledger)
        if not webhooks:
            self._lease.release()
        may_send = bool(webhooks) and not self._is_leaving
        owner = self._lease.hold(self._utc_now().timestamp()) if may_send else None
        self._webhooks = {} if owner is None else webhooks
        if owner is None:
            return False
        self._intake.take(self._webhooks, owner, self._utc_now())
        if self._budgets is not None:
            self._budgets.take(self._webhooks, owner, self._utc_now())
        self._turns.forget_others(webhooks)
        self._begin_due(owner)
        return True

    def _begin_due(self, owner: bytes) -> None:
        """Begin to send until all turns are taken; many that wait for a turn of their host hide no other."""
        now, most, looked_at = self._utc_now().timestamp(), MOST_DUE, 0
        while not self._turns.is_full and most <= MOST_LOOKED_AT:
            rows = self._ledger.first_due(now, most)
            for due in rows[looked_at:]:
                self._consider(due, owner)
            if len(rows) < most:
                return
            most, looked_at = 4 * most, most

    def _consider(self, due: Due, owner: bytes) -> None:
        """Begin to send a delivery if it is its turn, or forget one that has ended."""
        delivery = records.delivery_of(due.value)
        webhook = self._webhooks.get(due.folder.removeprefix(records.DELIVERIES))
        if webhook is None:
            self._forget_folder(due)
        elif delivery is None or not delivery.is_pending:
            place = (due.folder, due.name)
            self._ledger.commit([Write(*place, None)], {place: due.value, OWNER: owner})
            self._wake.set()  # for what is due behind it
        else:
            host = (urlsplit(webhook.subscription.url).hostname or "").removesuffix(".")
            if self._turns.begin(webhook.id, host, self._monotonic(), is_urgent=delivery.is_urgent):
                arguments = (webhook, delivery, due, owner)
                threading.Thread(target=self._send, args=arguments, name="webhook", daemon=True).start()

    def _forget_folder(self, due: Due) -> None:
        """Of a webhook that was removed while a delivery of it was made, or that this release cannot read."""
        if self._ledger.get(records.WEBHOOKS, due.folder.removeprefix(records.DELIVERIES)) is None:
            self._ledger.remove_folder(due.folder)

    def _send(self, webhook: Webhook, delivery: Delivery, due: Due, owner: bytes) -> None:
        is_success = False
        try:
            outcome = attempt(self._post, webhook, delivery, self._utc_now())
            is_success = outcome.error is None
            tried = after(delivery, outcome, self._utc_now(), self._jitter())
            if self._store(tried, due, owner):
                self._note(webhook, tried)
        except Exception:  # the delivery stays due
            log.exception("a delivery of the webhook %s could not be tried", webhook.id)
        finally:
            self._turns.end(webhook.id, self._monotonic(), is_success=is_success)
            self._wake.set()

    def _store(self, tried: Delivery, due: Due, owner: bytes) -> bool:
        """Whether the outcome counts: not if the delivery was removed, sent again, or is another process's by now."""
        for _ in range(STORE_TRIES):
            try:
                expected = {(due.folder, due.name): due.value, OWNER: owner}
                return self._ledger.commit([records.delivery_write(tried)], expected)
            except StateUnavailable:
                time.sleep(LOOK_SECONDS)
        return False

    def _note(self, webhook: Webhook, tried: Delivery) -> None:
        outcome = "retried" if tried.is_pending else tried.state.value
        self._telemetry.webhook_attempt(outcome)
        if outcome == "dead":
            log.warning("a delivery of the webhook %s is a dead letter: %s", webhook.id, tried.last_error)

    def _follow(self) -> None:
        is_failing = False
        while True:
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
            try:
                self.look()
                is_failing = False
            except StateUnavailable as error:
                if not is_failing:
                    log.warning("webhooks are not sent for now: %s", error)
                is_failing = True
                time.sleep(LOOK_SECONDS)
            except Exception:  # the thread must go on: the next look may succeed
                log.exception("webhooks could not be sent")
                time.sleep(LOOK_SECONDS)
