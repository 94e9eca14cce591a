"""The example of docs/webhooks.md accepts what is sent, and nothing else."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from push.webhooks.signature import signature

SECRET = "whsec_0123456789abcdef0123456789"
BODY = b'{"id":"dlv_1"}'
TEXT = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")


@pytest.fixture
def is_genuine() -> Callable[[str, str, bytes], bool]:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102
    function: Callable[[str, str, bytes], bool] = names["is_genuine"]
    return function


def test_it_accepts_what_is_sent(is_genuine: Callable[[str, str, bytes], bool]) -> None:
    assert is_genuine(SECRET, signature(SECRET, int(time.time()), BODY), BODY)


def test_it_refuses_another_body_secret_or_time(is_genuine: Callable[[str, str, bytes], bool]) -> None:
    now = int(time.time())

    assert not is_genuine(SECRET, signature(SECRET, now, BODY), BODY + b" ")
    assert not is_genuine(SECRET, signature("whsec_of_somebody_else_0000", now, BODY), BODY)
    assert not is_genuine(SECRET, signature(SECRET, now - 301, BODY), BODY)
    assert not is_genuine(SECRET, signature(SECRET, now - 301, BODY).replace(f"t={now - 301}", f"t={now}"), BODY)
