"""What is at / where the operator wants no pages (DASHBOARD=off)."""

from __future__ import annotations

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

bp = Blueprint("no_pages", __name__)


@bp.get("/")
def home() -> ResponseReturnValue:
    return redirect("/docs")
