"""The schema: its names are recorded, its types are those of the JSON interface, and all of it is described."""

from __future__ import annotations

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType

from api.graph.schema import schema
from tests.contract.document import COMPONENTS
from tools.graph_schema import RECORD, names

TYPES = {name: kind for name, kind in schema()._schema.type_map.items() if not name.startswith("__")}
OWN = {"Query", "ZonesAnswer"}  # of the graph alone


def test_what_documents_name_is_recorded() -> None:
    """python -m tools.graph_schema records it: see there what has changed, and docs/versioning.md for what may."""
    assert names() == RECORD.read_text(encoding="utf-8")


def test_types_and_fields_have_the_names_and_descriptions_of_the_openapi_document() -> None:
    objects = {name: kind for name, kind in TYPES.items() if isinstance(kind, GraphQLObjectType) and name not in OWN}
    compared = 0
    for name, kind in objects.items():
        properties = COMPONENTS[name]["properties"]
        if not any(field != field.lower() for field in properties):  # /v1 is in camelCase
            assert properties.keys() <= kind.fields.keys(), name
            compared += 1

    assert compared > 40


def test_inputs_have_the_fields_of_the_openapi_document() -> None:
    inputs = {name: kind for name, kind in TYPES.items() if isinstance(kind, GraphQLInputObjectType)}

    for name, kind in inputs.items():
        assert COMPONENTS[name]["properties"].keys() - kind.fields.keys() <= {"background", "record", "tags"}, name
    assert {"OptimizeRequest", "ScheduleRequest", "PlanRequest", "MachineParts"} <= inputs.keys()


def test_every_type_field_and_argument_is_described() -> None:
    undescribed = [name for name, kind in TYPES.items() if not kind.description and name != "Query"]
    for name, kind in TYPES.items():
        if isinstance(kind, GraphQLObjectType | GraphQLInputObjectType):
            undescribed += [f"{name}.{field}" for field, each in kind.fields.items() if not each.description]

    assert undescribed == []


def test_the_values_of_an_enumeration_are_the_words_of_the_json_interface() -> None:
    kinds = {name: set(kind.values) for name, kind in TYPES.items() if isinstance(kind, GraphQLEnumType)}

    assert kinds["Priority"] == {"carbon", "cost", "performance", "balanced"}
    assert kinds["SignalName"] == {"average", "marginal"}
    assert {name for name, words in kinds.items() if words != set(COMPONENTS[name]["enum"])} == set()


def test_there_is_nothing_to_change_and_nothing_to_subscribe_to() -> None:
    assert schema()._schema.mutation_type is None
    assert schema()._schema.subscription_type is None
