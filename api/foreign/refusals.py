"""Paths and methods that a format does not have, below its folders: refused in the form of its own errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from api.edge import problems
from api.foreign import FORMATS, Format

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def register(app: Flask) -> None:
    """Have a 404 and a 405 without a route answered by the format whose folder holds the path.

    Those of a route are answered by its blueprint, which a handler of the app would go before.
    """
    for status in (404, 405):
        app.register_error_handler(status, _answer)


def _answer(error: HTTPException) -> ResponseReturnValue:
    owner = request.blueprint or _format_of(request.path)
    handler = current_app.error_handler_spec[owner][None].get(Exception)
    answer: Response = problems.answer(error) if handler is None else current_app.ensure_sync(handler)(error)
    return answer


def _format_of(path: str) -> str | None:
    """The format of a path; None: it is none of theirs."""
    return next((one.module for one in FORMATS if f"{path}/".startswith(_below(one))), None)


def _below(one: Format) -> tuple[str, ...]:
    return tuple(f"{folder}/" for folder in one.folders)
