"""From states of budgets to deliveries: each threshold is told once a period to each webhook of the budget's tenant."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from carbon.budgets import BudgetState, Limited
from carbon.errors import Busy, StateUnavailable
from carbon.webhooks import Delivery, Webhook, WebhookEvent
from planning.ledger.budgets import passed
from push.webhooks.lease import OWNER
from push.webhooks.records import delivery_write
from store.webhooks.ledger import Ledger, Write

log = logging.getLogger(__name__)

FOLDER = "budgets"  # by webhook, budget, limit and period: the highest threshold that was told
EVERY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A threshold, in percent, that a limit of a budget has passed in a period."""

    state: BudgetState
    limited: Limited
    threshold: float


Look = Callable[[str, datetime], Sequence[BudgetState]]
Body = Callable[[Webhook, str, Passed, datetime], str]


class BudgetIntake:
    """Looks at budgets for webhooks that ask for it. Deliveries, and what was told, are written in one step."""

    def __init__(self, ledger: Ledger, look: Look, body: Body) -> None:
        """look: the present and the former period of each budget of a tenant. body: the JSON of a delivery."""
        self._ledger = ledger
        self._look = look
        self._body = body
        self._looked_at: datetime | None = None

    def take(self, webhooks: Mapping[str, Webhook], owner: bytes, now: datetime) -> None:
        """Make the deliveries of thresholds that were passed. Raises StateUnavailable if the ledger fails.

        owner: see Lease; nothing is written once another process holds it.
        """
        asking = [one for one in webhooks.values() if WebhookEvent.BUDGET in one.subscription.events]
        if self._looked_at is not None and abs(now - self._looked_at) < EVERY:
            return
        self._looked_at = now
        told = self._ledger.folder(FOLDER)
        if not asking and not told:
            return
        try:
            states = {tenant: self._look(tenant, now) for tenant in {one.tenant for one in asking}}
        except (Busy, StateUnavailable) as error:  # all other deliveries go on
            log.warning("budgets are not looked at for now: %s", error)
            return
        writes, present = list[Write](), set[str]()
        for webhook in asking:
            for name, highest in _highest(webhook, states[webhook.tenant]):
                present.add(name)
                if highest is not None and highest.threshold > float(told.get(name, b"0")):
                    writes.append(Write(FOLDER, name, repr(highest.threshold).encode()))
                    writes.append(delivery_write(self._delivery(webhook, name, highest, now)))
        writes += (Write(FOLDER, name, None) for name in told if name not in present)
        if writes:
            self._ledger.commit(writes, {OWNER: owner})

    def _delivery(self, webhook: Webhook, name: str, told: Passed, now: datetime) -> Delivery:
        key = f"{name}/{told.threshold!r}"
        delivery_id = f"dlv_{blake2b(key.encode(), digest_size=12).hexdigest()}"
        return Delivery(
            id=delivery_id,
            webhook_id=webhook.id,
            event=WebhookEvent.BUDGET,
            event_id=None,
            body=self._body(webhook, delivery_id, told, now),
            created_at=now,
            since=now,
            due_at=now,
        )


def _highest(webhook: Webhook, states: Sequence[BudgetState]) -> Iterator[tuple[str, Passed | None]]:
    """The highest threshold that each limit has passed in each period, by a name; another limit has another name."""
    for state in states:
        for limited, limit in state.budget.limits.items():
            second = int(state.span.starts_at.timestamp())
            thresholds = passed(state, limited)
            highest = Passed(state=state, limited=limited, threshold=thresholds[-1]) if thresholds else None
            yield f"{webhook.id}/{state.budget.name}/{limited.value}/{limit}/{second}", highest
