"""A start without settings imports what is listed here; some packages are imported on first use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = {path.stem for path in ROOT.glob("*.py")} | {path.parent.name for path in ROOT.glob("*/*.py")}
# fmt: off
PACKAGES = {  # redis imports opentelemetry where it is installed, apispec yaml
    "annotated_types", "apiflask", "apispec", "blinker", "cachetools", "certifi", "charset_normalizer", "click",
    "cython_runtime", "deprecated", "dotenv", "flask", "flask_httpauth", "flask_marshmallow", "hiredis", "idna",
    "itsdangerous", "jinja2", "limits", "markupsafe", "marshmallow", "numpy", "opentelemetry", "orjson",
    "packaging", "prometheus_client", "psutil", "pydantic", "pydantic_core", "pythonjsonlogger", "redis",
    "requests", "typing_extensions", "typing_inspection", "urllib3", "webargs", "werkzeug", "wrapt", "yaml",
}
# fmt: on
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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bare") / "var"


@pytest.fixture(scope="module")
def modules(folder: Path) -> set[str]:
    """What is imported after the first answer."""
    command = [sys.executable, "-c", BARE_START, str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603
    return set(ran.stdout.split())


def test_no_package_is_imported_that_is_not_listed(modules: set[str]) -> None:
    packages = {name.partition(".")[0] for name in modules if not name.startswith("_")}

    assert packages - set(sys.stdlib_module_names) - OURS <= PACKAGES


def test_nothing_of_the_history_is_imported_that_needs_a_database(modules: set[str], folder: Path) -> None:
    assert {name for name in modules if name.startswith("store.history.")} == {
        "store.history.entries",
        "store.history.files",
        "store.history.history",
        "store.history.readings",
        "store.history.recorder",
    }
    assert not (folder / "history.sqlite3").exists()
