"""What is made before the workers are forked."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from catalog.columns import TypeColumns
from catalog.model import InstanceType
from catalog.offers import Offers
from catalog.prices import PriceTable
from catalog.profiles import ZoneProfiles
from mapping import CloudMap
from serve import preload
from settings import Settings


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """The collector looks through everything again after a test."""
    yield
    gc.unfreeze()


@pytest.mark.parametrize(("path", "body"), preload.QUESTIONS)
def test_every_question_asked_beforehand_is_a_success(path: str, body: object, started: FlaskClient) -> None:
    answer = started.open(path, method="GET" if body is None else "POST", json=body)

    assert answer.status_code == 200


def test_preparing_writes_nothing_and_leaves_the_collector_nothing_to_look_through(tmp_path: Path) -> None:
    app = create_app(Settings(live="off", data_dir=tmp_path / "state"))

    preload.prepare(app)

    assert list(tmp_path.iterdir()) == []
    assert gc.get_freeze_count() > 10_000


IMPORTED = """
import sys
from pathlib import Path
from app import create_app
from catalog.source_tables import load_source_tables
from serve import preload
from settings import Settings
app = create_app(Settings(data_dir=Path(sys.argv[1]), live=sys.argv[2]))
preload.prepare(app)
print("sqlalchemy" in sys.modules, "alembic" in sys.modules, load_source_tables.cache_info().currsize)
"""


@pytest.mark.parametrize(("live", "words"), [("off", "False False 0"), ("on", "True False 1")])
def test_what_sources_and_the_history_need_is_there_before_the_fork_only_where_a_source_may_be_asked(
    tmp_path: Path, live: str, words: str
) -> None:
    command = [sys.executable, "-c", IMPORTED, str(tmp_path / "state"), live]
    root = Path(__file__).resolve().parents[2]

    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)  # noqa: S603

    assert ran.stdout.strip() == words
    assert list(tmp_path.iterdir()) == []


LOOKED = """
import sys
from pathlib import Path
from carbon.intensity import Signal
from store.history.history import History
print(History(Path(sys.argv[1])).zones(Signal.AVERAGE_LIFECYCLE), "sqlalchemy" in sys.modules)
"""


def test_a_worker_that_looks_for_stored_readings_imports_no_database_where_none_were_ever_stored(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", LOOKED, str(tmp_path / "state")]
    root = Path(__file__).resolve().parents[2]

    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)  # noqa: S603

    assert ran.stdout.strip() == "[] False"
    assert list(tmp_path.iterdir()) == []


def tables() -> int:
    """How many objects of the catalog this process holds."""
    gc.unfreeze()
    gc.collect()
    kinds = {CloudMap, InstanceType, Offers, PriceTable, TypeColumns, ZoneProfiles}
    return sum(type(thing) in kinds for thing in gc.get_objects())


def test_an_application_that_is_replaced_takes_its_catalog_and_all_that_was_made_of_it_along(tmp_path: Path) -> None:
    before = tables()
    app = create_app(Settings(live="off", data_dir=tmp_path))
    preload.prepare(app)
    while_serving = tables()

    del app

    assert while_serving > before + 5000
    assert tables() == before
