"""`flask --app app prices refresh`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from catalog.refreshed import SPOT
from cli.prices import prices
from pricing.refresh.state import only_process
from pricing.refresh.tables import FOLDER, stored_figures
from tests.fakes.aws_lists import advisor, shipped, spot_feed
from tests.fakes.price_lists import NOW, PriceServer, present, settings_for
from tests.fakes.service import offline
from tests.fakes.upstream import always, reply

MODIFIED = "Fri, 27 Nov 2026 03:00:00 GMT"


@pytest.fixture(scope="module")
def documents() -> dict[str, Any]:
    return {"spot.json": spot_feed("1.1"), "spot-advisor-data.json": reply(advisor(), Last_Modified=MODIFIED)}


@pytest.fixture
def server(documents: dict[str, Any]) -> Iterator[PriceServer]:
    with PriceServer(documents).serving() as fake:
        yield fake


def run(server: PriceServer, folder: Path, *arguments: str, now: datetime = NOW, live: str = "on") -> Result:
    settings = settings_for(server, data_dir=folder, live=live)
    return CliRunner().invoke(prices(settings, lambda: now, present), ["refresh", *arguments])


def test_the_application_has_the_command() -> None:
    assert "prices" in offline().cli.list_commands(None)  # type: ignore[arg-type]


def test_lists_that_are_named_are_refreshed_and_shown_as_a_table(server: PriceServer, tmp_path: Path) -> None:
    result = run(server, tmp_path, "aws-spot-feed", "aws-spot-advisor")

    # 21,199 spot prices are shipped for AWS, all raised by a tenth; the bands are as shipped.
    count = f"{len(shipped('aws', SPOT)):,}"
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines == [
        "list table rows before rows after changed outcome",
        f"aws-spot-feed spot {count} {count} {count} replaced",
        "aws-spot-advisor interruption 14,962 14,962 0 replaced",
    ]
    assert result.exit_code == 0
    before = {(figure.region, figure.name): figure.value for figure in shipped("aws", SPOT)}
    after = stored_figures(tmp_path / FOLDER, "aws", SPOT) or []
    assert all(
        abs(figure.value - before[figure.region, figure.name] * Decimal("1.1")) < Decimal("0.000001")
        for figure in after
    )


def test_a_refused_list_is_named_with_its_reason_and_the_exit_code_is_1(server: PriceServer, tmp_path: Path) -> None:
    server.fault = always(reply("<html>moved</html>", 302, Location="http://elsewhere.example/"))

    result = run(server, tmp_path, "aws-spot-feed")

    assert " ".join(result.stdout.splitlines()[1].split()) == (
        "aws-spot-feed spot refused: redirect: spot.json: status 302, not followed"
    )
    assert result.exit_code == 1
    assert not list((tmp_path / FOLDER).glob("aws*"))


def test_a_dry_run_writes_no_table(server: PriceServer, tmp_path: Path) -> None:
    result = run(server, tmp_path, "aws-spot-feed", "--dry-run")

    assert "replaced" in result.stdout
    assert stored_figures(tmp_path / FOLDER, "aws", SPOT) is None


def test_an_interrupted_run_continues_with_what_it_did_not_refresh(server: PriceServer, tmp_path: Path) -> None:
    run(server, tmp_path, "aws-spot-feed")

    run(server, tmp_path)
    run(server, tmp_path, "aws-spot-feed")

    assert server.count("spot.json") == 2  # when it was named
    assert server.count("spot-advisor-data.json") == 1


def test_only_one_process_refreshes_and_none_where_live_data_are_off(server: PriceServer, tmp_path: Path) -> None:
    with only_process(tmp_path / FOLDER):
        busy = run(server, tmp_path, "aws-spot-feed")
    off = run(server, tmp_path, "aws-spot-feed", live="off")

    assert (busy.exit_code, off.exit_code, server.calls) == (1, 1, [])
    assert "another process is refreshing prices" in busy.stderr
    assert "LIVE is off" in off.stderr


def test_an_unknown_provider_is_refused_with_those_that_exist(server: PriceServer, tmp_path: Path) -> None:
    result = run(server, tmp_path, "nimbus")

    assert (result.exit_code, server.calls) == (1, [])
    assert "'nimbus' has no price list here; use aws, aws-machines" in result.stderr


def test_a_folder_that_cannot_be_written_is_one_line_of_text(server: PriceServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    result = run(server, tmp_path / "file", "aws-spot-feed")

    assert (result.exit_code, result.stderr) == (1, "Error: DATA_DIR cannot be used: Not a directory\n")
