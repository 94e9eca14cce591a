"""How long a source is left alone after a 429 that does not say how long, by what its operator documents."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.fakes.background import reader_of, settled
from tests.fakes.upstream import always, reply
from tests.faults.subjects import SUBJECTS, Subject

NOW = datetime(2026, 3, 3, 9, 40, tzinfo=UTC)
# Seconds by source, from docs/live-sources.md; a minute where no rule is published.
SECONDS = {
    "entsoe": 600,  # 400 calls a minute, then a ban of ten minutes
    "ned": 300,  # 200 calls in five minutes
    "eia": 1800,  # about 1000 calls an hour
    "openelectricity": 3600,  # 500 calls a day
}


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_a_429_holds_all_calls_for_the_time_that_the_source_documents(subject: Subject) -> None:
    with subject.imitation().serving() as fake:
        fake.utc_now = lambda: NOW
        fake.fault = always(reply("", 429))
        reader = reader_of(subject.entry, NOW, **subject.settings(fake.base_url))

        reading = settled(reader, subject.zone, now=NOW, forecast=False, signal=subject.signal)[subject.zone]
        (state,) = reader.states()

    assert reading.reason == "rate-limited"
    assert state.detail == f"rate-limited: no calls are sent for {SECONDS.get(subject.name, 60)} s"
