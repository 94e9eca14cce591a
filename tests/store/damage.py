"""What may stand in a store in the place of a record: every cell, key and JSON value in turn, wrong in every way."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from redis import Redis

NOT_UTF_8 = b"\xff\xfe\x00garbage"
CELLS: tuple[Any, ...] = (
    None,
    0,
    -1,
    2**63 - 1,
    -(2**63),
    1e308,
    float("inf"),
    "",
    "x",
    "nan",
    "9999-12-31T23:59:59+00:00",
    "2026-02-11T10:00:00",
    b"",
    b"{}",
    b"null",
    NOT_UTF_8,
    b"[" * 100_000,
    b'"' + b"x" * 3_000_000 + b'"',
)
TEXTS: tuple[bytes, ...] = (
    *(b"", b"x", b"-1", b"0", b"nan", b"inf", b"1e308", b"9" * 400, b"null", b"{}", b"[]", b'{"a": NaN}', NOT_UTF_8),
    b"[" * 100_000,
    b"x" * 3_000_000,
)
FEW_TEXTS = (b"", b"x", b"null", b"9" * 400, NOT_UTF_8)
JSON_VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 1e300, 10**30, "", "x", "NaN", "\u2028", [], [None], {}, {"": 0}),
    *("9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00", "2026-02-11T10:00:00", "2026-02-30"),
    *(float("nan"), float("inf"), ["x"] * 10_000, "x" * 100_000),
)


@dataclass(frozen=True)
class Cell:
    """One column of one table of one file."""

    file: str
    table: str
    column: str

    def write(self, folder: Path, value: Any) -> bool:
        """Put the value into the column of the first row; False if SQLite refuses it there."""
        with closing(sqlite3.connect(folder / self.file, isolation_level=None)) as connection:
            columns = connection.execute(f"PRAGMA table_info({self.table})").fetchall()
            key = ", ".join(row[1] for row in columns if row[5]) or "rowid"  # the fifth: its place in the primary key
            first = f"({key}) = (SELECT {key} FROM {self.table} LIMIT 1)"  # noqa: S608
            try:
                update = f"UPDATE {self.table} SET {self.column} = ? WHERE {first}"  # noqa: S608
                return connection.execute(update, (value,)).rowcount > 0
            except sqlite3.IntegrityError:
                return False

    def write_bad_text(self, folder: Path) -> None:
        """Put a text that is no UTF-8 into the column of every row."""
        with closing(sqlite3.connect(folder / self.file, isolation_level=None)) as connection:
            update = f"UPDATE OR IGNORE {self.table} SET {self.column} = CAST(? AS TEXT)"  # noqa: S608
            connection.execute(update, (NOT_UTF_8,))


def cells(folder: Path) -> list[Cell]:
    """Every column of every table of every file that is there."""
    results = []
    for path in sorted(folder.glob("*.sqlite3")):
        with closing(sqlite3.connect(path)) as connection:
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
                results += [Cell(path.name, table, column) for column in columns]
    return results


def empty_tables(folder: Path) -> set[str]:
    """Tables without a row, of which nothing could be damaged."""
    results = set()
    for cell in cells(folder):
        with closing(sqlite3.connect(folder / cell.file)) as connection:
            count = f"SELECT count(*) FROM {cell.table}"  # noqa: S608
            if connection.execute(count).fetchone() == (0,):
                results.add(cell.table)
    return results


def damaged_json(raw: bytes) -> Iterator[bytes]:
    """The document with each value in it replaced, removed or joined by a foreign one; and what is no JSON."""
    document = json.loads(raw)
    for path in _paths(document):
        for value in JSON_VALUES:
            yield json.dumps(_replaced(document, path, value)).encode()
        if path:
            yield json.dumps(_replaced(document, path, _GONE)).encode()
    yield from (raw[: len(raw) // 2], raw + raw, *TEXTS)


_GONE = object()


def _paths(document: Any) -> Iterator[tuple[Any, ...]]:
    """To every value; of a list to the first one, which stands for the others."""
    yield ()
    items = document.items() if isinstance(document, dict) else enumerate(document[:1]) if _is_list(document) else ()
    for step, value in items:
        yield from ((step, *path) for path in _paths(value))


def _is_list(document: Any) -> bool:
    return isinstance(document, list)


def _replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = document.copy()
    if path[1:]:
        copy[path[0]] = _replaced(document[path[0]], path[1:], value)
    elif value is _GONE:
        del copy[path[0]]
    else:
        copy[path[0]] = value
    return copy


def damages(client: Redis, key: bytes) -> Iterator[str]:
    """Damage what stands at the key in every way in turn; the caller puts it back each time. Gives what was done.

    The old value is replaced in one step: a thread of the service may write the key at any time.
    """
    for text in TEXTS:
        client.set(key, text)
        yield f"text {text[:9]!r}"
    for kind in (b"list", b"hash", b"zset"):
        with client.pipeline() as step:
            step.delete(key)
            _make(step, kind, key)
            step.execute()
        yield f"another {kind.decode()}"


def damages_inside(client: Redis, key: bytes) -> Iterator[str]:
    """The same for every part of it."""
    match client.type(key):
        case b"hash":
            for name in client.hkeys(key):
                for text in FEW_TEXTS:  # each kind of value is damaged thoroughly by itself
                    client.hset(key, name, text)
                    yield f"field {name[:40]!r} {text[:9]!r}"
            for text in TEXTS:
                client.hset(key, text, b"x")
                yield f"foreign field {text[:9]!r}"
        case b"list":
            for text in TEXTS:
                client.lset(key, 0, text)  # type: ignore[arg-type]  # it takes bytes as well
                yield f"first {text[:9]!r}"
                client.rpush(key, text)
                yield f"last {text[:9]!r}"
        case b"zset":
            for score in (float("-inf"), -1.0, 1e300, float("inf")):
                client.zadd(key, dict.fromkeys(cast(list[bytes], client.zrange(key, 0, -1)), score))
                yield f"scores {score}"
                client.zadd(key, {NOT_UTF_8: score})
                yield f"foreign member {score}"


def _make(client: Redis, kind: bytes, key: bytes) -> None:
    match kind:
        case b"list":
            client.rpush(key, b"x", NOT_UTF_8)
        case b"hash":
            client.hset(key, NOT_UTF_8, b"x")
        case _:
            client.zadd(key, {NOT_UTF_8: 1.0})
