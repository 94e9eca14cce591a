"""`carbon rank`, against the service."""

from __future__ import annotations

import csv
import json

from tests.clients.python.conftest import NOWHERE, Shell, Terminal, served
from tests.fakes.access import access, record
from tests.fakes.service import service


def test_rank_prints_the_greenest_regions_in_the_order_of_the_service(shell: Shell) -> None:
    rows = service().test_client().get("/v1/by-rank?limit=3&country=SE").get_json()["regions"]

    assert shell.carbon("rank", "--limit", "3", "--country", "SE") == 0

    assert [line.split()[0] for line in shell.lines] == ["REGION", *(f"{row['provider']}:{row['id']}" for row in rows)]
    assert [line.split()[1] for line in shell.lines[1:]] == [f"{row['intensity']:.1f}" for row in rows]
    assert shell.err.getvalue() == ""


def test_json_is_the_answer_of_the_service_itself(shell: Shell) -> None:
    assert shell.carbon("rank", "--limit", "2", "--format", "json") == 0

    assert json.loads(shell.out.getvalue()) == service().test_client().get("/v1/by-rank?limit=2").get_json()


def test_csv_has_the_figures_unrounded_and_nothing_where_one_is_unknown(shell: Shell) -> None:
    rows = service().test_client().get("/v1/by-rank?limit=40&vcpus=4").get_json()["regions"]

    assert shell.carbon("rank", "--limit", "40", "--vcpus", "4", "--format", "csv") == 0

    table = list(csv.DictReader(shell.lines))
    prices = [row["instancePrice"]["perHour"] if row["instancePrice"] else None for row in rows]
    assert [float(row["intensity"]) for row in table] == [row["intensity"] for row in rows]
    assert [float(row["usd_per_hour"]) if row["usd_per_hour"] else None for row in table] == prices


def test_only_a_terminal_gets_colours_and_only_without_no_color(address: str) -> None:
    coloured = Shell(url=address, out=Terminal())
    plain = Shell(url=address, out=Terminal(), environ={"NO_COLOR": "1"})

    coloured.carbon("rank", "--limit", "1")
    plain.carbon("rank", "--limit", "1")

    assert coloured.out.getvalue().startswith("\x1b[1mREGION")
    assert plain.out.getvalue().startswith("REGION")


def test_a_refused_question_names_the_wrong_field_and_ends_with_122(shell: Shell) -> None:
    assert shell.carbon("rank", "--country", "Atlantis") == 122

    (line,) = shell.err.getvalue().splitlines()[1:]
    assert line.startswith("  country: country 'Atlantis' is not known; nearest: ")
    assert shell.out.getvalue() == ""


def test_without_a_key_that_the_service_needs_the_command_says_where_it_reads_one() -> None:
    with served(service(rules=access(record("a-key")))) as url:
        shell = Shell(url=url)

        assert shell.carbon("rank") == 122

    assert shell.err.getvalue().splitlines()[1:] == ["carbon sends the key in CARBON_API_KEY"]


def test_a_service_that_is_away_ends_with_121() -> None:
    shell = Shell(url=NOWHERE)

    assert shell.carbon("rank") == 121

    assert shell.err.getvalue() == f"carbon: {NOWHERE} does not answer: no connection\n"
    assert len(shell.sleeps) == 3
