"""Imports point one way, files stay small, and clock, network, SQL and Flask stay in their folders."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# From left to right; a file imports from its own folder or from a layer to its right.
LAYERS = (
    ("serve",),
    ("app",),
    ("cli",),
    ("wiring",),
    ("wiring_stores",),
    ("web",),
    ("api",),
    ("engine",),
    ("usage_keeper", "budget_questions"),
    ("decision_questions",),
    ("foreign_questions", "ledger_questions", "evidence"),
    ("session",),
    ("background", "forecast_keeper", "push"),
    ("session_grid",),
    ("solving", "accounts"),
    ("planning", "grid", "pricing", "renewal"),
    ("forecasting",),
    ("mapping",),
    ("catalog",),
    ("store", "outbound"),
    ("net",),
    ("deadlines",),
    ("settings",),
    ("interface_settings",),
    ("account_settings",),
    ("price_settings",),
    ("setting_rules",),
    ("telemetry", "pid", "memory"),
    ("carbon",),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
WORKSHOP = ("tools", "bench", "tests")  # beside the product; it never imports them
CONFIGURATION = "gunicorn.conf.py"  # read by gunicorn; belongs to serve
MAX_LINES = 299
MAX_FUNCTION_LINES = 50

# A package, and the files and folders that alone may import it.
CONFINED = {
    "flask": ("api", "app", "web"),
    "apiflask": ("api", "app", "serve.preload", "web"),
    "werkzeug": ("api", "app", "web"),
    "itsdangerous": ("api.edge.signatures",),
    "graphql": ("api.graph",),
    "strawberry": ("api.graph",),
    "requests": ("net", "deadlines", "grid.upstream.session"),
    "urllib3": ("net", "deadlines", "grid.upstream.session", "outbound.poster"),
    "dotenv": ("settings",),
    "redis": ("store",),
    "prometheus_client": ("api.edge.metrics", "api.edge.gauges", "api.edge.compatible_gauges", "serve.metrics_folder"),
    "gunicorn": ("serve",),
    "opentelemetry": ("api.edge.tracing",),
    "sqlite3": ("store",),
    "limits": ("store", "setting_rules"),
    "sqlalchemy": ("store",),
    "alembic": ("store",),
    "psycopg": ("store",),
    "boto3": ("pricing", "accounts"),
    "botocore": ("pricing", "accounts"),
    "highspy": ("planning.plan.limits",),
    "resvg_py": ("web.png",),
    "pyarrow": ("cli.parquet_files",),
}
# The way of an optimize question through planning/: a file imports from those to its left.
PLACING = ("scope", "rates", "job", "constraints", "candidates", "figures", "rank", "rows", "savings", "advice")
# What a format of another service leaves to the engine.
DECIDING = ("planning", "forecasting", "grid", "mapping", "catalog", "store", "session_grid", "solving", "pricing")
READ_THE_ENVIRONMENT = ("settings", "serve.metrics_folder")  # the folder's name is a variable of prometheus_client
PURE = ("carbon", "planning", "forecasting", "web.geometry", "web.drawing")
IMPURE_MODULES = {"io", "logging", "os", "pathlib", "random", "socket", "subprocess", "threading", "time", "urllib"}
CLOCK_AND_FILES = {"now", "utcnow", "today", "open"}


def module_name(path: Path) -> str:
    name = path.relative_to(ROOT)
    return "serve.configuration" if name.name == CONFIGURATION else ".".join(name.with_suffix("").parts)


def product_files() -> list[Path]:
    top = list(ROOT.glob("*.py"))
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name in RANK]
    return sorted(top + [path for folder in folders for path in folder.rglob("*.py")])


def every_file() -> list[Path]:
    return product_files() + sorted(path for folder in WORKSHOP for path in (ROOT / folder).rglob("*.py"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What one file holds, with the line of each. imports: every module that an import statement names, at any depth;
    `from a import b` is a.b too. calls: names of what is called. attributes: as they are written, such as `os.environ`.
    """

    imports: tuple[tuple[str, int], ...]
    calls: tuple[tuple[str, int], ...]
    attributes: frozenset[str]
    function_lines: tuple[tuple[str, int], ...]


@cache
def read(path: Path) -> Source:
    """A file, parsed once for all tests of this module."""
    package = path.relative_to(ROOT).parts[:-1]
    imports, calls, attributes, function_lines = list[tuple[str, int]](), list[tuple[str, int]](), set[str](), []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import() | ast.ImportFrom():
                imports += ((name, node.lineno) for name in imported(node, package))
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
                calls.append((name, node.lineno))
            case ast.Attribute(value=ast.Name(id=base), attr=name):
                attributes.add(f"{base}.{name}")
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                function_lines.append((name, (node.end_lineno or node.lineno) - node.lineno + 1))
    return Source(
        imports=tuple(imports),
        calls=tuple(calls),
        attributes=frozenset(attributes),
        function_lines=tuple(function_lines),
    )


