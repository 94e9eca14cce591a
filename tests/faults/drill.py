"""One fault against one gunicorn: met at the start, ended, met again with values known; what went wrong, in words."""

from __future__ import annotations

import math
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.electricity_maps import KEY, FakeElectricityMaps
from tests.fakes.upstream import Call
from tests.faults.client import QUESTIONS, SECRETS, Answer, burst, failures, percentile
from tests.faults.rows import HOLD_SECONDS, ROWS, Row
from tests.faults.server import WORKERS, Gunicorn, Port, upstream_settings

TTL_SECONDS = 1.5
DEADLINE_SECONDS = 1.0
ALLOWANCE_SECONDS = 2.0
AT_ONCE = 12
PAUSE_SECONDS = 0.5
KNOWN_FOR_SECONDS = 2.5  # longer than the time to live and than a hold
RECOVERY_SECONDS = 30.0  # ten times the longest hold
UPSTREAM_CONCURRENCY = 4
FAILURES_BEFORE_A_HOLD = 3
INTENSITIES = {  # gCO2e/kWh, of no zone's baseline
    "DE": 311.2, "FR": 41.2, "GB": 151.2, "IE": 281.2, "ES": 101.2, "SE-SE3": 21.2, "US-MIDA-PJM": 391.2,
    "US-CAL-CISO": 201.2, "JP-TK": 461.2, "CA-QC": 551.2,
}  # fmt: skip


@dataclass(slots=True)
class Result:
    """What a drill found. wrong: every broken promise; empty when the service survived.

    alone: on a machine too busy a worker could not write to the shared file in time, and went on by itself.
    """

    name: str
    wrong: list[str] = field(default_factory=list)
    answers: int = 0
    slowest_seconds: float = 0.0
    p99_seconds: float = 0.0
    upstream_calls: int = 0
    marks: tuple[str, ...] = ()
    known_marks: tuple[str, ...] = ()
    recovery_seconds: float | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """How one answer speaks of one zone."""

    zone: str
    gco2e_per_kwh: float | None
    quality: str
    reason: str | None

    @property
    def text(self) -> str:
        return f"{self.quality} ({self.reason})" if self.reason else self.quality


def marks(body: Any) -> Iterator[Mark]:
    """Every place in an answer that names a zone the upstream covers."""
    if isinstance(body, list):
        for item in body:
            yield from marks(item)
    elif isinstance(body, dict):
        quality = body.get("data_quality", body.get("dataQuality"))
        if body.get("zone") in INTENSITIES and quality is not None:
            value = next(
                (body[name] for name in ("carbon_intensity_gco2_kwh", "carbon_intensity", "intensity") if name in body),
                None,
            )
            yield Mark(body["zone"], value, quality, body.get("fallback_reason", body.get("fallbackReason")))
        for item in body.values():
            yield from marks(item)


def not_positive(body: Any, path: str = "") -> Iterator[str]:
    """Every carbon intensity that is zero or less; null is one too."""
    if isinstance(body, list):
        for item in body:
            yield from not_positive(item, path)
    elif isinstance(body, dict):
        for name, value in body.items():
            if name in ("intensity", "carbon_intensity", "carbon_intensity_used", "carbon_intensity_gco2_kwh"):
                if not isinstance(value, int | float) or value <= 0:
                    yield f"{path}/{name} is {value}"
            else:
                yield from not_positive(value, f"{path}/{name}")


def exceeded(what: str, times: Sequence[float], *, each: int, every: float) -> Iterator[str]:
    """The first stretch with more calls than `each` for its start and for every 0.9 of `every` seconds in it."""
    ordered = sorted(times)
    for first, began_at in enumerate(ordered):
        for last in range(first, len(ordered)):
            seconds = ordered[last] - began_at
            if last - first + 1 > each * (math.floor(seconds / (0.9 * every)) + 1):
                offsets = ", ".join(f"{at - began_at:.2f}" for at in ordered[first : last + 1])
                yield f"{what} was asked {last - first + 1} times in {seconds:.2f} s: at {offsets}"
                return


