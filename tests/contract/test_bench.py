"""The benchmark counts what it sends, and gives no figures for a broken run."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from flask.testing import FlaskClient

from app import create_app
from bench import extender
from bench.cases import CASES, NUMBER, Case, compare
from bench.load import DIGITS, drive
from bench.plans import Search, searches
from bench.report import at_least, at_most, table
from bench.run import document, sections_of
from bench.shared import excess
from bench.windows import agreement, best, forecast, steps_of
from engine import Engine
from mapping import CloudMap
from settings import Settings
from tests.fakes.access import access
from tests.fakes.grid import FakeReader
from tests.fakes.own_facts import overlaid

CASE = Case(name="a case", path="/echo", body={"region": "us-east-1"})


class Echo(BaseHTTPRequestHandler):
    """Answers a POST with its own body and keeps the connection; /last hangs up after its answer."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(body)  # type: ignore[attr-defined]
        self.send_response(200 if self.path == "/echo" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.path == "/last"

    def log_message(self, *arguments: object) -> None:
        """Nothing: the test reads the bodies."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """An echo server that keeps every body in `bodies`."""
    echo = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    echo.bodies = []  # type: ignore[attr-defined]
    threading.Thread(target=echo.serve_forever, daemon=True).start()
    yield echo
    echo.shutdown()
    echo.server_close()


def test_exactly_the_requests_asked_for_are_sent_over_kept_connections(server: ThreadingHTTPServer) -> None:
    port = server.server_port

    result = drive(port, 4, 50, CASE.wires(port))

    assert result["statuses"] == {"200": 50}
    assert server.bodies == [b'{"region":"us-east-1"}'] * 50  # type: ignore[attr-defined]
    assert 0 < result["p50_ms"] <= result["p99_ms"] <= 1000 * result["seconds"]  # type: ignore[operator]


def test_no_two_requests_are_equal_and_all_are_equally_long(server: ThreadingHTTPServer) -> None:
    case = Case(name="a case", path="/echo", body={"u": NUMBER, "of": 1}, variants=(("/echo", {"u": NUMBER, "of": 2}),))

    drive(server.server_port, 1, 50, case.wires(server.server_port))

    bodies = [json.loads(body) for body in server.bodies]  # type: ignore[attr-defined]
    assert [body["of"] for body in bodies] == [1, 2] * 25
    assert len({body["u"] for body in bodies}) == 50


def test_other_answers_than_200_are_told_apart(server: ThreadingHTTPServer) -> None:
    port = server.server_port

    result = drive(port, 1, 3, Case(name="a case", path="/unknown", body={}).wires(port))

    assert result["statuses"] == {"404": 3}


def test_a_server_that_hangs_up_gives_no_figures(server: ThreadingHTTPServer) -> None:
    port = server.server_port

    with pytest.raises(RuntimeError, match="closed a kept-alive connection"):
        drive(port, 1, 2, Case(name="a case", path="/last", body={}).wires(port))


def test_compare_bodies_hold_different_options() -> None:
    options = compare(100)["options"]

    assert isinstance(options, list)
    assert len({json.dumps(option) for option in options}) == 100


def test_every_case_has_its_own_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_service_answers_every_case(case: Case, started: FlaskClient) -> None:
    for path, body in ((case.path, case.body), *case.variants[:: max(1, len(case.variants) // 20)]):
        answer = started.get(path) if body is None else started.post(path, json=body)

        assert (answer.status_code, "Content-Length" in answer.headers) == (200, True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_question_is_sent_twice_unless_the_name_says_so(case: Case) -> None:
    varied = len(case.wires(80)) > 100 or DIGITS in case.wires(80)[0]

    assert varied != ("repeated" in case.name or "health" in case.name)


def test_a_target_is_met_at_its_very_figure() -> None:
    assert at_least(30, 30) == "≥ 30: met"
    assert at_least(29.99, 30) == "≥ 30: missed"
    assert at_most(20, 20) == "≤ 20: met"
    assert at_most(20.01, 20) == "≤ 20: missed"


def test_a_table_aligns_figures_to_the_right() -> None:
    text = table(["what", "ms", "target"], [["calculate", "0.4", ""]])

    assert text.splitlines() == ["| what | ms | target |", "| --- | ---: | --- |", "| calculate | 0.4 |  |"]


@pytest.mark.parametrize(
    ("seconds", "above"),
    [
        # With a TTL of 10 s a stretch of s seconds may hold floor(s / 9) + 1 calls.
        ([0], 0),
        ([0, 9, 18, 27], 0),
        ([0, 8.9], 1),
        ([0, 0.1, 0.2, 30], 2),
        ([0, 20, 20.1, 29], 1),
    ],
)
def test_calls_above_the_bound_are_counted_in_the_worst_stretch(seconds: list[float], above: int) -> None:
    assert excess(seconds, 10) == above


def test_steps_hold_the_means_of_the_line_through_the_points() -> None:
    values = np.array([10.0, 30.0, 20.0])

    hours, halves = steps_of(values), steps_of(values, 2)

    # 10 to 30: 20 on the mean; in halves 10 to 20 and 20 to 30.
    assert hours.values.tolist() == [[20.0, 25.0]]
    assert halves.values.tolist() == [[15.0, 25.0, 27.5, 22.5]]
    assert (hours.ends_at, halves.ends_at) == (7200, 7200)


def test_another_window_for_whole_hours_or_a_better_one_ends_the_run() -> None:
    values = forecast(96)
    window = best(steps_of(values), 240)
    right = {"start_hours": float(window.starts[0]) / 3600, "mean": float(window.means[0])}

    assert agreement(values, 240, right) == "the same window and mean"
    for wrong in ({**right, "mean": right["mean"] * 0.999}, {**right, "start_hours": right["start_hours"] + 1}):
        with pytest.raises(RuntimeError, match="contradict"):
            agreement(values, 240, wrong)


@pytest.mark.parametrize("search", searches(CloudMap.load()), ids=lambda search: search.name)
def test_every_search_over_jobs_finds_places_for_them(search: Search) -> None:
    search.work()


def test_a_section_that_was_not_measured_again_stays_on_the_page_as_it_was() -> None:
    page = document({"Endpoints": "old figures", "Many workers": "of many\n\n### Detail\n\nmore"})

    sections = sections_of(page)
    assert sections == {"Endpoints": "old figures", "Many workers": "of many\n\n### Detail\n\nmore"}

    renewed = document({**sections, "Where and when jobs run": "new", "Endpoints": "new figures"})
    assert "old figures" not in renewed
    headings = [line for line in renewed.splitlines() if line.startswith("## ")]
    assert headings == ["## Endpoints", "## Where and when jobs run", "## Many workers"]


@pytest.mark.parametrize("case", extender.CASES, ids=lambda case: case.name)
def test_every_question_of_the_extender_is_answered_about_all_its_nodes(case: Case) -> None:
    client = create_app(
        Settings(), Engine(overlaid(nodes=extender.NODES_CSV), FakeReader()), rules=access()
    ).test_client()

    answer = client.post(case.path, json=case.body).get_json()

    nodes = answer if isinstance(answer, list) else answer["NodeNames"] or answer["Nodes"]["items"]
    assert len(nodes) == int(case.name.split()[1].replace(",", ""))
    if isinstance(answer, list):
        assert len({row["Score"] for row in answer}) > 1  # the regions are found, by their names or labels
