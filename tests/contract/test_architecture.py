"""docs/architecture.md names only folders and files that exist, and every folder of the product."""

from __future__ import annotations

import re
from pathlib import Path

from tests.contract.test_layers import LAYERS, RANK

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
NAMES = set(re.findall(r"(?<![\w./<>])((?:[a-z_.]+/)+(?:[a-z_.]+\.(?:py|md))?|[a-z_.]+\.py)", TEXT))


def product_folders() -> set[str]:
    files = [path for name in RANK for path in (ROOT / name).rglob("*.py")]
    return {f"{path.parent.relative_to(ROOT).as_posix()}/" for path in files}


def test_every_folder_and_file_it_names_exists() -> None:
    missing = {name for name in NAMES if not (ROOT / name).exists()}

    assert len(NAMES) > 30
    assert not missing


def test_it_names_every_folder_of_the_product() -> None:
    named = {name for name in NAMES if name.endswith("/")}
    of_a_source = {name for name in product_folders() if name.startswith("grid/sources/")}

    assert product_folders() - of_a_source - {"catalog/data/"} <= named | {"grid/"}
    assert "grid/sources/<name>/" in TEXT


def test_it_gives_the_order_of_the_layers_as_it_is_tested() -> None:
    order = [", ".join(names) for names in LAYERS]

    assert " > ".join(order) in " ".join(TEXT.split())
