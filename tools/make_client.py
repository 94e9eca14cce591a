"""Writes the models and the operations of the Python client in clients/python/ from the OpenAPI document.

Run `python -m tools.make_client` after a change of the interface. The models are dictionaries with types
(TypedDict), made by datamodel-code-generator; the operations are one method for each operation that answers with JSON.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill
from typing import Any

from tools.interface import document

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "clients" / "python" / "src" / "carbon_client"
HEAD = '"""{} Made by `python -m tools.make_client`; do not edit."""\n'

OPTIONS = (
    *("--input-file-type=openapi", "--output-model-type=typing.TypedDict", "--target-python-version=3.11"),
    *("--enum-field-as-literal=all", "--no-use-closed-typed-dict", "--use-union-operator", "--use-double-quotes"),
    *("--use-schema-description", "--use-field-description", "--use-single-line-docstring"),
    *("--formatters=builtin", "--disable-timestamp"),
)
# The name of an operation's method; an operation without one here has its operationId with underscores.
METHODS = {
    "rankRegions": "by_rank",
    "rankRegionsNearAirport": "by_iata",
    "rankRegionsOfProvider": "by_provider",
    "rankRegionsInCountry": "by_country",
    "optimizePlacement": "optimize",
    "scheduleJob": "schedule",
    "scheduleJobs": "schedule_batch",
    "calculateEmissions": "calculate",
    "calculateForecast": "forecast",
    "compareOptions": "compare",
    "planJobs": "plan",
    "getPlan": "plan_status",
    "cancelPlan": "cancel_plan",
    "listRegions": "regions",
    "getRegion": "region",
    "getRegionHistory": "region_history",
    "getZone": "zone",
    "getZoneForecast": "zone_forecast",
    "getZoneHistory": "zone_history",
    "getZoneSources": "zone_sources",
    "getForecastSkill": "forecast_skill",
    "getSources": "sources",
    "listInstanceTypes": "instances",
    "listWorkloads": "workloads",
    "getBadge": "badge",
    "getProblemType": "problem_type",
    "getHealth": "health",
    "getReadiness": "ready",
}
# Questions that are sent with POST and change nothing if they are sent again, as where the answer was lost.
QUESTIONS = {"optimize", "schedule", "schedule_batch", "calculate", "forecast", "compare", "report_pipeline"}
# Paths of our own interface; formats of other services have clients of their own.
OWN = ("/api/v1/", "/v1/", "/badge/", "/health", "/problems/", "/ready")
# The client reads JSON whose rows have all fields: `LocationItem` is then a `LocationRow`, never a chosen part of one.
LEFT_OUT = {"format", "fields"}
CHOSEN = "Chosen"
WHOLE = {"LocationItem": "LocationRow"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of the client.

    path: with the names of its parameters as {name}. path_names: these names, as Python names.
    query, body: the model of the parameters or of the body, "" without. answers: the models, None for an empty answer.
    """

    name: str
    method: str
    path: str
    summary: str
    description: str
    path_names: tuple[str, ...]
    query: str
    body: str
    answers: tuple[str | None, ...]

    @property
    def is_repeatable(self) -> bool:
        return self.method in ("GET", "DELETE") or self.name in QUESTIONS


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """Every operation that answers with JSON or with nothing, by name."""
    read = (
        _operation(path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith(OWN)
    )
    return sorted((one for one in read if one), key=lambda one: one.name)


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Operation | None:
    """None for an operation whose answer is a picture, a page or a stream."""
    successes = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    kinds = [answer.get("content") or {} for answer in successes]
    if not successes or any(content and "application/json" not in content for content in kinds):
        return None
    name = METHODS.get(operation["operationId"]) or _snake_case(operation["operationId"])
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    answers = [_name(content["application/json"]["schema"]) if content else None for content in kinds]
    return Operation(
        name=name,
        method=method.upper(),
        path=re.sub(r"{(\w+)}", lambda match: f"{{{_snake_case(match[1])}}}", path),
        summary=operation["summary"],
        description=operation.get("description") or "",
        path_names=tuple(_snake_case(name) for name in re.findall(r"{(\w+)}", path)),
        query=_query_name(operation) if _query(operation) else "",
        body=_name(body) or "",
        answers=tuple(dict.fromkeys(answers)),
    )


def _name(schema: Mapping[str, Any]) -> str | None:
    return schema["$ref"].rpartition("/")[2] if "$ref" in schema else "Any" if schema else None


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: f"_{match[1].lower()}", name)


def _query_name(operation: Mapping[str, Any]) -> str:
    name: str = operation["operationId"]
    return f"{name[0].upper()}{name[1:]}Query"


def _query(operation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in operation["parameters"] if one["in"] == "query" and one["name"] not in LEFT_OUT]


