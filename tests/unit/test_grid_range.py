"""The grid's part of the doubt: which row of the tables applies, and whether waiting is worth it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from math import exp, log
from pathlib import Path

import numpy as np
import pytest

from carbon.intensity import Quality
from carbon.jobs import ScheduleQuery
from carbon.reading import ZoneReading
from carbon.schedules import ExpectedSavings
from catalog.model import Zone
from catalog.outlook_error import OutlookErrors, WaitingOutcome, cluster_of, load_outlook_errors
from catalog.profiles import ZoneProfiles
from catalog.tables import DATA, CatalogError
from engine import Engine
from planning.outlook.grid_range import grid_range, waiting_outcome
from planning.outlook.zones import build_outlook
from planning.scheduling.waiting import expected_savings, is_worth_waiting
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, known, observation

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
HOUR = 3600.0
PROFILES = cloud_map().profiles


def width(zone: str, *, live: bool = True, upstream: bool = False, lead: float = 0, hours: float = 1) -> float:
    """log(high / low)."""
    ratio_range = grid_range(PROFILES, zone, live=live, upstream=upstream, lead_hours=lead, duration_hours=hours)
    assert ratio_range is not None
    assert ratio_range.low <= 1 <= ratio_range.high
    return log(ratio_range.high / ratio_range.low)


@pytest.mark.parametrize("zone", ["DE", "GB", "US-CAL-CISO", "FR"])
def test_a_range_grows_with_the_lead_and_the_bare_profile_has_the_widest(zone: str) -> None:
    widths = [width(zone, lead=lead) for lead in (0, 1, 7, 25, 73)]

    assert widths == sorted(widths)
    assert widths[-1] <= width(zone, live=False)


def test_the_mean_of_a_week_varies_less_than_an_hour_of_the_bare_profile() -> None:
    assert width("DE", live=False, hours=168) < width("DE", live=False, hours=24) < width("DE", live=False, hours=1)


def test_a_steady_grid_is_surer_than_a_windy_one() -> None:
    assert width("IN-WE", live=False) < width("US-MIDA-PJM", live=False) * 3
    assert width("US-MIDA-PJM", live=False) < width("DE", live=False)


def test_long_after_a_live_value_the_bare_profile_s_range_holds() -> None:
    assert width("DE", lead=169) == width("DE", live=False)
    assert width("DE", lead=168) < width("DE", live=False)


def zone(**more: object) -> Zone:
    return replace(cloud_map().zones["DE"], zone="X", profile_zone="X", fossil_free_share=0.55, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("place", "keys"),
    [
        (zone(), ["X", "own:mixed", "own:all"]),
        (zone(profile_basis="flat"), ["flat:mixed", "flat:all"]),
        (zone(profile_basis="modelled"), ["borrowed:mixed", "borrowed:all"]),
        (replace(zone(), profile_zone="Y"), ["borrowed:mixed", "borrowed:all"]),
    ],
)
def test_a_zone_without_a_shape_of_its_own_has_the_range_of_its_cluster(place: Zone, keys: list[str]) -> None:
    assert list(OutlookErrors({}, {}).keys(place)) == keys


def test_an_upstream_s_hours_have_a_shape_also_where_the_profile_is_flat() -> None:
    assert list(OutlookErrors({}, {}).keys(zone(profile_basis="flat"), shaped=True)) == ["own:mixed", "own:all"]


@pytest.mark.parametrize(
    ("share", "cluster"),
    [(0, "fossil"), (0.1999, "fossil"), (0.2, "mostly-fossil"), (0.5, "mixed"), (0.7, "mostly-clean"), (None, "all")],
)
def test_clusters_go_by_the_fossil_free_share(share: float | None, cluster: str) -> None:
    assert cluster_of(share) == cluster


def test_between_two_durations_the_range_goes_by_the_logarithm_of_the_hours() -> None:
    table = OutlookErrors({("X", "baseline", 0): ((-0.4, -0.2, 0, 0, 0), (0.4, 0.2, 0, 0, 0))}, {})

    # The square root of 6 h is half-way from 1 h to 6 h.
    assert table.log_range(zone(), "baseline", 0, 6**0.5) == pytest.approx((-0.3, 0.3))
    assert table.log_range(zone(), "baseline", 50, 0.1) == (-0.4, 0.4)


def test_without_tables_nothing_is_said() -> None:
    bare = ZoneProfiles({"X": zone(profile_basis="flat")}, {"X": np.ones(288, np.float32)})

    assert grid_range(bare, "X", live=False, upstream=False, lead_hours=0, duration_hours=1) is None
    outlook = build_outlook(["X"], bare, {"X": ZoneReading()}, now=NOW, hours=30)
    assert outlook.mean("X", 0, HOUR).low_gco2e_per_kwh is None
    assert expected_savings(outlook, 0, earliest=0, start=HOUR, ratio=0.5) is None


def test_a_mean_has_its_low_and_high_in_grams_a_kwh() -> None:
    outlook = build_outlook(["DE"], PROFILES, {"DE": ZoneReading(latest=observation(NOW, 400))}, now=NOW, hours=30)

    mean = outlook.mean("DE", 3 * HOUR, 24 * HOUR)

    expected = grid_range(PROFILES, "DE", live=True, upstream=False, lead_hours=3, duration_hours=24)
    assert expected is not None
    assert mean.provenance.quality is Quality.FORECAST
    assert mean.low_gco2e_per_kwh == pytest.approx((mean.gco2e_per_kwh or 0) * expected.low)
    assert mean.high_gco2e_per_kwh == pytest.approx((mean.gco2e_per_kwh or 0) * expected.high)


def test_an_outcome_is_that_of_the_band_of_lead_and_predicted_saving() -> None:
    rows = {
        ("own:mixed", "live", 1, 5.0): WaitingOutcome(-0.1, 0.01, 0.1, 0.8),
        ("own:all", "live", 7, 5.0): WaitingOutcome(-0.2, 0.0, 0.2, 0.7),
    }
    table = OutlookErrors({}, rows)

    assert table.outcome(zone(), "live", 6.9, 9.99) is rows["own:mixed", "live", 1, 5.0]
    assert table.outcome(zone(), "live", 7, 5) is rows["own:all", "live", 7, 5.0]
    assert table.outcome(zone(), "live", 7, 4.99) is None
    # Of all zones the next lower band stands in for one with too few jobs.
    assert table.outcome(zone(), "live", 7, 45) is rows["own:all", "live", 7, 5.0]


def test_expected_savings_move_the_predicted_one_by_what_backtests_show() -> None:
    errors = OutlookErrors({}, {("flat:mixed", "baseline", 1, 10.0): WaitingOutcome(-0.2, -0.05, 0.1, 0.75)})
    profiles = ZoneProfiles({"X": zone(profile_basis="flat")}, {"X": np.ones(288, np.float32)}, errors)
    outlook = build_outlook(["X"], profiles, {"X": ZoneReading()}, now=NOW, hours=30)

    savings = expected_savings(outlook, 0, earliest=0, start=2 * HOUR, ratio=0.85)

    # Predicted 15 %: log(now / later) = 0.162519. With -0.05 it is 0.112519, a saving of 10.642 %.
    assert savings is not None
    assert savings.median == pytest.approx(100 * (1 - exp(-0.112519)), rel=1e-5)
    assert savings.median == pytest.approx(10.642, rel=1e-4)
    assert savings.low == pytest.approx(100 * (1 - exp(0.037481)), rel=1e-4)
    assert savings.high == pytest.approx(100 * (1 - exp(-0.262519)), rel=1e-5)
    assert savings.chance_of_saving == 0.75


@pytest.mark.parametrize(
    ("median", "chance", "worth"), [(1.0, 0.6, True), (0.99, 0.9, False), (9.0, 0.59, False), (-1.0, 0.7, False)]
)
def test_waiting_is_worth_it_from_a_median_of_one_per_cent_and_a_chance_of_six_in_ten(
    median: float, chance: float, worth: bool
) -> None:
    assert is_worth_waiting(ExpectedSavings(median=median, low=-9, high=9, chance_of_saving=chance)) is worth


def test_a_job_of_five_minutes_does_not_wait_on_a_borrowed_shape() -> None:
    stockholm = ScheduleQuery(region="aws:eu-north-1", duration_hours=1 / 12)

    plan = Engine(cloud_map(), FakeReader()).at(NOW).schedule(stockholm)

    assert plan.best == plan.at_once
    assert plan.saving_share == 0
    assert plan.expected == ExpectedSavings(median=0, low=0, high=0, chance_of_saving=0)


def test_a_job_waits_for_a_deep_dip_of_the_forecast_and_says_how_sure_that_is() -> None:
    dip = known(NOW, [300.0] * 5 + [100.0, 50.0, 100.0] + [300.0] * 64)
    query = ScheduleQuery(region="aws:us-west-2", duration_hours=3)

    plan = Engine(cloud_map(), FakeReader({"US-NW-PACW": dip})).at(NOW).schedule(query)

    assert plan.expected is not None
    assert plan.best.starts_at == NOW.replace(hour=15, minute=0)
    assert plan.expected.low < plan.expected.median < plan.expected.high
    assert plan.expected.chance_of_saving > 0.8


def test_every_zone_has_a_range_and_an_outcome() -> None:
    for name in cloud_map().zones:
        for live in (True, False):
            assert grid_range(PROFILES, name, live=live, upstream=False, lead_hours=5, duration_hours=4) is not None
        said = waiting_outcome(PROFILES, name, live=True, upstream=False, lead_hours=12, saving_percent=15)
        assert said is not None


@pytest.mark.parametrize(
    ("file", "cell", "broken", "why"),
    [
        ("grid_ranges.csv", "baseline", "fair", "outlook is not one of"),
        ("grid_ranges.csv", ",0.", ",2.", "does not contain 1"),
        ("waiting_savings.csv", " ", " x", "other than numbers"),
    ],
)
def test_a_broken_row_is_refused(tmp_path: Path, file: str, cell: str, broken: str, why: str) -> None:
    for name in ("grid_ranges.csv", "waiting_savings.csv", "nowcast_error.csv"):
        text = (DATA / name).read_text("utf-8")
        head, row, rest = text.split("\n", 2)
        (tmp_path / name).write_text(
            "\n".join([head, row.replace(cell, broken) if name == file else row, rest]), "utf-8"
        )

    with pytest.raises(CatalogError, match=why):
        load_outlook_errors(tmp_path)


def test_what_waiting_for_an_upstream_s_forecast_brings_is_read_by_the_cluster_not_by_the_zone() -> None:
    own, cluster = WaitingOutcome(-0.3, -0.1, 0.1, 0.3), WaitingOutcome(-0.1, 0.0, 0.1, 0.8)
    table = OutlookErrors({}, {("X", "live", 1, 5.0): own, ("own:mixed", "live", 1, 5.0): cluster})

    assert table.outcome(zone(), "live", 3, 6) is own
    assert table.outcome(zone(), "live", 3, 6, shaped=True) is cluster
