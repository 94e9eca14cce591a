"""Events become deliveries over a real file and a real Redis: once, by one process, whatever is killed."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from itertools import pairwise

from carbon.webhooks import DeliveryState, TooManyWebhooks
from outbound.poster import PostReply
from push.webhooks.desk import WebhookDesk
from push.webhooks.intake import CURSOR
from store.webhooks.ledger import Write
from tests.fakes.patience import HANG_SECONDS, eventually
from tests.push.webhook_senders import ALL_KINDS, CROSSING, TENANT, World, replying


def test_a_crossing_is_sent_signed_with_what_a_receiver_needs(world: World) -> None:
    webhook = world.create()
    sender = world.sender()
    world.happen(80.0, 120.0)

    world.step(sender)

    (sent,) = world.sent
    (delivery,) = world.deliveries(webhook)
    body = json.loads(sent.body)
    time, _, digest = sent.headers["X-Carbon-Signature"].partition(",")
    signed = f"{time[2:]}.".encode() + sent.body
    assert digest == f"v1={hmac.new(webhook.secret.encode(), signed, hashlib.sha256).hexdigest()}"
    assert int(time[2:]) == world.clock.utc_now().timestamp()
    assert sent.headers["X-Carbon-Event"] == body["type"] == "crossing"
    assert sent.delivery == body["id"] == delivery.id
    assert body["data"]["crossing"] == {"side": "below", "limit": 100.0, "hysteresis": 10.0, "state": "entered"}
    assert (body["data"]["zone"], body["data"]["regions"], body["data"]["carbon_intensity"]) == ("DE", [], 80.0)
    assert body["data"]["source"] == "entsoe"
    assert (delivery.state, delivery.attempts, delivery.last_status) == (DeliveryState.DELIVERED, 1, 200)
    assert world.counts.seen["webhook_attempt", "delivered"] == 1


def test_each_subscribed_kind_is_a_delivery_of_its_own(world: World) -> None:
    world.create(ALL_KINDS)
    sender = world.sender()
    world.happen(80.0, 120.0)
    world.renew()

    for _ in range(4):
        world.step(sender)

    bodies = [json.loads(sent.body) for sent in world.sent]
    assert sorted(body["type"] for body in bodies) == ["crossing", "forecast", "intensity"]
    data = {body["type"]: body["data"] for body in bodies}
    forecast = {"source": "entsoe", "starts_at": "2026-02-11T12:00:00Z", "carbon_intensity": [90.0, None]}
    assert data["forecast"]["forecast"] == forecast
    assert data["intensity"]["previous_carbon_intensity"] == 120.0
    assert "forecast" not in data["intensity"]


def test_events_of_other_zones_and_from_before_the_webhook_are_not_sent(world: World) -> None:
    world.happen(70.0, 150.0)
    world.create(ALL_KINDS)
    world.happen(60.0, 160.0, zone="FR")

    world.step(world.sender())

    assert world.sent == []


def test_a_value_that_trembles_around_the_threshold_is_told_once_and_an_unknown_one_never(world: World) -> None:
    world.create(CROSSING)  # below 100, back from 110 on
    sender = world.sender()
    values = [120.0, 99.0, 101.0, None, 98.0, 109.0, 112.0, None, 90.0]

    for before, now in pairwise(values):
        world.happen(now, before)
        world.step(sender)

    crossings = [json.loads(sent.body)["data"] for sent in world.sent]
    assert [(one["crossing"]["state"], one["carbon_intensity"]) for one in crossings] == [
        ("entered", 99.0),
        ("left", 112.0),
        ("entered", 90.0),
    ]


def test_the_state_of_a_threshold_outlives_its_sender(world: World) -> None:
    world.create()
    first = world.sender()
    world.happen(80.0, 120.0)
    world.step(first)
    first.leave()

    world.happen(85.0, 80.0)
    assert world.step(world.sender())  # at once: the first one has given its lease back

    assert len(world.sent) == 1


def test_of_several_processes_one_sends(world: World) -> None:
    world.create()
    senders = [world.sender() for _ in range(3)]
    world.happen(80.0, 120.0)

    sending = [world.step(sender) for sender in senders for _ in range(2)]

    assert sending == [True, True, False, False, False, False]
    assert len(world.sent) == 1
    assert senders[0].zones() == {"DE"}
    assert senders[1].zones() == set()


def test_processes_that_look_at_once_send_once(world: World) -> None:
    world.create()
    senders = [world.sender() for _ in range(4)]
    world.happen(80.0, 120.0)
    looks = [threading.Thread(target=sender.look) for sender in senders]

    for look in looks:
        look.start()
    for look in looks:
        look.join(HANG_SECONDS)

    assert eventually(lambda: all(sender.is_idle for sender in senders))
    assert len(world.sent) == 1


def test_a_delivery_of_a_process_that_died_is_sent_again_with_the_same_id(world: World) -> None:
    webhook = world.create()
    dead, is_over = world.sender(), threading.Event()
    world.reply = lambda _: (is_over.wait(HANG_SECONDS) and None) or PostReply(status=200, retry_after_seconds=None)
    world.happen(80.0, 120.0)
    dead.look()  # it never learns what became of its attempt
    assert eventually(lambda: len(world.sent) == 1)
    world.reply = replying(200)

    heir = world.sender(has_ended=lambda name: True)
    world.step(heir)
    is_over.set()
    assert eventually(lambda: dead.is_idle)

    assert world.sent[0].delivery == world.sent[1].delivery
    assert [one.state for one in world.deliveries(webhook)] == [DeliveryState.DELIVERED]
    assert world.deliveries(webhook)[0].attempts == 1  # what the late one learned does not count


def test_the_lease_of_a_process_far_away_runs_out(world: World) -> None:
    world.create()
    first, second = world.sender(), world.sender()
    world.step(first)

    assert not world.step(second, seconds=19)
    assert world.step(second, seconds=2)
    assert not world.step(first)


def test_events_are_taken_once_even_by_a_process_that_lost_the_lease(world: World) -> None:
    webhook = world.create()
    first, second = world.sender(), world.sender()
    world.step(first)
    world.happen(80.0, 120.0)
    world.step(second, seconds=21)

    world.step(first)

    assert len(world.sent) == len(world.deliveries(webhook)) == 1


def test_a_cursor_far_ahead_of_the_log_goes_back_to_its_end(world: World) -> None:
    """The cursor was written by a clock that was wrong; the events in between would never be seen."""
    world.create()
    world.ledger().commit([Write(*CURSOR, b"9999999999999999")])
    sender = world.sender()
    world.happen(120.0, 121.0)
    world.step(sender)

    world.happen(80.0, 120.0)
    world.step(sender)

    assert len(world.sent) == 1


def test_requests_at_once_make_no_more_webhooks_than_there_may_be(world: World) -> None:
    desk = WebhookDesk(world.ledger(), most=2, utc_now=world.clock.utc_now)
    together = threading.Barrier(8)
    refusals: list[TooManyWebhooks] = []

    def create() -> None:
        together.wait(HANG_SECONDS)
        try:
            desk.create(TENANT, CROSSING)
        except TooManyWebhooks as refusal:
            refusals.append(refusal)

    requests = [threading.Thread(target=create) for _ in range(8)]
    for request in requests:
        request.start()
    for request in requests:
        request.join()

    assert len(desk.webhooks(TENANT)) <= 2
    assert len(desk.webhooks(TENANT)) + len(refusals) == 8
