"""What a document may ask for, checked before it is validated."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import get_operation_ast
from strawberry.extensions.base_extension import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError

from api.edge import costly
from api.graph.edges import EDGES
from api.graph.measure import LIGHT_COST, cost_of, questions_by_field
from api.graph.questions import QUESTIONS

MOST_TOKENS = 1000
MOST_CHARACTERS = 20_000  # of a document: a longer one is all comments and blanks
QUESTIONS_BY_FIELD = questions_by_field(QUESTIONS, EDGES)


class Limits(SchemaExtension):
    """Refuses a document that asks for too much; one that takes more than about 10 ms counts as costly."""

    def on_operation(self) -> Iterator[None]:
        """Sets the limit of tokens."""
        self.execution_context.parse_options["max_tokens"] = MOST_TOKENS
        yield

    def on_parse(self) -> Iterator[None]:
        """Raises TooMuch, and Busy for a costly document that finds no place."""
        yield
        context = self.execution_context
        document = context.graphql_document
        if document is None:
            return
        operation = get_operation_ast(document, context._provided_operation_name)
        if operation is None:
            raise CannotGetOperationTypeError(context._provided_operation_name)
        variables = context.variables or {}
        if cost_of(document, operation, variables, context.schema._schema, QUESTIONS_BY_FIELD) > LIGHT_COST:
            costly.begin()
