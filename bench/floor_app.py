"""The floor: the smallest JSON endpoint Flask can serve. Everything above its cost is ours."""

from __future__ import annotations

from flask import Flask
from flask.typing import ResponseReturnValue

app = Flask(__name__)


@app.get("/floor")
def floor() -> ResponseReturnValue:
    """An answer without work."""
    return {"status": "ok"}
