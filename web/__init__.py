"""Pages and pictures for people: they ask the engine as the JSON endpoints do, and decide nothing."""

from __future__ import annotations

from importlib import import_module

from flask import Blueprint

_PICTURES = ("map", "forecast", "history", "pareto", "badge", "plan", "skill", "usage")
_PAGES = (
    *("every_page", "home", "region", "machines", "machine", "compare", "plan", "skill"),
    *("usage", "usage_comparison", "savings", "decisions", "sources", "guide", "about", "sign_in", "files"),
)


def blueprints(*, dashboard: bool) -> tuple[Blueprint, ...]:
    """Every picture, in the order of the OpenAPI document, and the pages; without them / leads to /docs."""
    pictures = [f"views.{name}" for name in _PICTURES]
    pages = [f"pages.{name}" for name in _PAGES] if dashboard else ["no_pages"]
    return tuple(import_module(f"web.{name}").bp for name in (*pictures, *pages))
