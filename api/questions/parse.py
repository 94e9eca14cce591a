"""Body or query string -> a checked question, or InvalidRequest with every wrong field at once."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache, partial
from itertools import takewhile
from time import thread_time
from typing import Any, TypeVar

from flask import Request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from api.edge import costly
from api.questions.names import Facts
from carbon.errors import FieldError, InvalidRequest

MAX_ERRORS = 1000  # listed; a body of 1 MB can hold 100,000 unknown fields
MOST_ERRORS = (
    10_000  # if there are more, none is listed: pydantic formats all or none, and blocks every thread meanwhile
)
MAX_SUGGESTIONS = 10  # wrong fields for which similar names are looked for
SUGGESTION_SECONDS = 0.03  # of the processor, for all of them together; one search takes 0.5 to 3 ms
MOST_COLONS = 20_000  # a thousand options, the most that any body holds, have 10,000 at most
JSON, CSV = "application/json", "text/csv"
M = TypeVar("M", bound=BaseModel)

UNREADABLE = (OSError, EOFError)  # raised by the server for malformed chunks and for a body that ends early


class InvalidParameters(InvalidRequest):
    """As InvalidRequest, the fields being query parameters."""


class EncodedBody(UnsupportedMediaType):
    """A compressed body: it is refused, because a small one can unpack to a very large one."""

    def get_headers(self, *args: Any, **options: Any) -> list[tuple[str, str]]:
        """Adds the encoding that is accepted (RFC 9110, 12.5.3)."""
        return [*super().get_headers(*args, **options), ("Accept-Encoding", "identity")]


def parse_body(model: type[M], request: Request, facts: Facts) -> M:
    """The checked body.

    Raises InvalidRequest, UnsupportedMediaType (415), RequestEntityTooLarge (413), BadRequest (not a whole body),
    Busy (a long body while many costly requests are answered).
    """
    if request.environ.get("QUERY_STRING") and request.args:
        unknown = "is not a parameter of this path: its fields go into the body"
        raise InvalidParameters(
            [FieldError(location=(name,), code="unknown_field", detail=unknown) for name in request.args]
        )
    from_csv = getattr(model, "from_csv", None) if request.mimetype == CSV else None
    if request.environ.get("CONTENT_TYPE") != JSON and not request.is_json and from_csv is None:
        raise UnsupportedMediaType("the body must be JSON: send Content-Type: application/json")
    encoding = request.environ.get("HTTP_CONTENT_ENCODING", "")
    if encoding.strip().lower() not in ("", "identity"):
        raise EncodedBody(f"the body is encoded ({encoding[:100]}): send it without Content-Encoding")
    if most_bytes := getattr(model, "most_bytes", None):
        request.max_content_length = max(most_bytes, request.max_content_length or 0)
    try:
        body = request.get_data()  # an endpoint may read it again
        if not request.content_length:
            request.stream.read(1)  # a body sent in chunks was cut at the limit: reading on says so, with a 413
    except UNREADABLE:
        raise BadRequest("the body ended early or its chunks are malformed") from None
    if len(body) > costly.LIGHT_BODY_BYTES:
        costly.begin()
    return checked(model, body, facts) if from_csv is None else _checked_csv(model, from_csv, body, facts)


def _checked_csv(model: type[M], from_csv: Callable[[str], Mapping[str, Any]], body: bytes, facts: Facts) -> M:
    """The question of a CSV text. Raises InvalidRequest."""
    try:
        return model.model_validate(from_csv(body.decode("utf-8")), context=facts)
    except ValidationError as error:
        raise InvalidRequest(field_errors(error, model)) from None
    except (UnicodeDecodeError, csv.Error) as error:
        detail = f"cannot be read as CSV in UTF-8: {error}"
        raise InvalidRequest([FieldError(location=(), code="csv", detail=detail)]) from None


def checked(model: type[M], body: bytes, facts: Facts) -> M:
    """The question of a JSON text. Raises InvalidRequest."""
    if body.count(b":") > getattr(model, "most_fields", MOST_COLONS):
        detail = "has more fields than any valid body"
        raise InvalidRequest([FieldError(location=(), code="too_many_fields", detail=detail)])
    try:
        return model.model_validate_json(body, context=facts)
    except ValidationError as error:
        raise InvalidRequest(field_errors(error, model)) from None


def parse_query(model: type[M], request: Request, facts: Facts) -> M:
    """The checked query string: a list field may be given several times, any other once."""
    parameters = request.args.to_dict(flat=False)
    lists = _list_fields(model)
    values: dict[str, Any] = {}
    errors = list[FieldError]()
    for name, texts in parameters.items():
        if name in lists:
            values[name] = texts
        else:
            values[name] = texts[0]
            if len(texts) > 1:
                errors.append(FieldError(location=(name,), code="repeated", detail="may be given only once"))
    try:
        question = model.model_validate(values, context=facts)
    except ValidationError as error:
        errors += field_errors(error, model)
    if errors:
        raise InvalidParameters(errors)
    return question


@cache
def _list_fields(model: type[BaseModel]) -> frozenset[str]:
    schemas = model.model_json_schema()["properties"]
    return frozenset(name for name, schema in schemas.items() if schema.get("type") == "array")


def field_errors(error: ValidationError, model: type[BaseModel], *, suggest: bool = True) -> Sequence[FieldError]:
    """The wrong fields of a question. suggest: with names that are close to the wrong ones."""
    if error.error_count() > MOST_ERRORS:
        detail = f"{error.error_count():,} fields are wrong; the list is left out for more than {MOST_ERRORS:,}"
        return [FieldError(location=(), code="too_many_errors", detail=detail)]
    errors = error.errors(include_url=False)[:MAX_ERRORS]
    if not suggest or (len(errors) > 1 and not costly.may_begin()):
        return [_field_error(item, model, suggest=False) for item in errors]
    ends = thread_time() + SUGGESTION_SECONDS
    return [
        _field_error(item, model, suggest=index < MAX_SUGGESTIONS and (_is_cheap(item) or thread_time() < ends))
        for index, item in enumerate(errors)
    ]


def _is_cheap(error: Any) -> bool:
    """Whether similar names are looked for among a few dozen fields only."""
    return bool(error["type"] == "extra_forbidden")


def _field_error(error: Any, model: type[BaseModel], *, suggest: bool) -> FieldError:
    """An error of pydantic in our wording; its input and URL are left out of the answer."""
    context = error.get("ctx", {})
    location, code = tuple(error["loc"]), str(error["type"])
    nearest: tuple[str, ...] = ()
    if code == "refused":
        nearest = tuple(context["nearest"]()) if suggest else ()
        return FieldError(location=location, code=context["code"], detail=context["detail"], nearest=nearest)
    if code == "missing":
        return FieldError(location=location, code=code, detail="is required")
    if code == "extra_forbidden":
        return _unknown_field(location, model, suggest=suggest)
    if code in ("enum", "literal_error"):
        allowed = re.findall(r"'([^']*)'", context["expected"])
        nearest = _close(error["input"], allowed) if suggest else ()
        detail = f"must be one of {', '.join(allowed)}"
        return FieldError(location=location, code="not_one_of", detail=detail, nearest=nearest)
    return FieldError(location=location, code=code, detail=_worded(error["msg"]))


def _unknown_field(location: tuple[str | int, ...], model: type[BaseModel], *, suggest: bool) -> FieldError:
    """With the fields that are spelled alike: those of another object by their path, such as requirements.vcpus."""
    detail, nearest = "is not a known field", tuple[str, ...]()
    instead = getattr(model, "elsewhere", {}).get(location[-1])
    if instead is not None:
        return FieldError(location=location, code="unknown_field", detail=f"{detail} of this question: {instead}")
    if suggest:
        parents = tuple(step for step in location[:-1] if isinstance(step, str))
        fields = _all_fields(model)
        names = _close(location[-1], fields)
        close = [path for name in names for path in sorted(fields[name], key=partial(_distance, parents))]
        nearest = tuple(path[-1] if path[:-1] == parents else ".".join(path) for path in close)
        if close and close[0][-1] == location[-1]:
            detail += f"; did you mean {nearest[0]}{' of the body itself' if parents and len(close[0]) == 1 else ''}?"
    return FieldError(location=location, code="unknown_field", detail=detail, nearest=nearest)


# Phrases of pydantic, and the wording of our other messages.
_PLAIN_WORDS = (
    ("Input should have timezone info", "must have an offset, such as Z or +01:00"),
    ("Input should ", "must "),
    ("List should have at least 1 item after validation, not 0", "must have at least one entry"),
    ("List should ", "must "),
    ("String should ", "must "),
    (" after validation", ""),
    (", unable to parse string as an integer", ""),
    (", unable to parse string as a number", ""),
    ("Invalid JSON", "is not valid JSON"),
)


def _worded(message: str) -> str:
    for formal, plain in _PLAIN_WORDS:
        message = message.replace(formal, plain)
    return message


def _close(word: object, choices: Iterable[str]) -> tuple[str, ...]:
    return tuple(get_close_matches(str(word)[:100], choices, n=3, cutoff=0.5))


def _distance(parents: tuple[str, ...], path: tuple[str, ...]) -> int:
    """Steps from an object of the question to a field."""
    shared = len(list(takewhile(lambda steps: steps[0] == steps[1], zip(parents, path[:-1], strict=False))))
    return len(parents) + len(path) - 2 * shared


@cache
def _all_fields(model: type[BaseModel]) -> Mapping[str, Sequence[tuple[str, ...]]]:
    """Name of a question's field -> its paths, those in nested objects included."""
    schema = model.model_json_schema()
    paths: dict[str, list[tuple[str, ...]]] = {}

    def walk(properties: Mapping[str, Any], above: tuple[str, ...]) -> None:
        for name, field in properties.items():
            paths.setdefault(name, []).append((*above, name))
            for reference in re.findall(r"#/\$defs/(\w+)", str(field)):
                walk(schema["$defs"][reference].get("properties", {}), (*above, name))

    walk(schema["properties"], ())
    return paths
