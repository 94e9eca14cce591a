"""Streams of the service: `Client.stream` takes up a stream that breaks, `carbon watch` prints what it is told."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from flask import Flask, Response, request

from carbon_client import Client, ProblemError, ServiceUnreachable
from carbon_client.streams import events
from tests.clients.python.conftest import NOWHERE, Shell, served


def told(intensity: float | None, name: str | None, zone: str = "SE-SE3", *regions: str) -> str:
    """An event as the service writes it."""
    data: dict[str, Any] = {
        "event": "intensity",
        "id": name,
        "timestamp": "2026-02-11T10:30:00Z",
        "zone": zone,
        "regions": regions,
    }
    data |= {"carbon_intensity": intensity, "low": None, "high": None, "data_quality": "measured", "source": "entsoe"}
    return (f"id: {name}\n" if name else "") + f"event: intensity\ndata: {json.dumps(data)}\n\n"


class Streams:
    """A service whose stream is the next of these texts at each connection, the last for good; an int: a problem."""

    def __init__(self, *texts: str | int) -> None:
        self.texts = list(texts)
        self.requests: list[tuple[dict[str, Any], str | None]] = []
        self.app = Flask("streams")
        self.app.add_url_rule("/api/v1/stream", view_func=self.stream)

    def stream(self) -> Any:
        self.requests.append((request.args.to_dict(flat=False), request.headers.get("Last-Event-ID")))
        text = self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]
        if isinstance(text, int):
            return {"type": "about:blank", "title": "No", "status": text, "detail": "no stream"}, text
        return Response(text, mimetype="text/event-stream")


@pytest.fixture
def streams(request: pytest.FixtureRequest) -> Iterator[tuple[Streams, str]]:
    fake = Streams(*request.param)
    with served(fake.app) as url:  # type: ignore[arg-type]
        yield fake, url


def breaking(*texts: str | int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("streams", [texts], indirect=True)


def test_lines_become_events_and_comments_signs_of_life() -> None:
    lines = [b":", b"", b"id: 7", b"event: note", b"data: {", b'data:"a": 1}', b"", b"data: no", b"", b"data: {}"]

    read = list(events(lines))

    assert read[0] is None
    assert [(event.id, event.data) for event in read if event] == [("7", {"a": 1})]


@breaking(told(10.0, "4.1") + told(11.0, None), told(12.0, "9"), "")
def test_a_stream_that_breaks_goes_on_behind_the_last_event_with_an_id(streams: tuple[Streams, str]) -> None:
    sleeps: list[float] = []
    stream = Client(streams[1], sleep=sleeps.append).stream(region=["eu-north-1"], below=20)

    values = [event["carbon_intensity"] for event in islice(stream, 3) if event]

    assert values == [10.0, 11.0, 12.0]
    assert [last for _, last in streams[0].requests] == [None, "4.1"]
    assert streams[0].requests[1][0] == {"region": ["eu-north-1"], "below": ["20"]}
    with pytest.raises(ServiceUnreachable, match="ended the stream"):
        list(stream)
    assert [last for _, last in streams[0].requests[2:]] == ["9"] * 3


@breaking(404)
def test_a_service_without_streams_answers_with_its_problem(streams: tuple[Streams, str]) -> None:
    with pytest.raises(ProblemError) as caught:
        next(Client(streams[1]).stream(zone=["DE"]))

    assert caught.value.status == 404


def test_no_service_at_all_is_unreachable_after_the_retries() -> None:
    sleeps: list[float] = []

    with pytest.raises(ServiceUnreachable, match="no connection"):
        next(Client(NOWHERE, sleep=sleeps.append).stream(zone=["DE"]))

    assert len(sleeps) == 3


SAME = told(30.0, "1", "SE-SE3", "aws:eu-north-1")


@breaking(":\n\n" + SAME + SAME + told(19.0, "2", "SE-SE3", "aws:eu-north-1") + told(18.0, "3"))
def test_watch_prints_what_it_is_told_until_a_value_is_low_enough(streams: tuple[Streams, str]) -> None:
    shell = Shell(url=streams[1])

    assert shell.carbon("watch", "--region", "eu-north-1", "--below", "20", "--format", "csv") == 0

    rows = list(csv.DictReader(shell.lines))
    assert [(row["place"].removeprefix("aws:"), row["intensity"]) for row in rows] == [
        ("eu-north-1", "30.0"),
        ("eu-north-1", "19.0"),
    ]
    assert shell.sleeps == []
    assert streams[0].requests[0][0] == {"region": ["eu-north-1"], "event": ["intensity"]}


@breaking(told(30.0, "1", "SE-SE3", "aws:eu-north-1"))
def test_a_zone_that_is_followed_beside_its_region_has_a_line_of_its_own(streams: tuple[Streams, str]) -> None:
    shell = Shell(url=streams[1])

    shell.carbon("watch", "--region", "eu-north-1", "--zone", "SE-SE3", "--max-wait", "1s", "--format", "csv")

    assert [row["place"] for row in csv.DictReader(shell.lines)] == ["aws:eu-north-1", "SE-SE3"]


END = 'event: end\ndata: {"event": "end", "reason": "restart", "detail": "", "retry_after_seconds": 5}\n\n'


@breaking(told(10.0, "4") + END, told(12.0, "9"))
def test_a_stream_that_says_when_to_come_back_is_left_alone_until_then(streams: tuple[Streams, str]) -> None:
    sleeps: list[float] = []

    told_events = list(islice(Client(streams[1], sleep=sleeps.append).stream(zone=["DE"]), 3))

    assert [event["event"] for event in told_events if event] == ["intensity", "end", "intensity"]
    assert sleeps == [5.0]
