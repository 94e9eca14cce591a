"""The schema of /graphql as text: what callers name in their documents, without descriptions.

`python -m tools.graph_schema` writes it to tests/fixtures/graph_schema.graphql.
"""

from __future__ import annotations

import re
from pathlib import Path

from api.graph.schema import schema

RECORD = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "graph_schema.graphql"
_TEXT = re.compile(r'\n? *"""(?:.|\n)*?"""')


def names() -> str:
    """The types and fields of the schema, by name."""
    text = _TEXT.sub("", schema().as_str())
    return re.sub(r"\n{2,}(?=  )", "\n", text).strip() + "\n"


if __name__ == "__main__":
    RECORD.write_text(names(), encoding="utf-8")
    print(f"wrote {RECORD.name}")
