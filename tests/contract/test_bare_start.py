"""A start imports what is listed here, before the first answer and before the fork; the rest on first use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = {path.stem for path in ROOT.glob("*.py")} | {path.parent.name for path in ROOT.glob("*/*.py")}
# fmt: off
PACKAGES = {  # apispec imports yaml where it is installed
    "annotated_types", "apiflask", "apispec", "blinker", "cachetools", "certifi", "charset_normalizer", "click",
    "cronsim", "cython_runtime", "deprecated", "dotenv", "flask", "flask_httpauth", "flask_marshmallow", "idna",
    "itsdangerous", "jinja2", "limits", "markupsafe", "marshmallow", "numpy", "orjson",
    "packaging", "prometheus_client", "pydantic", "pydantic_core", "pythonjsonlogger",
    "requests", "typing_extensions", "typing_inspection", "urllib3", "webargs", "werkzeug", "wrapt", "yaml",
}
# fmt: on
GRAPHQL = {"dateutil", "graphql", "six", "strawberry"}
STORES_READINGS = {"greenlet", "sqlalchemy"}  # before the fork, so that the workers share its memory
BARE_START = """
import sys
from pathlib import Path
from app import create_app
from settings import Settings
client = create_app(Settings(live="off", data_dir=Path(sys.argv[1]))).test_client()
body = {"region": "us-east-1", "instance_type": "m6g.large"}
assert client.post("/api/v1/calculate", json=body).status_code == 200
print(*sys.modules)
"""
DEFAULT_START = """
import sys
from pathlib import Path
from app import create_app
from serve import preload
from settings import Settings
preload.prepare(create_app(Settings(data_dir=Path(sys.argv[1]), history_days=int(sys.argv[2]))))
print(*sys.modules)
"""
# Every question that reads the history, where nothing was ever stored.
READING = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from app import create_app
from settings import Settings
client = create_app(Settings(live="off", data_dir=Path(sys.argv[1]))).test_client()
for path in ("zones/DE/history", "regions/eu-central-1/history", "zones/DE/forecast?basis=recent-hours"):
    assert client.get(f"/api/v1/{path}").status_code == 200
start = datetime.now(UTC) - timedelta(hours=3)
body = {"region": "us-east-1", "instance_type": "m6g.large", "duration_hours": 1, "start_at": start.isoformat()}
assert client.post("/api/v1/calculate", json=body).status_code == 422
print(*sys.modules)
"""


def imported(program: str, folder: Path, history_days: int = 400) -> set[str]:
    command = [sys.executable, "-c", program, str(folder), str(history_days)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603
    return set(ran.stdout.split())


def packages(modules: set[str]) -> set[str]:
    """The packages that are neither ours nor Python's."""
    names = {name.partition(".")[0] for name in modules if not name.startswith("_")}
    return names - set(sys.stdlib_module_names) - OURS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bare") / "var"


@pytest.fixture(scope="module")
def modules(folder: Path) -> set[str]:
    """What is imported after the first answer."""
    return imported(BARE_START, folder)


def test_no_package_is_imported_that_is_not_listed(modules: set[str]) -> None:
    assert packages(modules) <= PACKAGES


def test_with_sources_only_what_stores_readings_in_a_file_is_imported_besides(folder: Path) -> None:
    modules = imported(DEFAULT_START, folder)

    assert packages(modules) <= PACKAGES | STORES_READINGS
    assert {"sqlalchemy.orm", "sqlalchemy.dialects.postgresql"}.isdisjoint(modules)


def test_with_sources_and_without_a_history_nothing_that_stores_readings_is_imported(folder: Path) -> None:
    assert packages(imported(DEFAULT_START, folder, history_days=0)) <= PACKAGES


def test_reading_where_nothing_was_ever_stored_imports_nothing_that_reads_a_database(folder: Path) -> None:
    assert packages(imported(READING, folder)) <= PACKAGES


def test_nothing_of_the_history_is_imported_that_needs_a_database(modules: set[str], folder: Path) -> None:
    assert {name for name in modules if name.startswith("store.history.")} == {
        "store.history.entries",
        "store.history.files",
        "store.history.history",
        "store.history.readings",
        "store.history.recorder",
        "store.history.scores",
    }
    assert not (folder / "history.sqlite3").exists()


GRAPH = """
import sys
from pathlib import Path
from app import create_app
from settings import Settings
client = create_app(Settings(live="off", data_dir=Path(sys.argv[1]))).test_client()
assert client.post("/graphql", json={"query": "{regions(limit: 1) {status}}"}).status_code == 200
print(*sys.modules)
"""


def test_only_a_question_in_graphql_imports_what_answers_it(modules: set[str], folder: Path) -> None:
    after = imported(GRAPH, folder)

    assert not {name for name in modules if name.startswith(("strawberry", "graphql", "api.graph"))}
    assert packages(after) - packages(modules) == GRAPHQL
