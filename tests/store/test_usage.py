"""The ledger's rows in both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from carbon.ledger import SettledUsage, UsageDay, UsageRow
from carbon.workload import OwnMachine
from store.history.history import History
from store.ledger.grid_days import GridDays
from store.ledger.usage import LedgerRow, Standing, UsageLedger, Written
from tests.store.conftest import NOON

DAY = 20_495  # 2026-02-11
HOUR = timedelta(hours=1)


def used(usage_id: str = "one", *, grams: float | None = 10.0, days: int = 1, **fields: Any) -> SettledUsage:
    start = NOON
    row = UsageRow(
        id=usage_id, start=start, end=start + 24 * HOUR * days, region="aws:ca-central-1", tags={"team": "a"}, **fields
    )
    day = UsageDay(
        day=DAY,
        hours=24.0,
        energy_kwh=1.0,
        measured_g=grams,
        estimated_g=None if grams is None else 2.0,
        usual_g=None if grams is None else 3.0,
        embodied_g=None,
        cost_usd=0.5,
    )
    settled_days = tuple(replace(day, day=DAY + number) for number in range(days))
    return SettledUsage(row=row, zone="CA-QC", days=settled_days, billed=row.cost_usd is not None)


def grams(ledger: UsageLedger, tenant: str = "a") -> list[float | None]:
    return [one.figures.operational_g for one in ledger.totals(tenant, DAY, DAY + 10)]


@pytest.fixture
def ledger(history: History) -> UsageLedger:
    return UsageLedger(history)


def put(ledger: UsageLedger, *rows: SettledUsage, tenant: str = "a", later: float = 0.0) -> Written:
    return ledger.put(tenant, "api", [(row, True) for row in rows], NOON + timedelta(seconds=later))


def new_rows(ledger: UsageLedger) -> list[tuple[int, str, LedgerRow]]:
    """With number and tenant."""
    return ledger.improvable(Standing.NEW, 0, {}, 0, 10)


def test_nothing_is_stored_at_first_and_no_file_is_made(ledger: UsageLedger, history: History) -> None:
    assert (ledger.row("a", "one"), ledger.totals("a", 0, DAY), ledger.delete("a", "one")) == (None, [], False)
    assert history.database.path is None or not history.database.path.exists()


def test_a_row_comes_back_as_it_was_put(ledger: UsageLedger) -> None:
    own = OwnMachine(vcpus=8, memory_gb=32.0, arch="x86_64", pue=1.2)
    whole: dict[str, Any] = {
        "count": 2.5,
        "utilization": 0.3,
        "cost_usd": 1.0,
        "spot": True,
        "submitted_at": NOON - HOUR,
    }
    row = used(days=2, machine=own, decision_id="d1", **whole)

    written = put(ledger, row)

    stored = ledger.row("a", "one")
    assert stored is not None
    assert (stored.settled, stored.origin, stored.changes) == (row, "api", ())
    assert written == Written(added=1)


def test_a_zero_that_was_sent_is_not_taken_for_nothing(ledger: UsageLedger) -> None:
    row = used(utilization=0.0, it_kwh=0.0, cost_usd=0.0)

    put(ledger, row)

    stored = ledger.row("a", "one")
    assert stored is not None
    assert stored.settled.row == row.row


def test_a_new_row_never_takes_the_number_of_one_that_is_there(ledger: UsageLedger) -> None:
    put(ledger, used("one"), used("two"), used("three"))
    ledger.delete("a", "two")

    written = put(ledger, used("four"), used("one", count=2.0), used("five"))

    assert written == Written(added=2, replaced=1)
    assert sorted(one.settled.row.id for one in ledger.rows("a", DAY, DAY, 0, 10)[0]) == [
        "five",
        "four",
        "one",
        "three",
    ]
    assert len({number for number, _, _ in new_rows(ledger)}) == 4


def test_the_same_row_again_changes_nothing(ledger: UsageLedger) -> None:
    put(ledger, used())

    again = put(ledger, used(grams=99.0))

    assert (again, grams(ledger)) == (Written(unchanged=1), [15.0])


def test_another_row_with_its_id_replaces_it_and_the_former_figures_stay(ledger: UsageLedger) -> None:
    put(ledger, used(days=2))

    written = put(ledger, used(grams=7.0, count=3.0), later=60)

    stored = ledger.row("a", "one")
    assert stored is not None
    ((change),) = stored.changes
    assert (written, grams(ledger)) == (Written(replaced=1), [12.0])
    assert (change.reason, change.operational_g, change.usual_g, change.energy_kwh) == ("replaced", 30.0, 6.0, 2.0)
    assert change.changed_at == NOON + timedelta(seconds=60)


def test_of_two_rows_with_one_id_in_one_request_the_last_counts(ledger: UsageLedger) -> None:
    assert put(ledger, used(), used(grams=1.0, count=2.0)) == Written(added=1)
    assert grams(ledger) == [6.0]


def test_tenants_see_their_own_rows_alone(ledger: UsageLedger) -> None:
    put(ledger, used(), tenant="a")
    put(ledger, used(grams=1.0), tenant="b")

    assert (grams(ledger, "a"), grams(ledger, "b"), grams(ledger, "c")) == ([15.0], [6.0], [])
    assert (ledger.delete("c", "one"), ledger.row("c", "one")) == (False, None)
    assert ledger.delete("b", "one")
    assert (grams(ledger, "a"), grams(ledger, "b"), ledger.row("b", "one")) == ([15.0], [], None)


def test_totals_are_of_rows_that_are_alike_and_name_what_is_unknown(ledger: UsageLedger) -> None:
    put(ledger, used("one"), used("two", grams=None), used("three", spot=True), used("four", it_kwh=1.0))

    alike, metered = sorted(ledger.totals("a", DAY, DAY), key=lambda one: one.is_metered)

    assert (alike.rows, alike.figures.operational_g, alike.figures.hours) == (3, 30.0, 72.0)
    assert (alike.unknown_hours, alike.no_embodied_hours, alike.no_price_hours) == (24.0, 72.0, 0.0)
    assert (alike.region, alike.zone, alike.machine, dict(alike.tags)) == (
        "aws:ca-central-1",
        "CA-QC",
        "",
        {"team": "a"},
    )
    assert (metered.rows, metered.figures.operational_g) == (1, 15.0)


def at_submission(row: SettledUsage, grams: float | None) -> SettledUsage:
    return replace(row, days=tuple(replace(day, at_submission_g=grams) for day in row.days))


def test_totals_name_the_rows_and_grams_of_which_it_is_not_known_what_they_were_at_submission(
    ledger: UsageLedger,
) -> None:
    put(ledger, at_submission(used("one"), 40.0), used("two"), used("three"), used("four", grams=None))

    (total,) = ledger.totals("a", DAY, DAY)

    assert (total.figures.at_submission_g, total.without_submission_rows, total.without_submission_g) == (40.0, 2, 30.0)


def test_a_better_figure_of_the_submission_is_stored_and_is_no_change_of_what_was_emitted(ledger: UsageLedger) -> None:
    put(ledger, at_submission(used(), 40.0))
    ((number, _, stored),) = new_rows(ledger)

    changed = [
        ledger.improve([(number, at_submission(stored.settled, 50.0), Standing.ON_USUAL)], NOON + HOUR)
        for _ in range(2)
    ]

    after = ledger.row("a", "one")
    assert after is not None
    assert (changed, after.settled.days[0].at_submission_g, after.changes) == ([1, 0], 50.0, ())


def test_rows_are_listed_by_day_and_id_in_pages(ledger: UsageLedger) -> None:
    put(ledger, *[used(name) for name in ("b", "c", "a")])

    page, total = ledger.rows("a", DAY, DAY, 1, 1)

    assert ([one.settled.row.id for one in page], total) == (["b"], 3)
    assert ledger.rows("a", DAY - 5, DAY - 1, 0, 10) == ([], 0)


def test_better_figures_replace_the_former_ones_once(ledger: UsageLedger) -> None:
    put(ledger, used())
    ((number, tenant, stored),) = new_rows(ledger)
    better = replace(stored.settled, days=(replace(stored.settled.days[0], measured_g=20.0, usual_g=0.0),))

    changed = [ledger.improve([(number, better, one)], NOON + HOUR) for one in (Standing.NEW, Standing.FINAL)]

    after = ledger.row("a", "one")
    assert after is not None
    assert (tenant, changed, grams(ledger)) == ("a", [1, 0], [22.0])
    assert [(change.reason, change.operational_g) for change in after.changes] == [("readings", 15.0)]
    assert new_rows(ledger) == []


def test_a_row_that_was_replaced_meanwhile_is_not_improved(ledger: UsageLedger) -> None:
    put(ledger, used())
    ((number, _, stored),) = new_rows(ledger)
    put(ledger, used(grams=1.0, count=5.0), later=5)

    assert ledger.improve([(number, stored.settled, Standing.FINAL)], NOON + HOUR) == 0
    assert grams(ledger) == [6.0]


def standing(ledger: UsageLedger, one: Standing, ended_before: int, changed: dict[str, int]) -> list[str]:
    return sorted(stored.settled.row.id for _, _, stored in ledger.improvable(one, ended_before, changed, 0, 10))


def test_rows_are_settled_anew_if_they_are_new_or_ran_when_something_changed_or_the_time_of_better_readings_is_over(
    ledger: UsageLedger,
) -> None:
    put(ledger, used("short"), used("long", days=3), used("new"))
    rows = {one.settled.row.id: (number, one.settled) for number, _, one in new_rows(ledger)}
    ledger.improve([(*rows[name], Standing.ON_USUAL) for name in ("short", "long")], NOON)

    assert standing(ledger, Standing.NEW, 0, {}) == ["new"]
    assert standing(ledger, Standing.ON_READINGS, DAY + 10, {"aws:ca-central-1": 0}) == []
    assert standing(ledger, Standing.ON_USUAL, DAY, {"aws:eu-west-1": 0, "aws:eu-west-2": DAY}) == []
    assert standing(ledger, Standing.ON_USUAL, DAY, {"aws:ca-central-1": DAY}) == ["long", "short"]
    assert standing(ledger, Standing.ON_USUAL, DAY, {"aws:ca-central-1": DAY + 2}) == ["long"]
    assert standing(ledger, Standing.ON_USUAL, DAY, {"aws:ca-central-1": DAY + 3}) == []
    assert standing(ledger, Standing.ON_USUAL, DAY + 1, {}) == ["short"]


def test_a_row_that_is_replaced_is_new_again(ledger: UsageLedger) -> None:
    put(ledger, used())
    ((number, _, stored),) = new_rows(ledger)
    ledger.improve([(number, stored.settled, Standing.ON_READINGS)], NOON)
    assert new_rows(ledger) == []

    put(ledger, used(count=5.0), later=5)

    assert len(new_rows(ledger)) == 1


def test_the_grid_by_which_rows_were_settled_is_kept_by_zone_and_regions_of_all_tenants_are_listed(
    ledger: UsageLedger,
) -> None:
    one = GridDays(facts="v1", first_day=DAY, digests=bytes(range(16)))
    put(ledger, used())
    put(ledger, used(), tenant="b")
    assert (ledger.regions(), ledger.grid_days()) == (["aws:ca-central-1"], {})

    for zones in (["CA-QC", "FR"], ["FR"]):
        ledger.keep_grid_days(dict.fromkeys(zones, one))

    assert ledger.grid_days() == {"FR": one}
    assert (one.digest(DAY), one.digest(DAY + 1)) == (bytes(range(8)), bytes(range(8, 16)))
    assert (one.digest(DAY - 1), one.digest(DAY + 2)) == (b"", b"")


def test_rows_that_are_stored_as_they_are_are_told_from_others_and_other_tenants(ledger: UsageLedger) -> None:
    put(ledger, used("one"), used("two"))
    rows = [used("one").row, used("two", count=5.0).row, used("three").row]

    assert (ledger.unchanged("a", rows), ledger.unchanged("b", rows)) == ({"one"}, set())


def test_grams_of_rows_whose_ids_begin_alike_are_summed_by_id_and_unknown_if_one_day_is(ledger: UsageLedger) -> None:
    put(ledger, used("ci_x:1", days=2), used("ci_x:2", grams=None), used("ciax:3"), used("other"))
    put(ledger, used("ci_x:4"), tenant="b")

    assert ledger.grams("a", "ci_x:", DAY, DAY) == {"ci_x:1": 30.0, "ci_x:2": None}  # "_" is no wildcard
    assert ledger.grams("a", "ci_x:", DAY + 1, DAY + 9) == {}  # which began before
