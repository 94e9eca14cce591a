"""Facts that were in force: the files they were read from, and the facts made of such files again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from threading import Lock

from carbon.errors import StateUnavailable
from catalog.facts import load_facts
from catalog.overlay.files import FILES, OverlayFiles
from catalog.tables import CatalogError
from catalog.version import tables_below, version_of
from mapping import CloudMap
from renewal.layers import RefreshedTables, layered, read_tables

SHIPPED, PRICES, OVERLAY = "shipped", "prices", "overlay"  # layers: the first part of a path


class FactsReplaced(StateUnavailable):
    """The facts of an answer are being replaced while their files are read."""

    def __init__(self) -> None:
        super().__init__("the tables of the answer")


def shipped_files(version: str) -> dict[str, bytes]:
    """The tables of this release. Raises FactsReplaced if they are not those of this version."""
    tables = dict(tables_below())
    if version_of(tables.items()) != version:
        raise FactsReplaced
    return {f"{SHIPPED}/{path}": content for path, content in tables.items()}


def layer_files(folder: Path, refreshed: RefreshedTables, overlay: OverlayFiles, now: datetime) -> dict[str, bytes]:
    """The files of both layers over them. folder: of refreshed prices. Raises FactsReplaced if they have changed."""
    names = [*(table.name for table in refreshed.tables), *refreshed.services]
    try:
        prices = {name: (folder / name).read_bytes() for name in names}
    except OSError as error:
        raise FactsReplaced from error
    if read_tables(folder, now).digest != refreshed.digest:
        raise FactsReplaced
    files = {f"{PRICES}/{name}": content for name, content in prices.items()}
    return files | {f"{OVERLAY}/{name}": content for name, content in overlay.contents.items()}


def facts_of(files: Mapping[str, bytes], version: str, now: datetime, before: CloudMap | None = None) -> CloudMap:
    """The facts that these files made at a time, under the version they had then. Raises CatalogError, OSError.

    before: another state, of which is used what is the same.
    """
    with TemporaryDirectory(prefix="carbon-facts-") as name:
        folder = Path(name)
        for path, content in files.items():
            _require_within(path)
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        overlay = OverlayFiles({name: files[f"{OVERLAY}/{name}"] for name in FILES if f"{OVERLAY}/{name}" in files})
        shipped = load_facts(folder / SHIPPED)  # arrays stay mapped when the files are removed
        facts = layered(shipped, read_tables(folder / PRICES, now), overlay, folder / SHIPPED)
        return CloudMap.of(replace(facts, version=version), before)


def _require_within(path: str) -> None:
    """Raises CatalogError for a path that leads out of the folder, which only somebody else can have stored."""
    layer, *rest = PurePosixPath(path).parts or ("",)
    if layer not in (SHIPPED, PRICES, OVERLAY) or not rest or ".." in rest:
        raise CatalogError(f"{path!r} is no path of a table")


class FormerFacts:
    """The facts of one version that were loaded last. Safe for threads, of which one loads at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._mapping: CloudMap | None = None

    def of(
        self, version: str, files: Callable[[], Mapping[str, bytes]], now: datetime, present: CloudMap
    ) -> CloudMap | None:
        """Those of a version, None if nothing is stored of it. Raises CatalogError, OSError, StateUnavailable."""
        if version == present.version:
            return present
        with self._lock:
            if self._mapping is None or self._mapping.version != version:
                if not (contents := files()):
                    return None
                self._mapping = None  # of two there would be no need in memory
                self._mapping = facts_of(contents, version, now, present)
            return self._mapping
