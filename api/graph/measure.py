"""How much a document asks for: its depth, its aliases, and its cost, found before anything is validated or answered.

The cost of a field is 1, and that of a question is in its own `weight`, with more for arguments of many values; fields
of a list count once for each row. The size of a list is what the question's arguments allow, so nothing is answered to
find it. A fragment counts wherever it is spread, but is looked at once for each size of the lists around it: the work
is linear in the document.

One unit stands for some 5 microseconds of the processor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    value_from_ast_untyped,
)

from api.graph.question import Question, Sizes

MOST_DEPTH = 15  # an introspection has 13
MOST_ALIASES = 30
MOST_COST = 20_000
LIGHT_COST = 2_000  # beyond it a request counts as costly
FREE_VALUES = 100  # of the arguments of a question, which its weight includes
VALUES_PER_UNIT = 2  # beyond them: lists and objects in variables are read value by value at every use
ROWS = 10  # of a list whose size no argument tells
INTROSPECTION = {"__schema": 12_000, "__type": 3_000}  # in the unit of costs
Questions = Mapping[tuple[str, str], Question]  # by type and field


class TooMuch(Exception):
    """A document that asks for more than one request may. code: stable, for programs."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(slots=True)
class Walk:
    """A walk over one operation of a document. variables: as they were sent, with the operation's defaults."""

    schema: GraphQLSchema
    questions: Questions
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: dict[str, Any]
    aliases: int = 0
    _costs: dict[tuple[object, ...], int] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)

    def cost(self, selections: SelectionSetNode, kind: GraphQLObjectType | None, sizes: Sizes, depth: int) -> int:
        """Of fields of one type. kind: None where the document is wrong. Raises TooMuch."""
        if depth > MOST_DEPTH:
            raise TooMuch("too_deep", f"is nested more than {MOST_DEPTH} levels deep")
        total, names = 0, set[str]()
        for node in selections.selections:
            if isinstance(node, FieldNode):
                self._count(node, names)
                total += self._of_field(node, kind, sizes, depth)
            elif isinstance(node, InlineFragmentNode):
                total += self.cost(node.selection_set, kind, sizes, depth)
            elif isinstance(node, FragmentSpreadNode):
                total += self._of_fragment(node.name.value, kind, sizes, depth)
        if total > MOST_COST:
            advice = "ask for fewer rows with limit, hours or start, or for fewer fields of them"
            raise TooMuch("too_costly", f"costs more than {MOST_COST:,}, the most for one request: {advice}")
        return total

    def _count(self, node: FieldNode, names: set[str]) -> None:
        """Aliases, and fields that are named again beside each other, which take long to compare."""
        self.aliases += node.alias is not None or node.name.value in names
        names.add(node.name.value)
        if self.aliases > MOST_ALIASES:
            raise TooMuch("too_many_aliases", f"has more than {MOST_ALIASES} aliases or fields that are named again")

    def _of_field(self, node: FieldNode, kind: GraphQLObjectType | None, sizes: Sizes, depth: int) -> int:
        name = node.name.value
        if node.selection_set is None:
            return 1
        if name in INTROSPECTION:
            return INTROSPECTION[name] + self._without_aliases(node.selection_set, depth)
        definition = None if kind is None else kind.fields.get(name)
        weight, rows = 1, 1
        if kind is not None and (question := self.questions.get((kind.name, name))) is not None:
            arguments = {
                each.name.value: value_from_ast_untyped(each.value, self.variables) for each in node.arguments or ()
            }
            weight, sizes = question.weight, question.sizes(arguments)
            weight += max(0, _count_of(arguments) - FREE_VALUES) // VALUES_PER_UNIT
        inner, is_list = _named(None if definition is None else definition.type)
        if is_list:
            rows = sizes.get(name, ROWS)
        return weight + rows * self.cost(node.selection_set, inner, sizes, depth + 1)

    def _without_aliases(self, selections: SelectionSetNode, depth: int) -> int:
        """Of fields of the schema itself, whose lists are long: each list is walked once."""
        before = self.aliases
        cost = self.cost(selections, None, {}, depth + 1)
        if self.aliases > before:
            raise TooMuch("too_many_aliases", "has aliases within an introspection")
        return cost

    def _of_fragment(self, name: str, kind: GraphQLObjectType | None, sizes: Sizes, depth: int) -> int:
        """A fragment within itself is left to the validation, which refuses it."""
        fragment = self.fragments.get(name)
        if fragment is None or name in self._open:
            return 0
        key = (name, kind and kind.name, depth, *sorted(sizes.items()))
        if key not in self._costs:
            self._open.add(name)
            self._costs[key] = self.cost(fragment.selection_set, kind, sizes, depth)
            self._open.discard(name)
        return self._costs[key]


def cost_of(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    schema: GraphQLSchema,
    questions: Questions,
) -> int:
    """The cost of an operation. Raises TooMuch for one that is too costly or deep or has too many aliases."""
    defaults = {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for each in operation.variable_definitions or ()
        if each.default_value is not None
    }
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    walk = Walk(schema, questions, fragments, {**defaults, **variables})
    return walk.cost(operation.selection_set, schema.query_type, {}, 1)


def _count_of(value: Any) -> int:
    """How many values a value holds, itself included. It comes from JSON or a document, which bound its depth."""
    if isinstance(value, dict):
        return 1 + sum(map(_count_of, value.values()))
    return 1 + sum(map(_count_of, value)) if isinstance(value, list) else 1


def _named(kind: Any) -> tuple[GraphQLObjectType | None, bool]:
    """The object type within a type, and whether it is a list."""
    is_list = False
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        is_list = is_list or isinstance(kind, GraphQLList)
        kind = kind.of_type
    return (kind if isinstance(kind, GraphQLObjectType) else None), is_list


def questions_by_field(root: Sequence[Question], edges: Mapping[str, Sequence[Question]]) -> Questions:
    """All questions by the type and name of their field."""
    return {
        (kind, question.name): question
        for kind, questions in (("Query", root), *edges.items())
        for question in questions
    }
