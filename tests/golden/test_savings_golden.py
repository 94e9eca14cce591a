"""The region of the caller, advice and savings, worked out by hand."""

from __future__ import annotations

import pytest

from carbon.placements import BareRegion, Placement, PlacementRow
from carbon.workload import Priority
from tests.fakes.grid import flat, known
from tests.golden.builders import machine, ranking, utc
from tests.golden.optimize_answers import (
    GREEN,
    NOW,
    answer,
    ask,
    green,
    is_general,
    listed,
)


def test_a_region_the_caller_excluded_is_still_shown_and_is_the_baseline() -> None:
    body = answer(ask(region="aws:us-east-1", exclude_regions=("aws:us-east-1",)), GREEN)

    # us-east-1's best is m9g.large (Graviton5): 2 x (0.418 + 0.69 x 1.777) + 0.392 x (8 - 2 x 1.07) = 5.58538 W over
    # 102352/51421 = 1.990471: 0.968091 g a unit at 300, so 36.9977 g for the 38.2172 units row 1 does in 24 h.
    shown = body.requested
    assert isinstance(shown, PlacementRow)
    assert (shown.qualifies, shown.refused_by, shown.is_requested_region) == (False, ("exclude_regions",), True)
    assert shown.emission.instance_type == "m9g.large"
    assert shown.gco2e_per_unit_work == pytest.approx(5.58538 / 1.990471 * 1.15e-3 * 300, rel=1e-6)
    assert shown.gco2e_for_same_work == pytest.approx(36.9977379, rel=1e-6)
    assert "aws:us-east-1" not in {row.emission.region for row in body.rows}
    # Against it row 1's 7.12062 g save 29.8771 g, 80.7539 % of the worse figure.
    assert body.savings.baseline_region == "aws:us-east-1"
    assert body.savings.against_baseline_gco2e == pytest.approx(29.8771145, rel=1e-6)
    assert body.savings.against_baseline_share == pytest.approx(0.8075390, rel=1e-6)


def test_a_region_far_down_the_ranking_is_shown_beside_the_first_rows() -> None:
    body = answer(ask(region="aws:il-central-1"), GREEN | {"IL": flat(NOW, 650)})

    shown = body.requested
    by_hand = next(
        one
        for one in ranking("aws", is_general, lambda zone: 650.0 if zone == "IL" else green(zone))
        if one.region == "il-central-1"
    )
    assert isinstance(shown, PlacementRow)
    assert (shown.qualifies, shown.refused_by) == (True, ())
    assert "aws:il-central-1" not in {row.emission.region for row in body.rows}
    assert shown.emission.instance_type == by_hand.type
    assert shown.gco2e_per_unit_work == pytest.approx(by_hand.grams)


def test_a_requested_region_without_machines_shows_its_grid_alone() -> None:
    # AWS's region in Chile is announced, not open: it sells nothing yet.
    body = answer(ask(region="aws:sa-west-1"), GREEN | {"CL-SEN": flat(NOW, 210)})

    assert isinstance(body.requested, BareRegion)
    assert body.requested.now.intensity.gco2e_per_kwh == 210
    assert body.requested.refused_by == ("region_not_open", "no_known_offers")


def test_advice_repeats_what_the_rows_say() -> None:
    # Spain is at 200 but for four hours of 50 from 14:00; us-east-1, where the caller is, at 300.
    spain = known(NOW, [200.0] * 4 + [50.0] * 4 + [200.0] * 64)
    named = ("m8g.large", "m7i.large")

    body = answer(
        ask(
            region="aws:us-east-1",
            regions=("aws:eu-south-2", "aws:us-east-1"),
            duration_hours=4.0,
            instance_types=named,
            count=100,
        ),
        {"ES": spain},
    )

    first, here = body.rows
    hints = {hint.kind: hint for hint in body.advice}
    assert listed(body) == [("eu-south-2", "m8g.large"), ("us-east-1", "m8g.large")]
    assert set(hints) == {"time", "region", "utilization", "spot"}
    # 100 m8g.large: 0.644984 kW x 4 h x 1.15 x 50 = 148.34632 g at 14:00. At once, until 14:20, 220 minutes are at 200
    # and 20 at 50, 187.5 on average: 556.2987 g, so waiting saves 73.333 %.
    assert (first.window.starts_at, first.window.ends_at) == (utc(18, 14), utc(18, 18))
    assert (hints["time"].from_gco2e, hints["time"].to_gco2e) == pytest.approx((556.2987, 148.34632))
    assert hints["time"].saving_share == pytest.approx(1 - 50 / 187.5)
    assert hints["time"].from_gco2e == pytest.approx(first.start_now_gco2e)
    # The same machine at 300 instead of 50: 83.333 % less.
    assert (hints["region"].from_gco2e, hints["region"].to_gco2e) == pytest.approx((890.07792, 148.34632))
    assert hints["region"].from_gco2e == pytest.approx(here.gco2e_for_same_work)
    assert hints["region"].saving_share == pytest.approx(1 - 50 / 300)
    # At 0.8: 0.69 + 0.3 x 0.62 = 0.876: 2 x (0.528 + 0.876 x 2.244) + 2.29712 = 7.284608 W for 0.5/0.8 of the hours.
    assert hints["utilization"].to_gco2e == pytest.approx(148.34632 * 7.284608 / 6.44984 * 0.625, rel=1e-6)
    assert "73.3%" in hints["time"].text
    assert "83.3%" in hints["region"].text


