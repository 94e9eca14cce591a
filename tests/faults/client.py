"""Asks the service and notes what came: never waits longer than its patience, never raises for a broken answer."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import BadStatusLine, HTTPConnection, HTTPException
from typing import Any

from tests.fakes.patience import PATIENCE_SECONDS

SECRETS = {"X-API-Key": "cao_secret-of-a-caller", "Authorization": "Bearer another-secret-of-a-caller"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A GET, a POST of JSON, or another method. key: the API key of the caller; None: no key."""

    path: str
    body: object = None
    key: str | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came. status: None without a whole answer; begun: some of it came, so a worker had read the question."""

    question: Question
    status: int | None
    text: bytes = b""
    seconds: float
    began_at: float
    problem: str = ""
    begun: bool = False

    def json(self) -> Any:
        return json.loads(self.text)


QUESTIONS = (
    Question(path="/api/v1/calculate", body={"region": "eu-central-1", "instance_type": "m5.large"}),
    Question(path="/api/v1/regions"),
    Question(path="/api/v1/optimize", body={"workload": "training", "priority": "carbon", "duration_hours": 4}),
    Question(path="/v1/by-rank"),
)


def ask(
    port: int, question: Question | str, *, patience: float = PATIENCE_SECONDS, address: str = "127.0.0.1"
) -> Answer:
    """One question on a connection of its own. address: of the caller."""
    query = Question(path=question) if isinstance(question, str) else question
    connection = HTTPConnection("127.0.0.1", port, timeout=patience, source_address=(address, 0))
    try:
        return ask_on(connection, query)
    finally:
        connection.close()


def ask_on(connection: HTTPConnection, question: Question) -> Answer:
    """One question on a connection that may be used again unless the answer has a problem."""
    began_at, begun = time.monotonic(), False

    def answer(status: int | None, **more: Any) -> Answer:
        now = time.monotonic()
        return Answer(question=question, status=status, seconds=now - began_at, began_at=began_at, **more)

    payload = None if question.body is None else json.dumps(question.body)
    caller = SECRETS if question.key is None else {"X-API-Key": question.key}
    headers: Mapping[str, str] = {**caller, **({"Content-Type": "application/json"} if payload else {})}
    try:
        method = question.method or ("GET" if payload is None else "POST")
        connection.request(method, question.path, body=payload, headers=headers)
        response = connection.getresponse()
        begun = True
        text = response.read()
    except (OSError, HTTPException) as error:
        connection.close()
        begun = begun or (isinstance(error, BadStatusLine) and bool(error.args[0].strip("'")))
        return answer(None, problem=f"{type(error).__name__}: {error}", begun=begun)
    return answer(response.status, text=text, begun=True)


def burst(port: int, questions: Sequence[Question], *, at_once: int, address: str = "127.0.0.1") -> list[Answer]:
    """All the questions, some at once, each on a connection of its own."""
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda question: ask(port, question, address=address), questions))


class Load:
    """Callers that ask one question after the other on kept-alive connections, and connect again when one breaks."""

    def __init__(self, port: int, questions: Sequence[Question], *, callers: int) -> None:
        self._port = port
        self._questions = questions
        self._ending = threading.Event()
        self._answers: list[list[Answer]] = [[] for _ in range(callers)]
        self._threads = [threading.Thread(target=self._ask, args=(answers,), daemon=True) for answers in self._answers]

    @contextmanager
    def running(self) -> Iterator[Load]:
        """Ask until the end of the block; answers under way are waited for."""
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self.end()

    def end(self) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS + 5)

    def answers(self) -> list[Answer]:
        return [answer for answers in self._answers for answer in list(answers)]

    def by_caller(self) -> list[list[Answer]]:
        return [list(answers) for answers in self._answers]

    def _ask(self, answers: list[Answer]) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)
        while not self._ending.is_set():
            for question in self._questions:
                if self._ending.is_set():
                    break
                answer = ask_on(connection, question)
                answers.append(answer)
                if answer.problem:
                    time.sleep(0.02)  # nothing listens for a moment: do not spin
        connection.close()


def percentile(answers: Sequence[Answer], share: float) -> float:
    """Seconds within which this share of the answers came; 0 without any."""
    times = sorted(answer.seconds for answer in answers)
    return times[min(len(times) - 1, int(len(times) * share))] if times else 0.0


def failures(answers: Sequence[Answer], accept: Callable[[Answer], bool] = lambda _: False) -> list[str]:
    """What did not answer 200, in words."""
    return [
        f"{answer.question.path}: {answer.status} {answer.problem} {answer.text[:200]!r}"
        for answer in answers
        if answer.status != 200 and not accept(answer)
    ]
