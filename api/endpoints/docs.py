"""/docs: Swagger UI from the installed wheel, offline."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

from flask import Blueprint, Response, send_file
from werkzeug.exceptions import NotFound

bp = Blueprint("docs", __name__)

# Found through its metadata: importing the package would import a second framework.
_FOLDER = "flask_openapi_swagger/templates/swagger"
ASSETS = {
    "swagger-ui.css": "css/swagger-ui.css",
    "swagger-ui-bundle.js": "js/swagger-ui-bundle.js",
}
# Swagger UI styles its elements in place and draws its icons from data: addresses.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Carbon-Aware Cloud Optimizer API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<noscript>This page needs JavaScript. The same document as JSON: <a href="/openapi.json">/openapi.json</a></noscript>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  docExpansion: "list",
  defaultModelsExpandDepth: -1
});
"""


@bp.after_request
def _own_policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    return response


@bp.get("/docs")
def page() -> Response:
    """The OpenAPI document as a page to read and try."""
    return Response(_PAGE, mimetype="text/html")


@bp.get("/docs/<name>")
def asset(name: str) -> Response:
    """A script or style sheet of the page."""
    if name == "start.js":
        return Response(_START, mimetype="text/javascript")
    if name not in ASSETS:
        raise NotFound
    return send_file(_path(name), max_age=3600)


def _path(name: str) -> Path:
    return Path(str(distribution("flask-openapi-swagger").locate_file(f"{_FOLDER}/{ASSETS[name]}")))
