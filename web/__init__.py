"""What people look at: pictures of the grid. It asks the engine as the JSON endpoints do, and decides nothing."""

from __future__ import annotations

from importlib import import_module

from flask import Blueprint

_VIEWS = ("map", "forecast", "badge")


def blueprints() -> tuple[Blueprint, ...]:
    """Every picture, in the order of the OpenAPI document."""
    return tuple(import_module(f"web.views.{name}").bp for name in _VIEWS)
