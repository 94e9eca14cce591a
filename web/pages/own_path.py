"""Where a browser may be sent after a form: a path of this service and nothing else."""

from __future__ import annotations

import re
from urllib.parse import unquote

HOME = "/"
_LONGEST = 2000  # characters
# One slash and then no other, nor a backslash, which browsers take for one; and nothing that they drop, such as tabs.
_OWN = re.compile(r"/(?![/\\])[!-\[\]-~]*")


def own_path(text: str) -> str:
    """The text if it is a path of this service, with its query; otherwise the home page."""
    is_own = len(text) <= _LONGEST and _OWN.fullmatch(text) and _OWN.match(unquote(text))
    return text if is_own else HOME
