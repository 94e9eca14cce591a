"""How APIFlask's decorators check and describe: questions through parse.py, answers as they are."""

from __future__ import annotations

from typing import Any

from apiflask.schema_adapters.pydantic import PydanticAdapter
from apiflask.schema_adapters.registry import registry
from flask import Request

from api.exchange import current
from api.names import Facts
from api.parse import parse_body, parse_query

REF_TEMPLATE = "#/components/schemas/{model}"


class EdgeAdapter(PydanticAdapter):
    """Replaces APIFlask's own: that one takes text for numbers, loses repeated parameters and validates answers."""

    def validate_input(self, request: Request, location: str, **kwargs: Any) -> Any:
        """The question of a request; location: "json" or "query"."""
        exchange = current()
        facts = Facts(
            mapping=exchange.engine.mapping, now=exchange.now, max_age_minutes=exchange.service.max_age_minutes
        )
        parse = parse_body if location == "json" else parse_query
        return parse(self.model_class, request, facts)

    def serialize_output(self, data: Any, many: bool = False) -> Any:
        """The answer, which render built from checked values."""
        return data

    def get_openapi_schema(self, **kwargs: Any) -> dict[str, Any]:
        """The model's schema, each nested model being referred to by its own name."""
        return self.model_class.model_json_schema(ref_template=REF_TEMPLATE)


def install() -> None:
    """Make APIFlask use it; called before the first decorator runs."""
    registry.register("pydantic", EdgeAdapter)
