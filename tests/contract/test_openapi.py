"""The OpenAPI document: valid, complete, and true of what the service answers."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.foreign import FOLDERS
from carbon.reading import ZoneReading
from tests.contract.document import DOCUMENT, JSON_OPERATIONS, OPERATIONS, answer_schema, check, resolved
from tests.fakes.grid import FakeReader, observation
from tests.fakes.service import NOW, service
from tools.make_examples import examples

LIVE = ZoneReading(latest=observation(NOW, 123.456))
THREE_JOBS = {
    "jobs": [
        {"id": "moves", "duration_hours": 4, "instance_type": "m7g.large", "home": "us-east-1", "data_gb": 1,
         "regions": ["us-west-2"], "interruptible": True},
        {"id": "waits", "duration_hours": 4, "instance_type": "n2-standard-8", "home": "gcp:europe-west3"},
        {"id": "late", "duration_hours": 4, "instance_type": "m7g.large", "home": "us-east-1",
         "deadline": NOW.isoformat()},
    ],
}  # fmt: skip
SUCCESSES = {"200", "201", "202", "204"}
GUARDED = ("/api/v1/", "/v1/", "/charts/", "/badge/")
each_operation = pytest.mark.parametrize(
    ("path", "method", "operation"), OPERATIONS, ids=[f"{method} {path}" for path, method, _ in OPERATIONS]
)
each_json_operation = pytest.mark.parametrize(("path", "method", "operation"), JSON_OPERATIONS)


def test_the_document_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_every_route_of_the_api_is_in_the_document() -> None:
    described = {(path, method.upper()) for path, method, _ in OPERATIONS}
    # OpenAPI describes no WebSocket; GraphQL and formats of other services have documents of their own.
    beside = ("/openapi.json", "/docs", "/metrics", "/api/v1/ws", "/graphql", *FOLDERS)
    app = service(dashboard="off")

    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(rule)), method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if str(rule) != "/" and not str(rule).startswith(beside)
    }

    assert described == served


def test_the_document_names_no_outside_address_and_no_host() -> None:
    text = json.dumps({key: value for key, value in DOCUMENT.items() if key not in ("paths", "components")})

    assert DOCUMENT["servers"] == [{"url": "/"}]
    assert "http" not in text


@each_operation
def test_an_operation_lists_the_problems_it_can_end_in(path: str, method: str, operation: dict[str, Any]) -> None:
    expected = {"405", "414", "431", "500"}
    if "requestBody" in operation:
        expected |= {"400", "413", "415"}
        if not path.endswith(
            ("/batch", "/webhooks", "/usage", "/ci/report", "/budgets/{budget_name}")
        ):  # whose parts have problems of their own, or which asks nothing
            expected |= {"422"}
    if path.startswith(GUARDED):
        expected |= {"401", "429", "503"}
    if "{" in path:
        expected |= {"404"}

    assert expected <= set(operation["responses"])
    assert SUCCESSES & set(operation["responses"])
    assert operation["summary"]
    assert operation["tags"]


@each_operation
def test_an_operation_of_the_api_takes_a_key_either_way_or_none_and_tells_the_limit(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    guarded = path.startswith(GUARDED)
    has_limit_headers = {"RateLimit", "RateLimit-Policy"} <= success_of(operation)["headers"].keys()

    assert operation["security"] == ([{}, {"bearer": []}, {"apiKey": []}] if guarded else [])
    assert has_limit_headers == guarded


def success_of(operation: dict[str, Any]) -> Any:
    return next(operation["responses"][status] for status in sorted(SUCCESSES & operation["responses"].keys()))


def test_refusals_tell_by_header_how_to_do_better() -> None:
    responses = DOCUMENT["components"]["responses"]

    assert "WWW-Authenticate" in responses["Problem401"]["headers"]
    assert "Accept-Encoding" in responses["Problem415"]["headers"]
    assert responses["Problem429"]["headers"].keys() >= {"Retry-After", "RateLimit", "RateLimit-Policy"}
    assert DOCUMENT["components"]["securitySchemes"]["apiKey"]["name"] == "X-API-Key"


@each_operation
def test_an_operation_is_named_by_a_verb_and_its_object(path: str, method: str, operation: dict[str, Any]) -> None:
    assert re.fullmatch(
        r"(add|calculate|cancel|compare|create|delete|get|list|optimize|plan|put|rank|replay|report|schedule|test)[A-Z][A-Za-z]+",
        operation["operationId"],
    )


def test_no_two_operations_share_a_name() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("form", ["svg", "png"])
def test_a_picture_is_described_by_its_media_type(form: str) -> None:
    pictures = [operation for path, _, operation in OPERATIONS if path.endswith(f".{form}")]
    media_type = {"svg": "image/svg+xml", "png": "image/png"}[form]

    assert pictures
    assert all(list(operation["responses"]["200"]["content"]) == [media_type] for operation in pictures)
    assert all(("501" in operation["responses"]) == (form == "png") for operation in pictures)


@each_operation
def test_a_body_is_required_and_has_an_example(path: str, method: str, operation: dict[str, Any]) -> None:
    if "requestBody" not in operation:
        assert method != "post" or path.endswith(("/test", "/replay"))
        return
    assert operation["requestBody"]["required"] is True
    assert operation["requestBody"]["content"]["application/json"]["example"]


@each_json_operation
def test_the_example_answer_has_the_documented_fields_and_no_other(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    example = operation["responses"]["200"]["content"]["application/json"]["example"]

    check(example, answer_schema(operation))


@each_json_operation
def test_an_answer_has_a_field_for_its_signal_where_the_question_chooses_one_and_nowhere_else(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    choices = {parameter["name"] for parameter in operation["parameters"]} | resolved(body).get("properties", {}).keys()

    answer = resolved(answer_schema(operation)).get("properties", {})

    assert ("signal" in answer) == ("signal" in choices)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/optimize", {"workload": "general", "priority": "balanced", "region": "hetzner:sin"}),
        ("/api/v1/optimize", {"workload": "inference", "priority": "carbon", "region": "aws:cn-north-1"}),
        ("/api/v1/optimize", {"workload": "serverless", "priority": "performance", "include_embodied": True}),
        ("/api/v1/optimize", {"workload": "training", "priority": "carbon", "regions": ["us-east-1"]}),
        ("/api/v1/calculate", {"region": "us-east-1", "instance_type": "t3.micro", "include_embodied": True}),
        ("/api/v1/calculate", {"region": "us-east-1", "instance_type": "lambda-arm64-1769mb", "duration_hours": 200}),
        ("/api/v1/compare", {"options": [{"region": "hetzner:fsn1", "instance_type": "cx22"}]}),
        ("/api/v1/schedule", {"region": "gcp:asia-east2", "duration_hours": 100}),
        ("/api/v1/plan", THREE_JOBS),
    ],
)
@pytest.mark.parametrize("reader", [FakeReader(), FakeReader(others=LIVE)], ids=["offline", "live"])
def test_answers_of_every_shape_have_the_documented_fields_and_no_other(
    reader: FakeReader, path: str, body: dict[str, Any]
) -> None:
    response = service(reader).test_client().post(path, json=body)

    if response.status_code == 200:
        check(response.get_json(), answer_schema(DOCUMENT["paths"][path]["post"]))
    else:
        check(response.get_json(force=True), {"$ref": "#/components/schemas/Problem"})


def test_the_answer_to_a_plan_in_the_background_is_described_with_an_example() -> None:
    accepted = DOCUMENT["paths"]["/api/v1/plan"]["post"]["responses"]["202"]
    media = accepted["content"]["application/json"]

    assert media["example"]["status"] == "waiting"
    assert "Location" in accepted["headers"]
    check(media["example"], media["schema"])


@pytest.mark.parametrize("name", ["AU-TAS-CBI", "HK", "IN-WE", "SE-SE3", "FR"])
@pytest.mark.parametrize("reader", [FakeReader(), FakeReader(others=LIVE)], ids=["offline", "live"])
def test_every_kind_of_zone_has_the_documented_fields_and_no_other(reader: FakeReader, name: str) -> None:
    answer = service(reader).test_client().get(f"/api/v1/zones/{name}").get_json()

    check(answer, answer_schema(DOCUMENT["paths"]["/api/v1/zones/{zone}"]["get"]))


def test_every_problem_example_is_a_problem() -> None:
    for response in DOCUMENT["components"]["responses"].values():
        media = response["content"]["application/problem+json"]

        check(media["example"], media["schema"])


def test_the_examples_are_what_the_service_answers_today() -> None:
    """After a change of the catalog or an answer: python -m tools.make_examples."""
    from api.openapi.document import EXAMPLES

    assert examples() == EXAMPLES
