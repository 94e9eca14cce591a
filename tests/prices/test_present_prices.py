"""What is written of refreshed prices, and the present prices that they are compared with."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from catalog.packed import load_packed
from catalog.refreshed import INTERRUPTION, ON_DEMAND, SPOT
from catalog.tables import DATA
from pricing.refresh.figure import RDS_PRICES, SERVICE_RATES, Figure
from pricing.refresh.registry import REFRESHERS
from pricing.refresh.state import RefreshState, only_process, read_state, write_state
from pricing.refresh.tables import FOLDER, save, stored_figures
from tests.fakes.price_lists import NOW, present
from tests.prices.refreshes import SOURCE, linode, listing, prices, run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a first table of three prices."""
    save(tmp_path / FOLDER, "linode", ON_DEMAND, linode("0.0075", "0.018", "0.036"), SOURCE, NOW)
    return tmp_path


def test_prices_and_bands_come_back_as_they_were_stored(tmp_path: Path) -> None:
    bands = [Figure(INTERRUPTION, "eu-north-1", "c7g.4xlarge", Decimal(3), "2026-11-27")]
    classes = [
        Figure(RDS_PRICES, region, "db.m6g.large", Decimal(usd), "2026-11-27")
        for region, usd in (("eu-north-1", "0.169"), ("eu-west-1", "0.175"), ("us-east-1", "0.169"))
    ]
    rates = [
        Figure(SERVICE_RATES, "eu-north-1", "fargate/arm64/vcpu", Decimal("0.0356"), "2026-11-27"),
        Figure(SERVICE_RATES, "eu-north-1", "fargate/arm64/gb", Decimal("0.00392"), "2026-11-27"),
        Figure(SERVICE_RATES, "us-east-1", "lambda/arm64/gb", Decimal("0.04800024"), "2026-11-27"),
    ]

    for kind, figures in ((INTERRUPTION, bands), (RDS_PRICES, classes), (SERVICE_RATES, rates)):
        save(tmp_path, "aws", kind, figures, SOURCE, NOW)

        assert sorted(stored_figures(tmp_path, "aws", kind) or (), key=lambda figure: figure.key) == sorted(
            figures, key=lambda figure: figure.key
        )
    assert (tmp_path / "aws-rds_prices.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        "db.m6g.large,0.169,eu-north-1 us-east-1,toy-list,2026-11-27",
        "db.m6g.large,0.175,eu-west-1,toy-list,2026-11-27",
    ]


def test_the_shipped_prices_are_those_of_the_catalog_without_estimates(tmp_path: Path) -> None:
    shipped, packed = present(tmp_path), load_packed()
    published_prices = [
        source for source in packed.columns["on_demand_source"].tolist() if not packed.sources[source].is_estimate
    ]
    is_aws = [packed.regions[region][0] == "aws" for region in packed.columns["region"].tolist()]

    on_demand = shipped.figures("aws", ON_DEMAND)
    spot, bands = shipped.figures("aws", SPOT), shipped.figures("aws", INTERRUPTION)

    assert 0 < len(on_demand) < len(published_prices)
    assert len(on_demand) + len(spot) < 2 * sum(is_aws)
    assert len(bands) == 14962  # the rows of spot_interruption.csv
    assert len(shipped.figures("aws", RDS_PRICES)) > 2000
    assert {figure.name for figure in shipped.figures("aws", SERVICE_RATES)} == {
        "fargate/arm64/gb", "fargate/arm64/vcpu", "fargate/x86_64/gb", "fargate/x86_64/vcpu", "lambda/arm64/gb",
        "lambda/x86_64/gb",
    }  # fmt: skip


# Saves a table, and stops for ever once its bytes are written but not yet on the disk and in place.
HALF_WRITTEN = """
import os, sys, time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from pricing.refresh.figure import Figure, published
from pricing.refresh.tables import save
os.fsync = lambda _: (print("writing", flush=True), time.sleep(600))
figure = Figure("on_demand", "us-east", "g6-nanode-1", Decimal("0.001"), "2026-11-27")
save(Path(sys.argv[1]), "linode", "on_demand", [figure], published("toy", "", ""), datetime.now(UTC))
"""


def test_killing_the_process_in_the_middle_of_a_write_leaves_the_old_table(folder: Path) -> None:
    command = [sys.executable, "-c", HALF_WRITTEN, str(folder / FOLDER)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        os.kill(process.pid, signal.SIGKILL)

    assert prices(folder) == ["0.0075", "0.018", "0.036"]
    assert len(list((folder / FOLDER).glob(".linode*"))) == 1  # what was written so far

    with only_process(folder / FOLDER):
        run(folder, listing("0.0075", "0.02", "0.036"))
    assert prices(folder) == ["0.0075", "0.02", "0.036"]
    assert not list((folder / FOLDER).glob(".linode*"))


def test_the_catalog_names_the_sources_of_refreshed_prices_of_services() -> None:
    with (DATA / "refreshed_sources.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["key"]: (row["what"], row["source"], row["licence"], row["note"]) for row in csv.DictReader(file)}

    services = [one.source for one in REFRESHERS if set(one.kinds) & {RDS_PRICES, SERVICE_RATES}]
    assert rows == {source.key: (source.what, source.source, source.licence, source.note) for source in services}


def test_every_table_has_one_refresher_unless_one_replaces_the_other() -> None:
    tables = [(one.provider, kind) for one in REFRESHERS if one.replaces is None for kind in one.kinds]

    assert len(tables) == len(set(tables))
    assert len({one.name for one in REFRESHERS}) == len(REFRESHERS)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ('{"toy": {"attempted_at": "2026-11-28T12:00:00Z", "outcome": "refused"}}', {"toy"}),  # had no version at first
        (
            '{"version": 2, "refreshers": {"toy": {"attempted_at": "2026-11-28T12:00:00Z", "outcome": "refused"}}}',
            set(),
        ),
        ('{"version": 1}', set()),
    ],
)
def test_the_state_of_an_older_release_is_read_and_that_of_a_newer_one_is_not(
    body: str, names: set[str], tmp_path: Path
) -> None:
    (tmp_path / "state.json").write_text(body)

    assert read_state(tmp_path).keys() == names


def test_the_state_has_a_version(tmp_path: Path) -> None:
    state = {"toy": RefreshState(attempted_at="2026-11-28T12:00:00Z", outcome="refused")}

    write_state(tmp_path, state)

    assert '"version":1' in (tmp_path / "state.json").read_text()
    assert read_state(tmp_path) == state
