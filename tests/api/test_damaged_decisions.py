"""Decisions that somebody changed in the database: a clean answer, bounded memory, and nothing outside is touched."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson
import pytest

from evidence import codec
from store.ledger import content
from tests.api.recorded import JOB, Place

DEEP = zlib.compress(b"[" * 200_000)
BOMB = zlib.compress(b" " * (content.MOST_BYTES + 1))
each_damage = pytest.mark.parametrize(
    "stored",
    [b"no zlib", b"", zlib.compress(b"{}" * 1000)[:20], zlib.compress(b"null"), zlib.compress(b"\xff"), DEEP, BOMB,
     "text"],
    ids=["no zlib", "empty", "cut off", "null", "no UTF-8", "deep", "bomb", "text"],
)  # fmt: skip
each_span = pytest.mark.parametrize("path", ["/api/v1/decisions", "/api/v1/savings"])


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def change(folder: Path, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(folder / "history.sqlite3")) as connection, connection:
        connection.execute(statement, values)


def assert_refused(response: Any, decision_id: str) -> None:
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    problem = response.get_json(force=True)
    assert problem["type"] == "/problems/state-unavailable"
    assert decision_id in problem["detail"]


@each_damage
@pytest.mark.parametrize("column", ["decision", "question", "answer"])
def test_a_damaged_decision_is_named_and_can_be_removed(
    place: Place, tmp_path: Path, column: str, stored: object
) -> None:
    decision_id = place.record("schedule", JOB)
    change(tmp_path, f"UPDATE decisions SET {column} = ?", stored)  # noqa: S608

    assert_refused(place.client.get(f"/api/v1/decisions/{decision_id}"), decision_id)

    assert place.client.delete(f"/api/v1/decisions/{decision_id}").status_code == 204
    assert place.client.get("/api/v1/decisions").get_json()["total"] == 0


@each_span
def test_a_list_and_a_sum_name_the_decision_that_is_damaged(place: Place, tmp_path: Path, path: str) -> None:
    place.record("schedule", JOB)
    decision_id = place.record("schedule", JOB)
    change(tmp_path, "UPDATE decisions SET decision = ? WHERE id = ?", DEEP, decision_id)

    assert_refused(place.client.get(path), decision_id)


@each_damage
def test_without_its_evidence_a_decision_is_shown_and_not_asked_again(
    place: Place, tmp_path: Path, stored: object
) -> None:
    decision_id = place.record("schedule", JOB)
    change(tmp_path, "UPDATE decisions SET evidence = ?", stored)

    shown = place.show(decision_id)

    assert (shown["replay"]["equal"], shown["used"]) == (None, None)
    assert shown["replay"]["reason"] == "what was kept of the grid is damaged"
    assert shown["placed"]


def test_evidence_of_another_shape_is_not_asked_again(place: Place, tmp_path: Path) -> None:
    decision_id = place.record("schedule", JOB)
    whole = place.store.kept("default", decision_id)
    assert whole is not None
    fields = orjson.loads(whole.evidence)
    fields["now"] = "2026-02-11T10:30:00"  # of no time zone, so it is before and after nothing
    changed = orjson.dumps(fields)
    assert codec.unpacked(changed)
    change(tmp_path, "UPDATE decisions SET evidence = ?", content.packed(changed))

    replay = place.show(decision_id)["replay"]

    assert (replay["equal"], bool(replay["reason"])) == (None, True)


@pytest.mark.parametrize("path", ["{outside}", "shipped/../../{name}", "elsewhere/x.csv", "shipped"])
def test_tables_of_a_decision_are_written_into_their_folder_alone(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    decision_id, stolen = place.record("schedule", JOB), b"x"
    digest = blake2b(stolen, digest_size=16).hexdigest()
    change(tmp_path, "INSERT INTO decision_facts SELECT 'other', path, digest FROM decision_facts")
    change(tmp_path, "INSERT INTO decision_files VALUES (?, ?)", digest, content.packed(stolen))
    target = path.format(outside=tmp_path / "outside", name="outside")
    change(tmp_path, "INSERT INTO decision_facts VALUES ('other', ?, ?)", target, digest)
    change(tmp_path, "UPDATE decisions SET facts = 'other'")

    replay = place.show(decision_id)["replay"]

    assert replay["equal"] is None
    assert "is no path of a table" in replay["reason"]
    assert not (tmp_path / "outside").exists()
    assert not list(folder.iterdir())


def test_a_table_that_is_not_the_one_that_was_stored_is_not_read(place: Place, tmp_path: Path) -> None:
    decision_id = place.record("schedule", JOB)
    change(tmp_path, "UPDATE decision_facts SET version = 'other'")
    change(tmp_path, "UPDATE decision_files SET content = ?", content.packed(b"zone,gco2e_per_kwh\nDE,1\n"))
    change(tmp_path, "UPDATE decisions SET facts = 'other'")

    replay = place.show(decision_id)["replay"]

    assert replay["equal"] is None
    assert "is damaged" in replay["reason"]


@pytest.mark.parametrize(("path", "table"), [("usage/report", "usage_kinds SET tags"), ("usage/u1", "usage SET row")])
def test_a_damaged_row_of_usage_is_a_clean_problem(place: Place, tmp_path: Path, path: str, table: str) -> None:
    row = {"id": "u1", "start": "2026-02-10T00:00:00Z", "hours": 1, "region": "aws:us-east-1", "kwh": 1.0}
    assert place.client.post("/api/v1/usage", json={"rows": [row]}).status_code == 200
    change(tmp_path, f"UPDATE {table} = ?", "[" * 200_000)

    response = place.client.get(f"/api/v1/{path}")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "is damaged" in response.get_json(force=True)["detail"]
