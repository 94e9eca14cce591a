"""Signs what a browser holds for us, so that it cannot be made up: the cookie of its visit, and the tokens of forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

LONGEST_TEXT = 512  # characters; ours are shorter, and longer ones are not looked at
_COOKIE = "visit"
_FORM = "form of "


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One browser for some hours.

    id: random. key_id: of the API key that it signed in with; None before. expires_at: in seconds since 1970.
    """

    id: str
    key_id: str | None
    expires_at: int


class Signatures:
    """HMAC-SHA-256 over a secret. A text of one purpose is worth nothing for another."""

    def __init__(self, secret: Callable[[], bytes]) -> None:
        """secret: at least 32 bytes, the same in every worker; may raise StateUnavailable. Asked at the first use."""
        self._secret = secret

    def cookie(self, visit: Visit) -> str:
        """A visit as text for a cookie. It holds the id of a key, never the key."""
        return self._for(_COOKIE).dumps([visit.id, visit.key_id, visit.expires_at])

    def visit(self, cookie: str, now_seconds: float) -> Visit | None:
        """The visit of a cookie; None if it was not signed by us, or is over."""
        content = self._content(_COOKIE, cookie)
        if content is None or content[2] <= now_seconds:
            return None
        return Visit(id=content[0], key_id=content[1], expires_at=content[2])

    def form_token(self, visit: Visit) -> str:
        """A text for a form shown to this visit.

        It differs each time, so that the lengths of compressed pages do not tell it.
        """
        return self._for(_FORM + visit.id).dumps(token_urlsafe(12))

    def is_form_token(self, text: str, visit: Visit) -> bool:
        """Whether this is a text for a form of this visit."""
        return self._content(_FORM + visit.id, text) is not None

    def _content(self, purpose: str, text: str) -> Any:
        if len(text) > LONGEST_TEXT or not text.isascii():
            return None
        try:
            return self._for(purpose).loads(text)
        except BadData:
            return None

    def _for(self, purpose: str) -> URLSafeSerializer:
        how = {"key_derivation": "hmac", "digest_method": sha256}
        return URLSafeSerializer(self._secret(), salt=purpose, signer_kwargs=how)
