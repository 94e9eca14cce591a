"""A browser in front of a service with keys: it prefers HTML, keeps cookies, and sends the forms that it was shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any

from flask import Flask, Response, render_template_string
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.edge.access import Access
from api.edge.exchange import service_of
from api.edge.signatures import Visit
from store.keys.ring import KeyRing
from store.keys.table import KeyRecord
from store.limits.rate_limit import in_memory
from tests.api.callers import KEY, OTHER, REVOKED
from tests.fakes.access import record
from tests.fakes.clock import SteppedClock
from tests.fakes.service import NOW, service
from web.pages import page

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"  # as Firefox and Chromium send it
SECRET = "s" * 32
COOKIE = "cao_visit"
NOTES = "/notes"  # a page of the tests alone, with a form
FIGURES = "/figures/<name>"  # one without a form

sample = page.blueprint("sample", __name__)


@sample.get(NOTES)
def notes() -> Response:
    return Response(render_template_string("<form method=post>{{ csrf_field() }}</form>"), headers=dict(page.HEADERS))


@sample.post(NOTES)
def note() -> str:
    return "noted"


@sample.get(FIGURES)
def figures(name: str) -> Response:
    return Response(f"figures of {len(name)}", headers=dict(page.HEADERS))


class House:
    """The service with the keys of callers.py and two pages. records: may be changed while it runs."""

    def __init__(self, *, keys: bool = True, rate: str = "off", **settings: Any) -> None:
        self.records: list[KeyRecord] = []
        if keys:
            self.records += [record(KEY), record(OTHER, name="other"), record(REVOKED, name="old", revoked=True)]
        self.clock = SteppedClock(NOW)
        rules = Access(
            keys=KeyRing(lambda: tuple(self.records), monotonic=self.clock.monotonic),
            limiter=in_memory(monotonic=self.clock.monotonic),
            rate=rate,
        )
        self.app: Flask = service(rules=rules, **{"secret_key": SECRET, **settings})
        self.app.register_blueprint(sample)

    def browser(self, *, https: bool = False, address: str = "192.0.2.1") -> Browser:
        return Browser(self.app, https=https, address=address)

    def answer_to(self, cookie: str, path: str, *, https: bool = False) -> TestResponse:
        """What a client gets that sends this text as its header Cookie."""
        header = {"HTTP_COOKIE": cookie.encode().decode("latin-1"), "HTTP_ACCEPT": HTML}
        url = f"{'https' if https else 'http'}://localhost"
        return self.app.test_client(use_cookies=False).get(path, base_url=url, environ_overrides=header)

    def revoke(self, key_id: str) -> None:
        """As `flask keys revoke` does, and then wait until the ring reads again."""
        old = next(one for one in self.records if one.id == key_id)
        self.records[self.records.index(old)] = record_revoked(old)
        self.clock.advance(5)

    def cookie(self, key_id: str | None, *, seconds: float = 60, visit: str = "x") -> str:
        """A cookie as the service itself signs it."""
        expires_at = int(NOW.timestamp() + seconds)
        return service_of(self.app).signatures.cookie(Visit(id=visit, key_id=key_id, expires_at=expires_at))


def record_revoked(old: KeyRecord) -> KeyRecord:
    return replace(old, revoked_at=datetime(2026, 2, 2, tzinfo=UTC))


class Browser:
    """One browser, with its own cookies."""

    def __init__(self, app: Flask, *, https: bool, address: str) -> None:
        self.client: FlaskClient = app.test_client()
        self._base = {"base_url": f"{'https' if https else 'http'}://localhost"}
        self._environ = {"REMOTE_ADDR": address}

    def get(self, path: str, **headers: str) -> TestResponse:
        return self._open("GET", path, headers)

    def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> TestResponse:
        return self._open("POST", path, headers, data=form or {})

    def send(self, shown: TestResponse, path: str = "", **fields: str) -> TestResponse:
        """The form of a page, with these fields filled in. path: where it goes, if the form does not say."""
        return self.post(action_of(shown) or path, {**hidden_fields(shown), **fields})

    def sign_in(self, key: str = KEY, path: str = "/sign-in") -> TestResponse:
        return self.send(self.get(path), key=key)

    def cookie(self, name: str = COOKIE) -> str | None:
        cookie = self.client.get_cookie(name)
        return None if cookie is None else cookie.value

    def hold(self, cookie: str) -> None:
        """Put this cookie in place of ours."""
        self.client.set_cookie(COOKIE, cookie)

    def _open(self, method: str, path: str, headers: dict[str, str], **how: Any) -> TestResponse:
        named = {"Accept": HTML, **{name.replace("_", "-"): text for name, text in headers.items()}}
        how = {**how, **self._base}
        return self.client.open(path, method=method, headers=named, environ_base=self._environ, **how)


def hidden_fields(page: TestResponse) -> dict[str, str]:
    found: Sequence[tuple[str, str]] = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
    return {unescape(name): unescape(value) for name, value in found}


def action_of(page: TestResponse) -> str:
    action = re.search(r'<form[^>]* action="([^"]*)"', page.text)
    return unescape(action[1]) if action else ""


def with_token(client: FlaskClient, fields: dict[str, str]) -> dict[str, str]:
    """The fields of a form with the token of this client's visit."""
    return {**hidden_fields(client.get("/sign-out")), **fields}
