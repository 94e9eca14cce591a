"""The parts of webhooks as the service puts them together."""

from __future__ import annotations

from pathlib import Path

from api.edge.exchange import service_of
from push.codec import decode_looks
from tests.fakes.service import service

WEBHOOKS = "/api/v1/webhooks"
BODY = {"url": "https://ci.example.org/hooks/carbon", "zone": "DE"}


def test_the_zones_of_webhooks_are_looked_at_by_whoever_sends(tmp_path: Path) -> None:
    app = service(data_dir=tmp_path)
    parts = service_of(app)
    parts.webhook_sender.look()
    parts.publisher.look()
    before = decode_looks(parts.publisher.log.look().body)

    app.test_client().post(WEBHOOKS, json=BODY)
    parts.webhook_sender.look()
    parts.publisher.look()

    assert before == {}
    assert decode_looks(parts.publisher.log.look().body).keys() == {"DE"}


def test_a_service_without_webhooks_makes_no_file(tmp_path: Path) -> None:
    sender = service_of(service(data_dir=tmp_path)).webhook_sender

    assert not sender.look()
    assert not (tmp_path / "webhooks.sqlite3").exists()


def test_without_webhooks_nothing_is_sent_or_written(tmp_path: Path) -> None:
    app = service(data_dir=tmp_path, webhooks=0)

    refusal = app.test_client().post(WEBHOOKS, json=BODY)

    assert refusal.status_code == 429
    assert "ask its operator" in refusal.get_json()["detail"]
    assert not (tmp_path / "webhooks.sqlite3").exists()
