"""Asks one checkout of the service; needs of it only create_app, Settings.from_env and the standard library.

Usage, in the checkout: python record.py QUESTIONS.json ANSWERS.json TIME. Settings come from the environment.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path


def main(questions: str, answers: str, now: str) -> None:
    """Write the answers as a list of [status, headers, body text]."""
    sys.path.insert(0, str(Path.cwd()))
    from app import create_app
    from settings import Settings

    client = create_app(Settings.from_env(), clock=lambda: datetime.fromisoformat(now)).test_client()
    for zone_of in ("/api/v1/regions?provider=all", "/v1/by-rank"):  # whatever is live is fetched before it counts
        client.get(zone_of)
    rows = []
    for method, path, body, headers in json.loads(Path(questions).read_text(encoding="utf-8")):
        response = client.open(path, method=method, data=body, headers=headers)
        text = response.get_data().decode("latin-1") if response.content_encoding else response.get_data(as_text=True)
        rows.append([response.status_code, sorted(response.headers.to_wsgi_list()), text])
    Path(answers).write_text(json.dumps(rows), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
