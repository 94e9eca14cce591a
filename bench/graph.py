"""GraphQL beside the floor, and what it adds to the memory of a worker."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from contextlib import ExitStack

from bench.cases import AWS_REGIONS, FLOOR, Case
from bench.endpoints import endpoint_table
from bench.measure import compare
from bench.report import at_most, table
from bench.server import Server, gunicorn

MEMORY_MB = 30.0  # private, as it is imported after the fork: graphql-core 10, strawberry 5, our types 9
REGION = """query ($region: String!) {
  region(region: $region) {
    region_details {
      region provider zone current_carbon_intensity low high data_quality source datetime age_seconds
      renewable_percentage forecast_24h { average minimum maximum } optimal_hours_utc
    }
  }
}"""
REGIONS = """query ($limit: Int!) {
  regions(limit: $limit) { regions { region provider zone carbon_intensity low high } }
}"""
NOTHING = "{ __typename }"


def _case(name: str, query: str, *variables: Mapping[str, object], target_share: float | None = None) -> Case:
    first, *others = [{"query": query, "variables": each} for each in variables]
    return Case(
        name=name,
        path="/graphql",
        body=first,
        variants=tuple(("/graphql", body) for body in others),
        target_share=target_share,
    )


ONE_REGION = _case("one region, 16 fields", REGION, *({"region": name} for name in AWS_REGIONS), target_share=0.15)
CASES = (
    _case("nothing: __typename", NOTHING, {}),
    ONE_REGION,
    _case("26 regions, 6 fields each", REGIONS, *({"limit": limit} for limit in (26, 27))),
)


def section(rounds: int, share: float) -> str:
    """Measure; the tables in markdown."""
    with ExitStack() as stack:
        floor = stack.enter_context(gunicorn("bench.floor_app:app", FLOOR))
        service = stack.enter_context(gunicorn("app:app", ONE_REGION, {"LIVE": "off"}))
        pairs = list(compare(service, CASES, floor, FLOOR, rounds=rounds, share=share))
    before, after = _memory()
    memory = table(
        ["private memory of a worker", "MB", "target"],
        [
            ["after the same question to the JSON interface", f"{before:.1f}", ""],
            ["more after the first question in GraphQL", f"{after - before:.1f}", at_most(after - before, MEMORY_MB)],
        ],
    )
    return f"Documents are parsed once and differ in their variables.\n\n{endpoint_table(pairs)}\n\n{memory}"


def _memory() -> tuple[float, float]:
    json_question = Case(name="GET region", path=f"/api/v1/regions/{AWS_REGIONS[0]}")
    with gunicorn("app:app", json_question, {"LIVE": "off"}) as server:
        before = server.worker_private_mb()[0]
        _ask(server)
        return before, server.worker_private_mb()[0]


def _ask(server: Server) -> None:
    """Raises RuntimeError if it is not answered."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("POST", "/graphql", json.dumps(ONE_REGION.body), {"Content-Type": "application/json"})
    status = connection.getresponse().status
    connection.close()
    if status != 200:
        raise RuntimeError(f"/graphql was answered with {status}")