def _with_queries(document: Mapping[str, Any]) -> dict[str, Any]:
    """The schemas of answers, and one more for the query parameters of each operation that has any."""
    every = document["components"]["schemas"]
    schemas = {name: schema for name, schema in every.items() if not name.startswith(CHOSEN)}
    schemas |= {
        name: schemas[name] | {"anyOf": [{"$ref": f"#/components/schemas/{row}"}]} for name, row in WHOLE.items()
    }
    names = {one.query for one in operations(document) if one.query}
    for operation in (operation for methods in document["paths"].values() for operation in methods.values()):
        parameters = _query(operation)
        if _query_name(operation) in names:
            schemas[_query_name(operation)] = {
                "type": "object",
                "description": f"Parameters of {operation['operationId']}.",
                "properties": {one["name"]: one["schema"] | _description(one) for one in parameters},
                "required": [one["name"] for one in parameters if one["required"]],
            }
    return schemas


def _description(parameter: Mapping[str, Any]) -> dict[str, str]:
    return {"description": parameter["description"]} if parameter.get("description") else {}


def models_source(document: Mapping[str, Any]) -> str:
    """models.py: every component of the document as a TypedDict or a Literal."""
    reduced = {"openapi": "3.1.0", "info": document["info"], "paths": {}, "components": {}}
    reduced["components"] = {"schemas": _with_queries(document)}
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "openapi.json"), Path(folder, "models.py")
        source.write_text(json.dumps(reduced), encoding="utf-8")
        _run("-m", "datamodel_code_generator", f"--input={source}", f"--output={target}", *OPTIONS)
        made = target.read_text(encoding="utf-8").partition("from __future__")
    return _formatted(HEAD.format("The bodies, parameters and answers of the service.") + "\n" + "".join(made[1:]))


def operations_source(document: Mapping[str, Any]) -> str:
    """operations.py: one method for each operation."""
    methods = operations(document)
    lines = [
        HEAD.format("One method for each operation of the service that answers with JSON."),
        "from __future__ import annotations",
        "from typing import TYPE_CHECKING, Any",
        "from urllib.parse import quote",
        "if TYPE_CHECKING:",
        "    from collections.abc import Mapping",
        "    from typing import Unpack",
        "    from carbon_client import models",
        "class Operations:",
        '    """The operations; each raises what `Client` says."""',
        "    def _ask(self, method: str, path: str, *, query: Mapping[str, Any] | None = None,",
        "        body: Mapping[str, Any] | None = None, repeatable: bool = True) -> Any:",
        "        raise NotImplementedError",
    ]
    source = "\n".join([*lines, *(line for one in methods for line in _method(one))])
    return _formatted(source + "\n")


def _method(one: Operation) -> Iterator[str]:
    answer = " | ".join("None" if name is None else f"models.{name}" for name in one.answers)
    if (one.query and one.body) or "Any" in (one.body, *one.answers):
        raise ValueError(f"{one.name} has both parameters and a body, or a body or answer that is no component")
    keywords = one.query or one.body
    arguments = ["self", *(f"{name}: str" for name in one.path_names), *(["/"] if one.path_names else [])]
    if keywords:
        arguments.append(f"**{'query' if one.query else 'body'}: Unpack[models.{keywords}]")
    path = repr(one.path)
    for name in one.path_names:
        path = "f" + path.removeprefix("f").replace(f"{{{name}}}", f'{{quote({name}, safe="")}}')
    asked = [f'"{one.method}"', path]
    if keywords:
        asked.append("query=query" if one.query else "body=body")
    if not one.is_repeatable:
        asked.append("repeatable=False")
    yield f"    def {one.name}({', '.join(arguments)}) -> {answer}:"
    yield f'        """{one.summary}'
    if one.description:
        yield "\n" + fill(one.description, 112, initial_indent=" " * 8, subsequent_indent=" " * 8)
    yield f'\n        {one.method} {one.path}\n        """'
    call = f"self._ask({', '.join(asked)})"
    yield f"        {call}" if answer == "None" else f"        answer: {answer} = {call}\n        return answer"


def _formatted(source: str) -> str:
    """The source as `ruff format` writes it."""
    return _run("-m", "ruff", "format", "--stdin-filename", str(PACKAGE / "made.py"), "-", stdin=source)


def _run(*arguments: str, stdin: str = "") -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, encoding="utf-8", check=True, cwd=ROOT).stdout  # noqa: S603


def files(document: Mapping[str, Any]) -> dict[Path, str]:
    """What the generated files hold."""
    return {
        PACKAGE / "models.py": models_source(document),
        PACKAGE / "operations.py": operations_source(document),
    }


if __name__ == "__main__":
    for path, text in files(document()).items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}: {text.count(chr(10))} lines")
