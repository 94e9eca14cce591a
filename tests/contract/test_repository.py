"""What lies in the repository: no trace of a machine, decisions in one form, pages that load nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from flask.testing import FlaskClient

ROOT = Path(__file__).resolve().parents[2]
PAGES = {".html", ".css", ".js", ".j2"}

# Put together here, so that this file does not hold what it forbids. A path starts after no word character or dot.
FORBIDDEN = [
    *(rf"(?<![\w.\-/]){'/' + folder}(?![\w-])" for folder in ("work", "tmp", "root", "opt", "home")),
    re.escape("../" + "shared"),
    *(re.escape(f"{name}.{end}") for name, end in (("pypi", "org"), ("pythonhosted", "org"), ("debian", "org"))),
    re.escape("registry." + "npmjs"),
]
SYSTEM_FOLDERS = re.compile("|".join(FORBIDDEN).encode())
LOADED_FROM_ELSEWHERE = re.compile(
    r"""(?:src|srcset|action|poster)\s*=\s*["']?\s*(?:https?:)?//"""
    r"""|<link\b[^>]*href\s*=\s*["']?\s*(?:https?:)?//"""
    r"""|@import\s+["']?(?:url\()?\s*["']?(?:https?:)?//|url\(\s*["']?(?:https?:)?//"""
    r"""|(?:fetch|import|importScripts)\(\s*["'`](?:https?:)?//""",
    re.IGNORECASE,
)


def tracked_files() -> list[Path]:
    result = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)  # noqa: S607
    paths = [ROOT / name for name in result.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_tracked_file_names_a_folder_of_a_machine_or_a_registry() -> None:
    folder_of_file = {
        str(path.relative_to(ROOT)): match[0].decode()
        for path in tracked_files()
        if (match := SYSTEM_FOLDERS.search(path.read_bytes()))
    }

    assert not folder_of_file


@pytest.mark.parametrize("text", ["cd /" + "work/main", "'/" + "tmp'", "see ../" + "shared/x", "/" + "root/.cache"])
def test_a_folder_of_a_machine_would_be_found(text: str) -> None:
    assert SYSTEM_FOLDERS.search(text.encode())


@pytest.mark.parametrize("text", ["/api/v1/workloads", "kg/work unit", "https://example.org/home", "./tmp-files"])
def test_routes_and_addresses_are_no_folders_of_a_machine(text: str) -> None:
    assert not SYSTEM_FOLDERS.search(text.encode())


def test_no_secret_file_is_tracked() -> None:
    assert not {path.name for path in tracked_files()} & {".env", "id_rsa", ".netrc"}


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_tells_its_status_context_decision_and_consequences(path: Path) -> None:
    headings = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)

    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name)
    assert headings == ["Status", "Context", "Decision", "Consequences"]


def test_no_page_of_ours_loads_anything_from_elsewhere() -> None:
    pages = [path for path in tracked_files() if path.suffix in PAGES]

    loading = {str(path): match[0] for path in pages if (match := LOADED_FROM_ELSEWHERE.search(path.read_text()))}

    assert not loading


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_no_served_page_loads_anything_from_elsewhere(path: str, started: FlaskClient) -> None:
    page = started.get(path, follow_redirects=True)

    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert not LOADED_FROM_ELSEWHERE.search(page.text)
    assert "//" not in page.headers["Content-Security-Policy"]


def test_the_shell_script_of_ci_can_be_run() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_every_target_that_make_names_has_a_rule() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (named,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)

    ruled = set(re.findall(r"^([a-z-]+):.* ## ", makefile, re.MULTILINE))

    assert ruled == set(named.split())
