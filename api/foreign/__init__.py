"""Formats of other services, spoken so that their clients can use this one as it is.

Each is a module of this folder: it reads its own form of a question, asks the session of the request, and writes its
own form of the answer and of errors. It decides nothing: a test keeps planning/ and catalog/ out of this folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from flask import Blueprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """module: of this folder, with a blueprint `bp`. folders: paths that it answers, with every path below them."""

    module: str
    folders: tuple[str, ...]


FORMATS: tuple[Format, ...] = (Format(module="carbonaware", folders=("/v0",)),)
FOLDERS = tuple(folder for each in FORMATS for folder in each.folders)


def blueprints() -> tuple[Blueprint, ...]:
    """The routes of every format."""
    return tuple(import_module(f"api.foreign.{each.module}").bp for each in FORMATS)
