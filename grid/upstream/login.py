"""The token that an upstream gives for a login: one for all workers until it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from grid.records import CLOCK_SKEW_SECONDS, TOKEN, Token
from grid.source import RefreshInProgress
from store.shared.state import SharedState


class Login:
    """Logs in when a token is needed and none is in force. The token is a secret: it is stored, and in no text."""

    def __init__(
        self,
        source: str,
        shared: SharedState,
        *,
        fetch: Callable[[], str],
        seconds: float,
        utc_now: Callable[[], datetime],
    ) -> None:
        """fetch: logs in and returns the token; raises SourceError. seconds: for which a token is used."""
        self._source = source
        self._shared = shared
        self._fetch = fetch
        self._seconds = seconds
        self._utc_now = utc_now
        self._lock = threading.Lock()

    def token(self, rejected_token: str | None = None) -> str:
        """The token in force, from one login for all workers.

        rejected_token: a token that the upstream did not accept, so that another one is needed.
        Raises what `fetch` raises, and RefreshInProgress while another worker logs in.
        """

        def renewed(present: Token | None) -> Token:
            if present is not None and self._is_in_force(present, rejected_token):
                return present
            return Token(at=self._clock(), text=self._fetch(), turn=1 if present is None else present.turn + 1)

        token: Token | None = self._shared.snapshot().of(TOKEN).get(self._source)
        if not self._is_in_force(token, rejected_token):
            with self._lock:
                token = self._shared.refresh(TOKEN, self._source, renewed)
        if token is None or not self._is_in_force(token, rejected_token):
            raise RefreshInProgress("late", "another worker is logging in")
        return token.text

    def _is_in_force(self, token: Token | None, rejected_token: str | None) -> bool:
        if token is None or token.text == rejected_token:
            return False
        return -CLOCK_SKEW_SECONDS <= self._clock() - token.at < self._seconds

    def _clock(self) -> float:
        return self._utc_now().timestamp()