class Drill:
    """The run of one row; `run` does all of it."""

    def __init__(self, row: Row, folder: Path) -> None:
        self.row = row
        self.result = Result(row.name)
        self._folder = folder
        self._port = Port()
        self._fake: FakeElectricityMaps | None = None
        self._fakes: list[FakeElectricityMaps] = []
        self._serving = ExitStack()
        self._answers: list[Answer] = []
        self._met_again_at = math.inf

    def run(self) -> Result:
        """Met at the start; ended; met again with values known; secrets sought in all that was written."""
        environ = {
            **upstream_settings(self.row.address or f"http://127.0.0.1:{self._port.number}/v4"),
            "UPSTREAM_CONCURRENCY": str(UPSTREAM_CONCURRENCY),
            "UPSTREAM_DEADLINE_SECONDS": str(DEADLINE_SECONDS),
            "INTENSITY_TTL_SECONDS": str(TTL_SECONDS),
            "FORECAST_TTL_SECONDS": str(TTL_SECONDS),
            "FAILURE_TTL_SECONDS": str(TTL_SECONDS),
            "LOG_LEVEL": "DEBUG",
        }
        with closing(self._port), Gunicorn(self._folder, environ, application="tests.faults.served:app") as server:
            self._upstream(faulty=True)
            self.result.marks = self._meet_unprepared(server)
            if self.row.recovers:
                self._upstream(faulty=False)
                self._recover(server)
                self._met_again_at = time.monotonic()
                self._upstream(faulty=True)
                self.result.known_marks = self._meet_prepared(server)
            self._search(server)
            self._check_calls()
        self._serving.close()
        self._sum_up()
        return self.result

    def _upstream(self, *, faulty: bool) -> None:
        """Begin or end the fault."""
        listening = self.row.address is None and (self.row.listening or not faulty)
        if listening and self._fake is None:
            self._fake = FakeElectricityMaps(INTENSITIES, port=self._port.number)
            self._fakes.append(self._fake)
            self._serving.enter_context(self._fake.serving())
        if not listening:
            self._serving.close()
            self._fake = None
        if self._fake is not None:
            self._fake.fault = self.row.fault if faulty else None

    def _meet_unprepared(self, server: Gunicorn) -> tuple[str, ...]:
        """Nothing is known: baselines answer, and soon they say why."""
        expected: dict[str, Set[str | None]] = {"baseline": self.row.reasons | {"late"}}
        if self.row.mixed:
            expected |= {"forecast": self.row.reasons, "measured": {None}}
        outcomes: Counter[str] = Counter()
        ends = time.monotonic() + RECOVERY_SECONDS
        while True:
            results = self._judge(burst(server.port, QUESTIONS * 3, at_once=AT_ONCE), expected)
            outcomes += results
            if self.row.mixed or (results and not any("late" in text for text in results)):
                return tuple(sorted(outcomes))
            if time.monotonic() > ends:
                self._note([f"does not say why: {dict(results)}"])
                return tuple(sorted(outcomes))
            time.sleep(PAUSE_SECONDS)

    def _meet_prepared(self, server: Gunicorn) -> tuple[str, ...]:
        """Everything is known: the last good values answer, and say so once asking again has failed."""
        outcomes: Counter[str] = Counter()
        expected: dict[str, Set[str | None]] = {"measured": {None} | self.row.reasons | self.row.known_reasons}
        ends = time.monotonic() + KNOWN_FOR_SECONDS
        while time.monotonic() < ends:
            outcomes += self._judge(burst(server.port, QUESTIONS * 3, at_once=AT_ONCE), expected)
            time.sleep(PAUSE_SECONDS)
        return tuple(sorted(outcomes))

    def _judge(self, answers: Sequence[Answer], expected: Mapping[str, Set[str | None]]) -> Counter[str]:
        """Note what is wrong with the answers. expected: the reasons that may stand beside each quality."""
        self._answers += answers
        wrong = failures(answers)
        limit = DEADLINE_SECONDS + ALLOWANCE_SECONDS
        wrong += [f"{one.question.path} took {one.seconds:.2f} s" for one in answers if one.seconds > limit]
        outcomes: Counter[str] = Counter()
        for answer in answers:
            if answer.status != 200:
                continue
            body, path = answer.json(), answer.question.path
            wrong += [f"{path}: {zero}" for zero in not_positive(body)]
            results = list(marks(body))
            outcomes.update(mark.text for mark in results)
            if not results:
                wrong.append(f"{path} names no zone of the plan")
            for mark in results:
                if mark.reason not in expected.get(mark.quality, ()):
                    wrong.append(f"{path}: {mark.zone} is {mark.text}")
                if mark.quality == "measured" and mark.gco2e_per_kwh != INTENSITIES[mark.zone]:
                    wrong.append(f"{path}: {mark.zone} is measured as {mark.gco2e_per_kwh}")
        self._note(wrong)
        return outcomes

    def _recover(self, server: Gunicorn) -> None:
        """Wait until every answer of two bursts in a row speaks of live values alone."""
        began_at, good = time.monotonic(), 0
        while True:
            answers = burst(server.port, QUESTIONS * 3, at_once=AT_ONCE)
            self._note(failures(answers))
            results = [mark for one in answers if one.status == 200 for mark in marks(one.json())]
            good = good + 1 if results and all(mark.quality == "measured" for mark in results) else 0
            if good == 2:
                self.result.recovery_seconds = time.monotonic() - began_at
                return
            if time.monotonic() - began_at > RECOVERY_SECONDS:
                late_marks = Counter(f"{mark.zone} {mark.text}" for mark in results if mark.quality != "measured")
                self._note([f"not recovered after {RECOVERY_SECONDS:g} s: {dict(late_marks)}"])
                return
            time.sleep(PAUSE_SECONDS)

    def _calls(self) -> list[Call]:
        return [call for fake in self._fakes for call in fake.calls]

    def _check_calls(self) -> None:
        """In no stretch of time more calls than the budgets allow."""
        by_question: defaultdict[str, list[float]] = defaultdict(list)
        for call in self._calls():
            if call.path != "zones":
                by_question[f"{call.path} {call.zone}"].append(call.at)
        each = self.row.most_calls * (WORKERS if self.result.alone else 1)
        for question, times in by_question.items():
            self._note(exceeded(question, times, each=each, every=TTL_SECONDS))
        if self.row.holds:
            before_a_hold = (FAILURES_BEFORE_A_HOLD + WORKERS * UPSTREAM_CONCURRENCY) * each
            faulty = [call.at for call in self._calls() if call.at >= self._met_again_at]
            self._note(exceeded("the source", faulty, each=before_a_hold, every=HOLD_SECONDS))

    def _search(self, server: Gunicorn) -> None:
        """Look for keys in everything the service wrote."""
        for secret in (KEY, *(text.split()[-1] for text in SECRETS.values()), "Authorization"):
            for name, written in server.written().items():
                if secret.encode() in written:
                    self._note([f"{name} holds {secret}"])
        for line in server.log().splitlines():
            if "shared state cannot be used" in line and "database is locked" in line:
                self.result.alone = True
            elif "Traceback" in line or "internal-error" in line or ('"logger": "store.' in line and "ERROR" in line):
                self._note([line])

    def _sum_up(self) -> None:
        self.result.answers = len(self._answers)
        self.result.slowest_seconds = max(answer.seconds for answer in self._answers)
        self.result.p99_seconds = percentile(self._answers, 0.99)
        self.result.upstream_calls = len(self._calls())

    def _note(self, wrong: Iterable[str]) -> None:
        for line in wrong:
            if line not in self.result.wrong and len(self.result.wrong) < 20:
                self.result.wrong.append(line)


def drill(name: str) -> Result:
    """The result of the row of this name; for a process of its own, so that drills do not slow each other's clocks."""
    (row,) = (row for row in ROWS if row.name == name)
    with tempfile.TemporaryDirectory(prefix="drill-") as folder:
        return Drill(row, Path(folder)).run()
