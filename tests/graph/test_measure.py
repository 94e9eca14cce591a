"""What documents cost, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import get_operation_ast, parse

from api.graph.limits import QUESTIONS_BY_FIELD
from api.graph.measure import cost_of
from api.graph.schema import schema


def cost(query: str, **variables: Any) -> int:
    document = parse(query)
    operation = get_operation_ast(document)
    assert operation is not None
    return cost_of(document, operation, variables, schema()._schema, QUESTIONS_BY_FIELD)


FRAGMENTS = "fragment P on ZoneHistoryAnswer {points {value}} fragment Z on ZoneFacts {zone ...H} "
NESTED = f"{FRAGMENTS} fragment H on ZoneFacts {{history(limit: 5) {{...P}}}} {{zones(limit: 2) {{zones {{...Z}}}}}}"
PLAN = "query ($q: PlanRequest!) {plan(input: $q) {assignments {job region} totals {cost_usd}}}"
LATE = 'history(step: "1d", start: "2025-01-01T00:00:00Z", end: "2025-01-11T00:00:00Z")'


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{__typename}", 1),
        # The question 60, region_details 1, its two fields.
        ('{region(region: "x") {region_details {region zone}}}', 60 + 1 + 2),
        # The question 100, total_regions 1, the list 1 and two fields of each row.
        ("{regions(limit: 3) {total_regions regions {region zone}}}", 100 + 1 + 1 + 3 * 2),
        ("{regions {regions {region}}}", 100 + 1 + 300),
        # Each of three rows has a forecast of 60, whose list of two rows is 1 and a field of each.
        ("{regions(limit: 3) {regions {forecast(hours: 2) {forecast {value}}}}}", 100 + 1 + 3 * (60 + 1 + 2)),
        # Each of two zones: its name, a history of 100, the list 1 and a field of five points.
        (NESTED, 100 + 1 + 2 * (1 + 100 + 1 + 5)),
        # Ten days and one, since the range may begin within a step.
        (f'{{zone(zone: "x") {{{LATE} {{points {{value}}}}}}}}', 40 + 100 + 1 + 11),
        ('{zone(zone: "x") {history {points {value}}}}', 40 + 100 + 1 + 25),
        # A list whose size no argument tells has ten rows.
        ('{zone(zone: "x") {zone_details {regions {region}}}}', 40 + 1 + 1 + 10),
        ("{optimize(input: {limit: 2}) {recommendation {recommendations {count}}}}", 1500 + 1 + 1 + 3),
        ("{a: regions {status} b: regions {status}}", 2 * 101),
        ("{regions {unknown {more}}}", 100 + 1 + 1),
    ],
)
def test_a_document_costs_its_questions_and_the_fields_of_each_row(query: str, expected: int) -> None:
    assert cost(query) == expected


def test_the_rows_of_a_plan_are_its_jobs() -> None:
    # The question 2,500, the list 1 and two fields of each job, totals 1 and its field.
    assert cost(PLAN, q={"jobs": [{}] * 7}) == 2500 + 1 + 7 * 2 + 1 + 1


@pytest.mark.parametrize(("limit", "rows"), [("x", 10_000), (1.5, 10_000), ([1], 10_000), (-1, 0), (None, 100)])
def test_a_size_that_is_none_is_left_to_the_validation(limit: object, rows: int) -> None:
    assert cost("query ($n: Int) {instances(limit: $n) {instances {source}}}", n=limit) == 100 + 1 + rows


@pytest.mark.parametrize(
    "times", [{"start": "x"}, {"start": 1}, {"start": "2025-01-01"}, {"start": None, "end": "x"}, {"step": ["1h"]}]
)
def test_times_that_cannot_be_read_count_as_the_longest_history(times: dict[str, object]) -> None:
    query = 'query ($start: String, $end: String, $step: String) {zone(zone: "x") {history(start: $start, end: $end, '
    query += "step: $step) {points {value}}}}"

    assert cost(query, **{"end": "2025-01-02T00:00:00Z", **times}) in (40 + 100 + 1 + 25, 40 + 100 + 1 + 10_000)
