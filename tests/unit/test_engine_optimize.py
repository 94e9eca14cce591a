"""What holds for every optimize answer, over random questions and grids on the shipped catalog."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbon.errors import DoesNotFit, NoFeasiblePlacement
from carbon.placements import Placement, PlacementRow
from carbon.workload import Load, OptimizeQuery, Priority, RankBy, Requirements, WorkloadType
from engine import Engine
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, flat, known

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
ZONES = ["SE-SE3", "FR", "US-MIDA-PJM", "IE", "DE", "US-NW-PACW", "IN-WE"]
REGIONS = ["aws:us-east-1", "aws:eu-north-1", "aws:ap-south-1", "gcp:europe-west1", "azure:westeurope", "ovh:GRA"]


@st.composite
def questions(draw: st.DrawFn) -> OptimizeQuery:
    start = draw(st.one_of(st.none(), st.integers(-5, 50).map(lambda hours: NOW + timedelta(hours=hours))))
    deadline = draw(st.one_of(st.none(), st.integers(1, 400).map(lambda hours: NOW + timedelta(minutes=13 * hours))))
    return OptimizeQuery(
        workload=draw(st.sampled_from(WorkloadType)),
        priority=draw(st.sampled_from(Priority)),
        region=draw(st.one_of(st.none(), st.sampled_from(REGIONS))),
        duration_hours=draw(st.one_of(st.none(), st.floats(0.01, 900))),
        providers=draw(st.sampled_from([("aws",), ("aws", "gcp"), ()])),
        exclude_regions=tuple(draw(st.lists(st.sampled_from(REGIONS), max_size=2))),
        instance_types=draw(st.sampled_from([(), (), ("m5.large", "t1.micro", "g4dn.xlarge", "t3.large")])),
        requirements=draw(st.sampled_from([None, None, Requirements(vcpus=4, memory_gb=8), Requirements(gpus=1)])),
        load=Load(
            utilization=draw(st.one_of(st.none(), st.floats(0, 1))),
            accelerator_utilization=draw(st.one_of(st.none(), st.floats(0, 1))),
        ),
        include_embodied=draw(st.booleans()),
        max_carbon_intensity=draw(st.one_of(st.none(), st.floats(20, 600))),
        flexible=draw(st.one_of(st.none(), st.booleans())),
        start_after=start,
        deadline=deadline,
        rank_by=draw(st.sampled_from([None, None, *RankBy])),
        count=draw(st.sampled_from([1, 1, 3])),
        limit=draw(st.integers(1, 12)),
        per_region=draw(st.integers(1, 3)),
    )


@st.composite
def grids(draw: st.DrawFn) -> FakeReader:
    hourly = st.lists(st.integers(1, 900).map(float), min_size=1, max_size=72)
    zones = draw(st.lists(st.sampled_from(ZONES), unique=True))
    return FakeReader({zone: known(NOW, draw(hourly)) for zone in zones})


def answer(query: OptimizeQuery, reader: FakeReader) -> Placement | None:
    """None where nothing satisfies the question; other tests hold those answers to account."""
    try:
        return Engine(cloud_map(), reader).at(NOW).optimize(query)
    except (NoFeasiblePlacement, DoesNotFit):
        return None


def work_per_hour(row: PlacementRow) -> float:
    """Speed of a unit x units that do work x utilisation, from the row and the catalog's plain values."""
    region, name = row.emission.region, row.emission.instance_type
    machine = cloud_map().instance_type(region.partition(":")[0], name)
    assert row.performance is not None
    if machine.accelerator:
        return row.performance * machine.accelerator_count * (row.emission.accelerator_utilization or 0.0)
    assert machine.vcpus is not None
    assert machine.reserved_vcpus is not None
    return row.performance * min(machine.vcpus, machine.reserved_vcpus) * row.emission.utilization


@given(query=questions(), reader=grids())
@settings(max_examples=120)
def test_every_row_adds_up(query: OptimizeQuery, reader: FakeReader) -> None:
    body = answer(query, reader)

    rows = [] if body is None else [*body.rows, body.requested]
    for row in rows:
        if not isinstance(row, PlacementRow):
            continue
        emission = row.emission
        assert emission.used.gco2e_per_kwh is not None
        assert emission.operational_gco2e == pytest.approx(emission.energy_kwh * emission.used.gco2e_per_kwh)
        hours_and_pue = emission.duration_hours / 1000 * emission.pue * emission.count
        assert emission.energy_kwh == pytest.approx(emission.draw.it_w * hours_and_pue)
        assert (emission.embodied_gco2e is not None) == query.include_embodied
        if row.gco2e_per_unit_work is not None:
            work = work_per_hour(row) * emission.duration_hours * emission.count
            assert row.gco2e_per_unit_work == pytest.approx(emission.total_gco2e / work, rel=1e-9)
        assert row.start_now_used.gco2e_per_kwh is not None
        assert row.start_now_gco2e >= emission.operational_gco2e * (1 - 1e-8)


