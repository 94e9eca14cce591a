"""Lists of regions as JSON, as lines for a shell, and as a table."""

from __future__ import annotations

import csv
import io

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.conftest import Ask


def answer(client: FlaskClient, path: str, accept: str | None = None) -> TestResponse:
    response = client.get(path, headers={"Accept": accept} if accept else {})
    assert response.status_code == 200, response.get_data(as_text=True)
    return response


def table(response: TestResponse) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.get_data(as_text=True))))


def test_text_is_one_gid_a_line_in_the_order_of_the_json(client: FlaskClient, get: Ask) -> None:
    rows = get("/v1/by-rank?limit=5")["regions"]

    text = answer(client, "/v1/by-rank?limit=5&format=text").get_data(as_text=True)

    assert text == "".join(f"{row['gid']}\n" for row in rows)


def test_a_script_gets_the_bare_id_of_the_best_region(client: FlaskClient, get: Ask) -> None:
    (row,) = get("/v1/by-provider/aws?limit=1")["regions"]

    response = answer(client, "/v1/by-provider/aws?limit=1&format=text&fields=id")

    assert response.get_data(as_text=True) == f"{row['id']}\n"
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_several_fields_are_parted_by_tabs_and_unknown_is_empty(client: FlaskClient) -> None:
    path = "/v1/by-provider/vultr?country=SE&format=text&fields=id,spotScore,iataAlso,isEstimate,scheduleLimits,city"

    text = answer(client, path).get_data(as_text=True)

    assert text == "sto\t\tBMA NYO VST\ttrue\t84600\t1410\t24\tStockholm\n"


def test_csv_is_a_table_with_a_header_and_nested_fields_flat(client: FlaskClient, get: Ask) -> None:
    rows = get("/v1/by-rank")["regions"]

    response = answer(client, "/v1/by-rank?format=csv")

    cells = table(response)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert [cell["gid"] for cell in cells] == [row["gid"] for row in rows]
    for cell, row in zip(cells, rows, strict=True):
        assert cell["scheduleLimits.seconds"] == str(row["scheduleLimits"]["seconds"])
        assert (float(cell["spotPrice.perHour"]) if row["spotPrice"] else cell["spotPrice.perHour"]) == (
            row["spotPrice"]["perHour"] if row["spotPrice"] else ""
        )
        assert cell["name"] == row["name"]


def test_a_table_has_the_columns_asked_for(client: FlaskClient) -> None:
    text = answer(client, "/v1/by-rank?limit=2&format=csv&fields=gid,spotPrice.perHour,fits").get_data(as_text=True)

    assert text.splitlines()[0] == "gid,spotPrice.perHour,fits"


def test_numbers_in_a_table_have_no_exponent(client: FlaskClient) -> None:
    cells = table(answer(client, "/v1/by-rank?format=csv&fields=spotPrice.perSecond"))

    assert all("e" not in cell["spotPrice.perSecond"] for cell in cells)


def test_fields_choose_parts_of_a_json_row(get: Ask) -> None:
    (row,) = get("/v1/by-provider/aws?country=SE&fields=gid,spotPrice.perHour,scheduleLimits,fits")["regions"]

    assert row == {
        "gid": "aws-eu-north-1",
        "spotPrice": {"perHour": 0.0282},
        "scheduleLimits": {"seconds": 84_600, "minutes": 1410, "hours": 24},
        "fits": None,
    }


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("text/plain", "text/plain"),
        ("text/csv", "text/csv"),
        ("text/csv;q=0.5, text/plain;q=0.9", "text/plain"),
        ("text/plain;q=0.1, application/json;q=0.2", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"),
        ("image/png", "application/json"),
        ("TEXT/CSV", "text/csv"),
        ("no media type at all", "application/json"),
        ("", "application/json"),
    ],
)
def test_accept_is_weighed_by_its_quality_values_and_json_is_the_default(
    client: FlaskClient, accept: str | None, kind: str
) -> None:
    assert answer(client, "/v1/by-rank?limit=1", accept).mimetype == kind


def test_format_wins_over_accept(client: FlaskClient) -> None:
    assert answer(client, "/v1/by-rank?limit=1&format=csv", "text/plain").mimetype == "text/csv"


@pytest.mark.parametrize("path", ["by-rank?format=text&limit=0", "by-iata/ZZZ?format=csv"])
def test_a_failure_is_a_problem_in_every_format(client: FlaskClient, path: str) -> None:
    response = client.get(f"/v1/{path}", headers={"Accept": "text/plain"})

    assert response.status_code >= 400
    assert response.mimetype == "application/problem+json"
