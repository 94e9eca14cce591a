"""README.md and the guide: what they show can be asked, and what they print was printed."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from flask.testing import FlaskClient

from catalog.load import load_catalog
from tools.make_readme import DOCUMENTS, README, commands, renewed

TEXT = README.read_text(encoding="utf-8")
TEXTS = {document.name: document.read_text(encoding="utf-8") for document in DOCUMENTS}
CURLS = sorted({command for text in TEXTS.values() for command in commands(text) if command.startswith("curl")})
each_text = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
BASE = "http://127.0.0.1:5000"


def test_it_is_short() -> None:
    assert len(TEXT.splitlines()) < 120


def test_it_begins_with_the_two_commands() -> None:
    assert [command.split("  ")[0] for command in commands(TEXT)[:2]] == ["make run", "make test"]


def status_of(command: str, client: FlaskClient) -> int:
    words = shlex.split(command.partition(" |")[0])
    (url,) = (word for word in words if word.startswith(BASE))
    body = json.loads(words[words.index("-d") + 1]) if "-d" in words else None
    method = words[words.index("-X") + 1] if "-X" in words else "GET" if body is None else "POST"
    return client.open(url.removeprefix(BASE), method=method, json=body).status_code


@pytest.fixture(scope="module")
def client(started: FlaskClient) -> FlaskClient:
    """A service with what the commands create before they ask for it."""
    assert {status_of(command, started) for command in CURLS if "-X PUT" in command} == {201}
    return started


@pytest.mark.parametrize("command", CURLS)
def test_every_question_it_shows_is_answered(command: str, client: FlaskClient) -> None:
    assert status_of(command, client) == 200


@each_text
def test_every_curl_command_fails_when_the_service_refuses(text: str) -> None:
    typed = re.findall(r"curl .*", "".join(re.findall(r"```(?:console|sh)\n.*?```", text, flags=re.DOTALL)))

    assert [line for line in typed if not line.startswith("curl -fsS ")] == []


@each_text
def test_what_commands_print_is_json_and_no_command_prints_nothing(text: str) -> None:
    for block in re.findall(r"```console\n\$ curl.*?```\n", text, flags=re.DOTALL):
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


# As the README calls them, where it uses another name than the key.
KEYS = {"googlecloud": "gcp", "ovhcloud": "ovh", "oracle": "oci", "flyio": "fly"}


def counts_in(text: str) -> dict[str, int]:
    """Provider -> the number behind or before its name in a list such as "Azure 1,549, AWS 1,434"."""
    pairs = re.findall(r"([A-Z][A-Za-z. ]+?)\s+([\d,]*\d)(?=[,.\s])", text)
    keys = {re.sub(r"[^a-z]", "", name.casefold()): int(number.replace(",", "")) for name, number in pairs}
    return {KEYS.get(name, name): number for name, number in keys.items()}


def test_it_says_how_many_types_of_each_cloud_are_modelled_and_how_many_are_not() -> None:
    figures = TEXTS["reading-a-figure.md"]
    modelled = re.search(r"Machine types with a power model: (.*?)\. Where", figures, re.DOTALL)
    assert modelled is not None
    catalog = load_catalog()
    types = {key: [kind for kind in catalog.types if kind.provider == key] for key in catalog.providers}
    unmodelled = {key: [kind for kind in kinds if not kind.power_modelled] for key, kinds in types.items()}

    assert counts_in(f"{modelled[1]}.") == {key: len(kinds) - len(unmodelled[key]) for key, kinds in types.items()}
    others = sum(len(kinds) for key, kinds in unmodelled.items() if key not in ("alibaba", "azure", "scaleway"))
    retired = sum(kind.retired_on is not None for kind in unmodelled["azure"])
    alibaba, azure, scaleway = (len(unmodelled[key]) for key in ("alibaba", "azure", "scaleway"))
    text = (
        f"another {alibaba} types of Alibaba, {azure} of Azure ({retired} of them retired), {scaleway} of Scaleway and"
    )
    assert f"{text} {others} others" in " ".join(figures.split())
