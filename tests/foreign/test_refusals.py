"""Paths and methods that a format does not have are refused in the form of its own errors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.service import service


def sdk(body: dict[str, Any]) -> None:
    assert body.keys() == {"title", "status", "detail", "traceId"}


def carbonaware(body: dict[str, Any]) -> None:
    assert body.keys() == {"detail"}
    assert isinstance(body["detail"], str)


def extender(body: dict[str, Any]) -> None:
    assert body.keys() == {"Error"}


def ours(body: dict[str, Any]) -> None:
    assert {"type", "title", "status", "detail", "instance", "request_id"} <= body.keys()


@pytest.mark.parametrize(
    ("path", "check"),
    [
        ("/emissions/bylocations/worst", sdk),
        ("/Emissions/Nothing", sdk),
        ("/locations/DE", sdk),
        ("/v0/nothing/", carbonaware),
        ("/k8s/nothing", extender),
        ("/keda/DE/nothing", ours),
        ("/api/v1/nothing", ours),
        ("/emission", ours),
    ],
)
def test_a_path_that_a_format_does_not_have_is_a_404_in_its_form(path: str, check: Any) -> None:
    answer = service().test_client().get(path)

    assert answer.status_code == 404
    check(answer.get_json(force=True))


@pytest.mark.parametrize(
    ("method", "path", "allowed", "check"),
    [
        ("DELETE", "/emissions/bylocation", "GET", sdk),
        ("POST", "/locations", "GET", sdk),
        ("GET", "/emissions/forecasts/batch", "POST", sdk),
        ("GET", "/v0/schedule/", "POST", carbonaware),
        ("GET", "/k8s/filter", "POST", extender),
        ("POST", "/keda/DE", "GET", ours),
        ("GET", "/api/v1/calculate", "POST", ours),
    ],
)
def test_a_method_that_a_path_does_not_have_is_a_405_in_its_form(
    method: str, path: str, allowed: str, check: Any
) -> None:
    answer = service().test_client().open(path, method=method)

    assert answer.status_code == 405
    assert allowed in answer.headers["Allow"]
    check(answer.get_json(force=True))


def test_a_place_that_does_not_exist_is_refused_as_before() -> None:
    answer = service().test_client().get("/keda/aws:moon-1?thresholds=100:1")

    assert (answer.status_code, answer.get_json()["type"]) == (404, "/problems/unknown-region")
