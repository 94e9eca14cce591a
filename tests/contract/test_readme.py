"""README.md: what it shows can be asked, and what it prints was printed."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from app import create_app
from settings import Settings
from tools.make_readme import README, commands, renewed

TEXT = README.read_text(encoding="utf-8")
CURLS = [command for command in commands(TEXT) if command.startswith("curl")]
BASE = "http://127.0.0.1:5000"


def test_it_begins_with_the_two_commands() -> None:
    assert [command.split("  ")[0] for command in commands(TEXT)[:2]] == ["make run", "make test"]


@pytest.mark.parametrize("command", CURLS)
def test_every_question_it_shows_is_answered(command: str, tmp_path: Path) -> None:
    words = shlex.split(command.partition(" |")[0])
    (url,) = (word for word in words if word.startswith(BASE))
    body = json.loads(words[words.index("-d") + 1]) if "-d" in words else None
    client = create_app(Settings(live="off", data_dir=tmp_path)).test_client()

    answer = client.open(url.removeprefix(BASE), method="GET" if body is None else "POST", json=body)

    assert answer.status_code == 200


def test_every_curl_command_it_shows_fails_when_the_service_refuses() -> None:
    typed = re.findall(r"curl .*", "".join(re.findall(r"```(?:console|sh)\n.*?```", TEXT, flags=re.DOTALL)))

    assert len(typed) > len(CURLS)
    assert [line for line in typed if not line.startswith("curl -fsS ")] == []


def test_what_its_commands_print_is_json_and_no_command_prints_nothing() -> None:
    assert len(CURLS) >= 8
    for block in re.findall(r"```console\n\$ curl.*?```\n", TEXT, flags=re.DOTALL):
        output = re.sub(r"^\$ (.*(\\|\|)\n)*.*\n", "", block.removeprefix("```console\n"), flags=re.MULTILINE)
        printed = output.removesuffix("```\n").strip()
        assert printed
        decoder, position = json.JSONDecoder(), 0
        while position < len(printed):
            _, position = decoder.raw_decode(printed, position)
            position += len(printed[position:]) - len(printed[position:].lstrip())


def test_renewing_replaces_what_was_printed_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.make_readme._output", lambda command: f"<{command.split()[-1]}>\n")
    text = "a\n```console\n$ make run\nkept\n$ curl -s x |\n    jq .a\nold\nold\n$ curl y\n```\nb\n"

    assert renewed(text) == "a\n```console\n$ make run\nkept\n$ curl -s x |\n    jq .a\n<.a>\n$ curl y\n<y>\n```\nb\n"
