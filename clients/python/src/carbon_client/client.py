"""Asks the service: sends questions, reads answers within a time limit, asks again where that helps."""

from __future__ import annotations

import json
import random
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import ReadTimeoutError

from carbon_client.deadlines import DeadlineAdapter
from carbon_client.errors import ProblemError, ServiceUnreachable
from carbon_client.operations import Operations
from carbon_client.retries import BUSY, Retries, retry_after_seconds
from carbon_client.streams import Event, events
from carbon_client.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from carbon_client import models

CONNECT_SECONDS = 5.0
PLAN_POLL_SECONDS = 2.0
STREAM_PAUSE_SECONDS = 45.0  # the service shows every 15 s that a stream is alive


class Client(Operations):
    """A service, by its address. Answers are the JSON as it came: dictionaries with types of `carbon_client.models`.

    url: the address of the service, such as https://carbon.example.org.
    key: an API key, if the service needs one; it is sent in a header only.
    timeout: seconds for one attempt, answer included.
    retries: how often and how long it is asked again when it is busy (429, 503) or the connection fails.
    sleep: how it waits between attempts.

    Every question raises ProblemError if the service refuses it, ServiceUnreachable if there is no answer.
    Raises ValueError for an address or a key that cannot be one.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        timeout: float = 60.0,
        retries: Retries | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = _checked_url(url)
        self._timeout = timeout
        self._retries = retries or Retries()
        self._sleep = sleep
        self._session = requests.Session()
        self._session.headers.update(
            {"User-Agent": f"carbon-optimizer-client/{VERSION}", "Accept": "application/json, application/problem+json"}
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, DeadlineAdapter())
        self._session.auth = _Key(_checked_key(key) if key else None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections to the service."""
        self._session.close()

    def wait_for_plan(
        self,
        plan_id: str,
        *,
        poll_seconds: float = PLAN_POLL_SECONDS,
        progress: Callable[[models.QueuedPlanAnswer], None] = lambda _: None,
    ) -> models.QueuedPlanAnswer:
        """A plan in the background once it is done, failed or cancelled; `progress` is told of every state before."""
        while (state := self.plan_status(plan_id))["status"] in ("waiting", "running"):
            progress(state)
            self._sleep(poll_seconds)
        return state

    def stream(self, **query: Any) -> Iterator[dict[str, Any] | None]:
        """What changes in regions and zones, as it happens: the data of each event of GET /api/v1/stream.

        It begins with the present values. None is yielded when the service shows that the stream is alive, about
        every 15 seconds. A stream that ends is taken up behind its last event, after the time that its end names;
        ServiceUnreachable is raised once that fails too often.

        query: its parameters, such as region=["eu-north-1"], zone, provider, event, below and above.
        """
        last, failures = None, 0
        while True:
            pause = None
            try:
                for event in self._events(query, last):
                    failures = 0
                    if event is None:
                        yield None
                    else:
                        last = event.id or last
                        pause = event.data.get("retry_after_seconds") or None
                        yield event.data
                error = ServiceUnreachable(f"{self.url} ended the stream")
            except requests.RequestException as broken:
                error = ServiceUnreachable(f"{self.url} does not answer: {_reason(broken)}")
            delay = self._retries.delay_seconds(failures, pause, random.random())  # noqa: S311  # nosec B311
            if delay is None:
                raise error
            self._sleep(delay)
            failures += 1

    def _events(self, query: Mapping[str, Any], last: str | None) -> Iterator[Event | None]:
        """One connection. Its time limit is for the pause between two signs of life. Raises as `_answer`."""
        headers = {"Accept": "text/event-stream, application/problem+json", "Accept-Encoding": "identity"}
        headers |= {"Last-Event-ID": last} if last else {}
        with requests.Session() as session:
            session.headers["User-Agent"] = self._session.headers["User-Agent"]
            session.auth = self._session.auth
            with session.get(
                f"{self.url}/api/v1/stream",
                params=dict(_parameters(query)),
                headers=headers,
                timeout=(min(CONNECT_SECONDS, self._timeout), STREAM_PAUSE_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.status_code != 200:
                    self._answer(response)
                yield from events(response.iter_lines(chunk_size=1))

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        repeatable: bool = True,
    ) -> Any:
        attempt = 0
        while True:
            chance = random.random()  # noqa: S311  # nosec B311
            try:
                response = self._attempt(method, path, query, body)
            except requests.RequestException as error:
                again = _may_ask_again(error, repeatable)
                delay = self._retries.delay_seconds(attempt, None, chance) if again else None
                if delay is None:
                    raise ServiceUnreachable(f"{self.url} does not answer: {_reason(error)}") from None
            else:
                if response.status_code not in BUSY:
                    return self._answer(response)
                after = retry_after_seconds(response.headers.get("Retry-After"), datetime.now(UTC))
                delay = self._retries.delay_seconds(attempt, after, chance)
                if delay is None:
                    return self._answer(response)
            self._sleep(delay)
            attempt += 1

    def _attempt(
        self, method: str, path: str, query: Mapping[str, Any] | None, body: Mapping[str, Any] | None
    ) -> requests.Response:
        """One request and its whole answer. Raises RequestException if it takes longer than the time limit."""
        # A redirect could lead the key to another host; an answer that is one is refused below.
        return self._session.request(
            method,
            self.url + path,
            params=dict(_parameters(query or {})),
            json=body,
            timeout=(min(CONNECT_SECONDS, self._timeout), self._timeout),
            allow_redirects=False,
        )

    def _answer(self, response: requests.Response) -> Any:
        status = response.status_code
        if status == 204 and response.request.method == "DELETE":
            return None
        try:
            answer = json.loads(response.content)
        except (ValueError, RecursionError):  # no JSON, or nested thousands of levels deep
            answer = None
        if 200 <= status < 300 and isinstance(answer, dict):
            return answer
        if status >= 400 and isinstance(answer, dict) and "title" in answer:
            raise ProblemError(answer, status)
        if 300 <= status < 400:
            raise ServiceUnreachable(
                f"{self.url} redirects elsewhere (HTTP status {status}): use the address it leads to"
            )
        raise ServiceUnreachable(f"{self.url} does not answer as this service does (HTTP status {status})")


class _Key(AuthBase):
    """Sends the key. As `auth` of the session it also keeps ~/.netrc from replacing the key with a password."""

    def __init__(self, key: str | None) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def _parameters(query: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """As the service reads them: true and false as words, nothing for None."""
    for name, value in query.items():
        if value is not None:
            yield name, str(value).lower() if isinstance(value, bool) else value


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        usable = usable and url.strip().isprintable() and " " not in url.strip()
        if usable:
            requests.Request("GET", url.strip()).prepare()  # ValueError: for a host that no network has, such as a..b
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("the address of the service must begin with http:// or https:// and name a host")
    if parts.username or parts.password:
        raise ValueError("the address of the service must not hold a password: give the API key as the key")
    if parts.query or parts.fragment:
        raise ValueError("the address of the service must end with its path")
    return url.strip().rstrip("/")


def _checked_key(key: str) -> str:
    if not (key.strip().isascii() and key.strip().isprintable()) or " " in key.strip():
        raise ValueError("the API key holds characters that no key has")
    return key.strip()


def _may_ask_again(error: requests.RequestException, repeatable: bool) -> bool:
    """Whether the service did not get the question, or may get it twice. After a time limit it may still work on it."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    return repeatable and isinstance(error, requests.ConnectionError) and not _timed_out(error)


def _timed_out(error: requests.RequestException) -> bool:
    """requests calls a time limit within the body a ConnectionError."""
    return isinstance(error, requests.Timeout) or any(isinstance(cause, ReadTimeoutError) for cause in error.args)


def _reason(error: requests.RequestException) -> str:
    """In a few words, without what requests quotes of the request."""
    if isinstance(error, requests.ConnectTimeout):
        return "no connection within the time limit"
    if _timed_out(error):
        return "no whole answer within the time limit"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate cannot be verified"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy does not lead there"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return "its answer cannot be read"
