"""The copy of the last overlay in DATA_DIR: copies of older releases are read, those of newer ones are not."""

from __future__ import annotations

import json
from pathlib import Path

from catalog.overlay.files import OverlayFiles
from renewal.last_overlay import NAME, LastOverlay

POLICY = b"rule,kind,name,reason\n"


def test_a_copy_is_read_back_and_has_a_version(tmp_path: Path) -> None:
    LastOverlay(tmp_path).write(OverlayFiles({"policy.csv": POLICY}))

    copy = LastOverlay(tmp_path).read()

    assert copy is not None
    assert copy.contents == {"policy.csv": POLICY}
    assert json.loads((tmp_path / NAME).read_text())["version"] == 1


def test_a_copy_from_before_it_had_a_version_is_read(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(json.dumps({"policy.csv": POLICY.decode()}))

    copy = LastOverlay(tmp_path).read()

    assert copy is not None
    assert copy.contents == {"policy.csv": POLICY}


def test_a_copy_of_a_newer_release_is_not_read(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(json.dumps({"version": 2, "files": {"policy.csv": POLICY.decode()}}))

    assert LastOverlay(tmp_path).read() is None
