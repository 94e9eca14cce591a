"""docs/versioning.md: what callers of version 1 name stays, and they need not send more."""

from __future__ import annotations

import pytest

from tests.contract.document import DOCUMENT
from tests.fakes.service import offline
from tools.interface import demands, interface, recorded


def test_what_callers_of_version_1_name_is_still_there() -> None:
    missing = {line for line in recorded() if " needs " not in line} - interface(DOCUMENT)

    assert missing == set()


def test_a_request_that_was_complete_in_version_1_still_is() -> None:
    assert demands(DOCUMENT) - recorded() == set()


def test_what_is_new_in_the_interface_is_recorded() -> None:
    """python -m tools.interface records it; from the next release on callers may rely on it."""
    assert interface(DOCUMENT) - recorded() == set()


@pytest.mark.parametrize("path", ["/v1/by-rank?limit=1", "/api/v1/workloads", "/health", "/openapi.json"])
def test_nothing_is_deprecated_in_this_release(path: str) -> None:
    headers = offline().test_client().get(path).headers

    assert {"Deprecation", "Sunset"}.isdisjoint(headers.keys())
    assert not any(one.get("deprecated") for methods in DOCUMENT["paths"].values() for one in methods.values())
