"""Deliveries that fail, over a real file and a real Redis: tried again for a day, then dead letters."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import replace

import pytest

from carbon.webhooks import DeliveryState, Subscription, WebhookEvent
from outbound.poster import PostFailed, PostReply
from push.webhooks.turns import MOST_AT_ONCE
from tests.fakes.patience import HANG_SECONDS, eventually
from tests.push.webhook_senders import CROSSING, TENANT, URL, Sent, World, replying


def test_a_failed_delivery_is_tried_again_after_ever_longer_waits(world: World) -> None:
    webhook = world.create()
    sender = world.sender()
    world.reply = replying(503)
    world.happen(80.0, 120.0)
    waits = []

    for _ in range(5):
        world.step(sender)
        (delivery,) = world.deliveries(webhook)
        assert delivery.attempted_at is not None
        waits.append((delivery.due_at - delivery.attempted_at).total_seconds())
        world.clock.advance(max(waits[-1], 61))

    assert waits == [5, 15, 45, 135, 405]
    assert {sent.delivery for sent in world.sent} == {delivery.id}
    assert len({sent.body for sent in world.sent}) == 1
    assert len({sent.headers["X-Carbon-Signature"] for sent in world.sent}) == 5  # signed anew, with the time
    assert delivery.last_error == "the receiver answered with 503"


def test_a_delivery_is_given_up_after_a_day_and_listed_as_a_dead_letter(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    webhook = world.create()
    sender = world.sender()
    world.reply = replying(500)
    world.happen(80.0, 120.0)
    world.step(sender)

    world.run(sender, seconds=25 * 3600, every=600)

    (delivery,) = world.deliveries(webhook)
    assert delivery.state is DeliveryState.DEAD
    assert 24 <= delivery.attempts <= 40
    assert world.counts.seen["webhook_attempt", "dead"] == 1
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert line == f"a delivery of the webhook {webhook.id} is a dead letter: the receiver answered with 500"
    assert webhook.secret not in caplog.text


def test_a_dead_letter_can_be_sent_again_with_the_same_id(world: World) -> None:
    webhook = world.create()
    sender = world.sender()
    world.reply = replying(410)
    world.happen(80.0, 120.0)
    world.step(sender)
    (dead,) = world.deliveries(webhook)
    world.reply = replying(200)

    world.desk().replay(TENANT, webhook.id, dead.id)
    world.step(sender, seconds=61)

    assert dead.state is DeliveryState.DEAD  # at the first 410
    assert [sent.delivery for sent in world.sent] == [dead.id, dead.id]
    assert world.deliveries(webhook)[0].state is DeliveryState.DELIVERED


def test_a_receiver_that_asks_for_time_is_given_it_up_to_an_hour(world: World) -> None:
    webhook = world.create()
    sender = world.sender()
    waits = []
    world.happen(80.0, 120.0)

    for seconds in (120, 1, 86_400):
        world.reply = replying(429, seconds)
        world.step(sender)
        (delivery,) = world.deliveries(webhook)
        assert delivery.attempted_at is not None
        waits.append((delivery.due_at - delivery.attempted_at).total_seconds())
        world.clock.advance(waits[-1] + 61)

    assert waits == [120, 15, 3600]


def test_what_is_delivered_is_forgotten_after_a_day_and_a_dead_letter_after_a_week(world: World) -> None:
    webhook = world.create(replace(CROSSING, hysteresis=0.0))
    sender = world.sender()
    world.happen(80.0, 120.0)
    world.step(sender)
    world.reply = replying(410)
    world.happen(120.0, 80.0)
    world.step(sender)

    world.step(sender, seconds=86_401)
    assert [one.state for one in world.deliveries(webhook)] == [DeliveryState.DEAD]
    world.step(sender, seconds=6 * 86_400)
    assert world.deliveries(webhook) == []


def test_a_dead_host_of_one_webhook_delays_no_other(world: World) -> None:
    slow_url = "https://slow.example.org/hook"
    slow = [world.create(Subscription(url=slow_url, events=(WebhookEvent.INTENSITY,), zone="DE")) for _ in range(20)]
    world.create(replace(CROSSING, hysteresis=0.0))
    is_over = threading.Event()

    def reply(sent: Sent) -> PostReply:
        if sent.url == slow_url:
            is_over.wait(HANG_SECONDS)
            raise PostFailed("the host did not answer in time")
        return PostReply(status=200, retry_after_seconds=None)

    world.reply = reply
    sender = world.sender()
    world.happen(80.0, 120.0)
    sender.look()
    assert eventually(lambda: sum(sent.url != slow_url for sent in world.sent) == 1)
    world.happen(120.0, 80.0)
    assert eventually(lambda: sender.look() and sum(sent.url != slow_url for sent in world.sent) == 2)

    assert sum(sent.url == slow_url for sent in world.sent) == 2  # at once, of the 20 webhooks of that host
    is_over.set()
    assert eventually(lambda: sender.is_idle)
    assert world.deliveries(slow[0])[0].last_error in (None, "the host did not answer in time")


def test_many_dead_hosts_delay_no_webhook_that_works(world: World) -> None:
    dead = [
        world.create(
            Subscription(url=f"https://dead{number}.example.org/", events=(WebhookEvent.INTENSITY,), zone="DE")
        )
        for number in range(MOST_AT_ONCE + 1)
    ]
    working = world.create()
    world.reply = lambda sent: replying(200 if sent.url == URL else 500)(sent)
    sender = world.sender()
    world.happen(120.0, 200.0)
    for _ in range(2):
        world.step(sender)
    assert all(world.deliveries(webhook)[0].attempts == 1 for webhook in dead)
    is_over = threading.Event()

    def reply(sent: Sent) -> PostReply:
        if sent.url != URL:
            is_over.wait(HANG_SECONDS)
            raise PostFailed("the host did not answer in time")
        return PostReply(status=200, retry_after_seconds=None)

    world.reply = reply
    world.clock.advance(300)  # every dead host is due again
    sender.look()
    world.happen(80.0, 120.0)

    assert eventually(lambda: sender.look() and world.deliveries(working)[0].state is DeliveryState.DELIVERED)
    is_over.set()
    assert eventually(lambda: sender.is_idle)


def test_webhooks_that_wait_for_their_host_hide_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("push.webhooks.sender.MOST_DUE", 3)
    slow = Subscription(url="https://slow.example.org/", events=(WebhookEvent.INTENSITY,), zone="DE")
    for port in range(8441, 8446):  # other ports and a dot at the end make no other host
        world.create(replace(slow, url=f"https://slow.example.org{'.' * (port % 2)}:{port}/"))
    is_over = threading.Event()

    def reply(sent: Sent) -> PostReply:
        if sent.url != URL:
            is_over.wait(HANG_SECONDS)
        return PostReply(status=200, retry_after_seconds=None)

    world.reply = reply
    sender = world.sender()
    world.happen(120.0, 200.0)
    sender.look()
    working = world.create()
    world.happen(80.0, 120.0)

    assert eventually(lambda: sender.look() and world.deliveries(working)[0].state is DeliveryState.DELIVERED)
    assert len([sent for sent in world.sent if sent.url != URL]) == 2  # at once, of one host
    is_over.set()
    assert eventually(lambda: sender.is_idle)


def test_the_failures_of_removed_webhooks_are_forgotten(world: World) -> None:
    world.reply = replying(500)
    sender = world.sender()
    world.create()
    removed = world.create()
    world.happen(80.0, 120.0)
    world.step(sender)
    world.desk().remove(TENANT, removed.id)
    world.step(sender)

    assert removed.id not in sender._turns._failures
    assert len(sender._turns._failures) == 1


def test_a_test_comes_before_what_waits_even_while_the_webhook_rests(world: World) -> None:
    webhook = world.create()
    sender = world.sender()
    world.reply = lambda sent: replying(200 if sent.headers["X-Carbon-Event"] == "test" else 500)(sent)
    world.happen(80.0, 120.0)
    world.step(sender)

    for seconds in (0, 100):  # while the webhook rests, and when the failed delivery is due again
        world.clock.advance(seconds)
        test = world.desk().test(TENANT, webhook.id)
        world.step(sender)
        assert world.sent[-1].delivery == test.id
        assert json.loads(world.sent[-1].body)["type"] == "test"

    assert len(world.sent) == 3


def test_nothing_more_is_sent_to_a_removed_webhook(world: World) -> None:
    webhook = world.create()
    sender = world.sender()
    world.reply = replying(500)
    world.happen(80.0, 120.0)
    world.step(sender)

    world.desk().remove(TENANT, webhook.id)
    world.happen(120.0, 80.0)
    world.run(sender, seconds=600, every=60)

    assert len(world.sent) == 1
    assert sender.zones() == set()


def test_an_attempt_that_ends_after_the_webhook_was_removed_leaves_nothing(world: World) -> None:
    webhook = world.create()
    sender = world.sender()

    def reply(_: Sent) -> PostReply:
        world.desk().remove(TENANT, webhook.id)
        return PostReply(status=200, retry_after_seconds=None)

    world.reply = reply
    world.happen(80.0, 120.0)
    world.step(sender)

    assert world.ledger().folder(f"deliveries/{webhook.id}") == {}


def test_a_receiver_of_which_nothing_is_known_counts_as_failed(world: World) -> None:
    webhook = world.create()

    def reply(_: Sent) -> PostReply:
        raise PostFailed("the host name leads to an address that is not public")

    world.reply = reply
    world.happen(80.0, 120.0)
    world.step(world.sender())

    (delivery,) = world.deliveries(webhook)
    assert delivery.state is DeliveryState.PENDING
    assert delivery.last_status is None
    assert delivery.last_error == "the host name leads to an address that is not public"