@given(query=questions(), reader=grids())
@settings(max_examples=120)
def test_every_answer_keeps_what_was_asked(query: OptimizeQuery, reader: FakeReader) -> None:
    body = answer(query, reader)
    if body is None:
        return

    earliest = max(NOW, query.start_after or NOW)
    regions = [row.emission.region for row in body.rows]
    assert 0 < len(body.rows) <= query.limit
    assert all(regions.count(region) <= query.per_region for region in regions)
    assert body.qualifying + sum(body.removed.values()) == body.candidates
    for row in body.rows:
        assert row.qualifies
        assert row.emission.region not in query.exclude_regions
        assert not query.instance_types or row.emission.instance_type in query.instance_types
        assert row.window.starts_at >= earliest
        assert row.window.starts_at <= (query.deadline or earliest + timedelta(hours=24))
        assert query.deadline is None or row.window.ends_at <= query.deadline
        if not body.flexible:
            assert row.window.starts_at == earliest
        if query.max_carbon_intensity is not None:
            assert (row.window.mean.gco2e_per_kwh or 0) <= query.max_carbon_intensity


@given(query=questions(), reader=grids())
@settings(max_examples=120)
def test_the_caller_s_region_is_always_shown_exactly_once(query: OptimizeQuery, reader: FakeReader) -> None:
    body = answer(query, reader)
    if body is None:
        return

    among_rows = [row for row in body.rows if row.emission.region == query.region]
    assert all(row.is_requested_region for row in among_rows)
    if query.region is None or among_rows:
        assert body.requested is None
    else:
        assert body.requested is not None
    if isinstance(body.requested, PlacementRow):
        assert body.requested.is_requested_region
        assert body.requested.qualifies == (body.requested.refused_by == ())


@given(query=questions(), reader=grids())
@settings(max_examples=120)
def test_rows_come_in_the_order_of_the_priority(query: OptimizeQuery, reader: FakeReader) -> None:
    body = answer(query, reader)
    if body is None:
        return

    rows = [row for row in body.rows if row.compared_gco2e is not None and row.score is not None]
    scores = [row.score or 0.0 for row in rows]
    assert scores == pytest.approx(sorted(scores, reverse=True), rel=1e-8)
    for row in rows:
        assert row.compared_gco2e is not None
        if query.priority is Priority.PERFORMANCE:
            assert row.score == pytest.approx(row.relative_performance)
        if query.priority is Priority.CARBON:
            assert row.score == pytest.approx((rows[0].compared_gco2e or 0.0) / row.compared_gco2e)


@given(query=questions(), reader=grids())
@settings(max_examples=120)
def test_what_is_compared_is_the_row_itself_by_machine_and_the_work_of_row_1_by_work(
    query: OptimizeQuery, reader: FakeReader
) -> None:
    body = answer(query, reader)
    if body is None:
        return

    shown = [*body.rows, *([body.requested] if isinstance(body.requested, PlacementRow) else [])]
    for row in shown:
        if body.ranked_by.by is RankBy.WORK:
            assert row.compared_gco2e == row.gco2e_for_same_work
        elif row.compared_gco2e is not None:
            assert row.compared_gco2e == pytest.approx(row.emission.total_gco2e)
            if row.emission.cost.on_demand_usd is not None:
                assert row.compared_usd == pytest.approx(row.emission.cost.on_demand_usd)


@given(query=questions(), reader=grids())
@settings(max_examples=120)
def test_savings_and_advice_can_be_recomputed_from_the_answer(query: OptimizeQuery, reader: FakeReader) -> None:
    body = answer(query, reader)
    if body is None:
        return

    first, saved = body.rows[0], body.savings
    is_service = query.duration_hours is None and not body.flexible
    factor = 730.0 if is_service else 1.0
    for hint in body.advice:
        assert hint.per == ("month" if is_service else "job")
        assert hint.saving_share == pytest.approx((hint.from_gco2e - hint.to_gco2e) / hint.from_gco2e)
        assert 0 <= hint.saving_share < 1
        assert hint.kind == "spot" or hint.from_gco2e - hint.to_gco2e >= 1.0
        assert hint.kind == "spot" or f"{hint.saving_share:.1%}" in hint.text
        if hint.kind == "time":
            hardware = first.emission.embodied_gco2e or 0.0
            assert hint.from_gco2e == pytest.approx((first.start_now_gco2e + hardware) * factor)
            assert hint.to_gco2e == pytest.approx(first.emission.total_gco2e * factor)
        if hint.kind == "region" and hint.from_label != first.emission.region:
            assert hint.to_gco2e == pytest.approx((first.compared_gco2e or 0.0) * factor)
            assert hint.from_label == saved.baseline_region == query.region
    if first.compared_gco2e is None:
        assert saved.against_worst_gco2e is None
        return
    assert first.compared_gco2e == pytest.approx(first.emission.total_gco2e)
    assert saved.baseline_gco2e is not None
    assert saved.against_worst_share is not None
    assert saved.against_baseline_gco2e == pytest.approx(saved.baseline_gco2e - first.compared_gco2e, abs=1e-9)
    assert -1e-9 <= saved.against_worst_share < 1


def test_the_same_question_has_the_same_answer() -> None:
    query = OptimizeQuery(workload=WorkloadType.GENERAL, priority=Priority.BALANCED, limit=100)

    first, again = (Engine(cloud_map(), FakeReader()).at(NOW).optimize(query) for _ in range(2))

    assert first == again


def test_live_zones_are_counted() -> None:
    reader = FakeReader({"FR": flat(NOW, 40), "SE-SE3": flat(NOW, 60)})
    query = OptimizeQuery(workload=WorkloadType.GENERAL, priority=Priority.CARBON, providers=("aws",))

    placement = Engine(cloud_map(), reader).at(NOW).optimize(query)

    # 34 regions; us-east-1 and us-east-2 share one zone.
    assert (placement.live_zones, placement.zones, placement.regions_in_scope) == (2, 33, 34)
