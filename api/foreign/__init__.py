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
    """module: of this folder, with a blueprint `bp`. folders: paths that it answers, with every path below them.

    past: ends of paths whose answers are made of past readings, which may arrive at any time. is_prefixed: whether its
    paths are below COMPAT_PREFIX, and read without regard to case. key_as_password: its clients can send an API key
    only as the password of Basic, so that it is read from there too.
    """

    module: str
    folders: tuple[str, ...]
    past: tuple[str, ...] = ()
    is_prefixed: bool = False
    key_as_password: bool = False


FORMATS: tuple[Format, ...] = (
    Format(
        module="carbon_aware_sdk",
        folders=("/emissions", "/locations"),
        past=("/emissions/bylocation", "/bylocations", "/bylocations/best", "/average-carbon-intensity"),
        is_prefixed=True,
    ),
    Format(module="carbonaware", folders=("/v0",)),
    Format(module="kubernetes", folders=("/k8s",), key_as_password=True),
    Format(module="keda", folders=("/keda",)),
)
FOLDERS = tuple(folder for each in FORMATS for folder in each.folders)
PAST = tuple(end for each in FORMATS for end in each.past)
PREFIXED = tuple(folder for each in FORMATS if each.is_prefixed for folder in each.folders)
WITH_PASSWORDS = tuple(f"{folder}/" for each in FORMATS if each.key_as_password for folder in each.folders)


def blueprints() -> tuple[Blueprint, ...]:
    """The routes of every format."""
    return tuple(import_module(f"api.foreign.{each.module}").bp for each in FORMATS)
