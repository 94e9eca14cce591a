"""Shows how the answers differ from those of an earlier commit: python -m tools.answers BASE.

Ids, versions and the times of the last call and change are ignored; so is the wording of title, detail, description,
note and text unless --wording is given. Each version is asked offline, and with a live source imitated on this machine.
Exits with 1 where answers differ.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

from tests.fakes.electricity_maps import KEY, FakeElectricityMaps
from tools.answers.questions import NOW, Question, questions

ROOT = Path(__file__).resolve().parents[2]
RECORDER = ROOT / "tools" / "answers" / "record.py"
IDS = frozenset({"request_id", "data_version", "last_success_at", "changed_at"})
WORDING = frozenset({"title", "detail", "description", "note", "text", "comparison"})
HEADER_IDS = frozenset({"x-request-id", "x-data-version", "etag", "content-length"})
LIVE_ZONES = ("SE-SE3", "DE", "US-CAL-CISO", "US-NW-BPAT", "GB", "FR", "IE", "US-MIDA-PJM", "NL", "FI", "BE")
Recorded = list[list[Any]]


def differences(before: Recorded, after: Recorded, corpus: list[Question], ignored: frozenset[str]) -> Iterator[str]:
    """A line for each value that differs."""
    for question, (status, headers, body), (new_status, new_headers, new_body) in zip(
        corpus, before, after, strict=True
    ):
        place = f"{question.method} {question.path} {(question.body or '')[:120]}"
        old = {"status": status, "headers": _headers(headers), "body": _body(body, ignored)}
        new = {"status": new_status, "headers": _headers(new_headers), "body": _body(new_body, ignored)}
        yield from (f"{place}\n    {line}" for line in _diff("", old, new))


def _headers(pairs: list[list[str]]) -> dict[str, str]:
    return {
        name.lower(): "" if name.lower() in HEADER_IDS else ", ".join(sorted(text.split(", "))) for name, text in pairs
    }


def _body(text: str, ignored: frozenset[str]) -> Any:
    try:
        return _without(json.loads(text), ignored)
    except ValueError:
        return text


def _without(value: Any, ignored: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: "" if name in ignored else _without(part, ignored) for name, part in value.items()}
    return [_without(part, ignored) for part in value] if isinstance(value, list) else value


def _diff(place: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            yield from _diff(f"{place}.{name}", old.get(name, "(absent)"), new.get(name, "(absent)"))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _diff(f"{place}[{index}]", before, after)
    elif old != new or type(old) is not type(new):
        yield f"{place}: {str(old)[:200]} -> {str(new)[:200]}"


def record(checkout: Path, corpus: list[Question], folder: Path, environ: Mapping[str, str]) -> Recorded:
    """The answers of the service in a checkout."""
    source, target = folder / "questions.json", folder / "answers.json"
    source.write_text(json.dumps(corpus), encoding="utf-8")
    with tempfile.TemporaryDirectory() as data:
        fixed = {"DATA_DIR": data, "RATE_LIMIT": "off", "LOG_LEVEL": "ERROR", "PATH": os.environ["PATH"]}
        command = [sys.executable, str(RECORDER), str(source), str(target), NOW.isoformat()]
        subprocess.run(command, cwd=checkout, env={**fixed, **environ}, check=True)  # noqa: S603
    answers: Recorded = json.loads(target.read_text(encoding="utf-8"))
    return answers


def main() -> int:
    """Print the differences; their number decides the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.answers", description=__doc__)
    parser.add_argument("base", help="commit to compare with")
    parser.add_argument("--wording", action="store_true", help="compare wording as well")
    options = parser.parse_args()
    corpus = questions()
    ignored = IDS if options.wording else IDS | WORDING
    fake = FakeElectricityMaps({zone: 20 + crc32(zone.encode()) % 500 for zone in LIVE_ZONES})
    count = 0
    with tempfile.TemporaryDirectory() as name, fake.serving():
        folder = Path(name)
        base = folder / "base"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", base, options.base], cwd=ROOT, check=True)  # noqa: S603, S607
        try:
            offline = {"LIVE": "on", "SOURCES": "electricity-maps"}
            waits = {"UPSTREAM_DEADLINE_SECONDS": "30"}
            live = {**offline, **waits, "EL_MAPS_API_KEY": KEY, "EL_MAPS_BASE_URL": fake.base_url}
            for label, environ in (("offline", offline), ("live", live)):
                before, after = (record(checkout, corpus, folder, environ) for checkout in (base, ROOT))
                lines = list(differences(before, after, corpus, ignored))
                count += len(lines)
                print(f"{label}: {len(corpus)} questions, {len(lines)} differences", *lines, sep="\n")
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", base], cwd=ROOT, check=True)  # noqa: S603, S607
    return min(count, 1)


if __name__ == "__main__":
    sys.exit(main())
