"""`flask accounts footprint`: AWS's own figures from its Sustainability API and from Data Exports."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from carbon.accounts import ProviderFootprint
from carbon.roles import TENANT
from store.ledger.accounts import Accounts
from tests.accounts.conftest import Run
from tests.fakes.aws_accounts import EMISSIONS, JOBS, MANAGEMENT, FakeAws, error
from tests.fakes.upstream import first

NOVEMBER = date(2025, 11, 1)
HEADER = (
    "last_refresh_timestamp,location,model_version,payer_account_id,product_code,region_code,total_lbm_emissions_unit,"
    "total_lbm_emissions_value,total_mbm_emissions_unit,total_mbm_emissions_value,usage_account_id,usage_period_end,"
    "usage_period_start\n"
)


def row(lbm: float = 0.031, mbm: float | None = 0.0, month: int = 11, **more: float) -> dict[str, Any]:
    """As the API writes one."""
    values = {"TOTAL_LBM_CARBON_EMISSIONS": lbm, "TOTAL_MBM_CARBON_EMISSIONS": mbm, **more}
    return {
        "TimePeriod": {"Start": f"2025-{month:02}-01T00:00:00Z", "End": f"2025-{month + 1:02}-01T00:00:00Z"},
        "DimensionsValues": {"REGION": "eu-north-1", "USAGE_ACCOUNT_ID": JOBS, "SERVICE": "AmazonEC2"},
        "ModelVersion": "v3.0.0",
        "EmissionsValues": {k: {"Value": v, "Unit": "MTCO2e"} for k, v in values.items() if v is not None},
    }


def stored_figures(stored: Accounts) -> list[ProviderFootprint]:
    return stored.footprints(TENANT, "aws", date(2025, 1, 1), date(2026, 12, 1))


def line(lbm: str = "0.5", mbm: str = "0", version: str = "v3.0.0", unit: str = "MTCO2e", place: str = "") -> str:
    moments = "2025-12-01 00:00:00Z,2025-11-01 00:00:00Z"
    figures = f"{unit if lbm else ''},{lbm},{unit},{mbm}"
    return f"2026-02-15 00:00:00Z,{place},{version},{MANAGEMENT},AmazonEC2,eu-north-1,{figures},{JOBS},{moments}\n"


def written(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "carbon.csv.gz"
    path.write_bytes(gzip.compress((HEADER + "".join(lines)).encode()))
    return str(path)


def test_metric_tons_are_stored_as_grams_and_what_is_not_said_as_unknown(
    run: Run, aws: FakeAws, stored: Accounts
) -> None:
    aws.emissions = [[row(mbm=None, TOTAL_SCOPE_3_LBM_CARBON_EMISSIONS=0.01)]]

    result = run("footprint", "--from", "2025-10", "--to", "2025-11")

    assert result.stdout == "1 figures of 2025-11: 1 new or changed\n"
    assert stored_figures(stored) == [
        ProviderFootprint(
            month=NOVEMBER,
            account=JOBS,
            region="eu-north-1",
            service="AmazonEC2",
            model_version="v3.0.0",
            location_based_g=31_000.0,  # 0.031 t
            market_based_g=None,
            scope_3_g=10_000.0,
        )
    ]
    (asked,) = aws.asked(EMISSIONS)
    assert (asked["Granularity"], asked["GroupBy"]) == ("MONTHLY", ["USAGE_ACCOUNT_ID", "REGION", "SERVICE"])
    assert asked["TimePeriod"] == {"Start": "2025-10-01T00:00:00Z", "End": "2025-12-01T00:00:00Z"}


def test_all_pages_are_read_also_after_an_empty_one_and_after_too_many_requests(
    run: Run, aws: FakeAws, stored: Accounts
) -> None:
    aws.emissions = [[row()], [], [row(month=10)]]
    aws.fault = first(1, error("ThrottlingException", 429))

    result = run("footprint", "--from", "2025-10")

    assert result.stdout == "2 figures of 2025-10 to 2025-11: 2 new or changed\n"
    assert len(aws.asked(EMISSIONS)) == 4
    assert [one.month for one in stored_figures(stored)] == [date(2025, 10, 1), NOVEMBER]


def test_months_that_are_not_published_have_no_figures(run: Run, stored: Accounts) -> None:
    result = run("footprint", "--from", "2026-01")

    assert result.stdout == "AWS has published no figures of these months\n"
    assert stored_figures(stored) == []


def test_a_denial_names_the_permission_and_what_was_stored_stays(run: Run, aws: FakeAws, stored: Accounts) -> None:
    aws.emissions = [[row()]]
    run("footprint", "--from", "2025-10")
    before = stored_figures(stored)
    aws.fault = lambda call, good: error("AccessDeniedException", 403)(call, good)

    result = run("footprint", "--from", "2025-10")

    assert (result.exit_code, result.stderr.count("\n"), MANAGEMENT in result.stderr) == (1, 1, False)
    assert "AWS denies sustainability:GetEstimatedCarbonEmissions" in result.stderr
    assert stored_figures(stored) == before != []


def test_months_in_the_wrong_order_are_refused(run: Run, aws: FakeAws) -> None:
    result = run("footprint", "--from", "2026-02", "--to", "2026-01")

    assert (result.exit_code, aws.calls) == (2, [])


def test_the_table_of_data_exports_says_the_same(run: Run, stored: Accounts, tmp_path: Path) -> None:
    file = written(tmp_path, line())

    results = [run("import-footprint", file).stdout for _ in range(2)]

    assert results == [f"carbon.csv.gz: 1 figures of 2025-11: {count} new or changed\n" for count in (1, 0)]
    (one,) = stored_figures(stored)
    assert (one.month, one.account, one.service) == (NOVEMBER, JOBS, "AmazonEC2")
    assert (one.location_based_g, one.market_based_g, one.scope_3_g) == (500_000.0, 0.0, None)


def test_lines_of_one_version_are_added_and_older_versions_do_not_count(
    run: Run, stored: Accounts, tmp_path: Path
) -> None:
    lines = [line("9", version="v2.1.0"), line("0.5"), line("0.25", place="Local"), line("7", version="v2.0.0")]

    run("import-footprint", written(tmp_path, *lines))

    (one,) = stored_figures(stored)
    assert (one.model_version, one.location_based_g) == ("v3.0.0", 750_000.0)


def test_a_location_based_figure_that_is_empty_is_unknown(run: Run, stored: Accounts, tmp_path: Path) -> None:
    run("import-footprint", written(tmp_path, line("", mbm="0.2", version="v1.0.0")))

    assert [(one.location_based_g, one.market_based_g) for one in stored_figures(stored)] == [(None, 200_000.0)]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (line(unit="kgCO2e"), "line 3 cannot be used: AWS's figures have the unit 'kgCO2e', not MTCO2e"),
        (line("much"), "line 3 cannot be used"),
        ("1,2\n", "line 3 has more or fewer cells than the header"),
    ],
)
def test_a_table_with_a_line_that_cannot_be_read_stores_nothing(
    run: Run, stored: Accounts, tmp_path: Path, wrong: str, words: str
) -> None:
    result = run("import-footprint", written(tmp_path, line(), wrong))

    assert (result.exit_code, stored_figures(stored)) == (1, [])
    assert words in result.stderr
