"""The OpenAPI document in the form that generators of clients take: named types, no defaults, all described."""

from __future__ import annotations

import re
from typing import Any

from api.edge.problem_types import TYPES
from carbon.intensity import Quality
from mapping import CloudMap
from tests.contract.document import (
    COMPONENTS,
    DOCUMENT,
    JSON_OPERATIONS,
    OPERATIONS,
    answer_schema,
    check,
    described_parts,
    resolved,
    schemas,
    within,
)
from tests.fakes.clouds import cloud_map

SCHEMAS = list(schemas())


def referred(schema: dict[str, Any], seen: set[str]) -> set[str]:
    """The components that a schema refers to, directly or through others."""
    for _, part in within("", schema):
        name = part.get("$ref", "").rpartition("/")[2]
        if name and name not in seen:
            seen.add(name)
            referred(COMPONENTS[name], seen)
    return seen


def test_no_schema_has_a_title_that_a_generator_would_take_for_a_name() -> None:
    assert [place for place, schema in SCHEMAS if "title" in schema] == []


def test_no_property_has_a_default_that_a_generator_would_take_for_a_required_one() -> None:
    assert [place for place, schema in SCHEMAS if "default" in schema] == []


def test_a_default_is_told_in_the_description_instead() -> None:
    fields = COMPONENTS["OptimizeRequest"]["properties"]

    assert fields["limit"]["description"].endswith("Default: 5.")
    assert fields["power_model"]["description"].endswith("Default: concave.")
    assert fields["include_embodied"]["description"].endswith("Default: false.")


def test_every_enumeration_is_a_component_of_its_own() -> None:
    assert [place for place, schema in SCHEMAS if "enum" in schema and place not in COMPONENTS] == []
    assert {"Arch", "DataQuality", "Partition", "Priority", "ProblemType", "RegionStatus"} <= COMPONENTS.keys()


def test_every_type_of_a_union_has_a_name_or_is_simple() -> None:
    unnamed = [
        place
        for place, schema in SCHEMAS
        if re.search(r"\|\d+$", place) and {"properties", "enum", "anyOf", "oneOf", "allOf"} & schema.keys()
    ]

    assert unnamed == []


def test_every_union_but_one_with_null_is_a_component_of_its_own() -> None:
    unnamed = [
        place
        for place, schema in SCHEMAS
        if len([kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]) > 1 and place not in COMPONENTS
    ]

    assert unnamed == []


def test_no_schema_is_nothing_but_null() -> None:
    assert [place for place, schema in SCHEMAS if schema.get("type") == "null" and "|" not in place] == []


def test_components_have_names_that_say_what_they_are() -> None:
    assert [name for name in COMPONENTS if not re.fullmatch(r"([A-Z][a-z]+)+", name)] == []


def test_no_query_parameter_can_be_null_and_no_body_is_nothing() -> None:
    nullable = [
        f"{method} {path} {parameter['name']}"
        for path, method, operation in OPERATIONS
        for parameter in operation["parameters"]
        for _, schema in within("", parameter["schema"])
        if "null" in schema.get("type", "")
    ]

    assert nullable == []


def test_every_component_and_every_property_is_described() -> None:
    silent = [name for name, schema in COMPONENTS.items() if not schema.get("description")]
    silent += [
        f"{place}.{name}"
        for place, schema in SCHEMAS
        for name, own in schema.get("properties", {}).items()
        if not (own.get("description") or resolved(own).get("description"))
    ]

    assert silent == []


def test_every_parameter_body_answer_and_header_is_described() -> None:
    assert [place for place, part in described_parts() if not part.get("description")] == []


def test_every_operation_and_every_tag_of_it_is_described() -> None:
    tags = {tag["name"] for tag in DOCUMENT["tags"] if tag["description"]}

    for _, _, operation in OPERATIONS:
        assert operation["summary"]
        assert set(operation["tags"]) <= tags


def test_every_example_is_as_its_schema_says() -> None:
    for _, schema in SCHEMAS:
        for example in schema.get("examples", []):
            check(example, schema)
    for _, part in described_parts():
        if "example" in part:
            check(part["example"], part["schema"])
        for media in part.get("content", {}).values():
            if "example" in media:
                check(media["example"], media["schema"])


def test_every_answer_says_which_fields_it_always_has() -> None:
    answers = set[str]()
    for _, _, operation in JSON_OPERATIONS:
        referred(answer_schema(operation), answers)
    objects = {name for name in answers if COMPONENTS[name].get("type") == "object"}
    chosen = {name for name in objects if name.startswith("Chosen")}  # which fields there are, the caller says

    assert {name for name in objects if not COMPONENTS[name].get("required")} == chosen


def test_a_row_whose_fields_were_not_chosen_has_all_of_them() -> None:
    row = COMPONENTS["LocationRow"]

    assert row["properties"].keys() - set(row["required"]) == {
        *("fits", "fallbackReason", "baselineFrom", "basis", "spotScoreIsOld"),
        *("method", "error", "flowTraced", "attribution", "licence"),
    }


def test_enumerations_hold_what_the_catalog_and_the_service_say() -> None:
    mapping: CloudMap = cloud_map()
    words = {name: set(schema["enum"]) for name, schema in COMPONENTS.items() if "enum" in schema}
    types = mapping.columns.types

    assert words["DataQuality"] == {quality.value for quality in Quality}
    assert words["Partition"] == {region.partition for region in mapping.regions.values()}
    assert words["RegionStatus"] == {region.status for region in mapping.regions.values()}
    assert words["ProfileBasis"] == {zone.profile_basis for zone in mapping.zones.values()}
    assert words["Arch"] == {kind.arch for kind in types} - {None}
    assert words["PerformanceBasis"] >= {kind.performance_basis for kind in types} - {None}
    assert words["PerformanceBasis"] >= {kind.accelerator.performance_basis for kind in types if kind.accelerator} - {
        None
    }
    assert words["ProblemType"] == {kind.uri for kind in TYPES.values()} | {"about:blank"}


def test_every_word_of_an_enumeration_can_be_a_name_or_has_one() -> None:
    for schema in (schema for schema in COMPONENTS.values() if "enum" in schema):
        names = schema.get("x-enum-varnames", schema["enum"])

        assert len(names) == len(schema["enum"])
        assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_ -]*", name) for name in names)


def test_text_and_csv_are_answers_of_their_own() -> None:
    lists = [
        operation["responses"]["200"]["content"]
        for _, _, operation in OPERATIONS
        if any(parameter["name"] == "format" for parameter in operation["parameters"])
    ]

    assert lists
    for content in lists:
        assert content["text/csv"]["schema"] == {"$ref": "#/components/schemas/CsvTable"}
        if "text/plain" in content:
            assert content["text/plain"]["schema"] == {"$ref": "#/components/schemas/TextTable"}
