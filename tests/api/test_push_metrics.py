"""/metrics about streams and webhooks."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.edge.exchange import service_of
from carbon.errors import StateUnavailable
from tests.api.test_metrics import of, scrape
from tests.fakes.service import service


def test_what_an_alert_counts_is_there_at_0_so_that_its_first_increase_is_seen() -> None:
    samples = scrape(service().test_client())

    assert of(samples, "cao_webhook_attempts_total", outcome="dead") == 0
    assert of(samples, "cao_open_streams", protocol="sse") == 0


def test_stored_webhooks_are_a_metric_and_absent_while_they_cannot_be_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = service(data_dir=tmp_path)
    client = app.test_client()
    before = of(scrape(client), "cao_webhooks")
    hook = {"url": "https://ci.example.org/hook", "zone": "DE"}
    assert client.post("/api/v1/webhooks", json=hook).status_code == 201
    after = of(scrape(client), "cao_webhooks")

    def unusable() -> int:
        raise StateUnavailable("the file cannot be read")

    monkeypatch.setattr(service_of(app).webhooks, "count", unusable)

    assert (before, after, of(scrape(client), "cao_webhooks")) == (0, 1, None)
