"""What changes between two looks at zones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.events import IssuedForecast, ZoneLook
from carbon.intensity import CarbonIntensity, Provenance, Quality
from carbon.reading import UpstreamForecast
from planning.push.changes import changes, is_renewed, merged
from planning.push.issued import issued_forecast
from push.codec import decode_event, decode_looks, encode_change, encode_looks

NOON = datetime(2026, 2, 11, 12, tzinfo=UTC)


def value(grams: float | None, *, starts_at: datetime = NOON, quality: Quality = Quality.MEASURED) -> CarbonIntensity:
    origin = Provenance(quality=quality, source="uk-carbon-intensity", starts_at=starts_at, age_seconds=60)
    return CarbonIntensity(gco2e_per_kwh=grams, provenance=origin)


def forecast(*grams: float | None, starts_at: datetime = NOON, source: str = "uk-carbon-intensity") -> IssuedForecast:
    return IssuedForecast(source=source, starts_at=starts_at, gco2e_per_kwh=grams)


def look(
    grams: float | None, issued: IssuedForecast | None = None, *, zone: str = "GB", starts_at: datetime = NOON
) -> dict[str, ZoneLook]:
    return {zone: ZoneLook(zone=zone, now=value(grams, starts_at=starts_at), forecast=issued)}


figures = st.none() | st.floats(min_value=0, max_value=2000)
looks = st.dictionaries(
    st.sampled_from(["GB", "DE", "FR"]),
    st.builds(
        lambda grams, hours: (grams, hours), figures, st.none() | st.lists(figures, min_size=1, max_size=5).map(tuple)
    ),
).map(
    lambda zones: {
        zone: ZoneLook(zone=zone, now=value(grams), forecast=None if hours is None else forecast(*hours))
        for zone, (grams, hours) in zones.items()
    }
)


@given(looks)
def test_a_look_that_sees_the_same_has_no_news(seen: dict[str, ZoneLook]) -> None:
    assert changes(seen, seen) == ()


@given(looks, looks)
def test_news_are_of_zones_that_both_looks_saw_each_kind_once(
    before: dict[str, ZoneLook], after: dict[str, ZoneLook]
) -> None:
    news = [(change.zone, change.kind) for change in changes(before, after)]

    assert {zone for zone, _ in news} <= before.keys() & after.keys()
    assert len(set(news)) == len(news)


@given(looks, looks)
def test_what_was_told_once_is_no_news_again(before: dict[str, ZoneLook], after: dict[str, ZoneLook]) -> None:
    assert changes(merged(before, after), after) == ()


@given(looks, looks)
def test_looks_and_events_are_read_as_they_were_stored(before: dict[str, ZoneLook], after: dict[str, ZoneLook]) -> None:
    assert decode_looks(encode_looks(after.values())) == after
    for change in changes(before, after):
        event = decode_event(7, encode_change(change, NOON))
        assert event is not None
        assert (event.id, event.at, event.change) == (7, NOON, change)


def test_another_value_is_told_with_the_one_before() -> None:
    (change,) = changes(look(200.0), look(180.0))

    assert (change.kind, change.zone) == ("intensity", "GB")
    assert (change.before.gco2e_per_kwh, change.now.gco2e_per_kwh) == (200.0, 180.0)


@pytest.mark.parametrize(("before", "now"), [(0.0, None), (None, 0.0)])
def test_an_unknown_value_is_not_zero(before: float | None, now: float | None) -> None:
    assert len(changes(look(before), look(now))) == 1


def test_a_difference_that_is_not_shown_is_no_news() -> None:
    assert changes(look(200.0), look(200.04)) == ()


def test_the_same_figure_of_a_newer_interval_is_news_and_its_growing_age_is_not() -> None:
    older = look(200.0)["GB"]
    aged = replace(older, now=replace(older.now, provenance=replace(older.now.provenance, age_seconds=120)))

    assert len(changes(look(200.0), look(200.0, starts_at=NOON + timedelta(minutes=30)))) == 1
    assert changes({"GB": older}, {"GB": aged}) == ()


@pytest.mark.parametrize(
    ("before", "after", "renewed"),
    [
        (None, forecast(100.0), True),
        (forecast(100.0), None, False),
        (forecast(100.0, 90.0), forecast(100.0, 90.0), False),
        (forecast(100.0, 90.0), forecast(90.0, starts_at=NOON + timedelta(hours=1)), False),
        (forecast(100.0, 90.0), forecast(90.0, 80.0, starts_at=NOON + timedelta(hours=1)), True),
        (forecast(100.0, 90.0), forecast(100.0, 91.0), True),
        (forecast(100.0, 90.0), forecast(100.0, None), True),
        (forecast(100.0), forecast(100.0, source="recent-hours-336h"), True),
        (forecast(100.0, starts_at=NOON + timedelta(hours=1)), forecast(70.0, 100.0), False),
    ],
)
def test_a_forecast_is_renewed_if_it_says_anything_else_or_reaches_further(
    before: IssuedForecast | None, after: IssuedForecast | None, renewed: bool
) -> None:
    assert is_renewed(before, after) is renewed


def test_an_older_forecast_of_another_worker_does_not_replace_the_newer_one() -> None:
    newer = look(200.0, forecast(100.0, starts_at=NOON + timedelta(hours=1)))
    older = look(200.0, forecast(70.0, 100.0))

    assert merged(newer, older)["GB"].forecast == newer["GB"].forecast


def test_the_steps_of_an_upstream_are_told_as_hours_from_the_present_one_on() -> None:
    upstream = UpstreamForecast(
        zone="GB",
        starts_at=NOON - timedelta(hours=1),
        gco2e_per_kwh=(1.0,) * 4 + (100.0, 110.0, 120.0, 130.0) + (None,) * 4 + (90.0, None, None, None),
        source="uk-carbon-intensity-forecast",
        step_seconds=900,
    )

    issued = issued_forecast(upstream, None, NOON + timedelta(minutes=20))

    assert issued == forecast(115.0, None, 90.0, source="uk-carbon-intensity-forecast")


def test_no_forecast_is_told_where_none_reaches_the_present() -> None:
    upstream = UpstreamForecast(
        zone="GB", starts_at=NOON - timedelta(hours=2), gco2e_per_kwh=(1.0, 2.0), source="uk-carbon-intensity-forecast"
    )

    assert issued_forecast(upstream, None, NOON) is None
    assert issued_forecast(None, None, NOON) is None
