"""What callers of the interface name in their programs: paths, parameters, fields, types of problems.

`python -m tools.interface` adds what is new to tests/fixtures/interface_v1.txt; docs/versioning.md says why.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.edge.problem_types import TYPES
from app import create_app
from settings import Settings

RECORD = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "interface_v1.txt"


def interface(document: Mapping[str, Any]) -> set[str]:
    """A line for everything that callers name, from an OpenAPI document."""
    lines = {f"problem {kind.uri}" for kind in TYPES.values()}
    for place, operation in _operations(document).items():
        lines |= {place, f"{place} is {operation['operationId']}"}
        lines |= {f"{place} takes {parameter['name']}" for parameter in operation["parameters"]}
        lines |= {
            f"{place} answers {media_type}" for media_type in operation["responses"].get("200", {}).get("content", ())
        }
    for name, schema in document["components"]["schemas"].items():
        lines |= {f"{name}.{field}" for field in schema.get("properties", {})}
    return lines


def demands(document: Mapping[str, Any]) -> set[str]:
    """A line for everything that callers must send."""
    lines, schemas = set[str](), document["components"]["schemas"]
    for place, operation in _operations(document).items():
        lines |= {
            f"{place} needs {parameter['name']}" for parameter in operation["parameters"] if parameter["required"]
        }
        for name in _schemas_of(operation.get("requestBody", {}), schemas):
            lines |= {f"{name} needs {field}" for field in schemas[name].get("required", ())}
    return lines


def recorded() -> set[str]:
    """What callers of version 1 could name, and had to send, in any release so far."""
    return set(RECORD.read_text(encoding="utf-8").splitlines())


def document() -> Mapping[str, Any]:
    """The OpenAPI document as the service answers it."""
    document: Mapping[str, Any] = create_app(Settings()).test_client().get("/openapi.json").get_json()
    return document


def _operations(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


def _schemas_of(part: object, schemas: Mapping[str, Any]) -> set[str]:
    """The names of the schemas that a part of the document refers to, and that those refer to."""
    names = set[str]()
    waiting = _references(part)
    while waiting:
        names |= waiting
        waiting = set().union(*(_references(schemas[name]) for name in waiting)) - names
    return names


def _references(part: object) -> set[str]:
    return set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(part)))


if __name__ == "__main__":
    today = document()
    lines = (recorded() if RECORD.exists() else set()) | interface(today) | demands(today)
    RECORD.write_text("".join(f"{line}\n" for line in sorted(lines)), encoding="utf-8")
    print(f"wrote {RECORD.name}: {len(lines)} lines")
