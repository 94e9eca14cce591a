"""The outcomes that calls to a source are counted under: a 200 counts as ok only if its body can be used."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest

from grid.source import SourceError
from grid.sources.electricity_maps.client import ElectricityMaps, ElectricityMapsConfig
from grid.upstream.session import Outcomes
from net import HttpLimits, Reply
from tests.fakes.clock import SteppedClock
from tests.fakes.electricity_maps import KEY, LATEST, FakeElectricityMaps
from tests.fakes.telemetry import Counts
from tests.fakes.upstream import Fault, always, changed, dropped, first, only, reply, truncated

HELLO = reply("<html>Welcome to this airport's WiFi</html>")


def outcomes(fault: Fault, *, retries: int = 0) -> dict[str, int]:
    """How the calls for one latest value are counted, that of /zones left out."""
    clock, counts = SteppedClock(datetime(2026, 3, 3, 9, 42, tzinfo=UTC)), Counts()
    with FakeElectricityMaps({"DE": 300}).serving() as server:
        server.utc_now = clock.utc_now
        source = ElectricityMaps(
            ElectricityMapsConfig(
                api_key=KEY, base_url=server.base_url, limits=HttpLimits(retries=retries, max_body_bytes=100_000)
            ),
            max_age_minutes=60,
            utc_now=clock.utc_now,
            telemetry=counts,
            monotonic=clock.monotonic,
            sleep=clock.sleep,
        )
        server.fault = only(LATEST, fault)
        with suppress(SourceError):
            source.latest("DE")
        assert sum(counts.seen.values()) == len(server.calls)
    assert counts.seen["upstream_call", "electricity-maps", "ok"] >= 1
    counts.seen["upstream_call", "electricity-maps", "ok"] -= 1
    return {outcome: count for (_, _, outcome), count in counts.seen.items() if count}


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (lambda _call, good: good, "ok"),
        (always(HELLO), "not-json"),
        (always(reply([])), "wrong-shape"),
        (changed(zone="FR"), "wrong-zone"),
        (changed(carbonIntensity=None), "null-value"),
        (changed(datetime="2026-03-03T05:00:00.000Z"), "stale"),
        (always(reply(b"[" + b" " * 200_000 + b"]")), "too-large"),
        (always(reply({}, 500)), "server-error"),
        (always(reply({}, 429)), "rate-limited"),
        (always(reply({"error": "no"}, 404)), "refused"),
        (always(reply({}, 302, Location="/")), "redirect"),
        (dropped, "connection"),
        (truncated, "connection"),
    ],
)
def test_a_call_counts_once_by_what_came_of_it(fault: Fault, outcome: str) -> None:
    assert outcomes(fault) == {outcome: 1}


def test_every_try_counts() -> None:
    assert outcomes(first(1, always(reply({}, 500))), retries=2) == {"server-error": 1, "ok": 1}


def test_a_fault_of_our_own_is_not_blamed_on_the_source_nor_counted_as_good() -> None:
    counts = Counts()
    counted = Outcomes("one", counts)

    def stumble() -> None:
        with counted.judging():
            counted.attempted(Reply(status=200, body=b"{}", retry_after_seconds=None), 0.1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()
    with counted.judging():
        pass

    assert counts.seen == {("upstream_call", "one", "internal-error"): 1}
