"""A real client, gql, asks a real gunicorn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gql import Client, GraphQLRequest, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.requests import RequestsHTTPTransport

from tests.faults.server import Gunicorn


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = {"RATE_LIMIT": "off", "LIVE": "off"}
    with Gunicorn(tmp_path_factory.mktemp("graph"), settings, workers=1) as server:
        yield f"http://127.0.0.1:{server.port}/graphql"


def client(url: str) -> Client:
    """It fetches the schema first, and checks each document against it before it is sent."""
    return Client(transport=RequestsHTTPTransport(url), fetch_schema_from_transport=True)


def test_it_reads_the_schema_and_asks_with_variables_and_enumerations(url: str) -> None:
    document = gql(
        """
        query Place($job: OptimizeRequest!, $step: String, $sort: RegionSort) {
          optimize(input: $job) { recommendation { recommendations { region co2: estimated_co2_emissions_g } } }
          regions(sort: $sort, limit: 2) { regions { region history(step: $step) { step points { value } } } }
        }
        """
    )
    job = {"workload": "general", "priority": "carbon", "limit": 1, "duration_hours": 2}

    with client(url) as session:
        data = session.execute(
            GraphQLRequest(document, variable_values={"job": job, "step": "1d", "sort": "renewable_percentage"})
        )

    assert data["optimize"]["recommendation"]["recommendations"][0]["co2"] > 0
    assert [row["history"]["step"] for row in data["regions"]["regions"]] == ["1d", "1d"]


def test_it_raises_an_error_that_has_the_problem(url: str) -> None:
    with client(url) as session, pytest.raises(TransportQueryError) as raised:
        session.execute(gql('{region(region: "aws:nowhere") {status}}'))

    (error,) = raised.value.errors or []
    assert error["extensions"]["type"] == "/problems/unknown-region"
    assert raised.value.data == {"region": None}
