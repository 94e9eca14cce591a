"""What the tests of pages read from HTML: commands, texts and the rows of tables."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import orjson
from flask.testing import FlaskClient


def text_of(html: str) -> str:
    """The text of a piece of HTML, with single spaces."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).strip()


def rows_of(page: str, table: int) -> list[str]:
    """The text of each row in the body of a table, counted from 0."""
    body = re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)[table]
    return [text_of(row) for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)]


def answer_of_command(page: str, client: FlaskClient, part: str) -> Any:
    """What the service answers to the command of the page whose body has this part in it."""
    commands = [unescape(text) for text in re.findall(r"<pre[^>]*>([^<]+)</pre>", page)]
    command = next(command for command in commands if part in command)
    path, body = re.search(r"http://[^/]+(/[^ ']*)", command), re.search(r"-d '(.+)'$", command)
    assert path is not None
    if body is None:
        return client.get(path[1]).get_json()
    return client.post(path[1], json=orjson.loads(body[1])).get_json()
