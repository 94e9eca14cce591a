"""Takes the pictures of the first page that README.md shows, from a service on http://127.0.0.1:5000 (make run).

python -m tools.make_dashboard; needs Chromium, on the path or in CHROME_BIN.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

PAGE = "http://127.0.0.1:5000/?region=aws:us-west-1"
FOLDER = Path(__file__).resolve().parents[1] / "docs"
SIZE = {"width": 1440, "height": 860}
NAMES = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """One picture for light pages and one for dark ones."""
    path = os.environ.get("CHROME_BIN") or next(filter(None, map(shutil.which, NAMES)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for colours in ("light", "dark"):
            page = browser.new_page(viewport=SIZE, color_scheme=colours)  # type: ignore[arg-type]  # one of these words
            page.goto(PAGE)
            page.screenshot(path=FOLDER / f"dashboard-{colours}.png")
        browser.close()


if __name__ == "__main__":
    main()
