"""Which paths are counted and, as soon as a key exists, need one: all that show anything of the data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from api.foreign import FOLDERS

API = (
    "/v1",
    "/api/v1",
    "/graphql",
    "/charts",
    "/badge",
    *FOLDERS,
)  # with every path below them, even those that do not exist
_API_FOLDERS = tuple(f"{path}/" for path in API)
# Blueprints whose routes show no data. Every other route is guarded, so that a new page cannot be forgotten.
OPEN = frozenset({"openapi", "docs", "health", "scrape", "problem_pages", "no_pages", "page_files", "sign_in", "guide"})


def is_api(path: str) -> bool:
    """Whether a path answers programs, by data or pictures; all other guarded paths are pages."""
    return path.startswith(_API_FOLDERS) or path in API


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """The guarded paths of one application.

    paths: of the pages. folders: how the paths of the pages begin that have a parameter.
    """

    paths: frozenset[str]
    folders: tuple[str, ...]

    @classmethod
    def over(cls, routes: Iterable[tuple[str, str]]) -> Guard:
        """routes: the path of each, as Flask writes it, and the name of its endpoint."""
        pages = [path for path, endpoint in routes if endpoint.rpartition(".")[0] not in OPEN and not is_api(path)]
        return cls(
            paths=frozenset(path for path in pages if "<" not in path),
            folders=tuple(sorted({path.partition("<")[0] for path in pages if "<" in path})),
        )

    def is_page(self, path: str) -> bool:
        """Whether a page that shows data is there."""
        return path in self.paths or path.startswith(self.folders)

    def covers(self, path: str) -> bool:
        """Whether a path is counted and, as soon as a key exists, needs one."""
        return is_api(path) or self.is_page(path)
