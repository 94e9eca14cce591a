"""Imports point one way, files stay small, and clock, network, SQL and Flask stay in their folders."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# From left to right; a file imports from its own folder or from a layer to its right.
LAYERS = (
    ("serve",),
    ("app",),
    ("cli",),
    ("wiring",),
    ("web",),
    ("api",),
    ("engine",),
    ("background", "forecast_keeper"),
    ("session_grid",),
    ("solving",),
    ("planning", "grid", "pricing", "renewal"),
    ("forecasting",),
    ("mapping",),
    ("catalog",),
    ("store",),
    ("net",),
    ("deadlines",),
    ("settings",),
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
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

# A package, and the files and folders that alone may import it.
CONFINED = {
    "flask": ("api", "app", "web"),
    "apiflask": ("api", "app", "serve.preload", "web"),
    "werkzeug": ("api", "app", "web"),
    "requests": ("net", "deadlines", "grid.upstream.session"),
    "urllib3": ("net", "deadlines", "grid.upstream.session"),
    "dotenv": ("settings",),
    "redis": ("store",),
    "prometheus_client": ("api.edge.metrics", "api.edge.gauges", "serve.metrics_folder"),
    "gunicorn": ("serve",),
    "opentelemetry": ("api.edge.tracing",),
    "sqlite3": ("store",),
    "limits": ("store", "setting_rules"),
    "sqlalchemy": ("store",),
    "alembic": ("store",),
    "psycopg": ("store",),
    "boto3": ("pricing",),
    "botocore": ("pricing",),
    "highspy": ("planning.plan.limits",),
    "resvg_py": ("web.png",),
}
# The way of an optimize question through planning/: a file imports from those to its left.
PLACING = ("scope", "rates", "job", "constraints", "candidates", "figures", "rank", "rows", "savings", "advice")
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


def workshop_files() -> list[Path]:
    return sorted(path for folder in WORKSHOP for path in (ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Every module an import statement of the file names, at any depth, and its line; `from a import b` is a.b too."""
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = list(package[: len(package) - node.level + 1]) if node.level else []
            base = ".".join(parents + ([node.module] if node.module else []))
            yield base, node.lineno
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def is_within(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def called_names(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, node.lineno


def each(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=[module_name(path) for path in paths])


every_product_file = each(product_files())
every_file = each([*product_files(), *workshop_files()])
every_carbon_file = each([path for path in product_files() if is_within(module_name(path), ("carbon",))])
every_pure_file = each([path for path in product_files() if is_within(module_name(path), PURE)])


def test_every_top_level_module_and_package_has_its_layer() -> None:
    modules = {path.stem for path in ROOT.glob("*.py") if path.name != CONFIGURATION}
    packages = {path.parent.name for path in ROOT.glob("*/*.py")}

    unplaced = (modules | packages) - set(RANK) - set(WORKSHOP)

    assert not unplaced


def test_no_folder_hides_a_module_of_the_same_name() -> None:
    modules = {path.stem for path in ROOT.glob("*.py")}

    hidden = {name for name in modules if (ROOT / name).is_dir()}

    assert not hidden


@every_product_file
def test_a_file_imports_from_its_own_folder_or_from_the_right(path: Path) -> None:
    here = module_name(path).partition(".")[0]
    rooms = set(RANK) | set(WORKSHOP)

    wrong = [
        f"line {line}: {name}"
        for name, line in imported(path)
        if (top := name.partition(".")[0]) in rooms and top != here and RANK.get(top, -1) <= RANK[here]
    ]

    assert not wrong, f"{module_name(path)} imports against the layers"


@pytest.mark.parametrize(("folder", "above"), [("outlook", ("scheduling", "placing")), ("scheduling", ("placing",))])
def test_planning_goes_from_the_outlook_to_windows_to_places(folder: str, above: tuple[str, ...]) -> None:
    names = {name for path in (ROOT / "planning" / folder).glob("*.py") for name, _ in imported(path)}

    assert not {name for name in names if is_within(name, tuple(f"planning.{place}" for place in above))}


@pytest.mark.parametrize("place", range(len(PLACING)), ids=PLACING)
def test_an_optimize_question_goes_one_way(place: int) -> None:
    names = {name for name, _ in imported(ROOT / "planning" / "placing" / f"{PLACING[place]}.py")}

    assert not {
        name for name in names if is_within(name, tuple(f"planning.placing.{later}" for later in PLACING[place:]))
    }


@every_product_file
def test_confined_packages_are_imported_in_their_places_alone(path: Path) -> None:
    here = module_name(path)

    wrong = [
        f"line {line}: {name}"
        for name, line in imported(path)
        if (places := CONFINED.get(name.partition(".")[0])) and not is_within(here, places)
    ]

    assert not wrong


def test_the_engine_sees_only_the_contract_of_the_grid() -> None:
    files = [ROOT / "engine.py", ROOT / "session_grid.py"]

    imports = {name for file in files for name, _ in imported(file) if is_within(name, ("grid",))}

    assert all(is_within(name, ("grid.source",)) for name in imports)


@every_carbon_file
def test_carbon_uses_the_standard_library_alone(path: Path) -> None:
    foreign = {name.partition(".")[0] for name, _ in imported(path)} - sys.stdlib_module_names - {"carbon"}

    assert not foreign


@every_pure_file
def test_what_decides_reads_no_clock_and_no_file(path: Path) -> None:
    imports = [f"line {line}: {name}" for name, line in imported(path) if name.partition(".")[0] in IMPURE_MODULES]
    calls = [f"line {line}: {name}()" for name, line in called_names(path) if name in CLOCK_AND_FILES]

    assert not imports + calls


@every_product_file
def test_the_environment_is_read_in_two_places_alone(path: Path) -> None:
    names = {name for name, _ in imported(path)}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    attributes = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}

    reads = bool({"os.environ", "os.getenv"} & (names | attributes))

    assert reads == (module_name(path) in READ_THE_ENVIRONMENT)


@every_file
def test_a_file_stays_under_three_hundred_lines(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")

    assert lines <= MAX_LINES


@every_file
def test_a_function_stays_under_fifty_lines(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]

    long = {node.name: node.end_lineno - node.lineno + 1 for node in functions if node.end_lineno}

    assert {name: lines for name, lines in long.items() if lines > MAX_FUNCTION_LINES} == {}


def test_imports_inside_functions_and_relative_ones_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    source = tmp_path / "grid" / "sample.py"
    source.parent.mkdir()
    source.write_text("def late():\n    import engine\n    from .source import Shares\n")

    imports = dict(imported(source))

    assert imports == {"engine": 2, "grid.source": 3, "grid.source.Shares": 3}
