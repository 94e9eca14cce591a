"""Prices are refreshed from a list as large as the real one while all workers answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import quantiles

from pricing.refresh.registry import selected
from pricing.refresh.run import Run
from tests.fakes.aws_lists import spot_feed
from tests.fakes.price_lists import NOW, PriceServer, settings_for
from tests.faults.client import Load, Question, ask, failures
from tests.faults.server import Gunicorn, wait_until

SWAP_SECONDS = 5.0
MOST_HEALTH_SECONDS = 0.3
HEALTH = Question(path="/health")
BODY = {"region": "us-east-1", "instance_type": "m5.large", "duration_hours": 1}
BILL = Question(path="/api/v1/calculate", body=BODY)


def spot_prices(server: Gunicorn) -> set[float]:
    """What an hour costs now; asked so often that every worker has most likely answered."""
    answers = [ask(server.port, BILL) for _ in range(24)]
    return {answer.json()["calculation"]["cost"]["spot_usd_per_hour"] for answer in answers if answer.status == 200}


def test_every_worker_answers_with_refreshed_prices_within_five_seconds_and_health_does_not_wait(
    tmp_path: Path,
) -> None:
    with (
        PriceServer({"spot.json": spot_feed("1.5")}).serving() as lists,
        Gunicorn(tmp_path, {"LIVE": "off"}, workers=2) as server,
    ):
        (before,) = spot_prices(server)
        settings = replace(settings_for(lists), data_dir=tmp_path / "var")
        load = Load(server.port, [HEALTH, BILL], callers=4)
        with load.running():
            (outcome,) = Run(settings=settings, clock=lambda: NOW).each(selected(["aws-spot-feed"], settings))
            wait_until(
                lambda: spot_prices(server) == {round(1.5 * before, 6)}, "all workers have it", seconds=SWAP_SECONDS
            )

    assert outcome.outcome == "replaced"
    assert not failures(load.answers())
    seconds = [answer.seconds for answer in load.answers() if answer.question == HEALTH]
    assert quantiles(seconds, n=100)[98] < MOST_HEALTH_SECONDS
