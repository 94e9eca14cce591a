"""The HTTP interface: requests in, answers and problems out. Only this package and app.py import flask."""

from __future__ import annotations

from importlib import import_module

from flask import Blueprint

from api import foreign
from api.openapi import schema

schema.install()  # before the endpoints' decorators run

_ENDPOINTS = (
    "optimize",
    "calculate",
    "compare",
    "schedule",
    "schedule_batch",
    "plan",
    "plans",
    "webhooks",
    "forecast",
    "forecast_skill",
    "locations",
    "regions",
    "zones",
    "history",
    "sources",
    "instances",
    "workloads",
    "stream",
    "usage",
    "decisions",
    "savings",
    "usage_comparison",
    "ci",
    "budgets",
    "health",
    "scrape",
    "docs",
    "problem_pages",
    "graph",
)


def blueprints() -> tuple[Blueprint, ...]:
    """Every endpoint of the service, in the order of the OpenAPI document, then the formats of other services."""
    return (*(import_module(f"api.endpoints.{name}").bp for name in _ENDPOINTS), *foreign.blueprints())
