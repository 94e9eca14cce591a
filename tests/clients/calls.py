"""The questions that README.md and the guide ask with curl, as the OpenAPI document names their parts."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from api.foreign import FOLDERS
from tests.contract.document import OPERATIONS
from tools.make_readme import DOCUMENTS

# What other documents than ours describe, and answers that never end: not for clients made from our document.
ELSEWHERE = (*FOLDERS, "/graphql", "/api/v1/stream", "/api/v1/ws")
LEDGER = "what-it-emitted.md"  # its answers differ by what was stored before; tests/contract/test_readme.py asks them
BASE = "http://127.0.0.1:5000"
_COMMAND = re.compile(r"curl (?:\\\n|[^|\n)])*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One question.

    url: path and query as the document has them. path: as the document has it, such as /v1/by-iata/{iata}.
    """

    url: str
    path: str
    method: str
    path_values: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any

    @property
    def as_text(self) -> bool:
        return self.query.get("format") in ("text", "csv")


def readme_calls() -> list[Call]:
    """Every question to the service in README.md and the guide that stores nothing, each once."""
    documents = [document for document in DOCUMENTS if document.name != LEDGER]
    calls = (call for document in documents for call in _calls(document.read_text(encoding="utf-8")))
    return list({(call.url, str(call.body)): call for call in calls}.values())


def _calls(text: str) -> Iterator[Call]:
    for command in _COMMAND.findall(text):
        words = shlex.split(command)
        urls = [word for word in words if word.startswith(BASE)]
        if urls and not urls[0].removeprefix(BASE).startswith(ELSEWHERE):
            yield _call(urls[0].removeprefix(BASE), json.loads(words[words.index("-d") + 1]) if "-d" in words else None)


def _call(url: str, body: Any) -> Call:
    path, method, operation, values = _found(url, body)
    return Call(
        url=url,
        path=path,
        method=method,
        path_values={name: unquote(value) for name, value in values.items()},
        query=_query(parse_qsl(urlsplit(url).query), operation),
        body=body,
    )


def operation_of(url: str, body: Any) -> dict[str, Any]:
    """The operation that answers a question. Raises LookupError if the document has none."""
    return _found(url, body)[2]


def _found(url: str, body: Any) -> tuple[str, str, dict[str, Any], dict[str, str]]:
    for path, method, operation in OPERATIONS:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
        match = re.fullmatch(pattern, urlsplit(url).path)
        if match and (method == "post") == (body is not None):
            return path, method, operation, match.groupdict()
    raise LookupError(f"{url} is not in the document")


def _query(pairs: list[tuple[str, str]], operation: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the types that the document says."""
    types = {parameter["name"]: parameter["schema"].get("type") for parameter in operation["parameters"]}
    query: dict[str, Any] = {}
    for name, text in pairs:
        if types[name] == "array":
            query.setdefault(name, []).append(text)
        else:
            query[name] = json.loads(text) if types[name] in ("integer", "number", "boolean") else text
    return query
