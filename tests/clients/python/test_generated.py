"""The models and operations of the Python client are those of the OpenAPI document."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import NotRequired, get_args, get_origin, get_type_hints

import pytest

from carbon_client import models
from carbon_client.operations import Operations
from tests.contract.document import COMPONENTS, DOCUMENT, JSON_OPERATIONS
from tools.make_client import CHOSEN, OWN, QUESTIONS, files, operations

METHODS = operations(DOCUMENT)
OWN_OPERATIONS = [one for one in JSON_OPERATIONS if one[0].startswith(OWN)]


@pytest.fixture(scope="module")
def made() -> dict[Path, str]:
    return files(DOCUMENT)


def test_the_files_are_those_that_the_document_gives(made: dict[Path, str]) -> None:
    stale = [path.name for path, text in made.items() if path.read_text(encoding="utf-8") != text]

    assert len(made) == 2
    assert stale == [], "run: python -m tools.make_client"


def test_every_operation_of_our_own_that_answers_with_json_has_a_method() -> None:
    paths = {(method.upper(), path.count("{"), path.partition("{")[0]) for path, method, _ in OWN_OPERATIONS}

    assert paths <= {(one.method, one.path.count("{"), one.path.partition("{")[0]) for one in METHODS}
    assert len({one.name for one in METHODS}) == len(METHODS) >= len(OWN_OPERATIONS)
    for one in METHODS:
        assert inspect.getdoc(getattr(Operations, one.name))


def test_every_component_is_a_type_with_the_same_fields() -> None:
    for name, schema in COMPONENTS.items():
        if name.startswith(CHOSEN):
            assert not hasattr(models, name)
        elif "properties" in schema:
            hints = get_type_hints(getattr(models, name), include_extras=True)
            assert hints.keys() == schema["properties"].keys()
            required = {field for field, hint in hints.items() if get_origin(hint) is not NotRequired}
            assert required == set(schema.get("required", ()))
        elif "enum" in schema:
            kind = getattr(models, name)
            assert get_args(kind) == tuple(schema["enum"])


def test_only_questions_that_change_nothing_are_asked_again_when_the_answer_was_lost() -> None:
    again = {one.name for one in METHODS if one.method == "POST" and one.is_repeatable}

    assert again == QUESTIONS
    assert "plan" not in again
