"""Forms of an answer beside JSON, as the OpenAPI document describes them."""

from __future__ import annotations

# Forms of a list beside JSON, each with the component that describes it.
TABLES = {"text/plain": "TextTable", "text/csv": "CsvTable", "text/markdown": "MarkdownTable"}
TABLE_SCHEMAS = {
    "TextTable": {
        "type": "string",
        "description": "Under /v1 one line for each row, fields separated by tabs; unknown values are empty; without "
        "`fields` only the gid. Under /api/v1 aligned columns for people, which may change: scripts read JSON or CSV.",
    },
    "CsvTable": {
        "type": "string",
        "description": "A table with a header (RFC 4180, but with Unix line ends), one column for each field; "
        "nested fields as spotPrice.perHour; unknown values are empty.",
    },
    "MarkdownTable": {
        "type": "string",
        "description": "Tables of GitHub's Markdown, for people and job summaries; scripts read JSON or CSV.",
    },
}
