"""GET /problems/{name}: what a kind of problem means and what to do, as a page for people and as JSON."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import orjson
from apiflask import APIBlueprint
from flask import Response
from markupsafe import Markup, escape
from werkzeug.exceptions import NotFound

from api.edge.exchange import JSON
from api.edge.formats import preferred
from api.edge.problem_types import TYPES
from api.openapi.document import EXAMPLES
from api.shapes.problems import ExplainedProblem, ProblemTypeAnswer
from api.shapes.reading import Json

bp = APIBlueprint("problem_pages", __name__, tag="Operation")

_STYLE = Markup("body{font:1rem/1.5 sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}pre{overflow-x:auto}")
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"
_PAGE = Markup("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
<p>Problem type <code>{type}</code>, HTTP status {status}.</p>
<h2>What it means</h2>
<p>{meaning}</p>
<h2>What to do</h2>
<p>{action}</p>
<h2>Example</h2>
<pre>{example}</pre>
<p>All endpoints are described at <a href="/docs">/docs</a>.</p>
</body>
</html>
""")


@bp.get("/problems/<name>")
@bp.output(ProblemTypeAnswer)
@bp.doc(operation_id="getProblemType", responses=[404])
def problem_type(name: str) -> Response:
    """Explain a kind of problem: every `type` of an error is the path of its page.

    Sent as HTML to clients that prefer it, such as browsers, and as JSON to all others. Never counted or limited.
    """
    if name not in TYPES:
        raise NotFound
    facts = ProblemTypeAnswer.of(ExplainedProblem(kind=TYPES[name], example=EXAMPLES["problems"][name]))
    if preferred((JSON, "text/html")) == "text/html":
        response = Response(_page(facts), mimetype="text/html", headers={"Content-Security-Policy": _POLICY})
    else:
        response = Response(orjson.dumps(facts), mimetype=JSON)
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.vary.add("Accept")
    return response


def _page(facts: Json) -> str:
    words = {name: _as_html(str(value)) for name, value in facts.items()}
    example = escape(orjson.dumps(facts["example"], option=orjson.OPT_INDENT_2).decode())
    return _PAGE.format(style=_STYLE, **{**words, "example": example})


def _as_html(text: str) -> Markup:
    """Text with its parts between backquotes as code."""
    parts = (Markup("<code>{}</code>") if index % 2 else Markup("{}") for index in range(text.count("`") + 1))
    return Markup("").join(form.format(part) for form, part in zip(parts, text.split("`"), strict=True))