def imported(node: ast.Import | ast.ImportFrom, package: tuple[str, ...]) -> Iterator[str]:
    """The modules that an import statement of a file in this package names."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    else:
        parents = list(package[: len(package) - node.level + 1]) if node.level else []
        base = ".".join(parents + ([node.module] if node.module else []))
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names)


def is_within(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def product(*places: str) -> dict[str, Source]:
    """Module -> what its file holds, of all files of the product or of those in these places."""
    sources = {module_name(path): read(path) for path in product_files()}
    return {name: source for name, source in sources.items() if not places or is_within(name, places)}


def test_every_top_level_module_and_package_has_its_layer() -> None:
    modules = {path.stem for path in ROOT.glob("*.py") if path.name != CONFIGURATION}
    packages = {path.parent.name for path in ROOT.glob("*/*.py")}

    unplaced = (modules | packages) - set(RANK) - set(WORKSHOP)

    assert not unplaced


def test_no_folder_hides_a_module_of_the_same_name() -> None:
    modules = {path.stem for path in ROOT.glob("*.py")}

    hidden = {name for name in modules if (ROOT / name).is_dir()}

    assert not hidden


def test_a_file_imports_from_its_own_folder_or_from_the_right() -> None:
    rooms = set(RANK) | set(WORKSHOP)

    wrong = [
        f"{module} line {line}: {name}"
        for module, source in product().items()
        for name, line in source.imports
        if (top := name.partition(".")[0]) in rooms
        and top != (here := module.partition(".")[0])
        and RANK.get(top, -1) <= RANK[here]
    ]

    assert wrong == [], "imports against the layers"


@pytest.mark.parametrize(("folder", "above"), [("outlook", ("scheduling", "placing")), ("scheduling", ("placing",))])
def test_planning_goes_from_the_outlook_to_windows_to_places(folder: str, above: tuple[str, ...]) -> None:
    names = {name for source in product(f"planning.{folder}").values() for name, _ in source.imports}

    assert names
    assert not {name for name in names if is_within(name, tuple(f"planning.{place}" for place in above))}


@pytest.mark.parametrize("place", range(len(PLACING)), ids=PLACING)
def test_an_optimize_question_goes_one_way(place: int) -> None:
    names = {name for name, _ in product()[f"planning.placing.{PLACING[place]}"].imports}

    assert not {
        name for name in names if is_within(name, tuple(f"planning.placing.{later}" for later in PLACING[place:]))
    }


def test_confined_packages_are_imported_in_their_places_alone() -> None:
    wrong = [
        f"{module} line {line}: {name}"
        for module, source in product().items()
        for name, line in source.imports
        if (places := CONFINED.get(name.partition(".")[0])) and not is_within(module, places)
    ]

    assert wrong == []


def test_the_engine_sees_only_the_contract_of_the_grid() -> None:
    sources = product("engine", "session", "session_grid").values()

    imports = {name for source in sources for name, _ in source.imports if is_within(name, ("grid",))}

    assert len(sources) == 3
    assert all(is_within(name, ("grid.source",)) for name in imports)


@pytest.mark.parametrize("place", ["api.foreign", "api.graph"])
def test_a_format_of_another_service_and_the_graph_decide_nothing(place: str) -> None:
    sources = product(place)

    deciding = [
        f"{module} line {line}: {name}"
        for module, source in sources.items()
        for name, line in source.imports
        if is_within(name, DECIDING)
    ]

    assert sources
    assert deciding == []


def test_carbon_uses_the_standard_library_alone() -> None:
    names = {name.partition(".")[0] for source in product("carbon").values() for name, _ in source.imports}

    assert names - sys.stdlib_module_names == {"carbon"}


@pytest.mark.parametrize("place", PURE)
def test_what_decides_reads_no_clock_and_no_file(place: str) -> None:
    sources = product(place)

    impure = [
        f"{module} line {line}: {name}"
        for module, source in sources.items()
        for names, forbidden in ((source.imports, IMPURE_MODULES), (source.calls, CLOCK_AND_FILES))
        for name, line in names
        if name.partition(".")[0] in forbidden
    ]

    assert sources
    assert impure == []


def test_the_environment_is_read_in_two_places_alone() -> None:
    readers = {
        module
        for module, source in product().items()
        if {"os.environ", "os.getenv"} & (source.attributes | {name for name, _ in source.imports})
    }

    assert readers == set(READ_THE_ENVIRONMENT)


def test_a_file_stays_under_three_hundred_lines() -> None:
    lines = {module_name(path): path.read_text(encoding="utf-8").count("\n") for path in every_file()}

    assert {name: count for name, count in lines.items() if count > MAX_LINES} == {}


def test_a_function_stays_under_fifty_lines() -> None:
    lines = [(module_name(path), name, count) for path in every_file() for name, count in read(path).function_lines]

    assert [one for one in lines if one[2] > MAX_FUNCTION_LINES] == []


def test_imports_inside_functions_and_relative_ones_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    source = tmp_path / "grid" / "sample.py"
    source.parent.mkdir()
    source.write_text("def late():\n    import engine\n    from .source import Shares\n")

    imports = dict(read(source).imports)

    assert imports == {"engine": 2, "grid.source": 3, "grid.source.Shares": 3}