def test_no_advice_on_another_machine_place_or_time_is_given_where_none_applies() -> None:
    # Flat for as long as it may wait, the caller is where it is best, and m7g (Graviton3: 2 x (0.495 + 0.69 x 2.104) +
    # 2.29712 = 6.19064 W over 62986/51421 = 1.224908: 5.053963 W a unit) and m7a (5.363652) differ by a factor of
    # 1.061, less than the model can tell apart.
    named = ("m7g.large", "m7a.large")

    body = answer(ask(region="aws:eu-north-1", instance_types=named, count=100), {"SE-SE3": flat(NOW, 20)})

    assert machine("aws", "m7a.large").watts_per_work() == pytest.approx(5.363652, rel=1e-6)
    assert machine("aws", "m7g.large").watts_per_work() == pytest.approx(5.053963, rel=1e-5)
    assert {hint.kind for hint in body.advice} == {"utilization", "spot"}
    assert body.rows[0].is_requested_region
    assert body.requested is None


@pytest.mark.parametrize("x86", ["m6i.large", "m7i.large", "m8i.large"])
def test_architectures_whose_ranges_overlap_are_not_worth_a_hint(x86: str) -> None:
    # The ranges of the power model and of the work index reach from 0.42 to 1.96 for m8g and from 0.57 for m7i, whose
    # grams per unit of work are 2.05 times as many: 1.96 is more than 0.57 x 2.05.
    body = answer(ask(regions=("aws:eu-west-3",), instance_types=("m8g.large", x86), count=100), GREEN)

    assert "architecture" not in {hint.kind for hint in body.advice}


def test_architectures_whose_ranges_do_not_overlap_are_worth_a_hint_that_names_the_smaller_of_equals() -> None:
    # m8g.large and m8g.2xlarge emit the same per unit of work. A t2.large emits 3.6 times as much.
    named = ("m8g.2xlarge", "m8g.large", "t2.large")

    body = answer(ask(regions=("aws:eu-west-3",), instance_types=named, count=100), GREEN)

    hint = next(hint for hint in body.advice if hint.kind == "architecture")
    assert (hint.kind, hint.to_label, hint.from_label) == ("architecture", "m8g.large", "t2.large")


def test_relative_performance_is_over_the_fastest_that_qualifies_though_no_region_is_best_with_it() -> None:
    # m6g.large: 6.3174284 W a unit at 50389/51421 = 0.979930; m7i.large: 8.2867614 at 1.240038. Both ways m6g wins:
    # sqrt(0.979930/1.240038) = 0.888956 against sqrt(6.3174284/8.2867614) = 0.873129.
    assert machine("aws", "m6g.large").watts_per_work() == pytest.approx(6.3174284)
    assert machine("aws", "m7i.large").watts_per_work() == pytest.approx(8.2867614)
    there, types = ("aws:eu-north-1",), ("m6g.large", "m7i.large")

    carbon = answer(ask(region="aws:us-east-1", regions=there, instance_types=types))
    balanced = answer(ask(priority=Priority.BALANCED, regions=there, instance_types=types))

    assert listed(carbon) == listed(balanced) == [("eu-north-1", "m6g.large")]
    assert carbon.rows[0].relative_performance == pytest.approx(0.790242, rel=1e-6)
    assert balanced.rows[0].relative_performance == pytest.approx(0.790242, rel=1e-6)
    assert balanced.rows[0].score == pytest.approx(0.888956, rel=1e-6)
    assert isinstance(carbon.requested, PlacementRow)
    assert carbon.requested.relative_performance == pytest.approx(0.790242, rel=1e-6)


def test_savings_are_for_the_work_of_row_1_and_shares_of_the_worse_figure() -> None:
    zones = GREEN | {"US-MIDA-PJM": flat(NOW, 500), "IE": flat(NOW, 250), "HK": flat(NOW, 700)}
    five = tuple(f"aws:{name}" for name in ("eu-west-3", "eu-north-1", "us-east-1", "eu-west-1", "ap-east-1"))

    body = answer(ask(regions=five), zones)

    # Row 1 does 38.217226 units in its 24 h for 7.120623 g. eu-west-1, the median of the five, has the same m8g.large
    # at 250 instead of 40 g: 7.120623 x 250 / 40 = 44.503896.
    worst = machine("aws", found_type(body, "ap-east-1")).watts_per_work() * 1.15e-3 * 700 * 38.217226
    assert body.savings.worst_region == "aws:ap-east-1"
    assert body.savings.against_worst_gco2e == pytest.approx(worst - 7.12062336, rel=1e-6)
    assert body.savings.against_worst_share == pytest.approx(1 - 7.12062336 / worst, rel=1e-6)
    assert (body.savings.baseline_region, body.savings.baseline_basis) == ("aws:eu-west-1", "median region")
    assert body.savings.baseline_gco2e == pytest.approx(44.503896, rel=1e-6)
    assert body.savings.against_baseline_share == pytest.approx(1 - 7.12062336 / 44.503896, rel=1e-6)


def found_type(found: Placement, region: str) -> str:
    return next(name for place, name in listed(found) if place == region)
