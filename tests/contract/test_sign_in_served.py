"""Signing in to a real gunicorn of two workers: one secret for all, also after a restart, and no key in its log."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from re import findall
from urllib.parse import urlencode

from settings import Settings
from store.keys.secret import FILE
from store.keys.table import Keys
from tests.fakes.patience import eventually
from tests.faults.server import Gunicorn
from tests.web.browser import COOKIE, HTML
from wiring_stores import build_key_store

NOW = datetime(2026, 2, 11, tzinfo=UTC)
NONE: Mapping[str, str] = {}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    text: str
    cookies: tuple[str, ...]


def ask(
    port: int, path: str, *, cookie: str = "", form: Mapping[str, str] | None = None, headers: Mapping[str, str] = NONE
) -> Reply:
    """One request on a connection of its own, so that any worker may get it."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    sent = {"Accept": HTML, **({"Cookie": cookie} if cookie else {}), **({} if form is None else FORM), **headers}
    body = None if form is None else urlencode(form)
    try:
        connection.request("GET" if form is None else "POST", path, body=body, headers=sent)
        answer = connection.getresponse()
        return Reply(answer.status, answer.read().decode(), tuple(answer.headers.get_all("Set-Cookie") or ()))
    finally:
        connection.close()


def keys(folder: Path) -> Keys:
    """The keys of the service in this folder, for one change.

    A connection must not outlive it: a test that reads the file in this process takes SQLite's locks away from it.
    """
    return build_key_store(Settings(data_dir=folder / "var"), None)


def cookie_of(reply: Reply) -> str:
    (text,) = reply.cookies
    return text.partition(";")[0]


def sign_in(port: int, key: str, headers: Mapping[str, str] = NONE) -> Reply:
    shown = ask(port, "/", headers=headers)
    pairs = findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', shown.text)
    form = {name: unescape(value) for name, value in pairs} | {"key": key}
    assert shown.status == 401
    return ask(port, "/sign-in", cookie=cookie_of(shown), form=form, headers=headers)


def statuses(port: int, cookie: str) -> set[int]:
    """Of many requests at once, so that both workers answer some."""
    with ThreadPoolExecutor(8) as pool:
        return set(pool.map(lambda _: ask(port, "/", cookie=cookie).status, range(24)))


def test_two_workers_and_a_restart_know_one_cookie_and_no_log_or_file_holds_the_key(tmp_path: Path) -> None:
    key = keys(tmp_path).create("ci", rate=None, now=NOW)
    with Gunicorn(tmp_path, {"LOG_LEVEL": "DEBUG"}, workers=2) as server:
        wrong = sign_in(server.port, "cao_wrong-and-secret")
        right = sign_in(server.port, key)
        cookie = cookie_of(right)
        first = statuses(server.port, cookie)
        files = server.written()
    with Gunicorn(tmp_path, workers=2) as server:
        restarted = statuses(server.port, cookie)
        keys(tmp_path).revoke("ci", now=NOW)
        is_over = eventually(lambda: statuses(server.port, cookie) == {401})

    assert (wrong.status, right.status, first, restarted, is_over) == (401, 303, {200}, {200}, True)
    secret, written = files.pop(FILE), b"".join(files.values())
    assert (tmp_path / "var" / FILE).stat().st_mode & 0o777 == 0o600
    assert key not in cookie + right.text + wrong.text
    assert not [text for text in (key.encode(), b"cao_wrong-and-secret", secret) if text in written]


def test_a_proxy_that_is_trusted_makes_the_cookie_one_of_https(tmp_path: Path) -> None:
    key = keys(tmp_path).create("ci", rate=None, now=NOW)
    forwarded = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}
    secret = "s" * 32

    with Gunicorn(tmp_path, {"TRUSTED_PROXIES": "1", "SECRET_KEY": secret}, workers=1) as server:
        reply = sign_in(server.port, key, forwarded)
        opened = ask(server.port, "/", cookie=cookie_of(reply), headers=forwarded).status
        written = b"".join(server.written().values())

    (cookie,) = reply.cookies
    assert cookie.startswith(f"__Host-{COOKIE}=")
    assert "; Secure" in cookie
    assert opened == 200
    assert not (tmp_path / "var" / FILE).exists()
    assert secret.encode() not in written
